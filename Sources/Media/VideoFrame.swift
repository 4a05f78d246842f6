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

  /// The stored luma averaged over squares of `factor` pixels, from 0 for black to 255 for white whatever the range of
  /// the samples; what is left over at the right and lower edges is dropped.
  package func luma(dividedBy factor: Int) throws(MediaError) -> Plane {
    let size = (width: max(1, width / factor), height: max(1, height / factor))
    guard let source = SampledFrame(handle.pointer)?.component(0), width >= factor, height >= factor, factor <= 16
    else { return try luma(width: size.width, height: size.height) }
    let bytes = [UInt8](unsafeUninitializedCapacity: size.width * size.height) { out, filled in
      withUnsafeTemporaryAllocation(of: UInt16.self, capacity: source.width) { sums in
        let stretch = LumaStretch(samples: factor * factor, isFullRange: isFullRange)
        for y in 0..<size.height {
          let row = out.baseAddress! + y * size.width
          if factor == 2, source.step == 1 {
            let upper = source.base + 2 * y * source.lineSize
            Self.sumSquares(upper, upper + source.lineSize, into: sums.baseAddress!, count: size.width)
          } else {
            source.sum(rows: y * factor..<(y + 1) * factor, into: sums.baseAddress!)
            if factor > 1 { Self.sum(sums.baseAddress!, factor: factor, count: size.width) }
          }
          stretch.apply(sums.baseAddress!, into: row, count: size.width)
        }
      }
      filled = size.width * size.height
    }
    return Plane(width: size.width, height: size.height, bytes: bytes)
  }

  /// The steps along a line of what ``luma(dividedBy:)`` gives, at some of its samples only: the sample to the right less
  /// the one to the left. `positions` count row after row in a picture of `width` samples and lie off its edges.
  ///
  /// Nil where the samples cannot be read as they lie.
  package func lumaSteps(at positions: [Int32], width: Int, dividedBy factor: Int) -> [Int16]? {
    guard let source = SampledFrame(handle.pointer)?.component(0), !source.wide, source.step == 1, factor <= 16,
      width * factor <= source.width
    else { return nil }
    let gain = (isFullRange ? 1 : 255.0 / 219) / Double(factor * factor)
    // 16 binary places hold the quotient of 256 samples.
    let fixedGain = Int32((gain * 65536).rounded())
    return positions.withUnsafeBufferPointer { positions in
      [Int16](unsafeUninitializedCapacity: positions.count) { steps, filled in
        for i in 0..<positions.count {
          let (y, x) = Int(positions[i]).quotientAndRemainder(dividingBy: width)
          var row = source.base + y * factor * source.lineSize + (x - 1) * factor
          var sum: Int32 = 0
          for _ in 0..<factor {
            for column in 0..<factor { sum &+= Int32(row[column + 2 * factor]) &- Int32(row[column]) }
            row += source.lineSize
          }
          steps[i] = Int16(truncatingIfNeeded: (sum &* fixedGain) >> 16)
        }
        filled = positions.count
      }
    }
  }

  /// Sums of 2×2 samples: pairs are read as 16-bit words, which keeps the loop free of shuffles.
  private static func sumSquares(
    _ upper: UnsafePointer<UInt8>, _ lower: UnsafePointer<UInt8>, into sums: UnsafeMutablePointer<UInt16>, count: Int
  ) {
    let (upper, lower) = (UnsafeRawPointer(upper), UnsafeRawPointer(lower))
    for x in 0..<count {
      let a = upper.loadUnaligned(fromByteOffset: 2 &* x, as: UInt16.self)
      let b = lower.loadUnaligned(fromByteOffset: 2 &* x, as: UInt16.self)
      sums[x] = (a & 255) &+ (a &>> 8) &+ (b & 255) &+ (b &>> 8)
    }
  }

  /// Sums of `factor` neighbours each, in place.
  private static func sum(_ sums: UnsafeMutablePointer<UInt16>, factor: Int, count: Int) {
    if factor == 3 {
      for x in 0..<count { sums[x] = sums[3 &* x] &+ sums[3 &* x &+ 1] &+ sums[3 &* x &+ 2] }
      return
    }
    for x in 0..<count {
      var sum: UInt16 = 0
      for i in 0..<factor { sum &+= sums[x &* factor &+ i] }
      sums[x] = sum
    }
  }
}

/// Turns sums of luma samples into means from 0 to 255, in 16-bit fixed point.
private struct LumaStretch {
  /// Brings the largest sum near 65535, so that the high half of a product keeps its precision.
  private let shift: UInt16
  private let gain: UInt16
  private let black: UInt16

  /// Limited range spans 219 steps from 16 (ITU-R BT.601 and BT.709).
  init(samples: Int, isFullRange: Bool) {
    var shift = 0
    while 255 * samples << (shift + 1) <= 65535 { shift += 1 }
    self.shift = UInt16(shift)
    let stretch = isFullRange ? 1 : 255.0 / 219
    // Results have six binary places before the last shift.
    gain = UInt16((stretch * 64 * 65536 / Double(samples << shift)).rounded())
    black = isFullRange ? 0 : UInt16((16 * stretch * 64).rounded())
  }

  func apply(_ sums: UnsafePointer<UInt16>, into row: UnsafeMutablePointer<UInt8>, count: Int) {
    let (shift, gain, black) = (shift, gain, black)
    for x in 0..<count {
      let scaled = UInt16(truncatingIfNeeded: (UInt32(sums[x] &<< shift) &* UInt32(gain)) &>> 16) &+ 32
      let level = (max(scaled, black) &- black) &>> 6
      row[x] = UInt8(truncatingIfNeeded: min(level, 255))
    }
  }
}

extension SampledFrame.Component {
  /// Sums of some rows of samples, each from 0 to 255, column by column.
  fileprivate func sum(rows: Range<Int>, into sums: UnsafeMutablePointer<UInt16>) {
    let first = base + rows.lowerBound * lineSize
    guard !wide, step == 1 else {
      for x in 0..<width { sums[x] = 0 }
      for y in rows {
        let row = base + y * lineSize
        for x in 0..<width { sums[x] &+= UInt16(truncatingIfNeeded: value(row, x)) }
      }
      return
    }
    if rows.count == 3 {
      let (second, third) = (first + lineSize, first + 2 * lineSize)
      for x in 0..<width { sums[x] = UInt16(first[x]) &+ UInt16(second[x]) &+ UInt16(third[x]) }
      return
    }
    for x in 0..<width { sums[x] = UInt16(first[x]) }
    for y in rows.dropFirst() {
      let row = base + y * lineSize
      for x in 0..<width { sums[x] &+= UInt16(row[x]) }
    }
  }
}
