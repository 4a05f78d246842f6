import Foundation
import TestSupport
import Testing

/// What is kept of a film by its content: used under any name, never other than what would be found anew.
@Suite struct CacheTests {
  private let folder: TemporaryFolder
  private let film: String

  init() throws {
    folder = try TemporaryFolder()
    film = try Film.make(
      Film.segments("320x240") + ["-f", "lavfi", "-i", "sine=440:duration=3.2", "-c:v", "libx264", "-c:a", "aac"],
      as: "mp4")
    try folder.copy(film, to: "first.mp4")
    try folder.copy(film, to: "second.mp4")
  }

  private func analyze(_ name: String, into output: String, _ options: [String]) throws -> Batch {
    try Batch(
      [folder(name)], into: folder(output), ["--threads", "2", "--cache-dir", folder("cache")] + options)
  }

  /// The document without what the run cost, and the bytes of every other file.
  private func results(_ batch: Batch, _ name: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for path in everything(in: "\(batch.output)/\(name)") {
      var bytes = try contents(of: "\(batch.output)/\(name)/\(path)")
      if path == "analysis.json" {
        let text = String(decoding: bytes, as: UTF8.self)
        let cut = try #require(text.range(of: "  \"timings\""))
        bytes = Data(text[..<cut.lowerBound].utf8)
      }
      files[path] = bytes
    }
    return files
  }

  private static let subsets: [[String]] = (1..<16).map { bits in
    ["scenes", "frames", "text", "audio"].enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element)
  }

  @Test func `every subset of the stages is the same from the cache as without one`() throws {
    _ = try analyze("first.mp4", into: "all", [])
    for stages in Self.subsets {
      let list = stages.joined(separator: ",")
      let options = ["--stages", list]
      let cached = try analyze("second.mp4", into: "cached-\(list)", options)
      let plain = try Batch([folder("second.mp4")], into: folder("plain-\(list)"), options + ["--threads", "2"])
      #expect(try results(cached, "second.mp4") == results(plain, "second.mp4"), "\(list)")
      #expect(try cached.document("second.mp4").timings.cached.items.compactMap(\.string) == stages)
      #expect(try plain.document("second.mp4").timings.cached.isMissing)
    }
  }

  @Test func `each subset fills up what the others left out`() throws {
    for stages in Self.subsets.reversed() {
      let list = stages.joined(separator: ",")
      let cached = try analyze(
        "first.mp4", into: "cached-\(list)", ["--stages", list, "--frame-width", "\(64 + stages.count)"])
      let plain = try Batch(
        [folder("first.mp4")], into: folder("plain-\(list)"),
        ["--stages", list, "--frame-width", "\(64 + stages.count)"])
      #expect(try results(cached, "first.mp4") == results(plain, "first.mp4"), "\(list)")
    }
  }
}
