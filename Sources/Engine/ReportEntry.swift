import Documents

/// One input in the table of a report.
struct ReportRow: Encodable {
  var path: String
  /// A ``Status``, or `damaged` where the document cannot be read.
  var status: String
  var seconds: Double?
  var bytes: Int64?
  var scenes: Int?
  var pictures: Int?
  var texts: Int?
  /// Integrated loudness of the first audio stream that has one.
  var loudness: Double?
  /// A picture of the film, relative to the output folder.
  var picture: String?
  /// Codes of its errors.
  var errors: [String]
}

/// All that a report shows of one input. Lists of many members are columns: half the bytes of a list of objects.
struct ReportEntry: Encodable {
  struct Scenes: Encodable {
    var start: [Double] = []
    /// Frame number of each start.
    var frame: [Int] = []
    var kind: [String] = []
    var confidence: [Double] = []
    /// File of a picture, relative to the document, or empty.
    var picture: [String] = []
    /// Indices of scenes of one plain colour.
    var blank: [Int] = []
    /// Where the last one ends; the others end where the next begins.
    var end: Double = 0
  }

  /// Pictures of a film whose scenes were not looked for.
  struct Pictures: Encodable {
    var start: [Double]
    var frame: [Int]
    var picture: [String]
  }

  struct Texts: Encodable {
    var start: [Double] = []
    var end: [Double] = []
    var text: [String] = []
    var confidence: [Double] = []
    var language: [String] = []
  }

  struct Sound: Encodable {
    var stream: Int
    var codec: String?
    var rate: Int?
    var channels: Int?
    var layout: String?
    var language: String?
    var title: String?
    var loudness: Loudness?
    /// Starts and ends in turn, in seconds; nil where sound was not analysed.
    var silences: [Double]?
    var waveform: ReportedWaveform?
  }

  /// The document and its folder, relative to the output folder; the folder is empty or ends in `/`.
  var document: String?
  var folder: String
  /// As ``FilmAddress`` gives it; nil where the film is not found.
  var film: String?
  /// Seconds that the time axis spans.
  var length: Double?
  var container: String?
  var video: ReportedVideo?
  var chapters: [Chapter]
  var scenes: Scenes?
  var pictures: Pictures?
  var texts: Texts?
  var sound: [Sound]
  var sprites: ReportedSprites?
  var outputs: [ReportedOutput]
  var warnings: [ReportedMessage]
  var errors: [ReportedMessage]
  var timings: ReportedTimings?
}

extension ReportEntry {
  /// An input without a document, or with one that cannot be read.
  init(_ line: ResultLine, problem: String?) {
    let errors = line.errors.map { ReportedMessage(code: $0.code.rawValue, stage: $0.stage, message: $0.message) }
    self.init(
      document: line.document, folder: Self.folder(line), chapters: [], sound: [], outputs: [], warnings: [],
      errors: errors + (problem.map { [ReportedMessage(code: "damaged", stage: nil, message: $0)] } ?? []))
  }

  init(_ line: ResultLine, _ analysis: ReportedAnalysis, in folder: String) {
    let media = analysis.media
    self.init(
      document: line.document, folder: Self.folder(line), container: media?.container, video: media?.video,
      chapters: media?.chapters ?? [], sound: Self.sound(analysis), outputs: analysis.outputs ?? [],
      warnings: analysis.warnings ?? [], errors: analysis.errors ?? [], timings: analysis.timings)
    scenes = analysis.scenes.map { Self.columns($0, analysis.frames ?? []) }
    if scenes == nil, let frames = analysis.frames, !frames.isEmpty {
      pictures = Pictures(
        start: frames.map(\.at.seconds), frame: frames.map { $0.at.frame ?? 0 }, picture: frames.map(\.file))
    }
    texts = analysis.textTracks.map(Self.columns)
    sprites = ReportedSprites(Path.join(folder, self.folder + "sprites.vtt"))
    length = Self.length(analysis)
  }

  static func folder(_ line: ResultLine) -> String {
    guard let document = line.document, let slash = document.lastIndex(of: "/") else { return "" }
    return String(document[...slash])
  }

  /// As long as the film says, and long enough for all that was found.
  private static func length(_ analysis: ReportedAnalysis) -> Double? {
    let ends =
      [analysis.media?.durationSeconds, analysis.scenes?.last?.end.seconds].compactMap { $0 }
      + (analysis.textTracks ?? []).map(\.end.seconds)
      + (analysis.audio ?? []).compactMap { $0.silences.last?.endSeconds }
    return ends.max()
  }

  private static func columns(_ scenes: [ReportedScene], _ frames: [ReportedFrame]) -> Scenes {
    var pictures: [Int: [String]] = [:]
    for frame in frames { if let scene = frame.sceneID { pictures[scene, default: []].append(frame.file) } }
    var columns = Scenes()
    for (index, scene) in scenes.enumerated() {
      columns.start.append(scene.start.seconds)
      columns.frame.append(scene.start.frame ?? 0)
      columns.kind.append(scene.transitionIn.kind)
      columns.confidence.append(scene.transitionIn.confidence ?? 1)
      // Of several, the one in the middle: the first may still be part of a transition.
      columns.picture.append(pictures[scene.id].map { $0[$0.count / 2] } ?? "")
      if scene.blank == true { columns.blank.append(index) }
    }
    columns.end = scenes.last?.end.seconds ?? 0
    return columns
  }

  private static func columns(_ texts: [ReportedText]) -> Texts {
    var columns = Texts()
    for text in texts {
      columns.start.append(text.start.seconds)
      columns.end.append(text.end.seconds)
      columns.text.append(text.text)
      columns.confidence.append(text.confidence ?? 0)
      columns.language.append(text.language ?? "")
    }
    return columns
  }

  private static func sound(_ analysis: ReportedAnalysis) -> [Sound] {
    let measured = analysis.audio ?? []
    var streams = analysis.media?.audio ?? []
    for track in measured where !streams.contains(where: { $0.streamIndex == track.streamIndex }) {
      streams.append(ReportedAudio(streamIndex: track.streamIndex, codec: ""))
    }
    return streams.map { stream in
      let track = measured.first { $0.streamIndex == stream.streamIndex }
      return Sound(
        stream: stream.streamIndex, codec: stream.codec, rate: stream.sampleRate, channels: stream.channels,
        layout: stream.channelLayout, language: stream.language, title: stream.title, loudness: track?.loudness,
        silences: track?.silences.flatMap { [$0.startSeconds, $0.endSeconds] },
        waveform: waveform(of: stream.streamIndex, analysis))
    }
  }

  /// As described, or else by its name among the outputs.
  private static func waveform(of stream: Int, _ analysis: ReportedAnalysis) -> ReportedWaveform? {
    if let waveform = analysis.waveforms?.first(where: { $0.streamIndex == stream }) { return waveform }
    let name = "waveform-\(stream).png"
    let file = analysis.outputs?.map(\.path).first { $0 == name || $0.hasSuffix("/" + name) }
    return file.map { ReportedWaveform(streamIndex: stream, file: $0) }
  }
}

extension ReportRow {
  init(_ line: ResultLine, _ entry: ReportEntry, isDamaged: Bool) {
    path = line.path
    status = isDamaged ? "damaged" : line.status.rawValue
    seconds = entry.length ?? line.summary?.mediaSeconds
    bytes = line.bytes
    scenes = entry.scenes?.start.count
    let shown = (entry.scenes?.picture ?? entry.pictures?.picture)?.filter { !$0.isEmpty }
    pictures = shown?.count
    texts = entry.texts?.start.count
    loudness = entry.sound.lazy.compactMap { $0.loudness?.integratedLUFS }.first
    // Not from the beginning, which is so often black.
    picture = shown.flatMap { $0.isEmpty ? nil : entry.folder + $0[$0.count / 3] }
    errors = entry.errors.map(\.code)
  }
}
