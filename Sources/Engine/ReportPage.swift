import Documents
import FoundationEssentials
import Media
import ReportTemplate

/// Writes the report of a batch: one page that works from the disk, without anything from outside.
///
/// Every input is a block of JSON in the page, read by its script when the input is opened. The blocks are written one by one, so
/// that memory does not grow with the batch but for a line an input.
package struct ReportPage {
  static let name = "report.html"
  private let folder: ReportFolder
  private let films: FilmAddress

  /// Writes `report.html` into a folder of results, whole or not at all, and returns its path. Throws ``DocumentError`` where the folder
  /// holds no batch, ``ErrorRecord`` `output_failed` where the page cannot be written.
  package static func write(into folder: String) throws -> String {
    let path = Path.join(folder, name)
    let page = ReportPage(folder: try ReportFolder(folder), films: FilmAddress(from: folder))
    let staged = try Publisher.stagingFile(for: path, number: 0, owner: nil)
    do {
      let file = try GrowingFile(staged)
      try page.write(to: file)
      try file.finish()
      try Publisher.installFile(staged, at: path)
    } catch {
      FileSystem.remove(staged)
      throw error
    }
    return path
  }

  private func write(to file: GrowingFile) throws {
    let script = ReportTemplate.scripts.reduce(into: []) { $0 += $1 }
    let policy = try Self.policy(script: script, style: ReportTemplate.style)
    var rest = ReportTemplate.page[...]
    for (mark, write) in [
      ("{{POLICY}}", { try file.add(Array(policy.utf8)) }), ("{{STYLE}}", { try file.add(ReportTemplate.style) }),
      ("{{DATA}}", { try writeData(to: file) }), ("{{SCRIPT}}", { try file.add(script) }),
    ] {
      guard let place = rest.firstRange(of: Array(mark.utf8)) else {
        throw ErrorRecord(.internal, "the report's template lacks \(mark)", stage: "report")
      }
      try file.add(Array(rest[..<place.lowerBound]))
      try write()
      rest = rest[place.upperBound...]
    }
    try file.add(Array(rest))
  }

  /// Nothing from outside, and no script and no style but those of the template, known by their digests.
  private static func policy(script: [UInt8], style: [UInt8]) throws -> String {
    func source(_ bytes: [UInt8]) throws -> String {
      "'sha256-\(Data(try SHA256.digest(bytes)).base64EncodedString())'"
    }
    return "default-src 'none'; img-src 'self' file: data:; media-src 'self' file:; script-src \(try source(script)); "
      + "style-src \(try source(style)); base-uri 'none'; form-action 'none'"
  }

  private func writeData(to file: GrowingFile) throws {
    let rows = try folder.lines.enumerated().map { index, line in
      let (row, entry) = examine(line)
      try block("file-\(index)", entry, to: file)
      return row
    }
    try block("files", rows, to: file)
    try block(
      "batch", BatchBlock(name: Path.name(Path.absolute(folder.path)), notes: folder.notes, batch: folder.batch),
      to: file)
  }

  private struct BatchBlock: Encodable {
    let name: String
    let notes: [String]
    let batch: ReportedBatch?
  }

  private func examine(_ line: ResultLine) -> (ReportRow, ReportEntry) {
    var isDamaged = false
    var entry: ReportEntry
    do throws(DocumentError) {
      if let document = line.document {
        // A journal that was tampered with does not make the page read what lies elsewhere.
        guard !document.hasPrefix("/"), !document.split(separator: "/").contains("..") else {
          throw DocumentError("the document lies outside the folder")
        }
        entry = ReportEntry(
          line, try ReportedAnalysis.read(Path.join(folder.path, document)), in: folder.path)
      } else {
        entry = ReportEntry(line, problem: nil)
      }
    } catch {
      isDamaged = true
      entry = ReportEntry(line, problem: error.message)
    }
    entry.film = films.address(of: line.path, bytes: line.bytes)
    return (ReportRow(line, entry, isDamaged: isDamaged), entry)
  }

  /// Writes a value as a block that the page's script reads. In JSON `<` stands within text alone, where it can be spelled
  /// otherwise; without it nothing can end the block, or begin a comment.
  private func block(_ id: String, _ value: some Encodable, to file: GrowingFile) throws {
    try file.add(Array("<script type=\"application/json\" id=\"\(id)\">".utf8))
    let less = Array("\\u003c".utf8)
    let text = Array(try DocumentEncoder.line(value).utf8)
    try file.add(text.contains(UInt8(ascii: "<")) ? text.flatMap { $0 == UInt8(ascii: "<") ? less : [$0] } : text)
    try file.add(Array("</script>\n".utf8))
  }
}
