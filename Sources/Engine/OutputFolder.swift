import Documents
import FoundationEssentials
import Glibc

/// The folder that receives a batch: locked while it runs, with a line a result in `results.jsonl`.
final class OutputFolder: @unchecked Sendable {
  let path: String
  private let lock: Int32
  private var journal: Int32 = -1

  /// Makes the folder where it is missing and locks it. Throws `output_failed` where it cannot be written or another
  /// batch holds it.
  init(_ path: String) throws(ErrorRecord) {
    try FileSystem.makeFolders(path)
    let lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0 else { throw FileSystem.failure("open the output folder", path) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      throw ErrorRecord(.outputFailed, "another batch is writing to \(path); wait for it, or choose another folder")
    }
    self.path = path
    self.lock = lock
  }

  deinit {
    if journal >= 0 { close(journal) }
    close(lock)
  }

  var journalPath: String { Self.journalPath(path) }
  var batchPath: String { Self.batchPath(path) }
  private static func journalPath(_ path: String) -> String { Path.join(path, "results.jsonl") }
  private static func batchPath(_ path: String) -> String { Path.join(path, "batch.json") }

  /// Whether an earlier batch left something in a folder.
  static func holdsResults(_ path: String) -> Bool {
    FileSystem.exists(journalPath(path)) || FileSystem.exists(batchPath(path))
  }

  /// By the bytes of the path, the last line of every path in a folder's `results.jsonl`. A torn last line, as a power cut
  /// leaves it, is passed over.
  static func earlierResults(_ path: String) -> [[UInt8]: ResultLine] { results(in: journalPath(path)) }

  static func results(in journal: String) -> [[UInt8]: ResultLine] {
    (try? FileSystem.read(journal)).map(results(in:)) ?? [:]
  }

  private static func results(in bytes: [UInt8]) -> [[UInt8]: ResultLine] {
    var lines: [[UInt8]: ResultLine] = [:]
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      if let result = try? JSONDecoder().decode(ResultLine.self, from: Data(line)) {
        lines[Array(result.path.utf8)] = result
      }
    }
    return lines
  }

  /// By the bytes of the path, what ``append(_:)`` has written, and what was kept. Read through the open file, whatever has
  /// become of its name.
  func writtenResults() throws(ErrorRecord) -> [[UInt8]: ResultLine] {
    guard lseek(journal, 0, SEEK_SET) == 0 else { throw FileSystem.failure("read", journalPath) }
    return Self.results(in: try FileSystem.read(journal, path: journalPath))
  }

  /// Opens `results.jsonl` for appending; empties it where nothing is kept.
  func openJournal(keeping: Bool) throws(ErrorRecord) {
    let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (keeping ? 0 : O_TRUNC)
    journal = open(journalPath, flags, 0o644)
    guard journal >= 0 else { throw FileSystem.failure("write", journalPath) }
    if keeping { try repairLastLine() }
    if !keeping {
      unlink(batchPath)
      unlink(Path.join(path, ReportPage.name))
    }
  }

  /// A line that a kill or a power cut left without its end gets it where it is whole, and goes where it is not.
  private func repairLastLine() throws(ErrorRecord) {
    guard let bytes = try? FileSystem.read(journalPath), let last = bytes.last, last != UInt8(ascii: "\n") else {
      return
    }
    let start = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    if (try? JSONDecoder().decode(ResultLine.self, from: Data(bytes[start...]))) != nil {
      try FileSystem.writeAll([UInt8(ascii: "\n")], to: journal, path: journalPath)
    } else if ftruncate(journal, off_t(start)) != 0 {
      throw FileSystem.failure("repair", journalPath)
    }
  }

  /// Appends one finished result.
  func append(_ line: ResultLine) throws(ErrorRecord) {
    try FileSystem.writeAll(Array((Self.encode(line) + "\n").utf8), to: journal, path: journalPath)
  }

  /// Rewrites `results.jsonl` with the document's results and `others`, a line an input, in order, and writes `batch.json`, last.
  func finish(_ batch: BatchDocument, others: [ResultLine]) throws(ErrorRecord) {
    var empty = batch
    empty.results = []
    let (head, tail) = try Self.encoded { () throws in try DocumentEncoder.open(empty) }
    try FileSystem.replace(batchPath) { document throws(ErrorRecord) in
      try document.add(head)
      try FileSystem.replace(journalPath) { journal throws(ErrorRecord) in
        for (index, line) in batch.results.enumerated() {
          let item = try Self.encoded { () throws in try DocumentEncoder.item(line) }
          try journal.add(item.line + "\n")
          try document.add((index > 0 ? ",\n" : "\n") + item.indented)
        }
        for line in others { try journal.add(Self.encode(line) + "\n") }
      }
      try document.add((batch.results.isEmpty ? "" : "\n  ") + tail)
    }
  }

  private static func encoded<Text>(_ body: () throws -> Text) throws(ErrorRecord) -> Text {
    do {
      return try body()
    } catch {
      throw ErrorRecord(.internal, "the batch document could not be written: \(error)", stage: "output")
    }
  }

  private static func encode(_ line: ResultLine) -> String {
    // Every number in a line is finite by construction, so this cannot fail; an empty line is passed over by readers.
    (try? DocumentEncoder.line(line)) ?? ""
  }
}
