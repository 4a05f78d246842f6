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
    var texts: [FoundText]?
    var audio: [AudioAnalysis]?
    var frameCount = 0
    var decodeErrors = 0
    /// Whether anything at all was complained of: a frame thread's words do not always reach the counters.
    var sawTrouble = false
    var warnings: [WarningRecord] = []
    var errors: [ErrorRecord] = []
    var stageSeconds: [String: Double] = [:]
    /// Stages that ran to their end.
    var finished: Set<Stage> = []
  }

  private let input: Input
  private let options: AnalysisOptions
  private let threads: Int
  private let progress: (PassProgress) -> Void
  private let finishing: (PassProgress) -> Void
  private var result: Result
  private var running: Set<Stage>

  private var decoder: VideoDecoder?
  private var detector: SceneDetector
  private var collector: FrameCollector?
  private var reader: TextReader?
  private var sounds: [SoundTrack] = []
  private var pace = FramePace()
  private var last: FrameTime?
  private var openShot: SceneAssembler.Shot?
  /// What the libraries logged during the pass.
  private var logged = (decoder: LibraryLog.Lines(), container: LibraryLog.Lines())

  /// `store` writes a picture into the workspace.
  init(
    input: Input, options: AnalysisOptions, threads: Int, store: @escaping (String, [UInt8]) throws -> Void,
    progress: @escaping (PassProgress) -> Void, finishing: @escaping (PassProgress) -> Void
  ) {
    self.input = input
    self.options = options
    self.threads = threads
    self.progress = progress
    self.finishing = finishing
    result = Result(media: input.description)
    running = Set(options.stages)
    detector = SceneDetector(frameRate: input.frameRate)
    prepareVideo(store)
    prepareSound()
  }

  private func prepareVideo(_ store: @escaping (String, [UInt8]) throws -> Void) {
    let wanted = options.stages.filter(\.needsPictures)
    guard !wanted.isEmpty else { return }
    guard input.videoStreamIndex != nil else {
      wanted.forEach { running.remove($0) }
      return noVideo(wanted)
    }
    attempt(stages: wanted) { decoder = try VideoDecoder(input, threads: threads) }
    result.clock = decoder?.clock
    guard decoder != nil else { return }
    if running.contains(.frames) {
      attempt(stages: [.frames]) {
        collector = try FrameCollector(options: options, frameRate: input.frameRate, store: store)
      }
    }
    if running.contains(.text) {
      attempt(stages: [.text]) { reader = try TextReader(options: options, separateThread: threads > 1) }
    }
    // What needs no decoding is not decoded: the last stage may just have failed.
    if !running.contains(where: \.needsPictures) { decoder = nil }
  }

  private func noVideo(_ wanted: [Stage]) {
    if options.stages.contains(.audio), !input.description.audio.isEmpty {
      result.finished.formUnion(wanted)
      if wanted.contains(.text) { result.texts = [] }
      result.warnings.append(
        WarningRecord("no_video_stream", "there is no picture in this file: only its sound was analysed"))
    } else {
      result.errors.append(ErrorRecord(.noVideo, "there is no picture in this file", stage: "decode"))
    }
  }

  private func prepareSound() {
    guard running.contains(.audio) else { return }
    for stream in input.description.audio {
      attempt(stages: []) {
        sounds.append(try SoundTrack(input: input, streamIndex: stream.streamIndex, options: options))
      }
    }
    if sounds.isEmpty, !input.description.audio.isEmpty { running.remove(.audio) }
  }

  /// Runs a step of some stages; what it throws ends these stages and is reported.
  private func attempt(stages: [Stage], _ step: () throws -> Void) {
    do {
      try step()
    } catch {
      let name = stages.count == 1 ? stages[0].rawValue : stages.isEmpty ? "audio" : "decode"
      stages.forEach { running.remove($0) }
      result.errors.append(ErrorRecord(describing: error, stage: name))
    }
  }

  /// Reads the file to its end. Throws only what ends everything: out of memory, a disk that cannot be read.
  func run() throws -> Result {
    var wanted = Set(sounds.map(\.streamIndex))
    if decoder != nil, let video = input.videoStreamIndex { wanted.insert(video) }
    input.select(streams: wanted)
    let packet = try Packet()
    let frame = try VideoFrame()
    // Probing complains about intact files too, such as those that begin between key frames.
    LibraryLog.reset()
    let begun = Clock.now
    do {
      if !wanted.isEmpty { while try input.read(packet) { try take(packet, frame) } }
      if let decoder {
        try decoder.send(nil)
        try drain(decoder, into: frame)
        try decoder.checkMemory()
      }
    } catch let error as MediaError where error.code == .unreadable || error.code == .limitExceeded {
      result.errors.append(error.record(stage: "decode"))
    }
    let reached = max(last?.seconds ?? 0, sounds.map(\.seconds).max() ?? 0)
    finishing(PassProgress(frames: last.map { $0.index + 1 } ?? 0, seconds: reached, fraction: fraction(at: reached)))
    for sound in sounds { attempt(stages: []) { try sound.finish() } }
    logged = (LibraryLog.decoderErrors, LibraryLog.containerErrors)
    result.sawTrouble = !LibraryLog.errorLines.isEmpty
    finishVideo()
    finishSound()
    judgeDamage()
    let consumers = result.stageSeconds.values.reduce(0, +)
    result.stageSeconds["decode"] = max(0, Clock.now - begun - consumers)
    return result
  }

  private func take(_ packet: Packet, _ frame: VideoFrame) throws {
    if let decoder, packet.streamIndex == input.videoStreamIndex {
      try decoder.send(packet)
      try drain(decoder, into: frame)
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
      if time.seconds > input.limits.maxDuration {
        throw MediaError(
          .limitExceeded, "the film goes on past --max-duration (\(input.limits.maxDuration.rounded(places: 3)) s)",
          limit: .duration)
      }
      try watch(frame, time)
      progress(PassProgress(frames: time.index + 1, seconds: time.seconds, fraction: fraction(at: time.seconds)))
    }
  }

  /// Shows one frame to every stage that is still running.
  private func watch(_ frame: VideoFrame, _ time: FrameTime) throws {
    if openShot == nil { openShot = SceneAssembler.Shot(transitionIn: nil, start: time, pictures: []) }
    pace.add(time)
    last = time
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
  }

  /// Closes a shot at each of these boundaries.
  private func end(_ boundaries: [Boundary]) {
    for boundary in boundaries {
      closeShot(at: boundary.at.index, transition: boundary.first.index...boundary.last.index)
      openShot = SceneAssembler.Shot(transitionIn: boundary, start: boundary.at, pictures: [])
    }
  }

  private func closeShot(at frame: Int, transition: ClosedRange<Int>) {
    guard var shot = openShot else { return }
    if running.contains(.frames), let collector {
      attempt(stages: [.frames]) { shot.pictures = try collector.endScene(at: frame, transition: transition) }
    }
    result.shots.append(shot)
    openShot = nil
  }

  private func finishVideo() {
    guard let decoder else { return }
    let frameCount = last.map { $0.index + 1 } ?? 0
    result.frameCount = frameCount
    guard let last else {
      let lines = logged.decoder.lines.first.map { " (\($0))" } ?? ""
      result.errors.append(
        ErrorRecord(.corrupt, "not one picture of the video could be decoded\(lines)", stage: "decode"))
      return
    }
    if running.contains(.scenes) || running.contains(.frames) {
      end(detector.finish())
      closeShot(at: result.frameCount, transition: result.frameCount...result.frameCount)
      // A plain beginning is a scene of its own only where a boundary ends it.
      result.beginsBlank = detector.beginsBlank && result.shots.count > 1
    }
    let endPTS = last.pts &+ last.duration
    result.end = Instant(pts: endPTS, seconds: decoder.clock.seconds(endPTS), frame: result.frameCount)
    fillEmptyShots()
    if running.contains(.text), let reader {
      let begun = Clock.now
      attempt(stages: [.text]) { result.texts = try reader.finish() }
      result.stageSeconds["text", default: 0] += Clock.now - begun
    }
    result.finished.formUnion(running.filter(\.needsPictures))
    result.media.video?.frameCount = frameCount
    result.media.video?.variableFrameRate = pace.isVariable
    if decoder.repairedTimestamps > 0 {
      result.warnings.append(
        WarningRecord(
          "timestamps_repaired",
          "\(decoder.repairedTimestamps) frames had no timestamp, or one not later than the frame before; theirs were made up"
        ))
    }
  }

  /// Every scene has a picture: one so short that none was kept gets its first frame, from a second look.
  private func fillEmptyShots() {
    guard running.contains(.frames), let collector else { return }
    let empty = result.shots.indices.filter { result.shots[$0].pictures.isEmpty }
    guard !empty.isEmpty else { return }
    var kept: [Int: FrameCollector.Kept] = [:]
    attempt(stages: [.frames]) {
      try SecondLook(path: input.path, limits: input.limits).visit(empty.map { result.shots[$0].start }) {
        frame, time in
        kept[time.index] = try collector.keep(frame, time: time)
      }
    }
    for shot in empty { result.shots[shot].pictures = kept[result.shots[shot].start.index].map { [$0] } ?? [] }
  }

  private func finishSound() {
    guard running.contains(.audio), !sounds.isEmpty || input.description.audio.isEmpty else { return }
    result.audio = []
    for sound in sounds {
      let (analysis, warnings) = sound.result()
      result.audio?.append(analysis)
      result.warnings += warnings
    }
    result.finished.insert(.audio)
  }

  /// Counts damage, and says whether the file is whole.
  private func judgeDamage() {
    if let decoder, result.frameCount > 0 {
      let count = decoder.failedCalls + decoder.flaggedFrames + logged.decoder.count
      result.decodeErrors = count
      result.media.video?.decodeErrors = count
    }
    if let cut = input.truncation() {
      result.errors.append(
        ErrorRecord(.corrupt, "the file is cut off: \(cut); what came before was analysed", stage: "decode"))
    }
    if logged.container.count > 0 {
      result.warnings.append(
        WarningRecord(
          "container_errors", "the container is damaged: \(logged.container.lines.first ?? "")", stage: "decode"))
    }
    guard result.decodeErrors > 0 else { return }
    result.sawTrouble = true
    let first = logged.decoder.lines.first.map { "; the first: \($0)" } ?? ""
    let text =
      "\(result.decodeErrors) \(result.decodeErrors == 1 ? "error" : "errors") in \(result.frameCount) frames while decoding\(first)"
    // Over one in a hundred frames the design calls a film damaged, below that a blemish.
    if result.decodeErrors * 100 > result.frameCount {
      result.errors.append(ErrorRecord(.corrupt, "the video is damaged: \(text)", stage: "decode"))
    } else {
      result.warnings.append(WarningRecord("decode_errors", text, stage: "decode"))
    }
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
    default: self = ErrorRecord(.internal, "\(error)", stage: stage)
    }
  }
}
