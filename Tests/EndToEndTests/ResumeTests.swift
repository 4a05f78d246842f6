import Foundation
import TestSupport
import Testing

/// Batches that were stopped anywhere, and go on.
@Suite struct ResumeTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["a.mp4", "b.mp4", "c.mp4"] { try folder.copy(Film.withSound(), to: "in/\(name)") }
  }

  private func batch(_ options: [String] = []) throws -> Batch {
    try Batch([folder("in")], into: folder("out"), ["--stages", "scenes"] + options)
  }

  /// Inputs that a run with these options begins.
  private func begun(_ options: [String]) throws -> [String] {
    let batch = try batch(options + ["--resume", "--events", folder("events")])
    #expect(batch.outcome.exitCode == 0)
    return try jsonLines(contents(of: folder("events"))).filter { $0.event.string == "started" }
      .compactMap { $0.path.string?.split(separator: "/").last.map(String.init) }.sorted()
  }

  private func rewriteLines(_ change: (inout [String]) -> Void) throws {
    var lines = String(decoding: try contents(of: folder("out/results.jsonl")), as: UTF8.self)
      .split(separator: "\n").map(String.init)
    change(&lines)
    try folder.write(lines.joined(separator: "\n"), to: "out/results.jsonl")
  }

  @Test func `a finished batch has nothing left to do`() throws {
    _ = try batch()
    #expect(try begun([]) == [])
    #expect(try JSON(contents(of: folder("out/batch.json"))).totals.resumed.int == 3)
  }

  @Test func `an input with another time and the same bytes is the same, with other bytes it is not`() throws {
    _ = try batch()
    try FileManager.default.setAttributes([.modificationDate: Date.now - 500], ofItemAtPath: folder("in/a.mp4"))
    var bytes = try contents(of: folder("in/b.mp4"))
    bytes[bytes.count - 1] ^= 1
    try folder.write(bytes, to: "in/b.mp4")
    #expect(try begun([]) == ["b.mp4"])
    #expect(try begun([]) == [])
  }

  @Test func `other parameters and another engine are done again`() throws {
    _ = try batch()
    #expect(try begun(["--min-scene-length", "2f"]) == ["a.mp4", "b.mp4", "c.mp4"])
    try rewriteLines { $0[1] = $0[1].replacingOccurrences(of: "\"engine\": \"", with: "\"engine\": \"0.") }
    // The document still says which engine made it, and that is this one.
    let document = folder("out/b.mp4/analysis.json")
    let text = String(decoding: try contents(of: document), as: UTF8.self)
    try folder.write(
      text.replacingOccurrences(of: "\"version\": \"", with: "\"version\": \"0."), to: "out/b.mp4/analysis.json")
    #expect(try begun(["--min-scene-length", "2f"]) == ["b.mp4"])
    let changed = try batch(["--min-scene-length", "3f", "--resume"])
    #expect(changed.outcome.errors.contains("made again, and replaced"))
    #expect(changed.outcome.errors.contains("are others: 3"))
  }

  @Test(arguments: [0, 1, 40, 400]) func `a torn last line is repaired`(left: Int) throws {
    _ = try batch(["--jobs", "1"])
    try rewriteLines { lines in lines[2] = String(lines[2].prefix(left)) }
    try FileManager.default.removeItem(atPath: folder("out/c.mp4"))
    #expect(try begun(["--jobs", "1"]) == ["c.mp4"])
    #expect(try results(in: folder("out")).map { $0.status.string } == ["succeeded", "succeeded", "succeeded"])
  }

  @Test func `a result that was put into place by a batch that did not live to write it down is not made again`() throws
  {
    _ = try batch()
    try rewriteLines { $0.remove(at: 1) }
    #expect(try begun([]) == [])
    #expect(try results(in: folder("out")).count == 3)
    #expect(try results(in: folder("out"))[1].summary.scenes.int == 3)
    #expect(try SchemaTests.complaints([contents(of: folder("out/batch.json"))], schema: "batch") == [])
  }

  @Test func `a document that did not reach the disk whole is made again`() throws {
    _ = try batch()
    try folder.write("", to: "out/a.mp4/analysis.json")
    try folder.write(contents(of: folder("out/b.mp4/analysis.json")).prefix(200), to: "out/b.mp4/analysis.json")
    #expect(try begun([]) == ["a.mp4", "b.mp4"])
  }

  @Test func `batches that are killed at random moments resume`() throws {
    let outcome = try run(
      "/usr/bin/python3",
      ["\(packageRoot)/tools/kill-test", "--kills", "8", "--films", "4", "--seed", "7", "--binary", cutroomBinary],
      timeLimit: 300)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.text.hasPrefix("8 kills"))
  }

  @Test func `a thousand finished files are passed over at once`() throws {
    _ = try batch()
    let one = try #require(
      try String(decoding: contents(of: folder("out/results.jsonl")), as: UTF8.self).split(separator: "\n").first)
    var lines = ""
    for number in 0..<1000 {
      let name = "n\(number).mp4"
      try FileManager.default.linkItem(atPath: folder("in/a.mp4"), toPath: folder("in/\(name)"))
      try FileManager.default.createDirectory(atPath: folder("out/\(name)"), withIntermediateDirectories: true)
      try FileManager.default.linkItem(
        atPath: folder("out/a.mp4/analysis.json"), toPath: folder("out/\(name)/analysis.json"))
      lines +=
        one.replacingOccurrences(of: "/a.mp4", with: "/\(name)").replacingOccurrences(
          of: "\"a.mp4/", with: "\"\(name)/") + "\n"
    }
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder("out/results.jsonl")))
    try file.seekToEnd()
    try file.write(contentsOf: Data(lines.utf8))
    try file.close()
    let batch = try batch(["--resume"])
    #expect(try batch.summary.totals.resumed.int == 1003)
    // A fifth of a second for a thousand, as two seconds for ten thousand; ten times that for a machine that is busy.
    #expect(batch.outcome.seconds < 2)
  }
}
