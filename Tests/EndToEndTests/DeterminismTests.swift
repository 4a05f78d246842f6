import Foundation
import TestSupport
import Testing

/// The text of the only analysis document below a folder, up to `timings`, which stand last.
func analysisWithoutTimings(in output: String) throws -> String {
  let path = try #require(everything(in: output).first { $0.hasSuffix("analysis.json") })
  let text = String(decoding: try contents(of: "\(output)/\(path)"), as: UTF8.self)
  let end = try #require(text.range(of: "\"timings\""))
  return String(text[..<end.lowerBound])
}

/// The same film gives the same bytes, whatever the number of jobs and threads.
struct DeterminismTests {
  @Test(arguments: ["mp4", "mkv"])
  func `one thread and two give the same bytes`(fileExtension: String) throws {
    let folder = try TemporaryFolder()
    let film = try Film.make(["-i", Film.withSound(), "-c", "copy"], as: fileExtension)
    let outputs = try ["1", "2"].map { threads in
      try Batch([film], into: folder("out-\(threads)"), ["--threads", threads]).output
    }
    #expect(try analysisWithoutTimings(in: outputs[0]) == analysisWithoutTimings(in: outputs[1]))
    let pictures = outputs.map { output in everything(in: output).filter { $0.hasSuffix(".jpg") } }
    #expect(pictures[0].count == Film.cuts.count)
    #expect(pictures[0] == pictures[1])
    for picture in pictures[0] {
      #expect(try contents(of: "\(outputs[0])/\(picture)") == contents(of: "\(outputs[1])/\(picture)"), "\(picture)")
    }
  }

  @Test func `one file at once and several give the same results in the same order`() throws {
    let folder = try TemporaryFolder()
    for name in ["c.mp4", "a.mp4", "b/d.mp4"] { try folder.copy(Film.plain(), to: "in/\(name)") }
    let batches = try ["1", "3"].map {
      try Batch([folder("in")], into: folder("out-\($0)"), ["--jobs", $0, "--stages", "scenes,frames"])
    }
    let documents = try batches.map { try $0.results.map { $0.document.string } }
    #expect(documents[0].count == 3)
    #expect(documents[0] == documents[1])
    for name in ["c.mp4", "a.mp4", "b/d.mp4"] {
      let texts = try batches.map { try analysisWithoutTimings(in: "\($0.output)/\(name)") }
      #expect(texts[0] == texts[1])
    }
  }
}
