import CFFmpeg
package import Documents
package import Timing

/// Reads the sound of one file from its first sample to its last, as interleaved 32-bit floats at a rate of choice.
///
/// What an encoder put before and behind the sound (delay and padding of MP3, AAC and Opus) is taken off: by the decoders
/// where the container tells, and by the edit list's length in MP4.
package final class SoundReader {
  package typealias Channel = AudioDecoder.Channel

  /// Samples a second of the file.
  package private(set) var sourceRate = 0
  /// Those of the first frame; empty where nothing could be decoded.
  package private(set) var channels: [Channel] = []
  /// Calls to the decoder that failed on damaged data; it went on after each.
  package private(set) var failedCalls = 0
  /// Samples a channel decoded so far, at the file's own rate, end padding taken off.
  package private(set) var sourceFrames = 0
  package let codec: String
  package let streamIndex: Int
  /// Length in samples as the header says, for containers in which that is exact; nil where only decoding tells.
  package private(set) var declaredFrames: Int?

  private let input: Input
  private let rate: Int?
  private let context: Owned<UnsafeMutablePointer<AVCodecContext>>
  private let frame: Owned<UnsafeMutablePointer<AVFrame>>
  private let packet: Packet
  private var resampler: Owned<OpaquePointer>?
  private var shape: Shape?
  private var target = AVChannelLayout()
  private var buffer: [Float] = []
  private var head = 0
  private var tail = 0
  private var isDrained = false
  private var isFlushed = false
  /// Samples at which the edit list of an MP4 ends the sound.
  private var lastFrame = Int.max
  /// Layout of what ``read(into:frames:)`` gives.
  var layout: AVChannelLayout { target }
  /// Whether the film's samples have more than 16 bits; whether they are floats.
  package private(set) var isDeep = false
  package private(set) var isFloat = false

  private let fillsGaps: Bool
  /// When the first sample is heard, in the stream's time base.
  private(set) var firstPTS: Int64?
  private let base: AVRational
  /// Samples of silence that stand for a gap, to be given before the frame that was decoded after it.
  private var silence = 0
  /// Whether the sound is over at the next gap, or in the one at hand, as a sound that comes after it is not wanted.
  package var endsAtGap = false
  /// Whether it was over so.
  package private(set) var hasEndedAtGap = false
  private var isFrameHeld = false
  /// Samples to pass over, for they would be heard at a time that is taken.
  private var overlap = 0
  /// Timestamps that are off by more than this part of a second are gaps; containers round, and some by milliseconds.
  private static let gapSeconds = 0.1

  private struct Shape: Equatable {
    var format: Int32
    var rate: Int32
    var channels: Int32
    var mask: UInt64
  }

  /// Opens the sound track `stream`, or the first one. `rate` nil keeps the file's own. Throws what ``Input`` throws, and
  /// `not_media` where the file has no such sound track. With `fillsGaps`, every sample comes at its time: gaps in the stream's
  /// timestamps are filled with silence, and what overlaps is left out; only for the file's own rate.
  package init(
    path: String, stream: Int? = nil, rate: Int? = nil, fillsGaps: Bool = false, limits: Limits
  ) throws(MediaError) {
    let input = try Input(path: path, limits: limits)
    guard let index = stream ?? input.description.audio.first?.streamIndex else {
      throw MediaError(.notMedia, "the file has no sound")
    }
    guard let chosen = input.description.audio.first(where: { $0.streamIndex == index }),
      let raw = input.context.pointer.stream(index)
    else { throw MediaError(.notMedia, "stream \(index) of the file is no sound track") }
    input.select(streams: [index])
    context = try CodecContext.open(stream: raw, threads: 1, limits: limits)
    frame = try Owned(av_frame_alloc(), "a frame") { pointer in
      var frame: UnsafeMutablePointer<AVFrame>? = pointer
      av_frame_free(&frame)
    }
    packet = try Packet()
    self.input = input
    self.rate = rate
    self.fillsGaps = fillsGaps && rate == nil
    base = raw.pointee.time_base
    codec = chosen.codec
    streamIndex = index
    try fill()
    noteLength(raw)
  }

  /// The sample that is heard at an instant, which is `pts` in ticks of `clock`, counted from the first one: negative where the sound
  /// begins later. To the nearest sample.
  package func sample(at pts: Int64, of clock: MediaClock) -> Int {
    let other = AVRational(num: Int32(clock.timeBase.numerator), den: Int32(clock.timeBase.denominator))
    let rate = AVRational(num: 1, den: Int32(max(1, sourceRate)))
    return Int(ClipFile.moved(pts, other, minus: firstPTS ?? 0, base, to: rate))
  }

  /// When the first sample is heard, counted in samples from the zero of the file's timestamps.
  var firstSample: Int64 {
    ClipFile.moved(firstPTS ?? 0, base, minus: 0, base, to: AVRational(num: 1, den: Int32(max(1, sourceRate))))
  }

  /// The last tick of a clock at or before the first sample.
  package func start(of clock: MediaClock) -> Int64 {
    let other = AVRational(num: Int32(clock.timeBase.numerator), den: Int32(clock.timeBase.denominator))
    return av_rescale_q_rnd(firstPTS ?? 0, base, other, AV_ROUND_DOWN)
  }

  /// Whether there is no sample left to read.
  package var isAtEnd: Bool {
    get throws(MediaError) {
      if head < tail { return false }
      return try !fill()
    }
  }

  package var bytes: Int64 { input.bytes }
  package var description: MediaDescription { input.description }

  private func noteLength(_ raw: UnsafeMutablePointer<AVStream>) {
    let (length, base) = (raw.pointee.duration, raw.pointee.time_base)
    guard length != CR_NOPTS, length > 0, sourceRate > 0, base.den > 0 else { return }
    let frames = Int(av_rescale_q_rnd(length, base, AVRational(num: 1, den: Int32(sourceRate)), AV_ROUND_NEAR_INF))
    let container = input.description.container
    if container.hasPrefix("mov,") {
      lastFrame = frames
    } else if codec.hasPrefix("pcm_"), ["wav", "w64", "aiff", "au", "caf"].contains(container) {
      // A file that was cut off says more than it holds.
      let block = Int(raw.pointee.codecpar.pointee.block_align)
      if block > 0, Int64(frames) <= input.bytes / Int64(block) { declaredFrames = frames }
    } else if codec == "flac", container == "flac" {
      declaredFrames = frames
    }
  }

  /// Interleaved samples of a rate: what ``read(into:frames:)`` gives.
  package var outputRate: Int { rate ?? sourceRate }

  /// Copies up to `frames` frames; fewer only at the end of the sound, 0 after it.
  package func read(into target: UnsafeMutablePointer<Float>, frames: Int) throws(MediaError) -> Int {
    var done = 0
    let width = max(1, channels.count)
    while done < frames {
      if head == tail, try !fill() { break }
      let count = min(frames - done, tail - head)
      buffer.withUnsafeBufferPointer { source in
        guard let base = source.baseAddress else { return }
        (target + done * width).update(from: base + head * width, count: count * width)
      }
      head += count
      done += count
    }
    return done
  }

  /// Passes over frames; returns how many there were.
  package func skip(_ frames: Int) throws(MediaError) -> Int {
    var done = 0
    while done < frames {
      if head == tail, try !fill() { break }
      let count = min(frames - done, tail - head)
      head += count
      done += count
    }
    return done
  }

  /// Decodes on into the buffer. Returns false at the end.
  @discardableResult
  private func fill() throws(MediaError) -> Bool {
    head = 0
    tail = 0
    while tail == head {
      head = 0
      tail = 0
      if silence > 0 {
        hasEndedAtGap = endsAtGap
        if endsAtGap { return false }
        giveSilence()
        continue
      }
      if isFrameHeld {
        isFrameHeld = false
        try convertFrame()
        continue
      }
      if isFlushed { return false }
      let code = isDrained ? CR_EOF : avcodec_receive_frame(context.pointer, frame.pointer)
      if code == CR_ENOMEM { throw MediaError(.outOfMemory, "not enough memory to decode the sound") }
      if code >= 0 {
        try take()
      } else if code == CR_EAGAIN {
        try feed()
      } else if code == CR_EOF {
        isDrained = true
        isFlushed = true
        try convert(nil, 0)
      } else {
        failedCalls += 1
      }
    }
    return true
  }

  private func feed() throws(MediaError) {
    repeat {
      guard try input.read(packet) else {
        _ = avcodec_send_packet(context.pointer, nil)
        return
      }
    } while packet.streamIndex != streamIndex
    let code = avcodec_send_packet(context.pointer, packet.handle.pointer)
    if code == CR_ENOMEM { throw MediaError(.outOfMemory, "not enough memory to decode the sound") }
    if code < 0, code != CR_EOF { failedCalls += 1 }
  }

  private func take() throws(MediaError) {
    let raw = frame.pointer.pointee
    guard raw.nb_samples > 0, raw.ch_layout.nb_channels > 0, raw.sample_rate > 0 else { return }
    let found = Shape(
      format: raw.format, rate: raw.sample_rate, channels: raw.ch_layout.nb_channels,
      mask: raw.ch_layout.order == AV_CHANNEL_ORDER_NATIVE ? raw.ch_layout.u.mask : 0)
    if found != shape {
      if resampler != nil { try convert(nil, 0) }
      try prepare(raw, found)
    }
    if firstPTS == nil { note(first: raw) }
    if fillsGaps, raw.pts != CR_NOPTS, let firstPTS {
      let place = ClipFile.moved(raw.pts, base, minus: firstPTS, base, to: AVRational(num: 1, den: Int32(sourceRate)))
      let off = Int(place) - sourceFrames + overlap
      if abs(off) > Int(Self.gapSeconds * Double(sourceRate)) {
        // A gap that leads past the end that the container tells is no gap but damage.
        if let end = input.description.durationSeconds, Double(place) > (end + 1) * Double(sourceRate) {
          failedCalls += 1
          return try convertFrame()
        }
        silence = max(0, off)
        overlap += max(0, -off)
        isFrameHeld = silence > 0
        if isFrameHeld { return }
      }
    }
    try convertFrame()
  }

  /// When and how the sound begins.
  private func note(first raw: AVFrame) {
    let start = av_rescale_q(input.startMicroseconds, AVRational(num: 1, den: 1_000_000), base)
    firstPTS = raw.best_effort_timestamp == CR_NOPTS ? start : raw.best_effort_timestamp
    let format = av_get_packed_sample_fmt(AVSampleFormat(raw.format))
    isFloat = format == AV_SAMPLE_FMT_FLT || format == AV_SAMPLE_FMT_DBL
    isDeep = isFloat || format == AV_SAMPLE_FMT_S32 || format == AV_SAMPLE_FMT_S64
  }

  private func convertFrame() throws(MediaError) {
    let count = min(Int(frame.pointer.pointee.nb_samples), lastFrame - sourceFrames)
    guard count > 0 else { return }
    let before = tail
    try convert(UnsafeMutableRawPointer(frame.pointer.pointee.extended_data), Int32(count))
    let dropped = min(overlap, tail - before)
    guard dropped > 0 else { return sourceFrames += count }
    // Only where gaps are filled, and then what comes out of the converter is what went in.
    overlap -= dropped
    head += dropped
    sourceFrames += count - dropped
  }

  private func giveSilence() {
    let count = min(silence, 1024)
    let width = channels.count
    if buffer.count < count * width { buffer += Array(repeating: 0, count: count * width - buffer.count) }
    for index in 0..<count * width { buffer[index] = 0 }
    tail = count
    silence -= count
    sourceFrames += count
  }

  /// Appends converted samples to the buffer; nil asks for what the resampler still holds.
  private func convert(_ planes: UnsafeMutableRawPointer?, _ count: Int32) throws(MediaError) {
    guard let resampler = resampler?.pointer else { return }
    let capacity = Int(swr_get_out_samples(resampler, count)) + 64
    let width = channels.count
    if buffer.count < (tail + capacity) * width {
      buffer += Array(repeating: 0, count: (tail + capacity) * width - buffer.count)
    }
    let offset = tail * width
    let got = buffer.withUnsafeMutableBufferPointer { samples in
      var out = samples.baseAddress.map { UnsafeMutableRawPointer($0 + offset).assumingMemoryBound(to: UInt8.self) }
      return withUnsafeMutablePointer(to: &out) { out in
        swr_convert(
          resampler, out, Int32(capacity), planes?.assumingMemoryBound(to: UnsafePointer<UInt8>?.self), count)
      }
    }
    tail += Int(try Status.check(got, "convert the sound"))
  }

  private func prepare(_ raw: AVFrame, _ found: Shape) throws(MediaError) {
    var source = raw.ch_layout
    if source.order == AV_CHANNEL_ORDER_UNSPEC { av_channel_layout_default(&source, raw.ch_layout.nb_channels) }
    if sourceRate == 0 {
      sourceRate = Int(raw.sample_rate)
      try Status.check(av_channel_layout_copy(&target, &source), "set up the sound")
      channels = (0..<UInt32(target.nb_channels)).map {
        AudioDecoder.role(av_channel_layout_channel_from_index(&target, $0))
      }
    }
    resampler = nil
    resampler = try Resampler.open(
      from: (source, raw.format, raw.sample_rate), to: (target, AV_SAMPLE_FMT_FLT, Int32(outputRate)))
    shape = found
  }
}

/// Sets up libswresample: with soxr where it changes the rate.
enum Resampler {
  typealias Sound = (layout: AVChannelLayout, format: Int32, rate: Int32)

  static func open(
    from source: Sound, to target: (layout: AVChannelLayout, format: AVSampleFormat, rate: Int32)
  ) throws(MediaError) -> Owned<OpaquePointer> {
    var (from, to) = (source.layout, target.layout)
    var context: OpaquePointer?
    let code = swr_alloc_set_opts2(
      &context, &to, target.format, target.rate, &from, AVSampleFormat(source.format), source.rate, 0, nil)
    let owned = try Owned(context, "converting the sound") { pointer in
      var context: OpaquePointer? = pointer
      swr_free(&context)
    }
    try Status.check(code, "convert the sound")
    if source.rate != target.rate {
      // A libswresample built without soxr refuses at swr_init; its own resampler then does.
      av_opt_set_int(UnsafeMutableRawPointer(owned.pointer), "resampler", Int64(SWR_ENGINE_SOXR.rawValue), 0)
      if swr_init(owned.pointer) >= 0 { return owned }
      av_opt_set_int(UnsafeMutableRawPointer(owned.pointer), "resampler", Int64(SWR_ENGINE_SWR.rawValue), 0)
    }
    try Status.check(swr_init(owned.pointer), "convert the sound")
    return owned
  }
}
