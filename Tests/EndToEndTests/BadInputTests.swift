import Foundation
import TestSupport
import Testing

/// Inputs that are not films, or cannot be read: each a clear error of its own, and nothing lost of its neighbours.
struct BadInputTests {
  static let quick = ["--stages", "scenes"]

  static let run = Result {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "in/a-good.mp4")
    try folder.write(Data(), to: "in/empty.mp4")
    try folder.write(String(repeating: "This is a letter to a friend, not a film.\n", count: 40), to: "in/text.mp4")
    try folder.write(Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 3) }), to: "in/noise.mkv")
    try folder.write(String(repeating: "1,2,3\n", count: 100), to: "in/notes.txt")
    try folder.copy(Film.plain(), to: "in/deep/er/z-good.mp4")
    let batch = try Batch([folder("in"), folder("not-there.mp4")], into: folder("out"), quick)
    return (folder: folder, batch: batch)
  }

  @Test func `bad neighbours cost a good film nothing`() throws {
    let (_, batch) = try Self.run.get()
    #expect(batch.outcome.exitCode == 1)
    for name in ["a-good.mp4", "deep/er/z-good.mp4"] {
      #expect(try batch.document(name).status.string == "succeeded")
      #expect(try batch.document(name).scenes.items.map { $0.start.frame.int } == Film.cuts)
    }
    let totals = try batch.summary.totals
    #expect([totals.succeeded.int, totals.partial.int, totals.failed.int] == [2, 0, 4])
    #expect(try batch.summary.results.items.count == 6)
  }

  @Test(arguments: [
    ("empty.mp4", "not_media"), ("text.mp4", "not_media"), ("noise.mkv", "not_media"), ("not-there.mp4", "not_found"),
  ])
  func `each bad input has the error that fits`(name: String, code: String) throws {
    let (_, batch) = try Self.run.get()
    #expect(try batch.result(name).status.string == "failed")
    #expect(try batch.result(name).errors[0].code.string == code)
    expectFailure(code, try batch.document(name))
    #expect(batch.outcome.errors.contains(name))
  }

  @Test func `a file that is not listed as media is left alone in a folder and read when named`() throws {
    let (folder, batch) = try Self.run.get()
    #expect(try batch.result("notes.txt") == .missing)
    let named = try Batch([folder("in/notes.txt")], into: folder("named"), Self.quick)
    #expect(named.outcome.exitCode == 1)
    expectFailure("not_media", try named.document("notes.txt"))
  }

  @Test func `results.jsonl and the batch document say the same`() throws {
    let (_, batch) = try Self.run.get()
    #expect(try batch.results == batch.summary.results.items)
    for line in try batch.results {
      let document = try JSON(contents(of: "\(batch.output)/\(try #require(line.document.string))"))
      #expect(line.status == document.status)
      #expect(line.path == document.input.path)
      #expect(line.errors == document.errors)
      #expect(!document.holdsNull && !line.holdsNull)
    }
  }

  @Test func `a folder and a file that cannot be read are errors, their neighbours are not`() throws {
    let folder = try TemporaryFolder(mode: 0o755)
    let program = try folder.copy(cutroomBinary, to: "cutroom")
    try folder.copy(Film.plain(), to: "in/good.mp4")
    try folder.copy(Film.plain(), to: "in/locked.mp4")
    try folder.copy(Film.plain(), to: "in/closed/inside.mp4")
    chmod(folder("in/locked.mp4"), 0)
    chmod(folder("in/closed"), 0)
    try folder.folder("out")
    chmod(folder("out"), 0o777)
    defer { chmod(folder("in/closed"), 0o755) }
    let outcome = try runUnprivileged(program, ["analyze", folder("in"), "-o", folder("out")] + Self.quick)
    #expect(outcome.exitCode == 1)
    let lines = try results(in: folder("out"))
    func line(_ end: String) -> JSON { lines.first { $0.path.string?.hasSuffix(end) == true } ?? .missing }
    #expect(line("in/good.mp4").status.string == "succeeded")
    #expect(line("in/locked.mp4").errors[0].code.string == "unreadable")
    #expect(line("in/closed").errors[0].code.string == "unreadable", "the folder is not mentioned in results.jsonl")
    #expect(outcome.errors.contains("closed"))
  }

  @Test func `a folder named on the command line that cannot be read is an error`() throws {
    let folder = try TemporaryFolder(mode: 0o755)
    let program = try folder.copy(cutroomBinary, to: "cutroom")
    try folder.copy(Film.plain(), to: "closed/inside.mp4")
    try folder.copy(Film.plain(), to: "good.mp4")
    chmod(folder("closed"), 0)
    try folder.folder("out")
    chmod(folder("out"), 0o777)
    defer { chmod(folder("closed"), 0o755) }
    let inputs = [folder("closed"), folder("good.mp4")]
    let outcome = try runUnprivileged(program, ["analyze"] + inputs + ["-o", folder("out")] + Self.quick)
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.contains("closed"))
    let good = try results(in: folder("out")).first { $0.path.string?.hasSuffix("good.mp4") == true }
    #expect(good?.status.string == "succeeded")
  }

  @Test func `an output folder that cannot be written is exit code 4`() throws {
    let folder = try TemporaryFolder(mode: 0o755)
    let program = try folder.copy(cutroomBinary, to: "cutroom")
    try folder.copy(Film.plain(), to: "film.mp4")
    chmod(folder("film.mp4"), 0o644)
    try folder.folder("closed")
    chmod(folder("closed"), 0o555)
    for output in [folder("closed"), folder("closed/new")] {
      let outcome = try runUnprivileged(program, ["analyze", folder("film.mp4"), "-o", output] + Self.quick)
      #expect(outcome.exitCode == 4)
      #expect(outcome.errors.contains("closed"))
    }
    #expect(everything(in: folder("closed")).isEmpty)
  }

  @Test func `an output folder that is a file is exit code 4`() throws {
    let folder = try TemporaryFolder()
    try folder.write("mine", to: "out")
    let batch = try Batch([Film.plain()], into: folder("out"), Self.quick)
    #expect(batch.outcome.exitCode == 4)
    #expect(try contents(of: folder("out")) == Data("mine".utf8))
  }
}
