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

  var options: AnalysisOptions { request.settings.options }

  /// Makes every product that was asked for, as files in the workspace and lines in the document's `outputs`.
  func make(_ document: inout AnalysisDocument) {
    if !options.timelines.isEmpty {
      attempt("output", &document) {
        try TimelineFiles(workspace: workspace, inputPath: request.inputPath).write(options.timelines, into: &$0)
      }
    }
    if options.clips != .off { attempt("clips", &document) { try ClipProduction(self).make(&$0) } }
  }

  /// Runs one step; what it throws is an error of the stage of this name.
  func attempt(
    _ stage: String, _ document: inout AnalysisDocument, _ step: (inout AnalysisDocument) throws -> Void
  ) {
    do {
      try step(&document)
    } catch {
      document.errors.append(ErrorRecord(describing: error, stage: stage))
    }
  }
}
