import Foundation
import TestSupport
import Testing

/// What an output folder that already holds results, or is in use, means to the next batch.
struct OutputFolderTests {
  private static let quick = ["--stages", "scenes,frames"]

  /// A folder with two films and a text file, analysed into `out`.
  private func filled() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["a.mp4", "b.mp4"] { try folder.copy(Film.plain(), to: "in/\(name)") }
    try folder.write("not a film at all, only some words", to: "in/c.mp4")
    #expect(try Batch([folder("in")], into: folder("out"), Self.quick).outcome.exitCode == 1)
    return folder
  }

  /// Every file below a folder with the instant it was last written.
  private func stamps(_ folder: String) throws -> [String: Date] {
    var stamps: [String: Date] = [:]
    for path in everything(in: folder) where path.contains("/") {
      stamps[path] = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")[.modificationDate] as? Date
    }
    return stamps
  }

  @Test func `without a word about it a filled folder is refused and stays as it is`() throws {
    let folder = try filled()
    let before = try stamps(folder("out"))
    let batch = try Batch([folder("in")], into: folder("out"), Self.quick)
    #expect(batch.outcome.exitCode == 2)
    #expect(batch.outcome.errors.contains("--resume") && batch.outcome.errors.contains("--force"))
    #expect(try stamps(folder("out")) == before)
  }

  @Test func `resume does nothing again that is done`() throws {
    let folder = try filled()
    let before = try stamps(folder("out"))
    let batch = try Batch([folder("in")], into: folder("out"), Self.quick + ["--resume", "--json"])
    #expect(batch.outcome.exitCode == 1, "the text file is still not a film")
    #expect(try stamps(folder("out")) == before)
    let totals = try JSON(batch.outcome.output).totals
    #expect([totals.succeeded.int, totals.partial.int, totals.failed.int] == [2, 0, 1])
    #expect(totals.resumed.int == 3)
    #expect(try batch.results.count == 3)
  }

  @Test func `resume does what is new, what changed and what went missing`() throws {
    let folder = try filled()
    try folder.copy(Film.plain(), to: "in/new.mp4")
    try FileManager.default.removeItem(atPath: folder("in/b.mp4"))
    try folder.copy(Film.withSound(), to: "in/b.mp4")
    try FileManager.default.removeItem(atPath: folder("out/a.mp4"))
    let batch = try Batch([folder("in")], into: folder("out"), Self.quick + ["--resume"])
    #expect(try batch.document("new.mp4").status.string == "succeeded")
    #expect(try batch.document("a.mp4").status.string == "succeeded")
    #expect(try batch.document("b.mp4").media.audio.items.count == 1)
    #expect(try batch.results.count == 4)
    #expect(try batch.summary.totals.resumed.int == 1)
  }

  @Test func `resume with other options does the work again`() throws {
    let folder = try filled()
    let batch = try Batch([folder("in")], into: folder("out"), Self.quick + ["--resume", "--frame-width", "80"])
    #expect(try batch.document("a.mp4").frames.items.allSatisfy { $0.width.int == 80 })
    #expect(try batch.document("a.mp4").frames.items.count == Film.cuts.count)
  }

  @Test func `failed inputs are tried again when asked to`() throws {
    let folder = try filled()
    let batch = try Batch([folder("in")], into: folder("out"), Self.quick + ["--resume", "--retry-failed"])
    #expect(batch.outcome.exitCode == 1)
    #expect(try batch.result("c.mp4").attempts.int == 2)
    #expect(try batch.result("a.mp4").attempts.int == 1)
    #expect(try batch.summary.totals.resumed.int == 2)
  }

  @Test func `a newcomer of the same name does not take the place of an earlier result`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "first/x.mp4")
    try folder.copy(Film.withSound(), to: "second/x.mp4")
    _ = try Batch([folder("second")], into: folder("out"), Self.quick)
    let batch = try Batch([folder("first"), folder("second")], into: folder("out"), Self.quick + ["--resume"])
    #expect(batch.outcome.exitCode == 0)
    #expect(try batch.result("second/x.mp4").document.string == "x.mp4/analysis.json")
    #expect(try batch.result("first/x.mp4").document.string == "x.mp4~2/analysis.json")
    #expect(try batch.document("x.mp4").media.audio.items.count == 1)
    #expect(try batch.document("x.mp4~2").media.audio.items.isEmpty)
    #expect(try batch.summary.totals.resumed.int == 1)
  }

  @Test func `resume on an empty folder just starts`() throws {
    let folder = try TemporaryFolder()
    let batch = try Batch([Film.plain()], into: folder("out"), Self.quick + ["--resume"])
    #expect(batch.outcome.exitCode == 0)
    #expect(try batch.results.count == 1)
  }

  @Test func `force replaces what was there`() throws {
    let folder = try filled()
    let batch = try Batch(
      [folder("in/a.mp4")], into: folder("out"), ["--stages", "scenes,frames", "--frame-format", "png", "--force"])
    #expect(batch.outcome.exitCode == 0)
    #expect(try batch.results.count == 1)
    #expect(everything(in: folder("out/a.mp4/frames")).allSatisfy { $0.hasSuffix(".png") })
    #expect(try batch.summary.totals.resumed.int == 0)
  }

  @Test func `a folder that another batch holds is exit code 4 and untouched`() throws {
    let folder = try TemporaryFolder()
    try folder.folder("out")
    let lock = try HeldLock(folder("out"))
    let held = try Batch([Film.plain()], into: folder("out"), Self.quick)
    #expect(held.outcome.exitCode == 4)
    #expect(everything(in: folder("out")).isEmpty)
    withExtendedLifetime(lock) {}
  }

  @Test func `two batches at once into one folder: one works, one is refused`() throws {
    let folder = try TemporaryFolder()
    for name in 1...6 { try folder.copy(Film.plain(), to: "in/\(name).mp4") }
    let arguments = ["analyze", folder("in"), "-o", folder("out"), "--jobs", "1"]
    let both = try [1, 2].map { _ in try RunningCommand(cutroomBinary, arguments) }
    let codes = try both.map { try $0.wait().exitCode }.sorted()
    #expect(codes.first == 0)
    // Where the second only came to it when the first was through, it met a filled folder.
    #expect([2, 4].contains(codes.last))
    #expect(try results(in: folder("out")).count == 6)
  }

  @Test func `a dry run lists and writes nothing`() throws {
    let folder = try TemporaryFolder()
    for name in ["a.mp4", "b/c.mp4"] { try folder.copy(Film.plain(), to: "in/\(name)") }
    let batch = try Batch([folder("in")], into: folder("out"), ["--dry-run"])
    #expect(batch.outcome.exitCode == 0)
    #expect(batch.outcome.lines.count == 2)
    #expect(batch.outcome.text.contains("a.mp4") && batch.outcome.text.contains("b/c.mp4"))
    #expect(!exists(folder("out")))
    // What an earlier run finished is not listed, and what would be refused is.
    _ = try Batch([folder("in/a.mp4")], into: folder("out"), Self.quick)
    let rest = try Batch([folder("in")], into: folder("out"), Self.quick + ["--resume", "--dry-run"])
    #expect(rest.outcome.lines.map { $0.contains("b/c.mp4") } == [true])
    #expect(try Batch([folder("in")], into: folder("out"), Self.quick + ["--dry-run"]).outcome.exitCode == 2)
  }

  @Test func `fail fast stops at the first input that fails`() throws {
    let folder = try TemporaryFolder()
    try folder.write("no film", to: "in/0.mp4")
    for name in 1...5 { try folder.copy(Film.plain(), to: "in/\(name).mp4") }
    let batch = try Batch([folder("in")], into: folder("out"), Self.quick + ["--fail-fast", "--jobs", "1"])
    #expect(batch.outcome.exitCode == 1)
    #expect(try batch.results.filter { $0.status.string == "succeeded" }.isEmpty)
    #expect(try batch.result("0.mp4").status.string == "failed")
  }
}
