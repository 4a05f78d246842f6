import Foundation
import TestSupport
import Testing

/// Things in a folder that are not plain files with plain names.
struct OddFileTests {
  private static let quick = ["--stages", "scenes"]

  @Test func `a pipe among the films does not hold up the batch`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "in/film.mp4")
    try #require(mkfifo(folder("in/pipe.mp4"), 0o644) == 0)
    let batch = try Batch([folder("in")], into: folder("out"), Self.quick, timeLimit: 15)
    #expect(try batch.result("film.mp4").status.string == "succeeded")
    #expect(try batch.result("pipe.mp4").status.string != "succeeded")
  }

  @Test func `a pipe that is named is an error at once`() throws {
    let folder = try TemporaryFolder()
    try #require(mkfifo(folder("pipe.mp4"), 0o644) == 0)
    let batch = try Batch([folder("pipe.mp4")], into: folder("out"), Self.quick, timeLimit: 15)
    #expect(batch.outcome.exitCode == 1)
    #expect(try ["unreadable", "not_media"].contains(batch.result("pipe.mp4").errors[0].code.string))
  }

  @Test func `a device is not a film`() throws {
    let folder = try TemporaryFolder()
    let batch = try Batch(["/dev/zero"], into: folder("out"), Self.quick, timeLimit: 15)
    #expect(batch.outcome.exitCode == 1)
    #expect(try ["unreadable", "not_media"].contains(batch.result("zero").errors[0].code.string))
  }

  @Test func `a folder named like a film is a folder`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "in/folder.mp4/film.mp4")
    let batch = try Batch([folder("in")], into: folder("out"), Self.quick)
    #expect(batch.outcome.exitCode == 0)
    #expect(try batch.document("folder.mp4/film.mp4").status.string == "succeeded")
  }

  @Test func `the longest name a file can have is mirrored`() throws {
    let folder = try TemporaryFolder()
    let name = String(repeating: "n", count: 251) + ".mp4"
    try folder.copy(Film.plain(), to: "in/\(name)")
    let batch = try Batch([folder("in")], into: folder("out"), Self.quick)
    #expect(batch.outcome.exitCode == 0)
    #expect(try batch.document(name).status.string == "succeeded")
  }

  @Test func `a name that is not UTF-8 is told of and costs its neighbours nothing`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "in/film.mp4")
    _ = try tool("bash", ["-c", "cp '\(folder("in/film.mp4"))' '\(folder("in"))'/$'caf\\xe9.mp4'"])
    let batch = try Batch([folder("in")], into: folder("out"), Self.quick)
    #expect(try batch.result("film.mp4").status.string == "succeeded")
    #expect(try batch.results.count == 2 || batch.outcome.errors.contains("caf"), "the other film was passed over")
  }

  @Test func `an empty folder is nothing to do and says so`() throws {
    let folder = try TemporaryFolder()
    try folder.folder("in")
    let batch = try Batch([folder("in")], into: folder("out"), Self.quick)
    #expect(!(batch.outcome.errors + batch.outcome.text).isEmpty)
    #expect([0, 1, 2].contains(batch.outcome.exitCode))
  }

  @Test func `hundreds of folders deep is still found`() throws {
    let folder = try TemporaryFolder()
    let path = (1...150).map { "f\($0)" }.joined(separator: "/")
    try folder.copy(Film.plain(), to: "in/\(path)/film.mp4")
    let batch = try Batch([folder("in")], into: folder("out"), Self.quick)
    #expect(batch.outcome.exitCode == 0)
    #expect(try batch.document("\(path)/film.mp4").status.string == "succeeded")
  }

  @Test func `a film may be named by a descriptor that is open`() throws {
    let outcome = try run(
      "/bin/sh", ["-c", "exec \"$0\" scenes /dev/fd/7 \"$1\" --csv 7< \"$1\"", cutroomBinary, Film.plain()])
    #expect(outcome.exitCode == 0)
    let lines = outcome.text.split(whereSeparator: \.isNewline).dropFirst().map { $0.split(separator: ",").dropFirst() }
    #expect(lines.count == 2 * (Film.cuts.count))
    #expect(Array(lines.prefix(lines.count / 2)) == Array(lines.suffix(lines.count / 2)))
  }
}
