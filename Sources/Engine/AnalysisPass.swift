import AudioMixing
import Documents
import FrameExtraction
import Glibc
import Media
import SceneDetection
import TextRecognition
import Timing

/// The one pass over a file: each packet is read once, each frame decoded once, and every stage watches.
///
/// A stage that fails is dropped and reported; the others go on.
final class AnalysisPass {
  /// What the pass found, in the terms of the stages.
  struct Result {
    var media: MediaDescription
    var clock: MediaClock?
    var shots: [SceneAssembler.Shot] = []
    var end: Instant?
    var beginsBlank = false
    var texts: TextFindings?
    var audio: [AudioAnalysis]?
    /// What was heard of each audio stream, where waveforms are wanted.
    var drawings: [Drawing] = []
    /// Where the last sound ends, in seconds.
    var soundEnd = 0.0
    /// The sheets of sprites, where they were taken during the pass.
    var sprites: SpriteSheets?
    /// Whether they were begun and given up; the errors say why.
    var gaveUpSprites = false
    /// Whether the file ends before what it says.
    var isCutOff = false
    var frameCount = 0
    var decodeErrors = 0
    /// Whether anything at all was complained of: a frame thread's words do not always reach the counters.
    var sawTrouble = false
    var warnings: [WarningRecord] = []
    /// What is to be said of the sound, and of damage.
    var soundWarnings: [WarningRecord] = []
    var damageWarnings: [WarningRecord] = []
    var errors: [ErrorRecord] = []
    var stageSeconds: [String: Double] = [:]
    var decoding = Timings.Decoding.sequential
    /// Stages that ran to their end.
    var finished: Set<Stage> = []

    /// Whether nothing went wrong that depends on which streams were read, and which stages watched.
    var isClean: Bool { !sawTrouble && errors.isEmpty && damageWarnings.isEmpty && !gaveUpSprites }
  }

  /// The waveform of one audio stream.
  struct Drawing {
    let streamIndex: Int
    let sampleRate: Int
    let peaks: WaveformPeaks
  }

  let input: Input
  let options: AnalysisOptions
  private let wantsSound: Bool
  private let threads: Int
  private let route: VideoRoute
  private let progress: (PassProgress) -> Void
  private let finishing: (PassProgress) -> Void
  private var statistics: SceneStatistics?
  /// Told when the picture has been seen to its end, and text has yet to be read of what was seen.
  var onPictures: (Result) -> Void = { _ in }
  var result: Result
  var running: Set<Stage>

  /// What decodes the picture: one decoder for every frame, or many for groups of pictures.
  var picture: PictureSource?
  var detector: SceneDetector
  var collector: FrameCollector?
  var reader: TextReader?
  var sprites: SpriteCollector?
  var sounds: [SoundTrack] = []
  private var pace = FramePace()
  var isVariableRate: Bool { pace.isVariable }
  var last: FrameTime?
  private var openShot: SceneAssembler.Shot?
  /// Where pictures are chosen without being seen at full size.
  private var choice = PictureChoice()
  /// What the libraries logged during the pass.
  var logged = (decoder: LibraryLog.Lines(), container: LibraryLog.Lines())

  /// `wantsSound` where the request asks for sound, though it may be known by now; `store` writes a picture into the
  /// workspace; `statistics` gets a row a frame of what the scene detector weighs.
  init(
    input: Input, options: AnalysisOptions, wantsSound: Bool, threads: Int, route: VideoRoute,
    statistics: SceneStatistics? = nil,
    store: @escaping (String, [UInt8]) throws -> Void, sheets: () throws -> SpriteSheets,
    progress: @escaping (PassProgress) -> Void, finishing: @escaping (PassProgress) -> Void
  ) {
    self.input = input
    self.options = options
    self.wantsSound = wantsSound
    self.threads = threads
    self.route = route
    self.progress = progress
    self.finishing = finishing
    self.statistics = statistics
    result = Result(media: input.description)
    result.decoding = route.isByGroups ? .groups : .sequential
    running = Set(options.stages)
    detector = SceneDetector(frameRate: input.frameRate, keepsEvidence: statistics != nil)
    prepareVideo(store)
    prepareSound()
    if options.sprites, case .frames = picture {
      attempt(sheet: { sprites = SpriteCollector(sheets: try sheets(), interval: options.spriteInterval) })
    }
  }

  private func prepareVideo(_ store: @escaping (String, [UInt8]) throws -> Void) {
    let wanted = options.stages.filter(\.needsPictures)
    guard !wanted.isEmpty else { return }
    guard input.videoStreamIndex != nil else {
      wanted.forEach { running.remove($0) }
      return noVideo(wanted)
    }
    attempt(stages: wanted) { picture = try PictureSource(input, threads: threads, route: route, deliver: take) }
    result.clock = picture?.clock
    guard picture != nil else { return }
    if running.contains(.frames), options.frameRule == .best {
      attempt(stages: [.frames]) {
        collector = try FrameCollector(options: options, frameRate: input.frameRate, store: store)
      }
    }
    if running.contains(.text) {
      attempt(stages: [.text]) { reader = try TextReader(options: options, separateThread: threads > 1) }
    }
    // What needs no decoding is not decoded: the last stage may just have failed.
    if !running.contains(where: \.needsPictures) { picture = nil }
  }

  private func noVideo(_ wanted: [Stage]) {
    if wantsSound, !input.description.audio.isEmpty {
      result.finished.formUnion(wanted)
      if wanted.contains(.text) { result.texts = TextFindings() }
      result.warnings.append(
        WarningRecord("no_video_stream", "there is no picture in this file: only its sound was analysed"))
    } else {
      result.errors.append(ErrorRecord(.noVideo, "there is no picture in this file", stage: "decode"))
    }
  }

  private func prepareSound() {
    guard running.contains(.audio) || options.waveform else { return }
    for stream in input.description.audio {
      attempt(stages: []) {
        sounds.append(try SoundTrack(input: input, streamIndex: stream.streamIndex, options: options))
      }
    }
    if sounds.isEmpty, !input.description.audio.isEmpty { running.remove(.audio) }
  }

  /// Runs a step of some stages; what it throws ends these stages and is reported.
  func attempt(stages: [Stage], _ step: () throws -> Void) {
    do {
      try step()
    } catch {
      let name = stages.count == 1 ? stages[0].rawValue : stages.isEmpty ? "audio" : "decode"
      stages.forEach { running.remove($0) }
      result.errors.append(ErrorRecord(describing: error, stage: name))
    }
  }

  /// Runs a step of drawing sprites; what it throws ends them and is reported.
  func attempt(sheet step: () throws -> Void) {
    do {
      try step()
    } catch {
      sprites = nil
      result.gaveUpSprites = true
      result.errors.append(ErrorRecord(describing: error, stage: "sheets"))
    }
  }

  /// Reads the file to its end. Throws only what ends everything: out of memory, a disk that cannot be read.
  func run() throws -> Result {
    var wanted = Set(sounds.map(\.streamIndex))
    if picture != nil, let video = input.videoStreamIndex { wanted.insert(video) }
    input.select(streams: wanted)
    let packet = try Packet()
    let frame = try VideoFrame()
    // Probing complains about intact files too, such as those that begin between key frames.
    LibraryLog.reset()
    let begun = Clock.now
    do {
      if !wanted.isEmpty { while try input.read(packet) { try take(packet, frame) } }
      switch picture {
      case .frames(let decoder):
        try decoder.send(nil)
        try drain(decoder, into: frame)
        try decoder.checkMemory()
      case .groups(let groups): try groups.finish()
      case nil: break
      }
    } catch let error as MediaError where error.code == .unreadable || error.code == .limitExceeded {
      result.errors.append(error.record(stage: "decode"))
    }
    let reached = max(last?.seconds ?? 0, sounds.map(\.seconds).max() ?? 0)
    finishing(PassProgress(frames: last.map { $0.index + 1 } ?? 0, seconds: reached, fraction: fraction(at: reached)))
    for sound in sounds { attempt(stages: []) { try sound.finish() } }
    logged = (LibraryLog.decoderErrors, LibraryLog.containerErrors)
    result.sawTrouble = !(route.leavesOut ? LibraryLog.isQuietButForSkipping : LibraryLog.errorLines.isEmpty)
    if route.leavesOut, !result.sawTrouble { logged = (LibraryLog.Lines(), LibraryLog.Lines()) }
    finishVideo()
    writeStatistics(atEnd: true)
    finishSound()
    judgeDamage()
    let consumers = result.stageSeconds.values.reduce(0, +)
    result.stageSeconds["decode"] = max(0, Clock.now - begun - consumers)
    return result
  }

  private func take(_ packet: Packet, _ frame: VideoFrame) throws {
    if let picture, packet.streamIndex == input.videoStreamIndex {
      switch picture {
      case .frames(let decoder):
        try decoder.send(packet)
        try drain(decoder, into: frame)
      case .groups(let groups): try groups.send(packet)
      }
    } else if let index = sounds.firstIndex(where: { $0.streamIndex == packet.streamIndex }) {
      let sound = sounds[index]
      let begun = Clock.now
      do {
        try sound.add(packet)
      } catch {
        sounds.remove(at: index)
        result.errors.append(ErrorRecord(describing: error, stage: "audio"))
      }
      result.stageSeconds["audio", default: 0] += Clock.now - begun
      // Sound may go on long after the last picture.
      if sound.seconds > last?.seconds ?? -.infinity {
        progress(
          PassProgress(
            frames: last.map { $0.index + 1 } ?? 0, seconds: sound.seconds, fraction: fraction(at: sound.seconds)))
      }
    }
  }

  private func fraction(at seconds: Double) -> Double {
    guard let duration = input.description.durationSeconds, duration > 0 else { return input.fractionRead }
    return min(1, max(0, seconds / duration))
  }

  private func drain(_ decoder: VideoDecoder, into frame: VideoFrame) throws {
    while let time = try decoder.receive(frame) {
      try begin(time)
      try watch(frame, time)
      progress(PassProgress(frames: time.index + 1, seconds: time.seconds, fraction: fraction(at: time.seconds)))
    }
  }

  /// Notes that a frame has come.
  private func begin(_ time: FrameTime) throws {
    if time.seconds > input.limits.maxDuration {
      throw MediaError(
        .limitExceeded, "the film goes on past --max-duration (\(input.limits.maxDuration.rounded(places: 3)) s)",
        limit: .duration)
    }
    if openShot == nil { openShot = SceneAssembler.Shot(transitionIn: nil, start: time, pictures: []) }
    pace.add(time)
    last = time
  }

  /// Takes a small picture of a frame that was decoded, or made up, in a group.
  private func take(_ picture: GroupPicture, _ time: FrameTime) throws {
    try begin(time)
    let begun = Clock.now
    if collector != nil, running.contains(.frames) { choice.consider(picture, time) }
    end(detector.push(picture.picture, at: time, isSeen: picture.isDecoded))
    if case .groups(let route) = route { route.settled(detector.settledFrame) }
    result.stageSeconds["scenes", default: 0] += Clock.now - begun
    progress(PassProgress(frames: time.index + 1, seconds: time.seconds, fraction: fraction(at: time.seconds)))
  }

  /// Shows one frame to every stage that is still running.
  private func watch(_ frame: VideoFrame, _ time: FrameTime) throws {
    var begun = Clock.now
    func lap(_ name: String) {
      let now = Clock.now
      result.stageSeconds[name, default: 0] += now - begun
      begun = now
    }
    if running.contains(.scenes) || running.contains(.frames) {
      let picture = try frame.analysisPicture()
      if running.contains(.frames), let collector {
        attempt(stages: [.frames]) { try collector.consider(frame, picture: picture, time: time) }
        lap("frames")
      }
      end(detector.push(picture, at: time))
      if running.contains(.frames) { collector?.settle(before: detector.settledFrame) }
      lap("scenes")
    }
    if running.contains(.text), let reader {
      attempt(stages: [.text]) { try reader.consider(frame, time: time) }
      lap("text")
    }
    if let sprites {
      attempt(sheet: { try sprites.consider(frame, time: time) })
      lap("sheets")
    }
  }

  /// Writes the rows of the frames that are settled; what cannot be written is reported once.
  private func writeStatistics(atEnd: Bool = false) {
    guard let statistics else { return }
    do throws(ErrorRecord) {
      try statistics.add(detector.takeEvidence())
      if atEnd { try statistics.flush() }
    } catch {
      self.statistics = nil
      result.errors.append(error)
    }
  }

  /// Closes a shot at each of these boundaries.
  func end(_ boundaries: [Boundary]) {
    writeStatistics()
    for boundary in boundaries {
      if case .groups(let route) = route { route.found(boundary) }
      closeShot(at: boundary.at.index, transition: boundary.first.index...boundary.last.index)
      openShot = SceneAssembler.Shot(transitionIn: boundary, start: boundary.at, pictures: [])
    }
  }

  func closeShot(at frame: Int, transition: ClosedRange<Int>) {
    guard var shot = openShot else { return }
    if running.contains(.frames), let collector {
      if case .groups = picture {
        shot.wanted = choice.endScene(at: frame, transition: transition, count: options.framesPerScene)
      } else {
        attempt(stages: [.frames]) { shot.pictures = try collector.endScene(at: frame, transition: transition) }
      }
    }
    result.shots.append(shot)
    openShot = nil
  }
}

/// How far a pass has come.
struct PassProgress {
  var frames: Int
  var seconds: Double
  /// From 0 to 1.
  var fraction: Double
}

/// Tells a constant frame rate from a variable one.
struct FramePace {
  private var previous: Int64?
  private var shortest = Int64.max
  private var longest = Int64.min

  mutating func add(_ time: FrameTime) {
    if let previous {
      shortest = min(shortest, time.pts &- previous)
      longest = max(longest, time.pts &- previous)
    }
    previous = time.pts
  }

  /// A container rounds timestamps to its ticks, so that intervals of a constant rate differ by one tick, or by a few
  /// in a fine time base; 2 % is less than any real change of rate.
  var isVariable: Bool {
    guard longest > shortest, shortest > 0 else { return false }
    return longest - shortest > max(1, shortest / 50)
  }
}

extension ErrorRecord {
  /// Any error as a record.
  init(describing error: any Error, stage: String) {
    switch error {
    case let error as MediaError: self = error.record(stage: stage)
    case var error as ErrorRecord:
      error.stage = error.stage ?? stage
      self = error
    case let error as DocumentError: self = ErrorRecord(.invalidDocument, error.message, stage: stage)
    default: self = ErrorRecord(.internal, "\(error)", stage: stage)
    }
  }
}
