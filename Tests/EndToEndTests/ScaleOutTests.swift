import Foundation
import TestSupport
import Testing

/// A batch that is divided among machines, and joined again.
struct ScaleOutTests {
  private func films() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["a.mp4", "sub/a.mp4", "sub/b.mp4", "other/c.mp4"] { try folder.copy(Film.plain(), to: "in/\(name)") }
    try folder.write("no film", to: "in/other/broken.mp4")
    return folder
  }

  @Test func `the joined shards are the batch`() throws {
    let folder = try films()
    let options = ["--stages", "scenes,frames"]
    let whole = try Batch([folder("in")], into: folder("whole"), options)
    let plan = try cutroom(["plan", folder("in"), "--shards", "3", "-o", folder("lists")])
    #expect(plan.exitCode == 0, "\(plan.errors)")
    for index in 0..<3 {
      let list = "@" + folder("lists/shard-\(index).txt")
      _ = try Batch([list], into: folder("part/\(index)"), options + ["--root", folder("in")])
    }
    let parts = (0..<3).map { folder("part/\($0)") }
    let merge = try cutroom(["merge"] + parts + ["-o", folder("joined")])
    #expect(merge.exitCode == whole.outcome.exitCode)
    #expect(everything(in: folder("joined")).sorted() == everything(in: folder("whole")).sorted())
    for name in ["a.mp4", "sub/a.mp4", "sub/b.mp4", "other/c.mp4", "other/broken.mp4"] {
      let (joined, one) = try (
        JSON(contents(of: folder("joined/\(name)/analysis.json"))), whole.document(name)
      )
      #expect(joined.status == one.status)
      #expect(joined.scenes == one.scenes)
    }
    let summary = try JSON(contents(of: folder("joined/batch.json")))
    #expect(summary.totals.succeeded.int == 4)
    #expect(summary.totals.failed.int == 1)
    #expect(try results(in: folder("joined")).count == 5)
    #expect(try SchemaTests.complaints([contents(of: folder("joined/batch.json"))], schema: "batch") == [])
    // It can be gone on with like any other.
    let again = try Batch(
      ["@" + folder("lists/shard-0.txt")], into: folder("joined"), options + ["--root", folder("in"), "--resume"])
    #expect(try again.summary.totals.resumed.int == again.summary.results.items.count)
  }

  @Test func `of one input in two batches the better result counts`() throws {
    let folder = try TemporaryFolder()
    try folder.write("no film", to: "film.mp4")
    _ = try Batch([folder("film.mp4")], into: folder("one"), ["--stages", "scenes"])
    try FileManager.default.removeItem(atPath: folder("film.mp4"))
    try folder.copy(Film.plain(), to: "film.mp4")
    _ = try Batch([folder("film.mp4")], into: folder("two"), ["--stages", "scenes"])
    for order in [["one", "two"], ["two", "one"]] {
      let merge = try cutroom(["merge"] + order.map { folder($0) } + ["-o", folder("joined"), "--force"])
      #expect(merge.exitCode == 0)
      #expect(merge.errors.contains("1 results gave way"))
      #expect(try JSON(contents(of: folder("joined/film.mp4/analysis.json"))).status.string == "succeeded")
    }
  }

  @Test func `what cannot be joined is refused`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "film.mp4")
    _ = try Batch([folder("film.mp4")], into: folder("one"), ["--stages", "scenes"])
    _ = try Batch([folder("film.mp4")], into: folder("two"), ["--stages", "scenes", "--min-scene-length", "5s"])
    try folder.folder("empty")
    for (folders, word) in [(["one", "two"], "different options"), (["one", "empty"], "no results")] {
      let merge = try cutroom(["merge"] + folders.map { folder($0) } + ["-o", folder("joined")])
      #expect(merge.exitCode == 2)
      #expect(merge.errors.contains(word), "\(merge.errors)")
    }
    #expect(try cutroom(["merge", folder("one"), "-o", folder("two")]).exitCode == 2)
    #expect(try cutroom(["plan", folder("empty"), "--shards", "0", "-o", folder("lists")]).exitCode == 2)
  }

  // MARK: - One request

  private func request(_ input: String, _ output: String, _ more: String = "") -> Data {
    Data(
      #"{"operation": "analyze", "id": "job-7", "input": {"path": "\#(input)"}, "output": "\#(output)", "stages": ["scenes"]\#(more)}"#
        .utf8)
  }

  @Test func `one request, with its id in every event`() throws {
    let folder = try TemporaryFolder()
    let film = try folder.copy(Film.plain(), to: "film.mp4")
    let arguments = ["run-one", "--request", "-", "--events", folder("events")]
    let outcome = try cutroom(arguments, input: request(film, folder("out")))
    #expect(outcome.exitCode == 0)
    #expect(String(decoding: outcome.output, as: UTF8.self) == folder("out") + "/analysis.json\n")
    let events = try jsonLines(contents(of: folder("events")))
    #expect(events.last?.event.string == "finished")
    #expect(events.allSatisfy { $0.request_id.string == "job-7" })
  }

  @Test func `exit codes tell a scheduler what to do`() throws {
    let folder = try TemporaryFolder()
    try folder.write("no film", to: "broken.mp4")
    let film = try folder.copy(Film.long(seconds: 600), to: "film.mp4")
    try folder.write("{", to: "bad.json")
    #expect(
      try cutroom(["run-one", "--request", "-"], input: request(folder("broken.mp4"), folder("a"))).exitCode == 1)
    #expect(
      try cutroom(["run-one", "--request", "-"], input: request(folder("missing.mp4"), folder("b"))).exitCode == 1)
    #expect(try cutroom(["run-one", "--request", folder("bad.json")]).exitCode == 2)
    let slow = request(film, folder("c"), #", "limits": {"timeout": 1}"#)
    let late = try cutroom(["run-one", "--request", "-", "--log-format", "json"], input: slow)
    #expect(late.exitCode == 75)
    let log = try jsonLines(Data(late.errors.utf8))
    #expect(log.allSatisfy { $0.request_id.string == "job-7" })
  }

  @Test(arguments: ["probe", "loudness"])
  func `a request that measures writes its document where it is told, else prints it`(operation: String) throws {
    let folder = try TemporaryFolder()
    let sound = try Sound.write(Sound.sine(1000, 1), to: folder("s.wav"))
    func run(_ more: String) throws -> Outcome {
      let request = #"{"operation": "\#(operation)", "input": {"path": "\#(sound)"}\#(more)}"#
      return try cutroom(["run-one", "--request", "-"], input: Data(request.utf8))
    }
    let printed = try run("")
    #expect(printed.exitCode == 0, "\(printed.errors)")
    #expect(try JSON(printed.output).kind.string == operation)
    #expect(try SchemaTests.complaints([printed.output], schema: operation) == [])
    let written = try run(#", "output": "\#(folder("out.json"))""#)
    #expect(written.exitCode == 0, "\(written.errors)")
    #expect(written.text == folder("out.json") + "\n")
    #expect(try contents(of: folder("out.json")) == printed.output)
    #expect(try run(#", "output": "\#(sound)""#).exitCode == 4)
    #expect(try run(#", "output": "\#(folder("no/folder/out.json"))""#).exitCode == 4)
  }
}
