import CFFmpeg
import Documents

/// Encodes interleaved 32-bit floats into packets. The same samples give the same packets.
final class SoundPacketEncoder {
  let encoder: Owned<UnsafeMutablePointer<AVCodecContext>>
  private let resampler: Owned<OpaquePointer>
  private let fifo: Owned<OpaquePointer>
  private let frame: Owned<UnsafeMutablePointer<AVFrame>>
  private let staging: Owned<UnsafeMutablePointer<AVFrame>>
  private let packet: Packet
  /// Samples a packet, where the codec has as many in each.
  let frameSize: Int
  private let channels: Int
  private var written: Int64

  var timeBase: AVRational { encoder.pointer.pointee.time_base }

  /// Samples that a decoder gives before the first that was handed over.
  var padding: Int64 { Int64(encoder.pointer.pointee.initial_padding) }

  /// Opens the encoder. `layout` is the samples', the usual one of their number of channels where nil; where the codec does
  /// not take it, the sound is mixed into one it takes. The first sample gets the timestamp `firstSample`, which counts samples
  /// handed over.
  init(
    _ file: SoundFile, layout: AVChannelLayout? = nil, firstSample: Int64 = 0, container: UnsafePointer<AVOutputFormat>
  ) throws(MediaError) {
    let codec = try SoundEncoder.find(file.codec)
    let rate = SoundEncoder.rate(codec, wanted: file.sampleRate)
    var source = AVChannelLayout()
    if let layout { source = layout } else { av_channel_layout_default(&source, Int32(file.channels)) }
    let encoder = try SoundEncoder.open(codec, file: file, rate: rate, layout: source, container: container)
    let raw = encoder.pointer
    resampler = try Resampler.open(
      from: (source, AV_SAMPLE_FMT_FLT.rawValue, Int32(file.sampleRate)),
      to: (raw.pointee.ch_layout, raw.pointee.sample_fmt, Int32(rate)))
    let size = raw.pointee.frame_size > 0 ? Int(raw.pointee.frame_size) : 4096
    fifo = try Owned(
      av_audio_fifo_alloc(raw.pointee.sample_fmt, raw.pointee.ch_layout.nb_channels, Int32(size * 4)), "a buffer"
    ) { av_audio_fifo_free($0) }
    frame = try Self.makeFrame(raw, count: size)
    staging = try Self.makeFrame(raw, count: size * 2)
    packet = try Packet()
    frameSize = size
    channels = file.channels
    written = av_rescale_q(
      firstSample, AVRational(num: 1, den: Int32(file.sampleRate)), AVRational(num: 1, den: Int32(rate)))
    self.encoder = consume encoder
  }

  private static func makeFrame(
    _ encoder: UnsafeMutablePointer<AVCodecContext>, count: Int
  ) throws(MediaError) -> Owned<UnsafeMutablePointer<AVFrame>> {
    let frame = try Owned(av_frame_alloc(), "a frame") { pointer in
      var frame: UnsafeMutablePointer<AVFrame>? = pointer
      av_frame_free(&frame)
    }
    frame.pointer.pointee.nb_samples = Int32(count)
    frame.pointer.pointee.format = encoder.pointee.sample_fmt.rawValue
    frame.pointer.pointee.sample_rate = encoder.pointee.sample_rate
    try Status.check(
      av_channel_layout_copy(&frame.pointer.pointee.ch_layout, &encoder.pointee.ch_layout), "hold sound")
    try Status.check(av_frame_get_buffer(frame.pointer, 0), "hold sound")
    return frame
  }

  /// Gives the first sample another timestamp, in ticks of ``timeBase``; before any is handed over.
  func begin(at time: Int64) { written = time }

  /// Adds interleaved samples, full scale being ±1; `sink` gets the packets that come of them.
  func write(
    _ samples: UnsafePointer<Float>, frames: Int, _ sink: (Packet) throws(MediaError) -> Void
  ) throws(MediaError) {
    // Through the resampler in pieces, so that what it gives fits the frame it goes to.
    var done = 0
    while done < frames {
      let count = min(frames - done, frameSize)
      try convert(samples + done * channels, count)
      done += count
      while av_audio_fifo_size(fifo.pointer) >= frameSize { try encode(frameSize, sink) }
    }
  }

  /// Encodes what is left.
  func finish(_ sink: (Packet) throws(MediaError) -> Void) throws(MediaError) {
    while try convert(nil, 0) > 0 {}
    while av_audio_fifo_size(fifo.pointer) > 0 {
      try encode(min(frameSize, Int(av_audio_fifo_size(fifo.pointer))), sink)
    }
    try send(nil, sink)
  }

  @discardableResult
  private func convert(_ samples: UnsafePointer<Float>?, _ count: Int) throws(MediaError) -> Int32 {
    let capacity = Int32(frameSize * 2)
    var source = UnsafeRawPointer(samples)?.assumingMemoryBound(to: UInt8.self)
    var got: Int32 = 0
    var first = true
    repeat {
      // What does not fit at once waits in the resampler.
      got = withUnsafeMutablePointer(to: &source) { source in
        swr_convert(
          resampler.pointer, staging.pointer.pointee.extended_data, capacity, first && samples != nil ? source : nil,
          first ? Int32(count) : 0)
      }
      try Status.check(got, "convert the sound")
      let planes = UnsafeMutableRawPointer(staging.pointer.pointee.extended_data)?
        .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
      if got > 0 { try Status.check(av_audio_fifo_write(fifo.pointer, planes, got), "hold sound") }
      first = false
    } while got == capacity
    return got
  }

  private func encode(_ count: Int, _ sink: (Packet) throws(MediaError) -> Void) throws(MediaError) {
    try Status.check(av_frame_make_writable(frame.pointer), "encode the sound")
    frame.pointer.pointee.nb_samples = Int32(count)
    let planes = UnsafeMutableRawPointer(frame.pointer.pointee.extended_data)?
      .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    try Status.check(av_audio_fifo_read(fifo.pointer, planes, Int32(count)), "encode the sound")
    frame.pointer.pointee.pts = written
    written += Int64(count)
    try send(frame.pointer, sink)
  }

  private func send(
    _ frame: UnsafeMutablePointer<AVFrame>?, _ sink: (Packet) throws(MediaError) -> Void
  ) throws(MediaError) {
    try Status.check(avcodec_send_frame(encoder.pointer, frame), "encode the sound")
    while true {
      let code = avcodec_receive_packet(encoder.pointer, packet.handle.pointer)
      if code == CR_EAGAIN || code == CR_EOF { return }
      try Status.check(code, "encode the sound")
      try sink(packet)
    }
  }
}
