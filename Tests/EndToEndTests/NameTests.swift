import Foundation
import TestSupport
import Testing

/// Which files are found below a folder, and where their results go.
struct NameTests {
  private static let quick = ["--stages", "scenes"]

  static let names = [
    "with space.mp4", "double\"quote.mp4", "single'quote.mp4", "new\nline.mp4", "tab\tand back\\slash.mp4",
    "größe-映画-🎬.mp4",
    "-dash.mp4", "--stages.mp4", "%d-%s.mp4", "a&b;c$(d).mp4", "http:x.mp4", ".hidden.mp4x.mp4", "UPPER.MP4",
  ]

  static let run = Result {
    let folder = try TemporaryFolder()
    for name in names { try folder.copy(Film.plain(), to: "in/\(name)") }
    return (folder: folder, batch: try Batch(["in"], into: "out", quick, in: folder.path))
  }

  @Test(arguments: names)
  func `a name of any letters is mirrored and told as it is`(name: String) throws {
    let (folder, batch) = try Self.run.get()
    #expect(batch.outcome.exitCode == 0)
    let document = try JSON(contents(of: folder("out/\(name)/analysis.json")))
    #expect(document.status.string == "succeeded")
    #expect(document.input.path.string == "in/\(name)")
    #expect(document.scenes.items.map { $0.start.frame.int } == Film.cuts)
    let lines = try results(in: folder("out")).filter { $0.path.string == "in/\(name)" }
    #expect(lines.map { $0.document.string } == ["\(name)/analysis.json"])
  }

  @Test func `a log line stays one line whatever the name`() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "in/new\nline.mp4")
    let outcome = try Batch([folder("in")], into: folder("out"), ["--log-format", "json", "--quiet"]).outcome
    #expect(outcome.exitCode == 1)
    let lines = outcome.errors.split(separator: "\n")
    #expect(lines.count > 0)
    for line in lines { #expect(throws: Never.self) { try JSON(Data(line.utf8)) } }
  }

  @Test func `a name that starts with a dash can be given after two dashes`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "-dash.mp4")
    let outcome = try cutroom(["analyze", "-o", "out"] + Self.quick + ["--", "-dash.mp4"], in: folder.path)
    #expect(outcome.exitCode == 0)
    #expect(exists(folder("out/-dash.mp4/analysis.json")))
    let other = try cutroom(["analyze", "./-dash.mp4", "-o", "out2"] + Self.quick, in: folder.path)
    #expect(other.exitCode == 0)
    #expect(exists(folder("out2/-dash.mp4/analysis.json")))
  }

  @Test func `where two results meet the second gets a number`() throws {
    let folder = try TemporaryFolder()
    for name in ["a/film.mp4", "b/film.mp4", "c/film.mp4"] { try folder.copy(Film.plain(), to: name) }
    let inputs = [folder("a/film.mp4"), folder("b/film.mp4"), folder("c")]
    let batch = try Batch(inputs, into: folder("out"), Self.quick)
    #expect(batch.outcome.exitCode == 0)
    #expect(try batch.document("film.mp4").input.path.string == folder("a/film.mp4"))
    #expect(try batch.document("film.mp4~2").input.path.string == folder("b/film.mp4"))
    #expect(try batch.document("film.mp4~3").input.path.string == folder("c/film.mp4"))
    #expect(try batch.results.count == 3)
  }

  @Test func `a file named twice is done once`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "in/film.mp4")
    let batch = try Batch([folder("in"), folder("in")], into: folder("out"), Self.quick)
    #expect(batch.outcome.exitCode == 0)
    #expect(try batch.results.count == 1)
  }

  @Test(.timeLimit(.minutes(1))) func `links that lead in a circle are followed once`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "in/film.mp4")
    let files = FileManager.default
    try files.createSymbolicLink(atPath: folder("in/again"), withDestinationPath: folder("in"))
    try files.createSymbolicLink(atPath: folder("in/self.mp4"), withDestinationPath: "self.mp4")
    try files.createSymbolicLink(atPath: folder("in/dangling.mp4"), withDestinationPath: "nowhere.mp4")
    try folder.copy(Film.plain(), to: "elsewhere/linked.mp4")
    try files.createSymbolicLink(atPath: folder("in/beside"), withDestinationPath: folder("elsewhere"))
    let batch = try Batch([folder("in")], into: folder("out"), Self.quick, timeLimit: 40)
    let films = try batch.results.filter { $0.status.string == "succeeded" }.compactMap { $0.path.string }
    #expect(films.filter { $0.hasSuffix("film.mp4") }.count == 1)
    #expect(films.filter { $0.hasSuffix("beside/linked.mp4") }.count == 1)
    #expect(films.count == 2)
  }

  @Test func `the output folder inside the input folder is not an input`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "in/film.mp4")
    try folder.copy(Film.plain(), to: "in/out/old.mp4")
    let first = try Batch([folder("in")], into: folder("in/out"), Self.quick)
    #expect(first.outcome.exitCode == 0)
    #expect(try first.results.map { $0.document.string } == ["film.mp4/analysis.json"])
    let second = try Batch([folder("in")], into: folder("in/out"), Self.quick + ["--resume"])
    #expect(second.outcome.exitCode == 0)
    #expect(try second.results.count == 1)
  }

  @Test func `a list names files one a line`() throws {
    let folder = try TemporaryFolder()
    for name in ["one.mp4", "two films.mp4", "three.mp4"] { try folder.copy(Film.plain(), to: name) }
    try folder.write("\(folder("one.mp4"))\n\(folder("two films.mp4"))\n", to: "list")
    let batch = try Batch(["@\(folder("list"))"], into: folder("out"), Self.quick)
    #expect(batch.outcome.exitCode == 0)
    #expect(try batch.results.map { $0.document.string } == ["one.mp4/analysis.json", "two films.mp4/analysis.json"])
  }

  @Test func `extensions choose what counts as media in a folder`() throws {
    let folder = try TemporaryFolder()
    for name in ["a.mp4", "b.MKV", "c.special"] { try folder.copy(Film.plain(), to: "in/\(name)") }
    let batch = try Batch([folder("in")], into: folder("out"), Self.quick + ["--extensions", "mkv,special"])
    #expect(try batch.results.map { $0.document.string } == ["b.MKV/analysis.json", "c.special/analysis.json"])
  }
}
