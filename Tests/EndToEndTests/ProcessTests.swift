import Foundation
import TestSupport
import Testing

/// Workers that are killed or stopped, and batches that are interrupted, midway through a long film.
@Suite(.serialized) struct ProcessTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "in/a.mp4")
    try folder.copy(Film.long(), to: "in/b-long.mp4")
    try folder.copy(Film.plain(), to: "in/c.mp4")
    try folder.folder("work")
  }

  /// Starts a batch over the three films, one after the other, and waits until the long one is being decoded.
  private func start(_ options: [String] = []) throws -> RunningCommand {
    let arguments = [
      "analyze", folder("in"), "-o", folder("out"), "--jobs", "1", "--threads", "1", "--stages", "scenes,frames",
    ]
    let command = try RunningCommand(
      cutroomBinary, arguments + ["--work-dir", folder("work"), "--events", folder("events")] + options)
    _ = try eventually("the long film makes progress") {
      try events().first {
        $0.event.string == "progress" && $0.path.string?.hasSuffix("b-long.mp4") == true && ($0.frames.int ?? 0) > 10
      }
    }
    return command
  }

  /// The events written so far; the last line may still be unfinished.
  private func events() throws -> [JSON] {
    guard exists(folder("events")), let text = try? contents(of: folder("events")) else { return [] }
    return text.split(separator: UInt8(ascii: "\n")).compactMap { try? JSON(Data($0)) }
  }

  private func worker(of command: RunningCommand) throws -> Int32 {
    try eventually(within: 10, "a worker process") { descendants(of: command.processIdentifier, with: "worker").first }
  }

  private func line(_ name: String) throws -> JSON {
    try results(in: folder("out")).last { $0.path.string?.hasSuffix("in/\(name)") == true } ?? .missing
  }

  private func document(_ name: String) throws -> JSON {
    try JSON(contents(of: folder("out/\(name)/analysis.json")))
  }

  private func expectNeighbours(sourceLocation: SourceLocation = #_sourceLocation) throws {
    for name in ["a.mp4", "c.mp4"] {
      #expect(try line(name).status.string == "succeeded", sourceLocation: sourceLocation)
      #expect(try document(name).scenes.items.map { $0.start.frame.int } == Film.cuts, sourceLocation: sourceLocation)
    }
    #expect(everything(in: folder("work")).isEmpty, "left in the work folder", sourceLocation: sourceLocation)
  }

  @Test func `a fork server that is killed is replaced, and its worker goes on`() throws {
    let command = try start(["--retries", "0"])
    let server = try #require(descendants(of: command.processIdentifier, with: "fork-server").first)
    kill(server, SIGKILL)
    #expect(try command.wait(upTo: 180).exitCode == 0)
    try expectNeighbours()
    #expect(try line("b-long.mp4").attempts.int == 1)
  }

  @Test func `a killed worker is one failed document`() throws {
    let command = try start(["--retries", "0"])
    kill(try worker(of: command), SIGKILL)
    #expect(try command.wait().exitCode == 1)
    #expect(try line("b-long.mp4").errors[0].code.string == "worker_crashed")
    expectFailure("worker_crashed", try document("b-long.mp4"))
    #expect(try !events().filter { $0.event.string == "finished" && $0.status.string == "failed" }.isEmpty)
    try expectNeighbours()
  }

  @Test func `a killed worker is tried again, and both attempts are listed`() throws {
    let command = try start()
    kill(try worker(of: command), SIGKILL)
    let outcome = try command.wait(upTo: 180)
    #expect(outcome.exitCode == 0)
    #expect(outcome.errors.contains("attempt 1 failed"))
    let line = try line("b-long.mp4")
    #expect(line.status.string == "succeeded")
    #expect(line.attempts.int == 2)
    #expect(line.attempt_log.items.map { $0.code.string } == ["worker_crashed", nil])
    #expect((line.attempt_log[0].pause_seconds.double ?? 0) >= 0.25)
    #expect(try document("b-long.mp4").status.string == "succeeded")
    try expectNeighbours()
  }

  @Test func `what cannot pass is not tried again`() throws {
    try folder.write("no film", to: "in/d.mp4")
    let batch = try Batch([folder("in/d.mp4")], into: folder("out"), ["--retries", "5"])
    #expect(batch.outcome.exitCode == 1)
    #expect(try line("d.mp4").attempts.int == 1)
    #expect(try line("d.mp4").attempt_log.isMissing)
  }

  @Test func `a worker that stands still is timed out`() throws {
    let command = try start(["--stall-timeout", "2s"])
    kill(try worker(of: command), SIGSTOP)
    #expect(try command.wait(upTo: 60).exitCode == 1)
    let failed = try document("b-long.mp4")
    expectFailure("timed_out", failed, limit: "stall")
    // Whoever looks for the cause learns what the threads were doing.
    let message = try #require(failed.errors[0].message.string)
    #expect(message.contains(/threads were: [0-9]+ stopped/), "\(message)")
    try expectNeighbours()
  }

  @Test func `a film that takes too long is timed out`() throws {
    // The long film takes four times that alone on a fast machine; its neighbours a twentieth.
    let film = try folder.copy(Film.long(seconds: 600), to: "long/b-long.mp4")
    let arguments = ["--jobs", "1", "--threads", "1", "--timeout", "5s", "--work-dir", folder("work")]
    let batch = try Batch(
      [film, folder("in/a.mp4"), folder("in/c.mp4")], into: folder("out"), arguments)
    #expect(batch.outcome.exitCode == 1)
    expectFailure("timed_out", try document("b-long.mp4"), limit: "wall_time")
    try expectNeighbours()
  }

  @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
  func `an interrupted batch leaves whole results, and resumes`(signal: Int32, code: Int32) throws {
    let command = try start()
    let worker = try worker(of: command)
    // At a terminal the first lets what runs end; the second does not.
    if signal == SIGINT {
      command.send(signal)
      _ = try eventually("the batch says that it waits") { command.errorsSoFar.contains("Press again") ? true : nil }
    }
    command.send(signal)
    #expect(try command.wait(upTo: 20).exitCode == code)
    #expect(kill(worker, 0) != 0, "the worker outlived its batch")
    #expect(everything(in: folder("work")).isEmpty, "left in the work folder")
    #expect(try line("a.mp4").status.string == "succeeded")
    #expect(try !["succeeded", "partial"].contains(line("b-long.mp4").status.string))
    for path in everything(in: folder("out")) where path.hasSuffix(".json") {
      #expect(throws: Never.self, "\(path)") { try JSON(contents(of: folder("out/\(path)"))) }
    }
    // The rest, with a short film in the long one's place.
    try FileManager.default.removeItem(atPath: folder("in/b-long.mp4"))
    try folder.copy(Film.plain(), to: "in/b-long.mp4")
    let batch = try Batch([folder("in")], into: folder("out"), ["--stages", "scenes,frames", "--resume"])
    #expect(batch.outcome.exitCode == 0)
    #expect(try batch.summary.totals.succeeded.int == 3)
    #expect(try batch.summary.totals.resumed.int == 1)
  }

  @Test func `the first SIGINT lets running files end and begins no other`() throws {
    let command = try start()
    command.send(SIGINT)
    #expect(try command.wait(upTo: 180).exitCode == 130)
    #expect(try line("b-long.mp4").status.string == "succeeded")
    #expect(try line("c.mp4") == .missing)
    #expect(everything(in: folder("work")).isEmpty, "left in the work folder")
    #expect(try JSON(contents(of: folder("out/batch.json"))).totals.not_started.int == 1)
  }

  @Test func `a killed batch leaves no running worker, and what it left is cleared away by the next`() throws {
    let command = try start()
    let worker = try worker(of: command)
    command.send(SIGKILL)
    #expect(try command.wait().exitCode == 128 + SIGKILL)
    _ = try eventually(within: 20, "the worker ends with its batch") { kill(worker, 0) != 0 ? true : nil }
    let batch = try Batch(
      [folder("in/a.mp4")], into: folder("next"), ["--stages", "scenes", "--work-dir", folder("work")])
    #expect(batch.outcome.exitCode == 0)
    #expect(everything(in: folder("work")).isEmpty, "left in the work folder")
    #expect(try line("a.mp4").status.string == "succeeded")
  }

  @Test func `a film that vanishes before its turn is not found`() throws {
    let command = try start()
    try FileManager.default.removeItem(atPath: folder("in/c.mp4"))
    kill(try worker(of: command), SIGKILL)
    #expect(try command.wait().exitCode == 1)
    expectFailure("not_found", try document("c.mp4"))
    #expect(try line("a.mp4").status.string == "succeeded")
  }

  @Test func `a workspace is for its owner alone`() throws {
    let command = try start()
    let worker = try worker(of: command)
    defer {
      command.send(SIGKILL)
      // What it still writes would keep the folder from being removed.
      _ = try? eventually(within: 20, "the worker ends with its batch") { kill(worker, 0) != 0 ? true : nil }
    }
    let entries = try FileManager.default.contentsOfDirectory(atPath: folder("work"))
    #expect(!entries.isEmpty)
    for entry in entries {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder("work/\(entry)"))
      if attributes[.type] as? FileAttributeType == .typeDirectory {
        #expect((attributes[.posixPermissions] as? Int) == 0o700, "\(entry)")
      }
    }
  }
}
