import CFFmpeg
import Documents

/// Brings frames into the shape an encoder takes, changing as little as can be: the pixel format only where the encoder does
/// not know it, an odd side only where chroma is stored at half of it, the size only where a film changes its own midway.
final class PictureAdapter {
  let format: AVPixelFormat
  let isFullRange: Bool
  /// Of the encoded picture.
  let width: Int32
  let height: Int32
  /// Whether a column or a row was added, a copy of the last.
  var isPadded: Bool { width != sourceWidth || height != sourceHeight }

  private let sourceWidth: Int32
  private let sourceHeight: Int32
  private let output: Owned<UnsafeMutablePointer<AVFrame>>
  private let converted: Owned<UnsafeMutablePointer<AVFrame>>
  private var scaler: Owned<OpaquePointer>?
  private var scalerShape: (width: Int32, height: Int32, format: Int32) = (0, 0, -1)

  /// `first` is a frame of the film. `evenSides` says that the encoder cannot store an odd side of subsampled pictures.
  init(
    _ codec: UnsafePointer<AVCodec>, first: UnsafeMutablePointer<AVFrame>, evenSides: Bool
  ) throws(MediaError) {
    let raw = first.pointee
    let source = Self.plain(raw.format)
    var hasAlpha: Int32 = 0
    if let descriptor = av_pix_fmt_desc_get(source) {
      hasAlpha = descriptor.pointee.flags & UInt64(AV_PIX_FMT_FLAG_ALPHA) != 0 ? 1 : 0
    }
    format =
      codec.pointee.pix_fmts.map { avcodec_find_best_pix_fmt_of_list($0, source, hasAlpha, nil) } ?? source
    isFullRange = raw.isFullRange
    sourceWidth = raw.width
    sourceHeight = raw.height
    let shifts = av_pix_fmt_desc_get(format).map { ($0.pointee.log2_chroma_w, $0.pointee.log2_chroma_h) } ?? (0, 0)
    width = raw.width + (evenSides && shifts.0 > 0 ? raw.width & 1 : 0)
    height = raw.height + (evenSides && shifts.1 > 0 ? raw.height & 1 : 0)
    output = try Self.makeFrame()
    converted = try Self.makeFrame()
  }

  private static func makeFrame() throws(MediaError) -> Owned<UnsafeMutablePointer<AVFrame>> {
    try Owned(av_frame_alloc(), "a frame") { pointer in
      var frame: UnsafeMutablePointer<AVFrame>? = pointer
      av_frame_free(&frame)
    }
  }

  /// The format without the range in its name: the old "J" formats hold the same samples.
  private static func plain(_ format: Int32) -> AVPixelFormat {
    switch AVPixelFormat(format) {
    case AV_PIX_FMT_YUVJ420P: AV_PIX_FMT_YUV420P
    case AV_PIX_FMT_YUVJ422P: AV_PIX_FMT_YUV422P
    case AV_PIX_FMT_YUVJ444P: AV_PIX_FMT_YUV444P
    case AV_PIX_FMT_YUVJ440P: AV_PIX_FMT_YUV440P
    default: AVPixelFormat(format)
    }
  }

  /// The frame as the encoder takes it, valid until the next call.
  func adapt(_ frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) -> UnsafeMutablePointer<AVFrame> {
    let raw = frame.pointee
    let fits = raw.width == sourceWidth && raw.height == sourceHeight && Self.plain(raw.format) == format
    let shaped = fits ? frame : try convert(frame)
    let out = output.pointer
    av_frame_unref(out)
    if isPadded {
      try pad(shaped, into: out)
    } else {
      try Status.check(av_frame_ref(out, shaped), "keep a frame")
    }
    if !fits { try Status.check(av_frame_copy_props(out, frame), "keep a frame") }
    out.pointee.format = format.rawValue
    out.pointee.color_range = isFullRange ? AVCOL_RANGE_JPEG : raw.color_range
    // The encoder chooses the kinds of its pictures itself.
    out.pointee.pict_type = AV_PICTURE_TYPE_NONE
    return out
  }

  private func convert(_ frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) -> UnsafeMutablePointer<AVFrame> {
    let raw = frame.pointee
    if scaler == nil || scalerShape != (raw.width, raw.height, raw.format) {
      let flags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP
      let context = sws_getContext(
        raw.width, raw.height, Self.plain(raw.format), sourceWidth, sourceHeight, format, Int32(flags), nil, nil, nil)
      let made = try Owned(context, "converting pictures") { sws_freeContext($0) }
      let matrix = sws_getCoefficients(FormatConverter.coefficients(matrix: raw.colorspace, height: raw.height))
      let isFull: Int32 = raw.isFullRange ? 1 : 0
      // Returns −1 for formats without a matrix, where there is nothing to set.
      _ = sws_setColorspaceDetails(
        made.pointer, matrix, isFull, matrix, isFullRange ? 1 : 0, 0, 1 << 16, 1 << 16)
      scaler = consume made
      scalerShape = (raw.width, raw.height, raw.format)
    }
    guard let scaler = scaler?.pointer else { throw MediaError(.internal, "no scaler") }
    let target = converted.pointer
    av_frame_unref(target)
    target.pointee.format = format.rawValue
    target.pointee.width = sourceWidth
    target.pointee.height = sourceHeight
    try Status.check(av_frame_get_buffer(target, 0), "convert a picture")
    // libswscale compares the name of the format, in which the range of old ones hides.
    let named = raw.format
    frame.pointee.format = Self.plain(named).rawValue
    defer { frame.pointee.format = named }
    try Status.check(sws_scale_frame(scaler, target, frame), "convert a picture")
    return target
  }

  /// Copies a picture into one whose sides are even: planes of full size get their last column and row twice.
  private func pad(
    _ frame: UnsafeMutablePointer<AVFrame>, into out: UnsafeMutablePointer<AVFrame>
  ) throws(MediaError) {
    out.pointee.format = format.rawValue
    out.pointee.width = width
    out.pointee.height = height
    try Status.check(av_frame_get_buffer(out, 0), "hold a picture")
    try Status.check(av_frame_copy_props(out, frame), "keep a frame")
    guard let descriptor = av_pix_fmt_desc_get(format)?.pointee, descriptor.flags & UInt64(AV_PIX_FMT_FLAG_PLANAR) != 0
    else {
      throw MediaError(
        .unsupportedCodec, "pictures of an odd size in this pixel format cannot be encoded with this codec")
    }
    let bytes = descriptor.comp.0.depth > 8 ? 2 : 1
    for plane in 0..<Int(av_pix_fmt_count_planes(format)) {
      let isChroma = plane == 1 || plane == 2
      func size(_ side: Int32, _ shift: UInt8) -> Int { isChroma ? Int(-((-side) >> Int32(shift))) : Int(side) }
      let from = (size(sourceWidth, descriptor.log2_chroma_w), size(sourceHeight, descriptor.log2_chroma_h))
      let to = (size(width, descriptor.log2_chroma_w), size(height, descriptor.log2_chroma_h))
      guard let source = cr_frame_plane(frame, Int32(plane)), let target = cr_frame_plane(out, Int32(plane)) else {
        continue
      }
      let (lines, outLines) = (Int(cr_frame_line_size(frame, Int32(plane))), Int(cr_frame_line_size(out, Int32(plane))))
      for y in 0..<to.1 {
        let row = source + min(y, from.1 - 1) * lines
        let outRow = target + y * outLines
        outRow.update(from: row, count: from.0 * bytes)
        for x in from.0..<to.0 { (outRow + x * bytes).update(from: row + (from.0 - 1) * bytes, count: bytes) }
      }
    }
  }
}
