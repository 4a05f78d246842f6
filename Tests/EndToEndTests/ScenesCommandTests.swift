import Foundation
import TestSupport
import Testing

/// `cutroom scenes`: the boundaries of a film as a table, as JSON and as comma-separated values.
struct ScenesCommandTests {
  static let columns = [
    "scene", "start_frame", "end_frame", "start_seconds", "end_seconds", "duration_seconds", "transition", "confidence",
    "transition_start_frame", "transition_end_frame",
  ]

  @Test func `json is the document that analyze writes`() throws {
    let folder = try TemporaryFolder()
    let film = try Film.plain()
    let outcome = try cutroom(["scenes", film, "--json"])
    #expect(outcome.exitCode == 0 && outcome.errors.isEmpty)
    let batch = try Batch([film], into: folder("out"), ["--stages", "scenes"])
    let written = try analysisWithoutTimings(in: batch.output)
    #expect(outcome.text.hasPrefix(written))
    #expect(try JSON(outcome.output).scenes.items.map { $0.start.frame.int } == Film.cuts)
  }

  @Test func `table and comma-separated values say what the document says`() throws {
    let film = try TransitionTests.run.get().output + "/../in/black-5.mp4"
    let scenes = try JSON(cutroom(["scenes", film, "--json"]).output).scenes.items
    #expect(scenes.count == 2)
    let table = try cutroom(["scenes", film]).lines.map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
    #expect(table.map { $0[0] } == ["scene"] + scenes.map { "\($0.id.int ?? -1)" })
    let records = try read(cutroom(["scenes", film, "--csv"]).output)
    #expect(records[0] == Self.columns)
    for (index, scene) in scenes.enumerated() {
      let (row, record) = (table[index + 1], records[index + 1])
      #expect(row[4] == "\((scene.end.frame.int ?? 0) - (scene.start.frame.int ?? 0))")
      #expect(row[5] == scene.transition_in.kind.string)
      #expect([record[1], record[2]].map { Int($0) } == [scene.start.frame.int, scene.end.frame.int])
      #expect(
        [record[3], record[4], record[5], record[7]].map { Double($0) } == [
          scene.start.seconds.double, scene.end.seconds.double, scene.duration_seconds.double,
          scene.transition_in.confidence.double,
        ])
      #expect(record[6] == scene.transition_in.kind.string)
      #expect(record[8] == scene.transition_in.start.frame.int.map(String.init) ?? "")
      #expect(record[9] == scene.transition_in.end.frame.int.map(String.init) ?? "")
    }
  }

  /// What Python's reader makes of comma-separated values.
  private func read(_ data: Data) throws -> [[String]] {
    let program =
      "import csv,io,json,sys; print(json.dumps(list(csv.reader(io.TextIOWrapper(sys.stdin.buffer,newline='')))))"
    let outcome = try run("/usr/bin/python3", ["-c", program], input: data)
    return try JSON(outcome.output).items.map { $0.items.map { $0.string ?? "" } }
  }

  @Test func `several inputs are told apart, and a bad one costs its neighbours nothing`() throws {
    let folder = try TemporaryFolder()
    let names = ["a, \"b\".mp4", "c.mp4"]
    for name in names { try folder.copy(Film.plain(), to: name) }
    let inputs = [folder(names[0]), folder("none.mp4"), folder(names[1])]
    let csv = try cutroom(["scenes"] + inputs + ["--csv"])
    #expect(csv.exitCode == 1)
    #expect(csv.errors.contains("none.mp4") && csv.errors.contains("does not exist"))
    let records = try read(csv.output)
    #expect(records[0] == ["path"] + Self.columns)
    #expect(
      records.dropFirst().map { $0[0] }
        == [inputs[0], inputs[2]].flatMap { Array(repeating: $0, count: Film.cuts.count) })
    let json = try cutroom(["scenes"] + inputs + ["--json"])
    let documents = try jsonLines(json.output)
    #expect(documents.map { $0.input.path.string } == inputs)
    #expect(documents.map { $0.status.string } == ["succeeded", "failed", "succeeded"])
    expectFailure("not_found", documents[1])
    let table = try cutroom(["scenes"] + inputs)
    #expect(names.allSatisfy { table.text.contains($0) })
  }

  @Test func `a folder is searched`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "in/deep/a.mp4")
    try folder.copy(Film.plain(), to: "in/b.mp4")
    let outcome = try cutroom(["scenes", folder("in"), "--json"])
    #expect(outcome.exitCode == 0)
    #expect(
      try jsonLines(outcome.output).map { $0.input.path.string } == [folder("in/b.mp4"), folder("in/deep/a.mp4")])
  }

  @Test func `settings shape the scenes, from flags and environment`() throws {
    let film = try Film.plain()
    for (arguments, environment) in [(["--min-scene-length", "28f"], [:]), ([], ["CUTROOM_MIN_SCENE_LENGTH": "28f"])] {
      let document = try JSON(cutroom(["scenes", film, "--json"] + arguments, environment: environment).output)
      #expect(document.scenes.items.map { $0.start.frame.int } == [0])
      #expect(document.params.min_scene_length.string == "28f")
      #expect(document.params.stages == .array([.string("scenes")]))
    }
    #expect(
      try JSON(cutroom(["scenes", film, "--json", "--threads", "1"]).output).scenes.items.count == Film.cuts.count)
    let limited = try JSON(cutroom(["scenes", film, "--json", "--max-pixels", "64x64"]).output)
    expectFailure("limit_exceeded", limited, limit: "pixels")
  }

  @Test(arguments: [
    ([], "scenes needs INPUT"), (["a.mp4", "--json", "--csv"], "one of them"),
    (["a.mp4", "--csv=yes"], "takes no value"),
    (["a.mp4", "--cvs"], "did you mean --csv"), (["a.mp4", "--frame-width", "3"], "unknown option"),
    (["a.mp4", "--stages", "text"], "unknown option"), ([""], "empty"),
    (["a.mp4", "b.mp4", "--scene-stats", "x.csv"], "one input"),
  ])
  func `wrong usage is exit code 2 and says what is right`(arguments: [String], said: String) throws {
    let outcome = try cutroom(["scenes"] + arguments)
    #expect(outcome.exitCode == 2)
    #expect(outcome.output.isEmpty && outcome.errors.contains(said), "\(outcome.errors)")
  }

  @Test func `a film without a picture has no scenes and says so`() throws {
    let sound = try Film.make(["-f", "lavfi", "-i", "sine=d=1"], as: "wav")
    let outcome = try cutroom(["scenes", sound])
    #expect(outcome.exitCode == 1 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("no picture"))
  }

  @Test func `nothing is left behind`() throws {
    let folder = try TemporaryFolder()
    try folder.folder("work")
    #expect(try cutroom(["scenes", Film.plain(), "--work-dir", folder("work")]).exitCode == 0)
    #expect(everything(in: folder("work")).isEmpty)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `an interrupted run ends its worker and leaves nothing`(signal: Int32) throws {
    let folder = try TemporaryFolder()
    try folder.folder("work")
    let command = try RunningCommand(
      cutroomBinary, ["scenes", Film.long(), "--threads", "1", "--work-dir", folder("work")])
    let worker = try eventually("a worker process") {
      descendants(of: command.processIdentifier, with: "worker").first
    }
    command.send(signal)
    let outcome = try command.wait()
    #expect(outcome.exitCode == 128 + signal)
    #expect(outcome.output.isEmpty)
    #expect(!exists("/proc/\(worker)"))
    #expect(everything(in: folder("work")).isEmpty)
  }

  @Test func `standard output that cannot be written is exit code 4`() throws {
    let outcome = try run("/bin/sh", ["-c", "\"$0\" scenes \"$1\" > /dev/full", cutroomBinary, Film.plain()])
    #expect(outcome.exitCode == 4)
    #expect(outcome.errors.contains("standard output"))
  }
}
