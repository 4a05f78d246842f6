package import Documents
import FoundationEssentials
import TextRecognition

/// The texts of one film: a worker process analyses it into a folder that is gone afterwards.
package struct TextSearch {
  package struct Outcome: Sendable {
    /// Nil where the worker came to no result.
    package var document: AnalysisDocument?
    package var errors: [ErrorRecord]

    /// The tracks as SubRip subtitles.
    package var subRip: String { Subtitles.subRip(document?.textTracks ?? []) }
  }

  private let path: String
  private let settings: Settings

  package init(path: String, settings: Settings) {
    self.path = path
    var settings = settings
    settings.options.stages = [.text]
    self.settings = settings
  }

  /// Throws where there is no place for the worker's results.
  package func run() throws(ErrorRecord) -> Outcome {
    Workspace.removeLeftovers(in: settings.batch.workDir)
    let workspace = try Workspace(in: settings.batch.workDir)
    let request = Request(
      id: "text", operation: .analyze, inputPath: path, inputName: nil, output: workspace.file("out"),
      settings: settings)
    let outcome = WorkerProcess(request, onEvent: { _, _ in }, isCanceled: { false }).run()
    guard let written = outcome.document else { return Outcome(document: nil, errors: outcome.errors) }
    let bytes = try FileSystem.read(written)
    do {
      var document = try JSONDecoder().decode(AnalysisDocument.self, from: Data(bytes))
      // The files are gone with the folder.
      document.outputs = []
      return Outcome(document: document, errors: outcome.errors)
    } catch {
      throw ErrorRecord(.internal, "the worker's document cannot be read: \(error)", stage: "output")
    }
  }
}
