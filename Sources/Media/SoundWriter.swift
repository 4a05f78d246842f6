import CFFmpeg
package import Documents

/// Everything about a sound file to be written but its samples.
package struct SoundFile: Sendable {
  package var container: SoundContainer
  package var codec: SoundCodec
  package var bitRate: Int?
  package var quality: Double?
  /// Of the samples handed over; the file's own may differ where the codec does not take it.
  package var sampleRate: Int
  package var channels: Int
  package var tags: [String: String] = [:]
  package var chapters: [Chapter] = []
  package var cover: CoverPicture?

  package init(container: SoundContainer, codec: SoundCodec, sampleRate: Int, channels: Int) {
    self.container = container
    self.codec = codec
    self.sampleRate = sampleRate
    self.channels = channels
  }
}

/// Encodes interleaved 32-bit floats into a file. The same samples give the same bytes.
package final class SoundWriter {
  /// Samples a second of the file.
  package let fileRate: Int

  private let path: String
  private let format: Owned<UnsafeMutablePointer<AVFormatContext>>
  private let encoder: Owned<UnsafeMutablePointer<AVCodecContext>>
  private let resampler: Owned<OpaquePointer>
  private let fifo: Owned<OpaquePointer>
  private let frame: Owned<UnsafeMutablePointer<AVFrame>>
  private let staging: Owned<UnsafeMutablePointer<AVFrame>>
  private let packet: Packet
  private let stream: UnsafeMutablePointer<AVStream>
  private let frameSize: Int
  private var written: Int64 = 0

  /// Opens `path` for writing and writes the header. Throws `output_failed` where that cannot be done.
  package init(path: String, file: SoundFile) throws(MediaError) {
    let codec = try SoundEncoder.find(file.codec)
    let rate = SoundEncoder.rate(codec, wanted: file.sampleRate)
    let format = try Muxer.open(path: path, container: file.container)
    let encoder = try SoundEncoder.open(codec, file: file, rate: rate, container: format.pointer.pointee.oformat)
    let stream = try Muxer.addStream(format.pointer)
    try Status.check(
      avcodec_parameters_from_context(stream.pointee.codecpar, encoder.pointer), "set up the file", as: .outputFailed)
    stream.pointee.time_base = encoder.pointer.pointee.time_base
    try Muxer.describe(format.pointer, stream, file)
    var layout = AVChannelLayout()
    av_channel_layout_default(&layout, Int32(file.channels))
    let resampler = try Resampler.open(
      from: (layout, AV_SAMPLE_FMT_FLT.rawValue, Int32(file.sampleRate)),
      to: (layout, encoder.pointer.pointee.sample_fmt, Int32(rate)))
    let size = encoder.pointer.pointee.frame_size > 0 ? Int(encoder.pointer.pointee.frame_size) : 4096
    let fifo = try Owned(
      av_audio_fifo_alloc(encoder.pointer.pointee.sample_fmt, Int32(file.channels), Int32(size * 4)), "a buffer"
    ) { av_audio_fifo_free($0) }
    frame = try Self.makeFrame(encoder.pointer, count: size)
    staging = try Self.makeFrame(encoder.pointer, count: size * 2)
    packet = try Packet()
    try Muxer.start(format.pointer, container: file.container, path: path)
    try Muxer.attach(file.cover, to: format.pointer)
    self.path = path
    self.stream = stream
    frameSize = size
    fileRate = rate
    self.format = consume format
    self.encoder = consume encoder
    self.resampler = consume resampler
    self.fifo = consume fifo
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

  /// Adds interleaved samples; full scale is ±1.
  package func write(_ samples: UnsafePointer<Float>, frames: Int) throws(MediaError) {
    // Through the resampler in pieces, so that what it gives fits the frame it goes to.
    var done = 0
    let width = Int(encoder.pointer.pointee.ch_layout.nb_channels)
    while done < frames {
      let count = min(frames - done, frameSize)
      try convert(samples + done * width, count)
      done += count
      while av_audio_fifo_size(fifo.pointer) >= frameSize { try encode(frameSize) }
    }
  }

  /// Encodes what is left and writes the end of the file.
  package func finish() throws(MediaError) {
    while try convert(nil, 0) > 0 {}
    while av_audio_fifo_size(fifo.pointer) > 0 { try encode(min(frameSize, Int(av_audio_fifo_size(fifo.pointer)))) }
    try send(nil)
    try Muxer.finish(format.pointer, path: path)
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

  private func encode(_ count: Int) throws(MediaError) {
    try Status.check(av_frame_make_writable(frame.pointer), "encode the sound")
    frame.pointer.pointee.nb_samples = Int32(count)
    let planes = UnsafeMutableRawPointer(frame.pointer.pointee.extended_data)?
      .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    try Status.check(av_audio_fifo_read(fifo.pointer, planes, Int32(count)), "encode the sound")
    frame.pointer.pointee.pts = written
    written += Int64(count)
    try send(frame.pointer)
  }

  private func send(_ frame: UnsafeMutablePointer<AVFrame>?) throws(MediaError) {
    try Status.check(avcodec_send_frame(encoder.pointer, frame), "encode the sound")
    while true {
      let code = avcodec_receive_packet(encoder.pointer, packet.handle.pointer)
      if code == CR_EAGAIN || code == CR_EOF { return }
      try Status.check(code, "encode the sound")
      packet.handle.pointer.pointee.stream_index = stream.pointee.index
      av_packet_rescale_ts(packet.handle.pointer, encoder.pointer.pointee.time_base, stream.pointee.time_base)
      try Muxer.write(packet.handle.pointer, to: format.pointer, path: path)
    }
  }
}
