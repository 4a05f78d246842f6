import CFFmpeg
package import Documents

/// Writes pictures as JPEG, PNG or WebP with FFmpeg's encoders.
package final class PictureEncoder {
  private let format: AnalysisOptions.PictureFormat
  private let quality: Int
  private let converter: FormatConverter
  private let target: AVPixelFormat
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
    }
    converter = try FormatConverter(to: target)
    guard avcodec_find_encoder_by_name(encoderName) != nil else {
      throw MediaError(
        .internal,
        "this FFmpeg cannot write \(format.rawValue) pictures (no encoder \(encoderName)); choose another --frame-format"
      )
    }
  }

  private var encoderName: String {
    switch format {
    case .jpeg: "mjpeg"
    case .png: "png"
    case .webp: "libwebp"
    }
  }

  package var fileExtension: String {
    switch format {
    case .jpeg: "jpg"
    case .png: "png"
    case .webp: "webp"
    }
  }

  package func encode(_ picture: Picture) throws(MediaError) -> [UInt8] {
    // 14 bits a side in the format itself.
    if format == .webp, max(picture.width, picture.height) > 16383 {
      throw MediaError(
        .unsupportedCodec,
        "a picture of \(picture.width)×\(picture.height) does not fit WebP, which takes 16383 a side; "
          + "choose a smaller --frame-width or --frame-format jpeg")
    }
    let source = try frame(of: picture)
    let converted = try converter.convert(source.pointer)
    if size != (picture.width, picture.height) || format == .webp { try open(picture) }
    guard let context = context?.pointer else { throw MediaError(.internal, "no encoder") }
    // Encoders refuse a timestamp that does not rise, even for pictures of their own.
    encoded += 1
    converted.pointee.pts = encoded
    converted.pointee.quality = context.pointee.global_quality
    converted.pointee.color_range = format == .jpeg ? AVCOL_RANGE_JPEG : AVCOL_RANGE_UNSPECIFIED
    try Status.check(avcodec_send_frame(context, converted), "encode a picture")
    if format == .webp { try Status.check(avcodec_send_frame(context, nil), "encode a picture") }
    let packet = try Packet()
    try Status.check(avcodec_receive_packet(context, packet.handle.pointer), "encode a picture")
    let raw = packet.handle.pointer.pointee
    return Array(UnsafeBufferPointer(start: raw.data, count: Int(raw.size)))
  }

  private func frame(of picture: Picture) throws(MediaError) -> Owned<UnsafeMutablePointer<AVFrame>> {
    let frame = try Owned(av_frame_alloc(), "a frame") { pointer in
      var frame: UnsafeMutablePointer<AVFrame>? = pointer
      av_frame_free(&frame)
    }
    frame.pointer.pointee.format = AV_PIX_FMT_RGB24.rawValue
    frame.pointer.pointee.width = Int32(picture.width)
    frame.pointer.pointee.height = Int32(picture.height)
    try Status.check(av_frame_get_buffer(frame.pointer, 0), "hold a picture")
    guard let base = frame.pointer.pointee.data.0 else { throw MediaError(.internal, "a picture without memory") }
    let lineSize = Int(frame.pointer.pointee.linesize.0)
    picture.bytes.withUnsafeBufferPointer { bytes in
      guard let source = bytes.baseAddress else { return }
      for y in 0..<picture.height {
        (base + y * lineSize).update(from: source + y * picture.width * 3, count: picture.width * 3)
      }
    }
    return frame
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
    raw.pointee.color_range = format == .jpeg ? AVCOL_RANGE_JPEG : AVCOL_RANGE_UNSPECIFIED
    raw.pointee.thread_count = 1
    if format == .jpeg {
      raw.pointee.flags |= AV_CODEC_FLAG_QSCALE
      raw.pointee.global_quality = Self.quantiser(quality: quality) * FF_QP2LAMBDA
    } else if format == .webp {
      av_opt_set_int(raw.pointee.priv_data, "quality", Int64(quality), 0)
      raw.pointee.flags |= AV_CODEC_FLAG_QSCALE
      raw.pointee.global_quality = Int32(quality) * FF_QP2LAMBDA
    }
    try Status.check(
      avcodec_open2(raw, codec, nil), "open the \(encoderName) encoder for \(picture.width)×\(picture.height)")
    context = consume opened
    size = (picture.width, picture.height)
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
