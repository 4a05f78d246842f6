import CFFmpeg
import Documents
package import Timing

/// One decoded picture, valid until the next is received into it.
package final class VideoFrame {
  let handle: Owned<UnsafeMutablePointer<AVFrame>>
  package private(set) var orientation = Orientation.upright
  /// Width and height of a pixel, as far as stream and frame tell.
  private(set) var aspect = (1, 1)
  /// Brightest light of the film in cd/m², where its container tells.
  private(set) var peak: Double?
  private var sampler = PlaneSampler()
  private var grayConverter: FormatConverter?

  package init() throws(MediaError) {
    handle = try Owned(av_frame_alloc(), "a frame") { pointer in
      var frame: UnsafeMutablePointer<AVFrame>? = pointer
      av_frame_free(&frame)
    }
  }

  package var width: Int { Int(handle.pointer.pointee.width) }
  package var height: Int { Int(handle.pointer.pointee.height) }
  /// When it is shown, in ticks of its stream; nil where the stream does not say.
  package var pts: Int64? {
    let pts = handle.pointer.pointee.best_effort_timestamp
    return pts == CR_NOPTS ? nil : pts
  }
  package var isKey: Bool { cr_frame_is_key(handle.pointer) != 0 }

  /// Whether the decoder says that part of the picture is missing or made up.
  package var isDamaged: Bool {
    handle.pointer.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0 || handle.pointer.pointee.decode_error_flags != 0
  }

  /// The size at which this frame is shown: pixel aspect and orientation applied.
  package var displaySize: DisplaySize {
    DisplaySize(width: width, height: height, aspect: aspect, orientation: orientation)
  }

  /// Whether samples run from 0 to 255 and not from 16 to 235.
  package var isFullRange: Bool { handle.pointer.pointee.isFullRange }

  /// The luma of the whole picture as it is shown: upright, square pixels, at `scale` times the displayed size.
  package func grayPicture(scale: Double = 1) throws(MediaError) -> Plane {
    let shown = displaySize
    let outWidth = max(1, Int((Double(shown.width) * scale).rounded()))
    let outHeight = max(1, Int((Double(shown.height) * scale).rounded()))
    if grayConverter == nil { grayConverter = try FormatConverter(to: AV_PIX_FMT_GRAY8) }
    let turned = orientation.swapsSides
    guard
      let converted = try grayConverter?.convert(
        handle.pointer, width: turned ? outHeight : outWidth, height: turned ? outWidth : outHeight)
    else { throw MediaError(.internal, "no converter") }
    return Plane(
      width: outWidth, height: outHeight,
      bytes: RawPicture(converted).upright(orientation, width: outWidth, height: outHeight, samples: 1))
  }

  /// A further reference to the same pixels, which stay as they are while it lives.
  package func retained() throws(MediaError) -> VideoFrame {
    let copy = try VideoFrame()
    try Status.check(av_frame_ref(copy.handle.pointer, handle.pointer), "keep a frame")
    copy.aspect = aspect
    copy.peak = peak
    copy.orientation = orientation
    return copy
  }

  /// Whether samples are red, green and blue, and not luma and chroma.
  var isRGB: Bool {
    guard let descriptor = av_pix_fmt_desc_get(AVPixelFormat(handle.pointer.pointee.format)) else { return false }
    return descriptor.pointee.flags & UInt64(AV_PIX_FMT_FLAG_RGB) != 0
  }

  /// Memory that the pixels take.
  package var byteCount: Int {
    let format = AVPixelFormat(handle.pointer.pointee.format)
    return max(0, Int(av_image_get_buffer_size(format, Int32(width), Int32(height), 32)))
  }

  func prepare(
    format: UnsafeMutablePointer<AVFormatContext>, stream: UnsafeMutablePointer<AVStream>, orientation: Orientation
  ) {
    let ratio = av_guess_sample_aspect_ratio(format, stream, handle.pointer)
    aspect = ratio.num > 0 && ratio.den > 0 ? (Int(ratio.num), Int(ratio.den)) : (1, 1)
    self.orientation = orientation
    if handle.pointer.pointee.color_trc == AVCOL_TRC_SMPTE2084 {
      let told = cr_stream_peak(stream)
      peak = told > 0 ? told : nil
    }
  }

  /// Luma and chroma averaged down to ``AnalysisPicture``'s size, as stored (not turned upright).
  package func analysisPicture() throws(MediaError) -> AnalysisPicture {
    try sampler.analysisPicture(handle.pointer)
  }

  /// Luma averaged down to `width` × `height`, as stored; each sample is the mean of its rectangle.
  package func luma(width: Int, height: Int) throws(MediaError) -> Plane {
    try sampler.luma(handle.pointer, width: width, height: height)
  }

  /// Mean absolute difference between neighbouring samples of a sixteenth of the stored rows, horizontally and two
  /// apart, in eighths of a grey level: a cheap measure of detail at full resolution.
  package func detail() throws(MediaError) -> Double {
    try sampler.detail(handle.pointer)
  }

  /// Whether the stored picture is shown as it lies: neither turned nor stretched.
  package var isShownAsStored: Bool { orientation == .upright && aspect.0 == aspect.1 }
}
