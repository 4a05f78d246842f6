import Foundation
import TestSupport
import Testing

/// When the page of a batch is written, and out of what.
struct ReportCommandTests {
  private static let quick = ["--stages", "scenes,frames", "--frame-width", "80"]

  /// A batch of a film and a text file, without a page.
  private func analysed() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "in/film.mp4")
    try folder.write("no film", to: "in/words.mp4")
    #expect(try Batch([folder("in")], into: folder("out"), Self.quick).outcome.exitCode == 1)
    return folder
  }

  private func blocks(_ folder: TemporaryFolder) throws -> ReportBlocks {
    try ReportBlocks(folder("out/report.html"))
  }

  @Test func `a batch ends with a page where one was asked for`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "in/film.mp4")
    let batch = try Batch([folder("in")], into: folder("out"), Self.quick + ["--report"])
    #expect(batch.outcome.exitCode == 0)
    #expect(batch.outcome.lines.last == "report: \(folder("out/report.html"))")
    #expect(try blocks(folder).files.items.map { $0.status.string } == ["succeeded"])
    #expect(everything(in: folder("out")).filter { $0.contains(".cutroom-") }.isEmpty)
    // Results that are replaced take the page of the old ones with them.
    _ = try Batch([folder("in")], into: folder("out"), Self.quick + ["--force"])
    #expect(!exists(folder("out/report.html")))
  }

  @Test func `a page is made of results that are there and is the same every time`() throws {
    let folder = try analysed()
    let first = try cutroom(["report", folder("out")])
    #expect(first.exitCode == 0)
    #expect(first.text == folder("out/report.html") + "\n")
    let page = try contents(of: folder("out/report.html"))
    #expect(try cutroom(["report", "out"], in: folder.path).exitCode == 0)
    #expect(try contents(of: folder("out/report.html")) == page)
    let files = try blocks(folder).files
    #expect(files.items.map { $0.status.string } == ["succeeded", "failed"])
    #expect(files[0].scenes.int == Film.cuts.count)
    #expect(files[1].errors.items.map(\.string) == ["not_media"])
  }

  @Test func `a resumed batch has a page of all its inputs`() throws {
    let folder = try analysed()
    try folder.copy(Film.withSound(), to: "in/new.mp4")
    _ = try Batch([folder("in")], into: folder("out"), Self.quick + ["--resume", "--report"])
    #expect(try blocks(folder).files.items.map { $0.status.string } == ["succeeded", "succeeded", "failed"])
    #expect(try blocks(folder).batch.batch.totals.resumed.int == 2)
  }

  @Test func `a folder without a batch is wrong usage`() throws {
    let folder = try TemporaryFolder()
    try folder.folder("empty")
    try folder.write("text", to: "file")
    for name in ["empty", "file", "missing"] {
      let outcome = try cutroom(["report", folder(name)])
      #expect(outcome.exitCode == 2)
      #expect(outcome.errors.contains(folder(name)))
    }
    #expect(everything(in: folder.path) == ["empty", "file"])
  }

  @Test func `a page that cannot be written is exit code 4`() throws {
    let folder = try analysed()
    try folder.folder("out/report.html")
    let outcome = try cutroom(["report", folder("out")])
    #expect(outcome.exitCode == 4)
    #expect(outcome.errors.contains("report.html"))
    let again = try Batch([folder("in")], into: folder("out"), Self.quick + ["--resume", "--report"])
    #expect(again.outcome.exitCode == 4)
    #expect(!again.outcome.text.contains("report:"))
  }

  @Test func `a full disk is exit code 4 and leaves the page that was there`() throws {
    let folder = try analysed()
    #expect(try cutroom(["report", folder("out")]).exitCode == 0)
    let before = try contents(of: folder("out/report.html"))
    // A limit on the size of files stands for the full disk; the signal it sends is ignored.
    let script = "trap '' XFSZ; ulimit -f 16; exec \(cutroomBinary) report \(folder("out"))"
    let outcome = try run("/bin/sh", ["-c", script])
    #expect(outcome.exitCode == 4)
    #expect(try contents(of: folder("out/report.html")) == before)
    #expect(everything(in: folder("out")).filter { $0.contains(".cutroom-") }.isEmpty)
  }

  @Test func `an input of the page's name keeps out of its place`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "report.html")
    let batch = try Batch([folder("report.html")], into: folder("out"), Self.quick + ["--report"])
    #expect(batch.outcome.exitCode == 0)
    #expect(try blocks(folder).files[0].picture.string?.hasPrefix("report.html~2/") == true)
  }

  @Test func `an interrupted batch shows what was done`() throws {
    let folder = try analysed()
    try FileManager.default.removeItem(atPath: folder("out/batch.json"))
    let journal = try contents(of: folder("out/results.jsonl"))
    try folder.write(journal + Data("{\"path\": \"torn".utf8), to: "out/results.jsonl")
    #expect(try cutroom(["report", folder("out")]).exitCode == 0)
    #expect(try blocks(folder).files.items.count == 2)
    let notes = try blocks(folder).batch.notes.items.compactMap(\.string)
    #expect(notes.contains { $0.contains("not finished") })
    #expect(notes.contains { $0.contains("line of results.jsonl could not be read") })
  }

  @Test(arguments: [
    "", "{", "[1, 2]", "null", "{\"schema_version\": 2, \"status\": \"succeeded\"}",
    "{\"schema_version\": 1, \"status\": \"succeeded\", \"scenes\": [{\"id\": \"one\"}]}",
    String(repeating: "[", count: 200_000), "\u{0}\u{1}",
  ])
  func `a damaged document is shown as damaged`(text: String) throws {
    let folder = try analysed()
    try folder.write(text, to: "out/film.mp4/analysis.json")
    let outcome = try cutroom(["report", folder("out")])
    #expect(outcome.exitCode == 0)
    #expect(try blocks(folder).files.items.map { $0.status.string } == ["damaged", "failed"])
    #expect(try blocks(folder).file(0).errors[0].message.string?.hasPrefix("the document ") == true)
  }

  @Test func `a document that is gone, or lies outside, is shown as damaged`() throws {
    let folder = try analysed()
    try FileManager.default.removeItem(atPath: folder("out/film.mp4/analysis.json"))
    var journal = String(decoding: try contents(of: folder("out/results.jsonl")), as: UTF8.self)
    journal = journal.replacingOccurrences(of: "words.mp4/analysis.json", with: "../in/words.mp4/analysis.json")
    try folder.write(journal, to: "out/results.jsonl")
    #expect(try cutroom(["report", folder("out")]).exitCode == 0)
    let messages = try [0, 1].map { try blocks(folder).file($0).errors.items.last?.message.string ?? "" }
    #expect(messages[0].contains("missing") && messages[1].contains("outside"))
  }

  @Test func `films are found from the current folder and from those above the results`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "work/in/film.mp4")
    _ = try Batch(["in"], into: "results/today", Self.quick, in: folder("work"))
    for current in ["work", "work/in"] {
      #expect(try cutroom(["report", folder("work/results/today")], in: folder(current)).exitCode == 0)
      #expect(
        try ReportBlocks(folder("work/results/today/report.html")).file(0).film.string == "../../in/film.mp4",
        "\(current)")
    }
    // Another film of that name is not the one that was analysed.
    try folder.write("another", to: "work/in/film.mp4")
    #expect(try cutroom(["report", folder("work/results/today")]).exitCode == 0)
    #expect(try ReportBlocks(folder("work/results/today/report.html")).file(0).film.isMissing)
  }
}

/// The blocks of JSON in a page, read without a browser.
struct ReportBlocks {
  private let page: String

  init(_ path: String) throws { page = String(decoding: try contents(of: path), as: UTF8.self) }

  var files: JSON { get throws { try block("files") } }
  var batch: JSON { get throws { try block("batch") } }
  func file(_ index: Int) throws -> JSON { try block("file-\(index)") }

  private func block(_ id: String) throws -> JSON {
    let parts = page.components(separatedBy: "<script type=\"application/json\" id=\"\(id)\">")
    try #require(parts.count == 2)
    return try JSON(Data(try #require(parts[1].components(separatedBy: "</script>").first).utf8))
  }
}
