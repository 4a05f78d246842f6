import Foundation
import TestSupport
import Testing

/// Paths that were named by mistake, and names that nobody expects: nothing of the user's is lost, nothing is left out without a word.
struct MistakenPathTests {
  private static let stages = ["--stages", "scenes"]

  /// Asserts that a command is refused with an exit code and leaves the film as it was.
  private func expectRefusal(
    _ code: Int32, _ word: String, _ arguments: (_ film: String, _ folder: TemporaryFolder) -> [String]
  ) throws {
    let folder = try TemporaryFolder()
    let film = try folder.copy(Film.plain(), to: "film.mp4")
    try FileManager.default.createSymbolicLink(atPath: folder("link.mp4"), withDestinationPath: "film.mp4")
    let outcome = try cutroom(arguments(film, folder))
    #expect(outcome.exitCode == code, "\(outcome.errors)")
    #expect(outcome.errors.contains(word), "\(outcome.errors)")
    #expect(try contents(of: film) == contents(of: Film.plain()))
  }

  @Test func `events and statistics are not written over a film`() throws {
    try expectRefusal(2, "holds something other than events") {
      ["analyze", $0, "-o", $1("out"), "--events", $0] + Self.stages
    }
    try expectRefusal(4, "is the input itself") { ["scenes", $0, "--scene-stats", $1("link.mp4")] }
  }

  @Test func `events of an earlier run are replaced`() throws {
    let folder = try TemporaryFolder()
    for _ in 0..<2 {
      let options = Self.stages + ["--force", "--events", folder("events")]
      #expect(try Batch([Film.plain()], into: folder("out"), options).outcome.exitCode == 0)
      let events = try jsonLines(contents(of: folder("events")))
      #expect(events.filter { $0.event.string == "finished" }.count == 1)
    }
  }

  @Test func `events that cannot be written are an error, and the results are there`() throws {
    let folder = try TemporaryFolder()
    let batch = try Batch([Film.plain()], into: folder("out"), Self.stages + ["--events", "/dev/full"])
    #expect(batch.outcome.exitCode == 4)
    #expect(batch.outcome.errors.contains("the events could not be written"))
    #expect(try batch.results.map { $0.status.string } == ["succeeded"])
  }

  @Test func `every request has a started event, also where its input cannot be opened`() throws {
    let folder = try TemporaryFolder()
    try folder.write("no film", to: "in/text.mp4")
    try folder.copy(Film.plain(), to: "in/film.mp4")
    let inputs = [folder("in"), folder("nothing.mp4")]
    _ = try Batch(inputs, into: folder("out"), Self.stages + ["--events", folder("events")])
    let events = try jsonLines(contents(of: folder("events")))
    func paths(_ kind: String) -> [String] {
      events.filter { $0.event.string == kind }.compactMap { $0.path.string }.sorted()
    }
    #expect(paths("finished").count == 3)
    #expect(paths("started") == paths("finished"))
  }

  @Test func `the folder of the results is no input`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "in/film.mp4")
    let outcome = try Batch([folder("in")], into: folder("in") + "/.").outcome
    #expect(outcome.exitCode == 2)
    #expect(outcome.errors.contains("is the folder for the results too"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder("in")) == ["film.mp4"])
  }

  /// Makes empty files whose names Swift cannot spell.
  private func makeUnspelled(_ names: [[UInt8]], in folder: String) throws {
    for name in names {
      let descriptor = (Array("\(folder)/".utf8) + name + [0]).withUnsafeBufferPointer {
        $0.withMemoryRebound(to: CChar.self) { open($0.baseAddress!, O_WRONLY | O_CREAT, 0o644) }
      }
      try #require(descriptor >= 0)
      close(descriptor)
    }
  }

  @Test func `names that are not UTF-8 are inputs of their own, and fail`() throws {
    let folder = try TemporaryFolder()
    try makeUnspelled([0xfe, 0xff].map { [0x78, $0] + Array(".mp4".utf8) }, in: folder.folder("in"))
    let batch = try Batch([folder("in")], into: folder("out"), Self.stages)
    let paths = try batch.results.map { $0.path.string }.sorted { $0 ?? "" < $1 ?? "" }
    #expect(paths == ["x\u{FFFD}fe.mp4", "x\u{FFFD}ff.mp4"].map { folder("in/\($0)") })
    #expect(try batch.results.allSatisfy { $0.errors[0].code.string == "unreadable" })
    #expect(batch.outcome.exitCode == 1)
  }

  @Test func `an output folder whose name is not UTF-8 is refused`() throws {
    let folder = try TemporaryFolder()
    let command = "exec \"$0\" analyze \"$1\" -o \"$2\"$'/out\\xff'"
    let outcome = try run("/bin/bash", ["-c", command, cutroomBinary, Film.plain(), folder.path])
    #expect(outcome.exitCode == 2 && outcome.errors.contains("the value of -o is not valid UTF-8"))
    #expect(everything(in: folder.path).isEmpty)
  }

  @Test func `names that no list can hold are named, and old lists are gone`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "in/good.mp4")
    try folder.copy(Film.plain(), to: "in/new\nline.mp4")
    try folder.write("mine", to: "lists/shard-x.txt")
    #expect(try cutroom(["plan", folder("in/good.mp4"), "--shards", "12", "-o", folder("lists")]).exitCode == 0)
    let outcome = try cutroom(["plan", folder("in"), "--shards", "2", "-o", folder("lists")])
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.contains("the name holds a line break"))
    let lists = try FileManager.default.contentsOfDirectory(atPath: folder("lists")).sorted()
    #expect(lists == ["shard-0.txt", "shard-1.txt", "shard-x.txt"])
    let lines = try lists.dropLast().map { String(decoding: try contents(of: folder("lists/\($0)")), as: UTF8.self) }
      .joined()
    #expect(lines == folder("in/good.mp4") + "\n")
  }

  @Test func `a list may begin with a byte order mark and hold blank lines`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "film.mp4")
    try folder.write("\u{FEFF}\(folder("film.mp4"))\r\n  \n\n", to: "list.txt")
    let batch = try Batch(["@" + folder("list.txt")], into: folder("out"), Self.stages)
    #expect(try batch.results.map { $0.path.string } == [folder("film.mp4")])
    #expect(batch.outcome.exitCode == 0)
  }

  @Test func `an input that is still missing is not tried again unless that is asked for`() throws {
    let folder = try TemporaryFolder()
    let inputs = [try Film.plain(), folder("nothing.mp4")]
    _ = try Batch(inputs, into: folder("out"), Self.stages)
    for (options, resumed) in [([], 2), (["--retry-failed"], 1)] {
      let batch = try Batch(inputs, into: folder("out"), Self.stages + ["--resume"] + options)
      #expect(try batch.summary.totals.resumed.int == resumed)
      #expect(try batch.summary.totals.failed.int == 1)
    }
  }

  @Test func `a limit of the shell for files is an error of the output, once`() throws {
    let folder = try TemporaryFolder()
    let options = "--stages scenes,frames --frame-format png --frame-width 0 --log-level info"
    let outcome = try run(
      "/bin/bash",
      [
        "-c", "ulimit -f 16; exec \"$0\" analyze \"$1\" -o \"$2\" \(options)", cutroomBinary, Film.plain(),
        folder("out"),
      ])
    #expect(outcome.exitCode == 4, "\(outcome.errors)")
    #expect(outcome.errors.contains("ulimit -f"), "\(outcome.errors)")
    #expect(!outcome.errors.contains("trying again"))
  }

  @Test func `a work folder in which nothing can be made is a problem`() throws {
    let outcome = try cutroom(["doctor", "--work-dir", "/proc"])
    #expect(outcome.text.contains("no workspace can be made"))
  }

  @Test func `a depth that the format does not have is refused`() throws {
    try expectRefusal(2, "frame_depth 16 goes with frame_format png") {
      ["analyze", $0, "-o", $1("out"), "--frame-depth", "16"]
    }
  }
}
