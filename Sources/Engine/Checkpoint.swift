import Documents
import FoundationEssentials
import Glibc
import Timing

/// What was finished of an analysis before the rest of it: where the worker is ended in the middle of that, by a limit or by its
/// own fault, its parent publishes this, as `partial`.
struct Checkpoint {
  let workspace: Workspace
  let request: Request

  /// Notes that what stands in the document is finished, its files too. What cannot be noted is not kept.
  func write(_ document: AnalysisDocument, since begun: Double, fingerprint: String?) {
    var document = document
    document.input.fingerprint = fingerprint ?? document.input.fingerprint
    document.timings?.wallSeconds = (Clock.now - begun).rounded(places: 3)
    document.timings?.cpuSeconds = ProcessUsage.cpuSeconds.rounded(places: 3)
    document.timings?.peakMemoryBytes = ProcessUsage.peakMemoryBytes
    guard let text = try? DocumentEncoder.line(document) else { return }
    try? FileSystem.replace(workspace.checkpoint, with: Array(text.utf8))
  }

  /// Publishes what was noted, with what went wrong then; nil where nothing was, or it cannot be published.
  func published(_ outcome: WorkerProcess.Outcome) -> WorkerProcess.Outcome? {
    guard let output = request.output, let bytes = try? FileSystem.read(workspace.checkpoint),
      var document = try? JSONDecoder().decode(AnalysisDocument.self, from: Data(bytes))
    else { return nil }
    document.errors += outcome.errors
    document.status = Analysis.status(document)
    guard document.status == .partial else { return nil }
    document.input.fingerprint = document.input.fingerprint ?? Fingerprint.file(request.inputPath)
    removeUnfinished(document)
    var outcome = outcome
    do throws(ErrorRecord) {
      outcome.document = try Publisher(workspace: workspace).publish(document, to: output)
    } catch {
      return nil
    }
    outcome.status = .partial
    outcome.errors = document.errors
    outcome.summary = ResultSummary(document)
    outcome.timings = document.timings
    return outcome
  }

  /// Removes what the worker was at when it ended.
  private func removeUnfinished(_ document: AnalysisDocument) {
    let finished = Set(document.outputs.compactMap { $0.path.split(separator: "/").first.map(String.init) })
    for name in FileSystem.list(workspace.path) ?? [] where !finished.contains(name) {
      FileSystem.remove(workspace.file(name))
    }
  }
}
