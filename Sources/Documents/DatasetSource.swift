/// What the dataset takes from an analysis document. The rest, such as the words of every text, is not read.
package struct DatasetSource: Decodable, Sendable {
  struct Video: Decodable, Sendable {
    var displayWidth: Int
    var displayHeight: Int
    var timeBase: String
    var frameRate: String?

    enum CodingKeys: String, CodingKey {
      case displayWidth = "display_width"
      case displayHeight = "display_height"
      case timeBase = "time_base"
      case frameRate = "frame_rate"
    }
  }

  struct Media: Decodable, Sendable { var video: Video? }

  struct Picture: Decodable, Sendable {
    /// Absent where pictures were not taken scene by scene.
    var sceneID: Int?
    var at: Instant
    var file: String

    enum CodingKeys: String, CodingKey {
      case sceneID = "scene_id"
      case at, file
    }
  }

  struct Text: Decodable, Sendable {
    var id: Int
    var text: String
    var start: Instant
    var end: Instant
  }

  var status: Status
  var input: InputDescription
  var media: Media?
  var scenes: [Scene]?
  var frames: [Picture]?
  var texts: [Text]?
  var audio: [AudioAnalysis]?

  enum CodingKeys: String, CodingKey {
    case status, input, media, scenes, frames
    case texts = "text_tracks"
    case audio
  }
}

extension DatasetSource {
  /// A row a scene, for a document that lies at `place`, relative to the dataset; none where it has no scenes.
  package func rows(at place: String) -> [DatasetRow] {
    guard let video = media?.video, let scenes else { return [] }
    let folder = place.lastIndex(of: "/").map { String(place[...$0]) } ?? ""
    let pictures = frames.map { Dictionary(grouping: $0) { $0.sceneID ?? scenes.shown(at: $0.at.pts)?.id } }
    var sceneTexts = SceneTexts(texts ?? [])
    return scenes.enumerated().map { index, scene in
      let next = index + 1 < scenes.count ? scenes[index + 1].transitionIn.kind.rawValue : "end"
      var row = DatasetRow(scene, of: self, video, place: place, transitionOut: next)
      if let pictures {
        let own = pictures[scene.id] ?? []
        row.framePaths = own.map { folder + $0.file }
        row.frameSeconds = own.map(\.at.seconds)
      }
      if texts != nil {
        let shown = sceneTexts.shown(in: scene)
        row.text = shown.map(\.text).joined(separator: "\n")
        row.textTrackIDs = shown.map(\.id)
      }
      if let sound = audio?.first { row.add(sound, to: scene) }
      return row
    }
  }
}

extension [Scene] {
  /// The scene that a timestamp lies in; scenes tile the film, so the last that begins not later.
  fileprivate func shown(at pts: Int64) -> Scene? {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].start.pts <= pts { low = middle + 1 } else { high = middle }
    }
    return low == startIndex ? nil : self[low - 1]
  }
}

extension DatasetRow {
  fileprivate init(
    _ scene: Scene, of source: DatasetSource, _ video: DatasetSource.Video, place: String, transitionOut: String
  ) {
    path = source.input.path
    fingerprint = source.input.fingerprint
    document = place
    status = source.status
    sceneID = scene.id
    (startSeconds, endSeconds) = (scene.start.seconds, scene.end.seconds)
    durationSeconds = scene.durationSeconds
    (startFrame, endFrame) = (scene.start.frame, scene.end.frame)
    (startPTS, endPTS) = (scene.start.pts, scene.end.pts)
    timeBase = video.timeBase
    frameRate = video.frameRate
    (width, height) = (video.displayWidth, video.displayHeight)
    transitionIn = scene.transitionIn.kind.rawValue
    transitionInConfidence = scene.transitionIn.confidence
    self.transitionOut = transitionOut
    blank = scene.blank ?? false
  }

  fileprivate mutating func add(_ sound: AudioAnalysis, to scene: Scene) {
    audioStreamIndex = sound.streamIndex
    filmIntegratedLUFS = sound.loudness.integratedLUFS
    filmRangeLU = sound.loudness.rangeLU
    filmTruePeakDBTP = sound.loudness.truePeakDBTP
    let silent = sound.silences.reduce(0.0) {
      $0 + max(0, min($1.endSeconds, scene.end.seconds) - max($1.startSeconds, scene.start.seconds))
    }
    silenceSeconds = (silent * 1_000_000).rounded() / 1_000_000
  }
}

/// Which texts are shown during a scene. Scenes are asked for in order, so that texts that are over are looked at once.
private struct SceneTexts {
  private var waiting: ArraySlice<DatasetSource.Text>
  private var shown: [DatasetSource.Text] = []

  init(_ texts: [DatasetSource.Text]) {
    waiting = texts.sorted { ($0.start.pts, $0.id) < ($1.start.pts, $1.id) }[...]
  }

  mutating func shown(in scene: Scene) -> [DatasetSource.Text] {
    shown.removeAll { $0.end.pts <= scene.start.pts }
    while let next = waiting.first, next.start.pts < scene.end.pts {
      waiting.removeFirst()
      if next.end.pts > scene.start.pts { shown.append(next) }
    }
    return shown
  }
}
