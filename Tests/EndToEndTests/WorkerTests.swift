import Foundation
import TestSupport
import Testing

/// The worker's own contract: one request on standard input, events as JSON lines on standard output.
struct WorkerTests {
  private func run(_ request: String, in folder: TemporaryFolder) throws -> (outcome: Outcome, events: [JSON]) {
    let outcome = try cutroom(["worker"], input: Data(request.utf8), in: folder.path, timeLimit: 60)
    return (outcome, try jsonLines(outcome.output))
  }

  /// A request whose parts can be replaced or added to.
  private func request(
    input: String = #""input": {"path": "film.mp4"}"#, operation: String = "analyze",
    more: String = #","stages": ["scenes"]"#
  ) -> String {
    #"{"schema_version": 1, "kind": "request", "id": "r-1", "operation": "\#(operation)", \#(input), "output": "out"\#(more)}"#
  }

  private func filled() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "film.mp4")
    return folder
  }

  @Test func `a request is carried out with events from started to finished`() throws {
    let folder = try filled()
    let (outcome, events) = try run(request(), in: folder)
    #expect(outcome.exitCode == 0)
    #expect(events.first?.event.string == "started")
    #expect(events.last?.event.string == "finished")
    #expect(events.last?.status.string == "succeeded")
    #expect(events.allSatisfy { $0.request_id.string == "r-1" })
    let document = try JSON(contents(of: folder("out/analysis.json")))
    #expect(document.scenes.items.map { $0.start.frame.int } == Film.cuts)
    #expect(document.params.stages.items.map(\.string) == ["scenes"])
  }

  @Test func `options of a request shape the result`() throws {
    let folder = try filled()
    let options = #","stages": ["scenes","frames"],"options": {"frame_width": 40,"frame_format": "png"}"#
    #expect(try run(request(more: options), in: folder).outcome.exitCode == 0)
    let document = try JSON(contents(of: folder("out/analysis.json")))
    #expect(document.frames.items.count == 3)
    #expect(document.frames.items.allSatisfy { $0.width.int == 40 && $0.file.string?.hasSuffix(".png") == true })
  }

  @Test func `a probe is answered in the finished event`() throws {
    let folder = try filled()
    let (outcome, events) = try run(request(operation: "probe", more: ""), in: folder)
    #expect(outcome.exitCode == 0)
    #expect(events.last?.probe.media.video.codec.string == "h264")
  }

  @Test func `a film that is not there is a failed document and exit code 1`() throws {
    let folder = try filled()
    let (outcome, events) = try run(request(input: #""input": {"path": "none.mp4"}"#), in: folder)
    #expect(outcome.exitCode == 1)
    #expect(events.last?.status.string == "failed")
    #expect(events.last?.errors[0].code.string == "not_found")
    expectFailure("not_found", try JSON(contents(of: folder("out/analysis.json"))))
  }

  @Test func `an output that cannot be written is exit code 4`() throws {
    let folder = try filled()
    try folder.write("a file", to: "out")
    #expect(try run(request(), in: folder).outcome.exitCode == 4)
    #expect(try contents(of: folder("out")) == Data("a file".utf8))
  }

  /// A wrong request and the words its refusal must hold.
  static let wrong: [(request: String, words: [String])] = [
    ("", []),
    ("not JSON", []),
    ("[]", []),
    ("{}", []),
    (
      #"{"schema_version": 1, "kind": "request", "id": "1", "operation": "analyze", "inptu": {"path": "film.mp4"}, "output": "out"}"#,
      ["inptu", "input"]
    ),
    (
      #"{"schema_version": 1, "kind": "request", "id": "1", "operation": "analyze", "input": {"paht": "film.mp4"}, "output": "out"}"#,
      ["paht", "path"]
    ),
    (
      #"{"schema_version": 1, "kind": "request", "id": "1", "operation": "analyse", "input": {"path": "film.mp4"}, "output": "out"}"#,
      ["analyse", "\"analyze\""]
    ),
    (
      #"{"schema_version": 2, "kind": "request", "id": "1", "operation": "analyze", "input": {"path": "film.mp4"}, "output": "out"}"#,
      ["schema_version"]
    ),
    (
      #"{"schema_version": 1, "kind": "analysis", "id": "1", "operation": "analyze", "input": {"path": "film.mp4"}, "output": "out"}"#,
      ["kind"]
    ),
    (
      #"{"schema_version": 1, "kind": "request", "id": "1", "operation": "analyze", "input": {"path": "film.mp4"}, "output": "out", "stages": ["scene"]}"#,
      ["\"scenes\""]
    ),
    (
      #"{"schema_version": 1, "kind": "request", "id": "1", "operation": "analyze", "input": {"path": "film.mp4"}, "output": "out", "options": {"frame_widht": 1}}"#,
      ["frame_widht", "\"frame_width\""]
    ),
    (
      #"{"schema_version": 1, "kind": "request", "id": "1", "operation": "analyze", "input": {"path": "film.mp4"}, "output": "out", "options": {"frame_width": "wide"}}"#,
      ["frame_width"]
    ),
    (
      #"{"schema_version": 1, "kind": "request", "id": "1", "operation": "analyze", "input": {"path": "film.mp4"}, "output": "out", "options": {"frame_format": "jpg"}}"#,
      ["\"jpeg\""]
    ),
    (
      #"{"schema_version": 1, "kind": "request", "id": "1", "operation": "analyze", "input": {"path": "film.mp4"}, "output": "out", "limits": {"max_pixel": 1}}"#,
      ["max_pixel"]
    ),
    (
      #"{"schema_version": 1, "kind": "request", "id": "1", "operation": "analyze", "input": {"path": "film.mp4"}, "output": "out", "stagse": []}"#,
      ["stagse", "\"stages\""]
    ),
  ]

  @Test(arguments: wrong.indices)
  func `a wrong request is refused with exit code 2 and the closest right key`(index: Int) throws {
    let folder = try filled()
    let outcome = try cutroom(["worker"], input: Data(Self.wrong[index].request.utf8), in: folder.path)
    #expect(outcome.exitCode == 2)
    #expect(!outcome.errors.isEmpty)
    for word in Self.wrong[index].words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    #expect(!exists(folder("out")))
  }
}
