import CFFmpeg
import Documents
package import Timing

/// Decodes the video stream of an input, frame after frame in presentation order.
package final class VideoDecoder {
  /// Calls to the decoder that failed on damaged data; it went on after each.
  package private(set) var failedCalls = 0
  /// Frames that the decoder itself flagged as damaged.
  package private(set) var flaggedFrames = 0
  package let clock: MediaClock

  private let context: Owned<UnsafeMutablePointer<AVCodecContext>>
  private let format: UnsafeMutablePointer<AVFormatContext>
  private let stream: UnsafeMutablePointer<AVStream>
  private let input: Input
  private var frameClock: FrameClock

  /// Opens a decoder for the input's video stream with `threads` threads. Throws `no_video` where there is none,
  /// `unsupported_codec`, `limit_exceeded` or `out_of_memory`.
  package init(_ input: Input, threads: Int) throws(MediaError) {
    guard let index = input.videoStreamIndex, let stream = input.context.pointer.stream(index) else {
      throw MediaError(.noVideo, "the file has no video stream")
    }
    let context = try CodecContext.open(stream: stream, threads: threads, limits: input.limits, isWatched: true)
    self.input = input
    self.stream = stream
    format = input.context.pointer
    clock = input.clock(stream: index)
    frameClock = input.frameClock(stream: index)
    self.context = context
  }

  /// Frames whose timestamp was missing or not later than the one before, and was replaced.
  package var repairedTimestamps: Int { frameClock.repairedTimestamps }

  /// Hands a packet over; nil says that no more will come. Damage is counted, not thrown.
  package func send(_ packet: Packet?) throws(MediaError) {
    let code = avcodec_send_packet(context.pointer, packet?.handle.pointer)
    if code == CR_ENOMEM { throw MediaError(.outOfMemory, "not enough memory to decode the video") }
    if code < 0, code != CR_EOF { try countFailure(code) }
  }

  /// Takes the next frame, if one is ready. Returns its time, or nil when more packets are needed.
  package func receive(_ frame: VideoFrame) throws(MediaError) -> FrameTime? {
    try receiveUncounted(frame) ? time(of: frame) : nil
  }

  /// Forgets every frame and packet, for going on elsewhere in the film.
  package func restart() { avcodec_flush_buffers(context.pointer) }

  /// Whether frames that no other needs are left out. Counts for packets sent from then on.
  package var leavesOutUnneeded: Bool {
    get { context.pointer.pointee.skip_frame == AVDISCARD_NONREF }
    set { context.pointer.pointee.skip_frame = newValue ? AVDISCARD_NONREF : AVDISCARD_DEFAULT }
  }

  /// Takes the next frame, if one is ready, without numbering it; its time is that of ``VideoFrame/pts``.
  package func receiveUncounted(_ frame: VideoFrame) throws(MediaError) -> Bool {
    while true {
      let code = avcodec_receive_frame(context.pointer, frame.handle.pointer)
      if code == CR_EAGAIN || code == CR_EOF { return false }
      if code == CR_ENOMEM { throw MediaError(.outOfMemory, "not enough memory to decode the video") }
      if code < 0 {
        try countFailure(code)
        continue
      }
      try checkSize(Int64(frame.width), Int64(frame.height))
      frame.prepare(format: format, stream: stream, orientation: input.orientation)
      if frame.isDamaged { flaggedFrames += 1 }
      return true
    }
  }

  private func countFailure(_ code: Int32) throws(MediaError) {
    failedCalls += 1
    try checkMemory()
    try checkSize(Int64(context.pointer.pointee.width), Int64(context.pointer.pointee.height))
  }

  /// The decoder itself refuses a size that is far over the limit.
  private func checkRefusedSize() throws(MediaError) {
    guard let line = LibraryLog.errorLines.first(where: { $0.contains("exceeds specified max pixel count") })
    else { return }
    // "… Picture size 320x240 exceeds …"
    let words = line.split(separator: " ").map(String.init)
    let size =
      words.firstIndex(of: "size").flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil } ?? "its size"
    throw MediaError(
      .limitExceeded, "a picture of \(size) is over --max-pixels (\(input.limits.maxPixels) pixels)", limit: .pixels)
  }

  /// Decoders hide a failed allocation behind other codes, or go on without the picture.
  package func checkMemory() throws(MediaError) {
    try checkRefusedSize()
    guard LibraryLog.decoderErrors.lines.contains(where: { $0.contains("get_buffer() failed") }) else { return }
    throw MediaError(
      .outOfMemory, "not enough memory to decode the video; raise --max-memory, or give the file fewer --threads")
  }

  /// A stream may change its size midway.
  private func checkSize(_ width: Int64, _ height: Int64) throws(MediaError) {
    guard width * height > input.limits.maxPixels else { return }
    throw MediaError(
      .limitExceeded, "a picture of \(width)×\(height) is over --max-pixels (\(input.limits.maxPixels) pixels)",
      limit: .pixels)
  }

  private func time(of frame: VideoFrame) -> FrameTime {
    frameClock.next(pts: frame.pts, duration: cr_frame_duration(frame.handle.pointer))
  }
}

/// Opens decoders.
enum CodecContext {
  static func open(
    stream: UnsafeMutablePointer<AVStream>, threads: Int, limits: Limits, isWatched: Bool = false, isLean: Bool = false
  ) throws(MediaError) -> Owned<UnsafeMutablePointer<AVCodecContext>> {
    let parameters = stream.pointee.codecpar
    let id = parameters?.pointee.codec_id ?? AV_CODEC_ID_NONE
    guard let codec = avcodec_find_decoder(id) else {
      throw MediaError(
        .unsupportedCodec,
        id == AV_CODEC_ID_NONE
          ? "the codec of stream \(stream.pointee.index) is not known"
          : "no decoder for \(String(cString: avcodec_get_name(id))) is installed")
    }
    let context = try Owned(avcodec_alloc_context3(codec), "a decoder") { pointer in
      var context: UnsafeMutablePointer<AVCodecContext>? = pointer
      avcodec_free_context(&context)
    }
    try Status.check(avcodec_parameters_to_context(context.pointer, parameters), "set up the decoder")
    context.pointer.pointee.pkt_timebase = stream.pointee.time_base
    context.pointer.pointee.thread_count = Int32(threads)
    // Decoders check the size they store, padded to whole blocks of up to 64 samples.
    let (width, height) = (Int64(context.pointer.pointee.width), Int64(context.pointer.pointee.height))
    context.pointer.pointee.max_pixels = limits.maxPixels + 63 * (width + height) + 63 * 63
    // Before opening: frame threads copy the context then.
    if isWatched { cr_mark_video_decoder(context.pointer) }
    if isLean { LeanDecoding.prepare(context.pointer, codec: codec) }
    let code = avcodec_open2(context.pointer, codec, nil)
    let name = String(cString: codec.pointee.name)
    try Status.check(code, "open the decoder for \(name)", as: .unsupportedCodec)
    return context
  }
}
