import Documents

/// What is kept of one part: its share of the document. The files that belong to it are those that `outputs` names.
struct CachedPart: Codable {
  /// What a pass over the picture found out about it.
  struct Picture: Codable {
    var frameCount: Int
    var variableFrameRate: Bool
    var end: Instant
    var warnings: [WarningRecord]
  }

  var picture: Picture?
  /// Where the last sound ends, in seconds.
  var soundEnd: Double?
  var scenes: [Scene]?
  var frames: [FramePicture]?
  var textTracks: [TextTrack]?
  var audio: [AudioAnalysis]?
  var clips: [Clip]?
  var sprites: SpriteDescription?
  var waveforms: [WaveformDescription]?
  var outputs: [OutputFile] = []
  var warnings: [WarningRecord] = []

  init() {}

  /// What a step added to a document.
  init(from before: AnalysisDocument, to after: AnalysisDocument) {
    func new<Value: Equatable>(_ value: KeyPath<AnalysisDocument, Value?>) -> Value? {
      after[keyPath: value] == before[keyPath: value] ? nil : after[keyPath: value]
    }
    scenes = new(\.scenes)
    frames = new(\.frames)
    textTracks = new(\.textTracks)
    audio = new(\.audio)
    clips = new(\.clips)
    sprites = new(\.sprites)
    waveforms = new(\.waveforms)
    outputs = Array(after.outputs.dropFirst(before.outputs.count))
    warnings = Array(after.warnings.dropFirst(before.warnings.count))
  }

  /// Adds it to a document.
  func apply(to document: inout AnalysisDocument) {
    document.scenes = scenes ?? document.scenes
    document.frames = frames ?? document.frames
    document.textTracks = textTracks ?? document.textTracks
    document.audio = audio ?? document.audio
    document.clips = clips ?? document.clips
    document.sprites = sprites ?? document.sprites
    document.waveforms = waveforms ?? document.waveforms
    document.outputs += outputs
    document.warnings += warnings
  }
}
