import Documents
import Timelines

/// Writes the scenes of a film for other programs, into the folder `timelines` beside the document.
struct TimelineFiles {
  static let folder = "timelines"

  let workspace: Workspace
  /// As it was named to the worker.
  let inputPath: String

  /// Adds a file of each format, or the warning that says why there is none.
  func write(_ formats: [TimelineFormat], into document: inout AnalysisDocument) throws(ErrorRecord) {
    // Where scenes failed, their error is in the document.
    guard let scenes = document.scenes else { return }
    guard !scenes.isEmpty, let timeline = FilmTimeline(document, path: Path.absolute(inputPath)) else {
      document.warnings.append(
        WarningRecord("no_timelines", "there are no scenes, and so no timelines of them", stage: "output"))
      return
    }
    try FileSystem.makeFolders(workspace.file(Self.folder))
    document.warnings += timeline.warnings
    for format in formats {
      let (text, warnings) = timeline.text(as: format)
      let path = Path.join(Self.folder, format.fileName)
      try FileSystem.write(Array(text.utf8), to: workspace.file(path))
      document.warnings += warnings
      document.outputs.append(OutputFile(kind: .timeline, path: path))
    }
  }
}
