import Documents
import Media
import Timing

/// What is made out of a finished analysis and stands beside its document: each is a step of its own, and one that fails
/// is reported and leaves the others.
struct Products {
  let request: Request
  let workspace: Workspace
  let result: AnalysisPass.Result
  let events: EventWriter
  let cache: AnalysisCache?

  var options: AnalysisOptions { request.settings.options }

  /// Makes every product that was asked for, as files in the workspace and lines in the document's `outputs`.
  func make(_ document: inout AnalysisDocument) {
    if !options.timelines.isEmpty {
      attempt("output", &document) {
        try TimelineFiles(workspace: workspace, inputPath: request.inputPath).write(options.timelines, into: &$0)
      }
    }
    if options.clips != .off { make(.clips, "clips", &document) { try ClipProduction(self).make(&$0) } }
    if options.sprites { make(.sprites, "sheets", &document) { try SpriteProduct(self).make(&$0) } }
    if options.waveform { make(.waveform, "sheets", &document) { try WaveformProduct(self).make(&$0) } }
    if options.contactSheet { attempt("sheets", &document) { try ContactSheetProduct(self).make(&$0) } }
    if options.preview { attempt("sheets", &document) { try PreviewProduct(self).make(&$0) } }
  }

  /// Where the film ends, in seconds: the last picture, the last sound, and what the container says where the file is whole.
  func filmEnd(_ document: AnalysisDocument) -> Double {
    let said = result.isCutOff ? 0 : document.media?.durationSeconds ?? 0
    return max(result.end?.seconds ?? 0, result.soundEnd, said)
  }

  /// Makes a product that costs enough to be kept, or brings it back.
  private func make(
    _ part: CachePart, _ stage: String, _ document: inout AnalysisDocument,
    _ step: (inout AnalysisDocument) throws -> Void
  ) {
    if let kept = cache?.restored[part] { return kept.apply(to: &document) }
    let before = document
    attempt(stage, &document, step)
    guard document.errors.count == before.errors.count else { return }
    cache?.keep(part, CachedPart(from: before, to: document), name: document.input.path)
  }

  /// Runs one step; what it throws is an error of the stage of this name.
  func attempt(
    _ stage: String, _ document: inout AnalysisDocument, _ step: (inout AnalysisDocument) throws -> Void
  ) {
    // What follows may have no frames to count, which is not to pass for a stall.
    let end = PassProgress(frames: result.frameCount, seconds: result.end?.seconds ?? 0, fraction: 1)
    events.finishing(end)
    do {
      try step(&document)
    } catch {
      document.errors.append(ErrorRecord(describing: error, stage: stage))
    }
    events.finishing(end)
  }
}
