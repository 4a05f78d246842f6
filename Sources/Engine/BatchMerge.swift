package import Documents
import FoundationEssentials
import Glibc
import Timing

/// Joins the output folders of several batches into one, as if one batch had made them all.
///
/// Files are linked where both folders lie on one file system, else copied; the sources stay as they are. Of an input that is in
/// several, the better result is taken, of equal ones the later folder's.
package struct BatchMerge {
  /// What was joined.
  package struct Outcome: Sendable {
    package var document: BatchDocument
    /// Results that lost to a better one of the same input.
    package var superseded: Int
  }

  private struct Source {
    let folder: String
    let lines: [ResultLine]
    let batch: BatchDocument?
  }

  private let sources: [Source]

  /// Reads the folders' journals. Throws ``DocumentError`` where a folder holds no results, or they were made with other
  /// parameters or by another version.
  package init(_ folders: [String]) throws(DocumentError) {
    var sources: [Source] = []
    for folder in folders {
      let journal = Path.join(folder, "results.jsonl")
      guard FileSystem.exists(journal) else {
        throw DocumentError("\(folder) holds no results: there is no results.jsonl in it")
      }
      let lines = OutputFolder.results(in: journal).values.sorted { $0.path < $1.path }
      let batch = (try? FileSystem.read(Path.join(folder, "batch.json"))).flatMap {
        try? JSONDecoder().decode(BatchDocument.self, from: Data($0))
      }
      sources.append(Source(folder: folder, lines: lines, batch: batch))
    }
    let kinds = Set(sources.flatMap(\.lines).map { [$0.paramsDigest, $0.engine] })
    guard kinds.count <= 1 else {
      throw DocumentError(
        "the results were made with different options or versions of Cutroom; only equal ones can be joined")
    }
    guard sources.contains(where: { $0.batch != nil }) else {
      throw DocumentError(
        "none of the batches has been finished: there is no batch.json; finish one with analyze --resume")
    }
    self.sources = sources
  }

  /// Joins everything below `target`, which must be empty or not exist unless `force`.
  package func write(to target: String, force: Bool) throws -> Outcome {
    let output = try OutputFolder(target)
    if OutputFolder.holdsResults(output.path), !force {
      throw DocumentError("\(target) already holds results; add --force to replace them")
    }
    try output.openJournal(keeping: false)
    var chosen: [[UInt8]: (line: ResultLine, folder: String)] = [:]
    var superseded = 0
    for source in sources {
      for line in source.lines {
        let key = Array(line.path.utf8)
        if let known = chosen[key] {
          superseded += 1
          if Self.rank(line.status) < Self.rank(known.line.status) { continue }
        }
        chosen[key] = (line, source.folder)
      }
    }
    var layout = OutputLayout()
    var lines: [ResultLine] = []
    for (_, item) in chosen.sorted(by: { $0.value.line.path < $1.value.line.path }) {
      var line = item.line
      if let document = line.document, let folder = Path.parent(document) {
        let place = layout.place(folder)
        try FileSystem.linkFolder(Path.join(item.folder, folder), to: Path.join(target, place))
        line.document = Path.join(place, Path.name(document))
      }
      try output.append(line)
      lines.append(line)
    }
    let document = try summary(lines)
    try output.finish(document, others: [])
    return Outcome(document: document, superseded: superseded)
  }

  private static func rank(_ status: Documents.Status) -> Int {
    switch status {
    case .succeeded: 3
    case .partial: 2
    case .failed: 1
    case .canceled: 0
    }
  }

  private func summary(_ lines: [ResultLine]) throws(DocumentError) -> BatchDocument {
    let batches = sources.compactMap(\.batch)
    guard var document = batches.first else { throw DocumentError("there is no batch to join") }
    var totals = BatchDocument.Totals()
    for line in lines { totals.count(line.status) }
    totals.notStarted = batches.reduce(0) { $0 + $1.totals.notStarted }
    document.totals = totals
    document.status = totals.status(interrupted: totals.notStarted > 0)
    document.results = lines
    document.mediaSeconds = lines.compactMap { $0.summary?.mediaSeconds }.sorted().reduce(0, +).roundedToMicrosecond
    // Machines work side by side: the longest stands for all.
    document.wallSeconds = batches.map(\.wallSeconds).max() ?? 0
    document.speed =
      document.wallSeconds > 0 ? (document.mediaSeconds / document.wallSeconds).rounded(places: 2) : nil
    document.jobs = batches.reduce(0) { $0 + $1.jobs }
    document.started = batches.map(\.started).min() ?? document.started
    document.finished = batches.map(\.finished).max() ?? document.finished
    return document
  }
}

extension BatchDocument.Totals {
  mutating func count(_ status: Documents.Status) {
    switch status {
    case .succeeded: succeeded += 1
    case .partial: partial += 1
    case .failed: failed += 1
    case .canceled: canceled += 1
    }
  }

  /// How a batch with these totals came out.
  func status(interrupted: Bool) -> Documents.Status {
    if interrupted { return .canceled }
    if failed == 0, partial == 0, canceled == 0 { return .succeeded }
    return succeeded + partial > 0 ? .partial : .failed
  }
}
