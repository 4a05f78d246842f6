import CFFmpeg
import Documents

/// Converts pictures to another pixel format and size with libswscale, keeping its context while nothing changes.
final class FormatConverter {
  private struct Key: Equatable {
    var width: Int32
    var height: Int32
    var format: Int32
    var matrix: UInt32
    var fullRange: Bool
    var outWidth: Int32
    var outHeight: Int32
  }

  private let target: AVPixelFormat
  private let output: Owned<UnsafeMutablePointer<AVFrame>>
  private var scaler: Owned<OpaquePointer>?
  private var key: Key?

  init(to target: AVPixelFormat) throws(MediaError) {
    self.target = target
    output = try Owned(av_frame_alloc(), "a frame") { pointer in
      var frame: UnsafeMutablePointer<AVFrame>? = pointer
      av_frame_free(&frame)
    }
  }

  /// Converts a frame; the result is valid until the next call. Without a size the frame's own is kept.
  func convert(
    _ frame: UnsafeMutablePointer<AVFrame>, width: Int? = nil, height: Int? = nil
  ) throws(MediaError) -> UnsafeMutablePointer<AVFrame> {
    let raw = frame.pointee
    let wanted = Key(
      width: raw.width, height: raw.height, format: raw.format, matrix: raw.colorspace.rawValue,
      fullRange: raw.isFullRange, outWidth: width.map(Int32.init) ?? raw.width,
      outHeight: height.map(Int32.init) ?? raw.height)
    if key != wanted { try prepare(wanted) }
    guard let scaler = scaler?.pointer else { throw MediaError(.internal, "no scaler") }
    let converted = output.pointer
    let code = withUnsafePointer(to: raw.data) { data in
      withUnsafePointer(to: converted.pointee.data) { outData in
        data.withMemoryRebound(to: UnsafePointer<UInt8>?.self, capacity: 8) { source in
          outData.withMemoryRebound(to: UnsafeMutablePointer<UInt8>?.self, capacity: 8) { destination in
            withUnsafePointer(to: raw.linesize) { lines in
              withUnsafePointer(to: converted.pointee.linesize) { outLines in
                lines.withMemoryRebound(to: Int32.self, capacity: 8) { lines in
                  outLines.withMemoryRebound(to: Int32.self, capacity: 8) { outLines in
                    sws_scale(scaler, source, lines, 0, raw.height, destination, outLines)
                  }
                }
              }
            }
          }
        }
      }
    }
    try Status.check(code, "convert a picture")
    return converted
  }

  private func prepare(_ wanted: Key) throws(MediaError) {
    key = nil
    scaler = nil
    let name = av_get_pix_fmt_name(AVPixelFormat(wanted.format)).map { String(cString: $0) } ?? "?"
    guard sws_isSupportedInput(AVPixelFormat(wanted.format)) > 0 else {
      throw MediaError(.unsupportedCodec, "pictures in the pixel format \(name) cannot be converted")
    }
    // Accurate rounding and full chroma cost little at these sizes and take away libswscale's colour drift.
    let flags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP
    let context = sws_getContext(
      wanted.width, wanted.height, AVPixelFormat(wanted.format), wanted.outWidth, wanted.outHeight, target,
      Int32(flags), nil, nil, nil)
    let scaler = try Owned(context, "scaling \(wanted.width)×\(wanted.height) \(name)") { sws_freeContext($0) }
    let source = sws_getCoefficients(
      Self.coefficients(matrix: AVColorSpace(wanted.matrix), height: wanted.height))
    let destination = sws_getCoefficients(SWS_CS_ITU601)
    let targetIsFull: Int32 = 1
    // Returns −1 for formats without a matrix (grey, RGB to RGB), where there is nothing to set.
    _ = sws_setColorspaceDetails(
      scaler.pointer, source, wanted.fullRange ? 1 : 0, destination, targetIsFull, 0, 1 << 16, 1 << 16)
    av_frame_unref(output.pointer)
    output.pointer.pointee.format = target.rawValue
    output.pointer.pointee.width = wanted.outWidth
    output.pointer.pointee.height = wanted.outHeight
    try Status.check(av_frame_get_buffer(output.pointer, 0), "hold a picture of \(wanted.outWidth)×\(wanted.outHeight)")
    self.scaler = consume scaler
    key = wanted
  }

  /// The YUV matrix as tagged; untagged pictures are BT.709 from 720 lines up and BT.601 below, as players assume.
  static func coefficients(matrix: AVColorSpace, height: Int32) -> Int32 {
    switch matrix {
    case AVCOL_SPC_BT709: SWS_CS_ITU709
    case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: SWS_CS_ITU601
    case AVCOL_SPC_SMPTE240M: SWS_CS_SMPTE240M
    case AVCOL_SPC_FCC: SWS_CS_FCC
    case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: SWS_CS_BT2020
    default: height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601
    }
  }
}

extension AVFrame {
  /// As tagged, or as the old "J" formats and grey mean.
  var isFullRange: Bool {
    if color_range == AVCOL_RANGE_JPEG { return true }
    if color_range == AVCOL_RANGE_MPEG { return false }
    let name = av_get_pix_fmt_name(AVPixelFormat(format)).map { String(cString: $0) } ?? ""
    return name.hasPrefix("yuvj") || name.hasPrefix("gray") || name.hasPrefix("ya")
  }
}
