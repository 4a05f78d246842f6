import CFFmpeg
import Documents

/// Writes pictures one after the other as an animated WebP that runs for ever, with FFmpeg's libwebp_anim.
package enum AnimationEncoder {
  private static let encoderName = "libwebp_anim"

  /// Takes pictures of one size, each shown for `seconds`; `quality` from 1 to 100.
  ///
  /// Throws `internal` where this FFmpeg lacks the encoder.
  package static func webP(_ pictures: [Picture], seconds: Double, quality: Int) throws(MediaError) -> [UInt8] {
    guard let first = pictures.first else { throw MediaError(.internal, "an animation without a picture") }
    guard let codec = avcodec_find_encoder_by_name(encoderName) else {
      throw MediaError(.internal, "this FFmpeg cannot write animated WebP (no encoder \(encoderName))")
    }
    let context = try Owned(avcodec_alloc_context3(codec), "an encoder") { pointer in
      var context: UnsafeMutablePointer<AVCodecContext>? = pointer
      avcodec_free_context(&context)
    }
    let raw = context.pointer
    raw.pointee.width = Int32(first.width)
    raw.pointee.height = Int32(first.height)
    raw.pointee.pix_fmt = AV_PIX_FMT_BGRA
    // WebP counts in milliseconds.
    raw.pointee.time_base = AVRational(num: 1, den: 1000)
    raw.pointee.thread_count = 1
    raw.pointee.flags |= AV_CODEC_FLAG_QSCALE
    raw.pointee.global_quality = Int32(quality) * FF_QP2LAMBDA
    av_opt_set_double(raw.pointee.priv_data, "quality", Double(quality), 0)
    try Status.check(avcodec_open2(raw, codec, nil), "open the encoder for animated WebP")
    let converter = try FormatConverter(to: AV_PIX_FMT_BGRA)
    let duration = Int64((seconds * 1000).rounded())
    for (index, picture) in pictures.enumerated() {
      let source = try picture.frame()
      let converted = try converter.convert(source.pointer)
      converted.pointee.pts = Int64(index) * duration
      try Status.check(avcodec_send_frame(raw, converted), "encode an animation")
    }
    try Status.check(avcodec_send_frame(raw, nil), "encode an animation")
    let packet = try Packet()
    try Status.check(avcodec_receive_packet(raw, packet.handle.pointer), "encode an animation")
    let data = packet.handle.pointer.pointee
    return Array(UnsafeBufferPointer(start: data.data, count: Int(data.size)))
  }
}

extension Picture {
  /// A copy in memory that FFmpeg can work with.
  func frame() throws(MediaError) -> Owned<UnsafeMutablePointer<AVFrame>> {
    let frame = try Owned(av_frame_alloc(), "a frame") { pointer in
      var frame: UnsafeMutablePointer<AVFrame>? = pointer
      av_frame_free(&frame)
    }
    frame.pointer.pointee.format = (depth == 16 ? AV_PIX_FMT_RGB48LE : AV_PIX_FMT_RGB24).rawValue
    frame.pointer.pointee.width = Int32(width)
    frame.pointer.pointee.height = Int32(height)
    try Status.check(av_frame_get_buffer(frame.pointer, 0), "hold a picture")
    guard let base = frame.pointer.pointee.data.0 else { throw MediaError(.internal, "a picture without memory") }
    let lineSize = Int(frame.pointer.pointee.linesize.0)
    let row = width * 3 * depth / 8
    bytes.withUnsafeBufferPointer { bytes in
      guard let source = bytes.baseAddress else { return }
      for y in 0..<height { (base + y * lineSize).update(from: source + y * row, count: row) }
    }
    return frame
  }
}
