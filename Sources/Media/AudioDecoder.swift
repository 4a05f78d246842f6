import CFFmpeg
import Documents
package import Timing

/// Decodes one audio stream into interleaved 32-bit floats at its own rate and layout.
///
/// Rate and layout are those of the first frame; where a stream changes them midway, what follows is converted back.
package final class AudioDecoder {
  /// A speaker position, as far as loudness measurement tells them apart.
  package enum Channel: Sendable { case left, right, center, lowFrequency, leftSurround, rightSurround, other }

  package let streamIndex: Int
  package let clock: MediaClock
  package private(set) var failedCalls = 0
  /// Of the first frame; 0 before it.
  package private(set) var sampleRate = 0
  package private(set) var channels: [Channel] = []

  private let context: Owned<UnsafeMutablePointer<AVCodecContext>>
  private let frame: Owned<UnsafeMutablePointer<AVFrame>>
  private var resampler: Owned<OpaquePointer>?
  private var sourceShape: Shape?
  private var target = AVChannelLayout()
  private var samples: [Float] = []

  private struct Shape: Equatable {
    var format: Int32
    var rate: Int32
    var channels: Int32
    var mask: UInt64
  }

  package init(_ input: Input, streamIndex: Int) throws(MediaError) {
    guard let stream = input.context.pointer.stream(streamIndex) else {
      throw MediaError(.internal, "no stream \(streamIndex)")
    }
    context = try CodecContext.open(stream: stream, threads: 1, limits: input.limits)
    frame = try Owned(av_frame_alloc(), "a frame") { pointer in
      var frame: UnsafeMutablePointer<AVFrame>? = pointer
      av_frame_free(&frame)
    }
    self.streamIndex = streamIndex
    clock = input.clock(stream: streamIndex)
  }

  /// Hands a packet over; nil says that no more will come. Damage is counted, not thrown.
  package func send(_ packet: Packet?) throws(MediaError) {
    let code = avcodec_send_packet(context.pointer, packet?.handle.pointer)
    if code == CR_ENOMEM { throw MediaError(.outOfMemory, "not enough memory to decode the sound") }
    if code < 0, code != CR_EOF { failedCalls += 1 }
  }

  /// Takes the next block, if one is ready: `body` gets its interleaved samples and its start in seconds, nil where the
  /// stream does not tell. Returns false when more packets are needed.
  package func receive(_ body: (UnsafeBufferPointer<Float>, Double?) throws -> Void) throws -> Bool {
    while true {
      let code = avcodec_receive_frame(context.pointer, frame.pointer)
      if code == CR_EAGAIN || code == CR_EOF { return false }
      if code == CR_ENOMEM { throw MediaError(.outOfMemory, "not enough memory to decode the sound") }
      if code < 0 {
        failedCalls += 1
        continue
      }
      guard frame.pointer.pointee.nb_samples > 0, frame.pointer.pointee.ch_layout.nb_channels > 0 else { continue }
      let count = try convert()
      // What no sound has, such as a rate of 0, comes of damage.
      if count < 0 {
        failedCalls += 1
        continue
      }
      let pts = frame.pointer.pointee.best_effort_timestamp
      try samples.withUnsafeBufferPointer {
        try body(
          UnsafeBufferPointer(rebasing: $0[0..<count * channels.count]), pts == CR_NOPTS ? nil : clock.seconds(pts))
      }
      return true
    }
  }

  /// Converts the current frame into `samples`; returns the number of samples a channel, or -1 where nothing converts such a frame.
  private func convert() throws(MediaError) -> Int {
    let raw = frame.pointer.pointee
    let shape = Shape(
      format: raw.format, rate: raw.sample_rate, channels: raw.ch_layout.nb_channels,
      mask: raw.ch_layout.order == AV_CHANNEL_ORDER_NATIVE ? raw.ch_layout.u.mask : 0)
    if shape != sourceShape, try !prepare(raw, shape) { return -1 }
    guard let resampler = resampler?.pointer else { throw MediaError(.internal, "no resampler") }
    let capacity = Int(swr_get_out_samples(resampler, raw.nb_samples))
    guard capacity >= 0 else { throw MediaError(.internal, "the sound cannot be converted") }
    if samples.count < capacity * channels.count {
      samples = Array(repeating: 0, count: capacity * channels.count)
    }
    let got = samples.withUnsafeMutableBytes { buffer in
      var out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
      return withUnsafeMutablePointer(to: &out) { out in
        swr_convert(
          resampler, out, Int32(capacity),
          UnsafeMutableRawPointer(frame.pointer.pointee.extended_data)?
            .assumingMemoryBound(to: UnsafePointer<UInt8>?.self), raw.nb_samples)
      }
    }
    return Int(try Status.check(got, "convert the sound"))
  }

  /// Returns false where there is no conversion from such a frame.
  private func prepare(_ raw: AVFrame, _ shape: Shape) throws(MediaError) -> Bool {
    var source = raw.ch_layout
    if source.order == AV_CHANNEL_ORDER_UNSPEC { av_channel_layout_default(&source, raw.ch_layout.nb_channels) }
    if sampleRate == 0 {
      sampleRate = Int(raw.sample_rate)
      try Status.check(av_channel_layout_copy(&target, &source), "set up the sound")
      channels = (0..<UInt32(target.nb_channels)).map { Self.role(av_channel_layout_channel_from_index(&target, $0)) }
    }
    var context: OpaquePointer?
    let code = swr_alloc_set_opts2(
      &context, &target, AV_SAMPLE_FMT_FLT, Int32(sampleRate), &source, AVSampleFormat(raw.format), raw.sample_rate, 0,
      nil)
    let owned = try Owned(context, "converting the sound") { pointer in
      var context: OpaquePointer? = pointer
      swr_free(&context)
    }
    let isReady = code >= 0 && swr_init(owned.pointer) >= 0
    if isReady {
      resampler = consume owned
      sourceShape = shape
    }
    return isReady
  }

  static func role(_ channel: AVChannel) -> Channel {
    switch channel {
    case AV_CHAN_FRONT_LEFT, AV_CHAN_STEREO_LEFT: .left
    case AV_CHAN_FRONT_RIGHT, AV_CHAN_STEREO_RIGHT: .right
    case AV_CHAN_FRONT_CENTER: .center
    case AV_CHAN_LOW_FREQUENCY, AV_CHAN_LOW_FREQUENCY_2: .lowFrequency
    case AV_CHAN_SIDE_LEFT, AV_CHAN_BACK_LEFT: .leftSurround
    case AV_CHAN_SIDE_RIGHT, AV_CHAN_BACK_RIGHT: .rightSurround
    default: .other
    }
  }
}
