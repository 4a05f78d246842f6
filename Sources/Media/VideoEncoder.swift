import CFFmpeg
package import Documents

/// How the picture of clips is to be encoded.
package struct PictureEncoding: Sendable {
  package var codec: ClipCodec
  /// The encoder's constant rate factor; 0 loses nothing.
  package var quality: Int
  /// Bits a second, in place of the quality.
  package var bitRate: Int?
  package var threads: Int

  package init(codec: ClipCodec, quality: Int?, bitRate: Int?, threads: Int) {
    self.codec = codec
    self.quality = quality ?? codec.defaultQuality
    self.bitRate = bitRate
    self.threads = threads
  }

  /// FFmpeg's encoders for it, the fastest first.
  fileprivate var encoders: [String] {
    switch codec {
    case .h264: ["libx264"]
    case .hevc: ["libx265"]
    case .vp9: ["libvpx-vp9"]
    // SVT-AV1 cannot do without loss.
    case .av1: quality == 0 && bitRate == nil ? ["libaom-av1"] : ["libsvtav1", "libaom-av1"]
    case .ffv1: ["ffv1"]
    }
  }

  /// Throws `unsupported_codec` where this FFmpeg has no encoder for it.
  package func check() throws(MediaError) {
    if encoders.contains(where: { avcodec_find_encoder_by_name($0) != nil }) { return }
    throw MediaError(
      .unsupportedCodec,
      "this FFmpeg cannot encode \(codec.rawValue) (no encoder \(encoders.joined(separator: " or "))); "
        + "choose another --clip-codec")
  }
}

/// Encodes frames of one clip into packets.
final class VideoEncoder {
  let context: Owned<UnsafeMutablePointer<AVCodecContext>>
  let adapter: PictureAdapter
  private let packet: Packet
  /// Ticks that frames in the encoder last, by timestamp: encoders do not pass them on.
  private var durations: [Int64: Int64] = [:]

  var timeBase: AVRational { context.pointer.pointee.time_base }

  /// Opens the encoder for frames like `first`, of `film`.
  init(
    _ encoding: PictureEncoding, first: UnsafeMutablePointer<AVFrame>, film: Input,
    stream: UnsafeMutablePointer<AVStream>, container: UnsafePointer<AVOutputFormat>
  ) throws(MediaError) {
    try encoding.check()
    packet = try Packet()
    var failure: MediaError?
    for name in encoding.encoders {
      guard let codec = avcodec_find_encoder_by_name(name) else { continue }
      let adapter = try PictureAdapter(codec, first: first, evenSides: Self.needsEvenSides(name))
      do {
        context = try Self.open(codec, name, encoding, adapter, first, film, stream, container)
        self.adapter = adapter
        return
      } catch {
        failure = failure ?? error
      }
    }
    throw failure ?? MediaError(.internal, "no encoder")
  }

  private static func needsEvenSides(_ name: String) -> Bool { ["libx264", "libx265", "libsvtav1"].contains(name) }

  private static func open(
    _ codec: UnsafePointer<AVCodec>, _ name: String, _ encoding: PictureEncoding, _ adapter: PictureAdapter,
    _ first: UnsafeMutablePointer<AVFrame>, _ film: Input, _ stream: UnsafeMutablePointer<AVStream>,
    _ container: UnsafePointer<AVOutputFormat>
  ) throws(MediaError) -> Owned<UnsafeMutablePointer<AVCodecContext>> {
    let context = try Owned(avcodec_alloc_context3(codec), "an encoder") { pointer in
      var context: UnsafeMutablePointer<AVCodecContext>? = pointer
      avcodec_free_context(&context)
    }
    let raw = context.pointer
    raw.pointee.width = adapter.width
    raw.pointee.height = adapter.height
    raw.pointee.pix_fmt = adapter.format
    raw.pointee.sample_aspect_ratio = av_guess_sample_aspect_ratio(film.context.pointer, stream, first)
    raw.pointee.time_base = stream.pointee.time_base
    let rate = av_guess_frame_rate(film.context.pointer, stream, nil)
    raw.pointee.framerate = rate.num > 0 && rate.den > 0 ? rate : AVRational(num: 25, den: 1)
    raw.pointee.color_range = adapter.isFullRange ? AVCOL_RANGE_JPEG : first.pointee.color_range
    raw.pointee.colorspace = first.pointee.colorspace
    raw.pointee.color_primaries = first.pointee.color_primaries
    raw.pointee.color_trc = first.pointee.color_trc
    raw.pointee.chroma_sample_location = first.pointee.chroma_location
    raw.pointee.field_order = stream.pointee.codecpar.pointee.field_order
    raw.pointee.flags |= AV_CODEC_FLAG_BITEXACT
    if container.pointee.flags & AVFMT_GLOBALHEADER != 0 { raw.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
    if name == "libx264", cr_frame_is_interlaced(first) != 0 {
      raw.pointee.flags |= AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME
    }
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    raw.pointee.thread_count = ["ffv1", "libsvtav1"].contains(name) ? Int32(encoding.threads) : 1
    if let bitRate = encoding.bitRate { raw.pointee.bit_rate = Int64(bitRate) }
    for (key, value) in Self.options(name, encoding) {
      av_dict_set(&options, key, value, 0)
    }
    try Status.check(
      avcodec_open2(raw, codec, &options),
      "open the encoder \(name) for pictures of \(adapter.width)×\(adapter.height)\(complaint)", as: .unsupportedCodec)
    return context
  }

  /// What the encoder said of its last failure, which its code does not tell.
  private static var complaint: String { LibraryLog.errorLines.last.map { " (\($0))" } ?? "" }

  /// What each encoder is told. Its result must not depend on the number of threads: that of x264, x265, libvpx and libaom
  /// does, so they get one; that of FFV1 and SVT-AV1 does not.
  private static func options(_ name: String, _ encoding: PictureEncoding) -> [(String, String)] {
    let quality = encoding.quality
    let isLossless = quality == 0 && encoding.bitRate == nil
    let factor = encoding.bitRate == nil && !isLossless ? [("crf", "\(quality)")] : []
    switch name {
    case "libx264":
      // A rate factor of 0 is without loss at 8 bits alone; a quantiser of 0 always is.
      return [("preset", "fast")] + factor + (isLossless ? [("qp", "0")] : [])
    case "libx265":
      // Groups that are open would leave a clip's end to the next.
      let parameters =
        "log-level=none:open-gop=0:frame-threads=1:pools=1" + (isLossless ? ":lossless=1" : "")
      return [("preset", "fast"), ("x265-params", parameters)] + factor
    case "libvpx-vp9":
      return [("deadline", "good"), ("cpu-used", "4")] + factor
        + (isLossless ? [("lossless", "1")] : [])
        + (encoding.bitRate == nil ? [("b", "0")] : [])
    case "libaom-av1":
      return [("cpu-used", "6")] + factor
        + (isLossless ? [("crf", "0"), ("aom-params", "lossless=1")] : [])
        + (encoding.bitRate == nil ? [("b", "0")] : [])
    case "libsvtav1": return [("preset", "8")] + factor
    case "ffv1": return [("level", "3"), ("g", "1"), ("slices", "4"), ("slicecrc", "1")]
    default: return factor
    }
  }

  /// Encodes a frame that is shown at `pts` for `duration` ticks; `sink` gets the packets that come of it.
  func encode(
    _ frame: UnsafeMutablePointer<AVFrame>, pts: Int64, duration: Int64, _ sink: (Packet) throws(MediaError) -> Void
  ) throws(MediaError) {
    let shaped = try adapter.adapt(frame)
    shaped.pointee.pts = pts
    cr_set_frame_duration(shaped, duration)
    durations[pts] = duration
    try send(shaped, sink)
  }

  /// Encodes what is left.
  func finish(_ sink: (Packet) throws(MediaError) -> Void) throws(MediaError) { try send(nil, sink) }

  private func send(
    _ frame: UnsafeMutablePointer<AVFrame>?, _ sink: (Packet) throws(MediaError) -> Void
  ) throws(MediaError) {
    try Status.check(
      avcodec_send_frame(context.pointer, frame), "encode a frame\(Self.complaint)", as: .unsupportedCodec)
    while true {
      let raw = packet.handle.pointer
      let code = avcodec_receive_packet(context.pointer, raw)
      if code == CR_EAGAIN || code == CR_EOF { return }
      try Status.check(code, "encode a frame\(Self.complaint)", as: .unsupportedCodec)
      if let duration = durations.removeValue(forKey: raw.pointee.pts) { raw.pointee.duration = duration }
      try sink(packet)
    }
  }
}
