import Documents
import Media
import Timing

/// Cuts the film into a clip per scene, as files in the workspace.
struct ClipProduction {
  static let folder = "clips"

  let request: Request
  let workspace: Workspace
  let result: AnalysisPass.Result
  let events: EventWriter

  var options: AnalysisOptions { request.settings.options }
  var limits: Limits { request.settings.limits }

  init(_ products: Products) {
    request = products.request
    workspace = products.workspace
    result = products.result
    events = products.events
  }

  /// Throws `unsupported_codec` where clips are to be encoded and this FFmpeg cannot.
  static func check(_ options: AnalysisOptions) throws {
    guard options.clips == .encode else { return }
    try encoding(options, threads: 1).check()
  }

  static func encoding(_ options: AnalysisOptions, threads: Int) -> PictureEncoding {
    PictureEncoding(
      codec: options.clipCodec, quality: options.clipQuality, bitRate: options.clipBitRate, threads: threads)
  }

  /// Makes the clips; where that fails nothing of them is left.
  func make(_ document: inout AnalysisDocument) throws {
    guard let scenes = document.scenes else {
      // Why there are none has been said.
      if !document.errors.isEmpty { return }
      throw ErrorRecord(.internal, "there are no clips, as the scenes were not found", stage: "clips")
    }
    guard let clock = result.clock, !scenes.isEmpty else {
      document.clips = []
      document.warnings.append(
        WarningRecord("no_clips", "there are no clips, as there is no picture to cut", stage: "clips"))
      return
    }
    let begun = Clock.now
    let folder = workspace.file(Self.folder)
    do {
      try FileSystem.makeFolders(folder)
      let made =
        options.clips == .copy
        ? try ClipCopying(self, clock: clock).make(scenes) : try ClipEncoding(self, clock: clock).make(scenes)
      document.clips = made.clips
      document.warnings += made.warnings
    } catch {
      FileSystem.remove(folder)
      throw error
    }
    document.outputs.append(OutputFile(kind: .clips, path: Self.folder))
    document.timings?.stages["clips"] = (Clock.now - begun).rounded(places: 3)
    events.finishing(PassProgress(frames: result.frameCount, seconds: result.end?.seconds ?? 0, fraction: 1))
  }

  /// Clips and what is to be said of them.
  struct Made {
    var clips: [Clip] = []
    var warnings: [WarningRecord] = []
  }

  /// Scenes that go into one clip, and where it lies.
  struct Span {
    var scenes: ClosedRange<Int>
    var start: Instant
    var end: Instant
  }

  /// The name of a clip, after its first scene, so that names sort by time.
  func name(_ span: Span, of count: Int, _ container: ClipContainer) -> String {
    let digits = max(4, String(count).count)
    let number = String(span.scenes.lowerBound)
    return "\(Self.folder)/scene-" + String(repeating: "0", count: max(0, digits - number.count)) + number
      + ".\(container.fileExtension)"
  }

  /// The line of the document for a clip that is written.
  func clip(_ span: Span, id: Int, file: String, frames: Int, missed: ClipMiss? = nil) throws -> Clip {
    guard let bytes = FileSystem.status(workspace.file(file))?.bytes, bytes > 0 else {
      throw ErrorRecord(.outputFailed, "the clip \(file) was not written", stage: "clips")
    }
    return Clip(
      id: id, sceneID: span.scenes.lowerBound, lastSceneID: span.scenes.count > 1 ? span.scenes.upperBound : nil,
      file: file, start: span.start, end: span.end, frames: frames, bytes: bytes, missed: missed)
  }

  /// Tells how far the stage has come: `frames` counts anything that only grows.
  func report(frames: Int, at seconds: Double) {
    let length = result.end?.seconds ?? 0
    events.progress(
      PassProgress(frames: frames, seconds: seconds, fraction: length > 0 ? min(1, max(0, seconds / length)) : 0),
      stage: "clips")
  }
}
