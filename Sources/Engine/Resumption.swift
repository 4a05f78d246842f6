import Documents
import FoundationEssentials
import Glibc

/// Tells which inputs of a batch an earlier run has finished: as they are now, with the same parameters and engine.
struct Resumption {
  let folder: String
  let settings: Settings
  let digest: String
  /// By the bytes of the path, the last line of every path.
  let lines: [[UInt8]: ResultLine]

  /// The lines of the finished inputs, by index.
  func finished(_ items: [Batch.Item]) -> [Int: ResultLine] {
    var finished: [Int: ResultLine] = [:]
    for item in items {
      let line = lines[Array(item.input.path.utf8)]
      guard let status = FileSystem.status(item.input.path) else {
        // What was not there has failed, and is still not there.
        if let line, isCurrent(line), line.bytes == nil, counts(line.status, hasDocument: false) {
          finished[item.index] = line
        }
        continue
      }
      finished[item.index] = line.flatMap { confirmed($0, item, status) } ?? published(item, status, line)
    }
    return finished
  }

  /// The line, where it speaks of the input as it is. A file with another time and the same bytes is the same.
  private func confirmed(_ line: ResultLine, _ item: Batch.Item, _ status: FileSystem.Status) -> ResultLine? {
    guard isCurrent(line), line.bytes == status.bytes,
      counts(line.status, hasDocument: line.document.map { isWhole(Path.join(folder, $0)) } ?? false)
    else { return nil }
    if line.modified == status.modified { return line }
    guard let known = line.fingerprint, known == Fingerprint.file(item.input.path) else { return nil }
    var line = line
    line.modified = status.modified
    return line
  }

  private func isCurrent(_ line: ResultLine) -> Bool { line.paramsDigest == digest && line.engine == Program.version }

  private func counts(_ status: Status, hasDocument: Bool) -> Bool {
    switch status {
    case .succeeded, .partial: hasDocument
    case .failed: !settings.batch.retryFailed
    case .canceled: false
    }
  }

  /// The line of a result that was put into place by a run that did not live to write it down.
  private func published(_ item: Batch.Item, _ status: FileSystem.Status, _ earlier: ResultLine?) -> ResultLine? {
    let place = Path.join(item.folder, "analysis.json")
    guard let bytes = try? FileSystem.read(Path.join(folder, place)),
      let document = try? JSONDecoder().decode(AnalysisDocument.self, from: Data(bytes)),
      document.engine.version == Program.version, document.params == settings.options,
      document.input.path == item.input.path, document.input.bytes == status.bytes,
      document.timings != nil, counts(document.status, hasDocument: true),
      let known = document.input.fingerprint, known == Fingerprint.file(item.input.path)
    else { return nil }
    var line = ResultLine(path: item.input.path, status: document.status, paramsDigest: digest, engine: Program.version)
    line.attempts = (earlier?.attempts ?? 0) + 1
    line.document = place
    line.bytes = status.bytes
    line.modified = status.modified
    line.fingerprint = known
    line.errors = document.errors
    line.summary = ResultSummary(document)
    return line
  }

  /// Whether a document reached the disk to its end: after a power cut it may be there by its name alone.
  private func isWhole(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let end = lseek(descriptor, 0, SEEK_END)
    var last: [UInt8] = [0, 0]
    return end >= 2 && pread(descriptor, &last, 2, end - 2) == 2 && last == Array("}\n".utf8)
  }
}
