import Foundation
import TestSupport
import Testing

/// What `analyze` writes to standard output, to standard error and to the events.
struct OutputStreamTests {
  private func run(_ options: [String]) throws -> Batch {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "in/a.mp4")
    try folder.write("", to: "in/b.mp4")
    return try Batch([folder("in")], into: folder("out"), ["--stages", "scenes"] + options, keeping: folder)
  }

  @Test func `json puts the batch document alone on standard output`() throws {
    let batch = try run(["--json"])
    #expect(try JSON(batch.outcome.output) == batch.summary)
    #expect(try batch.summary.kind.string == "batch")
    #expect(try batch.summary.status.string == "partial")
  }

  @Test func `events on standard output are JSON lines and nothing else`() throws {
    let batch = try run(["--events", "-"])
    for line in batch.outcome.lines {
      #expect(throws: Never.self, "\(line)") { try JSON(Data(line.utf8)) }
    }
  }

  @Test func `each input starts once at most, finishes once, and its events are in order`() throws {
    let folder = try TemporaryFolder()
    let batch = try run(["--events", folder("events")])
    let events = try jsonLines(contents(of: folder("events")))
    #expect(try batch.results.count == 2)
    for name in ["a.mp4", "b.mp4"] {
      let mine = events.filter { $0.path.string?.hasSuffix(name) == true }
      #expect(mine.filter { $0.event.string == "finished" }.count == 1)
      #expect(mine.last?.event.string == "finished")
      #expect(mine.filter { $0.event.string == "started" }.count <= 1)
      let progress = mine.compactMap { $0.progress.double }
      #expect(progress == progress.sorted() && progress.allSatisfy { (0...1).contains($0) })
      #expect(mine.allSatisfy { $0.time.string?.hasSuffix("Z") == true })
    }
  }

  @Test func `quiet says nothing but errors`() throws {
    let batch = try run(["--quiet"])
    #expect(batch.outcome.output.isEmpty)
    #expect(batch.outcome.errors.contains("b.mp4"))
    #expect(batch.outcome.errors.split(separator: "\n").count == 1)
  }

  @Test func `logs as JSON name the file they speak of`() throws {
    let batch = try run(["--quiet", "--log-format", "json"])
    let lines = try batch.outcome.errors.split(separator: "\n").map { try JSON(Data($0.utf8)) }
    #expect(lines.count == 1)
    #expect(lines[0].keys.contains { lines[0][$0].string?.hasSuffix("in/b.mp4") == true })
  }

  @Test func `a pipe that nobody reads does not lose results`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "in/a.mp4")
    let command = "'\(cutroomBinary)' analyze '\(folder("in"))' -o '\(folder("out"))' --stages scenes --events - | true"
    _ = try tool("sh", ["-c", command])
    #expect(try results(in: folder("out")).map { $0.status.string } == ["succeeded"])
    #expect(exists(folder("out/batch.json")))
  }
}
