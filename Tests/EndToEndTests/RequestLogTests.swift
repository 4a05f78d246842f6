import Foundation
import TestSupport
import Testing

/// What the log and the events tell of a request: its name, its stages, and how it came to its end.
@Suite struct RequestLogTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.copy(Film.withSound(), to: "in/a.mp4")
  }

  private let logging = ["--log-format", "json", "--log-level", "info", "--quiet"]

  private func log(_ outcome: Outcome) throws -> [JSON] { try jsonLines(Data(outcome.errors.utf8)) }

  private func expectSchema(_ outcome: Outcome) throws {
    let lines = outcome.errors.split(separator: "\n").map { Data($0.utf8) }
    #expect(try SchemaTests.complaints(lines, schema: "log") == [])
    let events = try contents(of: folder("events")).split(separator: UInt8(ascii: "\n")).map { Data($0) }
    #expect(try SchemaTests.complaints(events, schema: "event") == [])
  }

  @Test func `a request id is passed through to documents, events and logs`() throws {
    let batch = try Batch(
      [folder("in")], into: folder("out"), logging + ["--request-id", "job 42", "--events", folder("events")])
    #expect(try batch.document("a.mp4").request_id.string == "job 42")
    #expect(try batch.summary.request_id.string == "job 42")
    let events = try jsonLines(contents(of: folder("events")))
    #expect(!events.isEmpty && events.allSatisfy { $0.request_id.string == "job 42" })
    let log = try log(batch.outcome)
    #expect(!log.isEmpty && log.allSatisfy { $0.request_id.string == "job 42" })
    try expectSchema(batch.outcome)
    #expect(try SchemaTests.complaints([contents(of: folder("out/batch.json"))], schema: "batch") == [])
    #expect(try SchemaTests.complaints([contents(of: folder("out/a.mp4/analysis.json"))], schema: "analysis") == [])
  }

  @Test func `a request document brings its id along`() throws {
    let request =
      #"{"operation": "analyze", "id": "r-7", "input": {"path": "\#(folder("in/a.mp4"))"}, "output": "\#(folder("one"))", "stages": "audio"}"#
    let outcome = try cutroom(["run-one", "--request", "-"] + logging, input: Data(request.utf8))
    #expect(outcome.exitCode == 0)
    #expect(try JSON(contents(of: folder("one/analysis.json"))).request_id.string == "r-7")
    #expect(try log(outcome).allSatisfy { $0.request_id.string == "r-7" })
  }

  @Test func `start, every stage with its duration, and end`() throws {
    let batch = try Batch([folder("in")], into: folder("out"), logging + ["--events", folder("events")])
    let log = try log(batch.outcome)
    #expect(log.first?.event.string == "start" && log.last?.event.string == "end")
    let stages = log.filter { $0.event.string == "stage" }
    #expect(stages.compactMap { $0.stage.string } == ["audio", "decode", "frames", "scenes", "text"])
    let document = try batch.document("a.mp4")
    for line in stages {
      #expect(line.duration_seconds == document.timings.stages[line.stage.string ?? ""])
      #expect(line.path.string?.hasSuffix("in/a.mp4") == true)
    }
    #expect((log.last?.duration_seconds.double ?? 0) >= (document.timings.wall_seconds.double ?? .infinity))
    try expectSchema(batch.outcome)
  }

  @Test func `a kill and a retry stand in the log, and the events end once`() throws {
    try FileManager.default.removeItem(atPath: folder("in/a.mp4"))
    try folder.copy(Film.long(), to: "in/a.mp4")
    let command = try RunningCommand(
      cutroomBinary,
      ["analyze", folder("in"), "-o", folder("out"), "--stages", "scenes", "--events", folder("events")]
        + ["--threads", "1"] + logging)
    let worker = try eventually("the film is being decoded") {
      (try? jsonLines(contents(of: folder("events"))))?.contains { $0.event.string == "progress" } == true
        ? descendants(of: command.processIdentifier, with: "worker").first : nil
    }
    kill(worker, SIGKILL)
    let outcome = try command.wait(upTo: 180)
    #expect(outcome.exitCode == 0)
    let events = try log(outcome).compactMap { $0.event.string }.filter { $0 != "stage" }
    #expect(events == ["start", "kill", "retry", "end"])
    #expect(try log(outcome).first { $0.event.string == "kill" }?.signal.string == "SIGKILL")
    let told = try jsonLines(contents(of: folder("events"))).compactMap { $0.event.string }.filter { $0 != "progress" }
    #expect(told == ["started", "retrying", "started", "finished"])
    try expectSchema(outcome)
  }

  /// The commands that print what they found keep the same log as a batch.
  @Test(arguments: [["scenes"], ["text"], ["frames", "--at", "0"]])
  func `every command that analyses logs start, stages and end`(command: [String]) throws {
    let more = command[0] == "frames" ? ["-o", folder("pictures")] : []
    let film = folder("in/a.mp4")
    let outcome = try cutroom([command[0], film] + command.dropFirst() + more + ["--request-id", "r-1"] + logging)
    #expect(outcome.exitCode == 0)
    let lines = try log(outcome)
    #expect(lines.first?.event.string == "start" && lines.last?.event.string == "end")
    #expect(lines.contains { $0.event.string == "stage" && ($0.duration_seconds.double ?? -1) >= 0 })
    #expect(lines.allSatisfy { $0.request_id.string == "r-1" && $0.path.string == film })
    #expect(
      try SchemaTests.complaints(outcome.errors.split(separator: "\n").map { Data($0.utf8) }, schema: "log") == [])

    try folder.write("no film", to: "in/b.mp4")
    let failed = try cutroom(
      [command[0], folder("in/b.mp4")] + command.dropFirst() + more + ["--quiet"] + (more.isEmpty ? [] : ["--force"]))
    #expect(failed.exitCode == 1)
    #expect(failed.errors.split(separator: "\n").filter { $0.contains("b.mp4") }.count == 1, "told once")
  }

  @Test func `a limit stands in the log`() throws {
    let batch = try Batch(
      [folder("in")], into: folder("out"),
      logging + ["--max-duration", "1s", "--stages", "scenes", "--events", folder("events")])
    let limit = try #require(try log(batch.outcome).first { $0.event.string == "limit" })
    #expect(limit.limit.string == "duration" && limit.code.string == "limit_exceeded")
    try expectSchema(batch.outcome)
  }

  @Test func `an attempt that told its own end and is followed by another did not finish`() throws {
    // A file that cannot be read to its end as another takes from it: the first attempt says so itself.
    let request =
      #"{"operation": "analyze", "id": "x", "input": {"path": "/proc/self/mem"}, "output": "\#(folder("one"))"}"#
    let outcome = try cutroom(
      ["run-one", "--request", "-", "--retries", "1", "--events", folder("events")], input: Data(request.utf8))
    #expect(outcome.exitCode != 0)
    let told = try jsonLines(contents(of: folder("events"))).compactMap { $0.event.string }
    #expect(told.filter { $0 == "finished" }.count == 1 && told.last == "finished")
  }
}
