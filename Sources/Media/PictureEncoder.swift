import CFFmpeg
package import Documents

/// Writes pictures as JPEG, PNG, WebP or AVIF with FFmpeg's encoders.
package final class PictureEncoder {
  private let format: AnalysisOptions.PictureFormat
  private let quality: Int
  private var converter: FormatConverter
  private var target: AVPixelFormat
  private var context: Owned<UnsafeMutablePointer<AVCodecContext>>?
  private var size: (Int, Int) = (0, 0)
  private var encoded: Int64 = 0

  /// `quality` is from 1 to 100. Throws `internal` where this FFmpeg has no encoder for the format.
  package init(format: AnalysisOptions.PictureFormat, quality: Int) throws(MediaError) {
    self.format = format
    self.quality = quality
    switch format {
    case .jpeg: target = AV_PIX_FMT_YUVJ420P
    case .png: target = AV_PIX_FMT_RGB24
    case .webp: target = AV_PIX_FMT_BGRA
    case .avif: target = AV_PIX_FMT_YUV420P
    }
    converter = try FormatConverter(to: target)
    guard Self.canWrite(format) else {
      throw MediaError(
        .unsupportedCodec,
        "this FFmpeg cannot write \(format.rawValue) pictures (no encoder \(encoderName)); choose another --frame-format"
      )
    }
  }

  /// Whether this FFmpeg has what the format needs.
  package static func canWrite(_ format: AnalysisOptions.PictureFormat) -> Bool {
    avcodec_find_encoder_by_name(encoderName(format)) != nil
      && (format != .avif || av_guess_format("avif", nil, nil) != nil)
  }

  private var encoderName: String { Self.encoderName(format) }

  private static func encoderName(_ format: AnalysisOptions.PictureFormat) -> String {
    switch format {
    case .jpeg: "mjpeg"
    case .png: "png"
    case .webp: "libwebp"
    case .avif: "libaom-av1"
    }
  }

  package var fileExtension: String {
    switch format {
    case .jpeg: "jpg"
    case .png: "png"
    case .webp: "webp"
    case .avif: "avif"
    }
  }

  /// Whether the encoder takes one picture and is then at its end.
  private var isForOnePicture: Bool { format == .webp || format == .avif }

  package func encode(_ picture: Picture) throws(MediaError) -> [UInt8] {
    // 14 bits a side in the format itself.
    if format == .webp, max(picture.width, picture.height) > 16383 {
      throw MediaError(
        .unsupportedCodec,
        "a picture of \(picture.width)×\(picture.height) does not fit WebP, which takes 16383 a side; "
          + "choose a smaller --frame-width or --frame-format jpeg")
    }
    if format == .png { try setDepth(picture.depth) }
    let source = try picture.frame()
    let converted = try converter.convert(source.pointer)
    if size != (picture.width, picture.height) || isForOnePicture { try open(picture) }
    guard let context = context?.pointer else { throw MediaError(.internal, "no encoder") }
    // Encoders refuse a timestamp that does not rise, even for pictures of their own.
    encoded += 1
    converted.pointee.pts = encoded
    converted.pointee.quality = context.pointee.global_quality
    converted.pointee.color_range = range
    try Status.check(avcodec_send_frame(context, converted), "encode a picture")
    if isForOnePicture { try Status.check(avcodec_send_frame(context, nil), "encode a picture") }
    let packet = try Packet()
    try Status.check(avcodec_receive_packet(context, packet.handle.pointer), "encode a picture")
    if format == .avif { return try StillContainer.avif(packet, context) }
    let raw = packet.handle.pointer.pointee
    return Array(UnsafeBufferPointer(start: raw.data, count: Int(raw.size)))
  }

  private var range: AVColorRange {
    format == .jpeg || format == .avif ? AVCOL_RANGE_JPEG : AVCOL_RANGE_UNSPECIFIED
  }

  private func setDepth(_ depth: Int) throws(MediaError) {
    let wanted = depth == 16 ? AV_PIX_FMT_RGB48BE : AV_PIX_FMT_RGB24
    guard wanted != target else { return }
    target = wanted
    size = (0, 0)
    converter = try FormatConverter(to: wanted)
  }

  private func open(_ picture: Picture) throws(MediaError) {
    context = nil
    guard let codec = avcodec_find_encoder_by_name(encoderName) else { throw MediaError(.internal, "no encoder") }
    let opened = try Owned(avcodec_alloc_context3(codec), "an encoder") { pointer in
      var context: UnsafeMutablePointer<AVCodecContext>? = pointer
      avcodec_free_context(&context)
    }
    let raw = opened.pointer
    raw.pointee.width = Int32(picture.width)
    raw.pointee.height = Int32(picture.height)
    raw.pointee.pix_fmt = target
    raw.pointee.time_base = AVRational(num: 1, den: 25)
    raw.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
    raw.pointee.color_range = range
    raw.pointee.thread_count = 1
    if format == .jpeg {
      raw.pointee.flags |= AV_CODEC_FLAG_QSCALE
      raw.pointee.global_quality = Self.quantiser(quality: quality) * FF_QP2LAMBDA
    } else if format == .webp {
      av_opt_set_int(raw.pointee.priv_data, "quality", Int64(quality), 0)
      raw.pointee.flags |= AV_CODEC_FLAG_QSCALE
      raw.pointee.global_quality = Int32(quality) * FF_QP2LAMBDA
    } else if format == .avif {
      describeStill(raw)
    }
    try Status.check(
      avcodec_open2(raw, codec, nil), "open the \(encoderName) encoder for \(picture.width)×\(picture.height)")
    context = consume opened
    size = (picture.width, picture.height)
  }

  /// AV1 for one picture. The quantiser, from 0 to 63, is as libavif makes it of a quality from 0 to 100.
  private func describeStill(_ context: UnsafeMutablePointer<AVCodecContext>) {
    context.pointee.colorspace = AVCOL_SPC_SMPTE170M
    context.pointee.color_primaries = AVCOL_PRI_BT709
    context.pointee.color_trc = AVCOL_TRC_IEC61966_2_1
    context.pointee.gop_size = 0
    let options = [
      "usage": "allintra", "still-picture": "1", "cpu-used": "6", "crf": "\(((100 - quality) * 63 + 50) / 100)",
    ]
    for (name, value) in options { av_opt_set(context.pointee.priv_data, name, value, 0) }
  }

  /// FFmpeg's JPEG quantiser (1 best to 31) for a quality from 1 to 100.
  ///
  /// libjpeg scales its tables by 50/Q below 50 and by 2 − Q/50 above; FFmpeg multiplies MPEG-1's intra matrix by q/8,
  /// whose middle is about 1.6 times finer, which makes q = 12.8 × that scale.
  static func quantiser(quality: Int) -> Int32 {
    let quality = Double(min(100, max(1, quality)))
    let scale = quality < 50 ? 50 / quality : 2 - quality / 50
    return Int32(min(31, max(1, (12.8 * scale).rounded())))
  }
}
