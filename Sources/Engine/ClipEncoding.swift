import Documents
import Glibc
import Media
import Timing

/// Cuts a film at its scenes to the very frame: decodes it a second time, from begin to end, and gives each frame to the encoder
/// of its clip. Sound is cut at the sample nearest to the instant.
final class ClipEncoding {
  private static let soundBlock = 8192

  private let production: ClipProduction
  private let clock: MediaClock
  private let input: Input
  private let decoder: VideoDecoder
  private let encoding: PictureEncoding
  private var container = ClipContainer.mp4
  private var sounds: [Track] = []
  private var warnings: [WarningRecord] = []

  /// The clips, what is written of them, and the one at hand.
  private var spans: [ClipProduction.Span] = []
  private var clips: [Clip] = []
  private var writer: ClipWriter?
  /// Sounds of the clip at hand.
  private var playing: [Track] = []
  private var packets = 0

  /// A sound of the film and how far it has been given out.
  private final class Track {
    let reader: SoundReader
    let codec: SoundCodec
    var given = 0
    init(_ reader: SoundReader, codec: SoundCodec) {
      self.reader = reader
      self.codec = codec
    }
  }

  init(_ production: ClipProduction, clock: MediaClock) throws {
    self.production = production
    self.clock = clock
    // Where decoding met damage, threads would make other pictures of it.
    let threads = production.result.sawTrouble ? 1 : production.request.settings.batch.threads ?? ProcessUsage.cores
    encoding = ClipProduction.encoding(production.options, threads: threads)
    input = try Input(path: production.request.inputPath, limits: production.limits)
    decoder = try VideoDecoder(input, threads: threads)
    for stream in input.description.audio where production.options.clipSound != .none {
      if let track = try Self.open(stream.streamIndex, production, &warnings) { sounds.append(track) }
    }
    container = ClipContainer.forEncoding(
      production.options.clipCodec, sounds: sounds.map(\.codec), isTurned: input.orientation != .upright)
  }

  /// Opens a sound; one that nothing can decode is left out, with a warning.
  private static func open(
    _ stream: Int, _ production: ClipProduction, _ warnings: inout [WarningRecord]
  ) throws -> Track? {
    do {
      let reader = try SoundReader(
        path: production.request.inputPath, stream: stream, fillsGaps: true, limits: production.limits)
      guard !reader.channels.isEmpty else { return nil }
      return Track(reader, codec: ClipSoundChoice(production.options).codec(for: reader))
    } catch {
      guard error.code == .unsupportedCodec else { throw error }
      warnings.append(WarningRecord("sound_left_out", "stream \(stream): \(error.message)", stage: "clips"))
      return nil
    }
  }

  func make(_ scenes: [Scene]) throws -> ClipProduction.Made {
    spans = scenes.map { ClipProduction.Span(scenes: $0.id...$0.id, start: $0.start, end: $0.end) }
    if let video = input.videoStreamIndex { input.select(streams: [video]) }
    // x264 looks at memory that it has not set, and its choices then depend on what was there before (seen with
    // MALLOC_PERTURB_ and the ffmpeg command): glibc sets what it hands out to the complement of this.
    Self.setNewMemory(toComplementOf: 255)
    defer { Self.setNewMemory(toComplementOf: 0) }
    try decode()
    try endClip()
    guard clips.count == spans.count else {
      throw MediaError(.corrupt, "frames of scene \(clips.count + 1) did not come up a second time")
    }
    noteStreams()
    return ClipProduction.Made(clips: clips, warnings: warnings)
  }

  /// Calls mallopt with M_PERTURB (mallopt(3)), by name: Swift's module of glibc leaves malloc.h out. 0 leaves memory as it is.
  private static func setNewMemory(toComplementOf byte: Int32) {
    guard let symbol = dlsym(nil, "mallopt") else { return }
    let perturb: Int32 = -6
    _ = unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)(perturb, byte)
  }

  /// Every frame once, each held back until the next tells how long it lasts.
  private func decode() throws {
    let packet = try Packet()
    let frame = try VideoFrame()
    var held: (frame: VideoFrame, time: FrameTime)?
    var ended = false
    while !ended {
      ended = try !input.read(packet)
      if !ended, packet.streamIndex != input.videoStreamIndex { continue }
      try decoder.send(ended ? nil : packet)
      while let time = try decoder.receive(frame) {
        if let held { try take(held.frame, held.time, until: time.pts) }
        held = (try frame.retained(), time)
      }
    }
    try decoder.checkMemory()
    if let held { try take(held.frame, held.time, until: max(held.time.pts + 1, spans[spans.count - 1].end.pts)) }
  }

  private func take(_ frame: VideoFrame, _ time: FrameTime, until end: Int64) throws {
    while clips.count + 1 < spans.count, time.pts >= spans[clips.count].end.pts { try endClip() }
    let span = spans[clips.count]
    let origin = origin(span)
    if writer == nil { try beginClip(span, frame) }
    try writer?.write(frame, pts: time.pts - origin, duration: end - time.pts)
    try play(until: end)
    report(time.seconds)
  }

  /// Where the clip's own time begins: with its scene; the first one's with the film, if a sound is before the picture.
  private func origin(_ span: ClipProduction.Span) -> Int64 {
    guard clips.isEmpty else { return span.start.pts }
    return sounds.reduce(span.start.pts) { min($0, $1.reader.start(of: clock)) }
  }

  private func beginClip(_ span: ClipProduction.Span, _ first: VideoFrame) throws {
    let isLast = clips.count == spans.count - 1
    // A sound that begins later or has ended is no stream of the clip.
    playing = try sounds.filter { track in
      try (isLast || track.reader.sample(at: span.end.pts, of: clock) > track.given) && !track.reader.isAtEnd
    }
    let origin = origin(span)
    let files = playing.map { track in
      ClipWriter.Sound(
        track.reader, file: soundFile(track), firstSample: track.given - track.reader.sample(at: origin, of: clock))
    }
    let writer = try ClipWriter(
      path: production.workspace.file(file(span)), container: container, film: input, first: first, encoding: encoding,
      sounds: files, isSteady: production.result.media.video?.variableFrameRate == false)
    self.writer = writer
    if writer.isPadded, clips.isEmpty {
      warnings.append(
        WarningRecord(
          "clips_padded",
          "the picture has an odd side, which \(production.options.clipCodec.rawValue) does not store: clips show their last "
            + "column or row twice; vp9 and ffv1 keep the size", stage: "clips"))
    }
  }

  private func soundFile(_ track: Track) -> SoundFile {
    var file = SoundFile(
      container: .matroska, codec: track.codec, sampleRate: track.reader.sourceRate,
      channels: track.reader.channels.count)
    file.bitRate = track.codec.isLossy ? production.options.clipSoundBitRate : nil
    file.isDeep = track.reader.isDeep && track.codec == .flac
    return file
  }

  /// Gives every sound of the clip out up to an instant; nil: to its end, or to its first gap, which in a damaged film may be days
  /// long.
  private func play(until pts: Int64?) throws {
    for (index, track) in playing.enumerated() {
      track.reader.endsAtGap = pts == nil
      let target = pts.map { track.reader.sample(at: $0, of: clock) } ?? Int.max
      let width = track.reader.channels.count
      while track.given < target {
        let wanted = min(Self.soundBlock, target - track.given)
        let got = try withUnsafeTemporaryAllocation(of: Float.self, capacity: wanted * width) { block in
          guard let base = block.baseAddress else { return 0 }
          let got = try track.reader.read(into: base, frames: wanted)
          if got > 0 { try writer?.write(sound: index, base, frames: got) }
          return got
        }
        if got == 0 { break }
        track.given += got
        if pts == nil { report(clock.seconds(spans[spans.count - 1].end.pts), more: track.given) }
      }
      if track.reader.hasEndedAtGap {
        warnings.append(
          WarningRecord(
            "sound_left_out",
            "stream \(track.reader.streamIndex): what sounds after the last picture and a pause is in no clip",
            stage: "clips"))
      }
    }
  }

  private func endClip() throws {
    guard let writer else {
      throw MediaError(.corrupt, "frames of scene \(clips.count + 1) did not come up a second time")
    }
    let span = spans[clips.count]
    // What sounds after the last picture belongs to the last clip.
    try play(until: clips.count == spans.count - 1 ? nil : span.end.pts)
    let already = packets
    try writer.finish { report(span.end.seconds, more: writer.packets) }
    packets = already + writer.packets
    clips.append(try production.clip(span, id: clips.count + 1, file: file(span), frames: writer.frames))
    self.writer = nil
  }

  private func file(_ span: ClipProduction.Span) -> String { production.name(span, of: spans.count, container) }

  private func report(_ seconds: Double, more: Int? = nil) {
    production.report(frames: packets + (more ?? writer?.packets ?? 0), at: seconds)
  }

  private func noteStreams() {
    let carried = 1 + (production.options.clipSound == .none ? input.description.audio.count : sounds.count)
    let left = input.streamCount - carried
    guard left > 0 else { return }
    warnings.append(
      WarningRecord(
        "streams_left_out",
        "\(left) streams are in no clip: encoded clips hold the picture and the sounds, and no subtitles, data or covers",
        stage: "clips"))
  }
}

/// Which codec the sound of encoded clips gets.
struct ClipSoundChoice {
  private let sound: ClipSound

  init(_ options: AnalysisOptions) {
    let usual: ClipSound =
      switch options.clipCodec {
      case .h264, .hevc, .av1: .aac
      case .vp9: .opus
      case .ffv1: .flac
      }
    sound = options.clipSound == .auto ? usual : options.clipSound
  }

  /// Codecs without loss keep what the film has: 16 bits, 24 bits, or floats where they can.
  func codec(for reader: SoundReader) -> SoundCodec {
    switch sound {
    case .opus: .opus
    case .flac: reader.channels.count <= 8 ? .flac : .pcm24
    case .pcm: reader.isFloat ? .pcmFloat : reader.isDeep ? .pcm24 : .pcm16
    case .aac, .auto, .none: .aac
    }
  }
}
