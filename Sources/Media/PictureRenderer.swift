import CFFmpeg
import Documents

/// Makes upright pictures with square pixels out of decoded frames, in the colours of BT.709 with full range.
package final class PictureRenderer {
  private let converter: FormatConverter
  private var deepConverter: FormatConverter?
  private var toneMap: ToneMap?

  package init() throws(MediaError) { converter = try FormatConverter(to: AV_PIX_FMT_RGB24) }

  /// Renders a frame at `width` pixels, or at the width it is shown at where that is smaller or `width` is 0.
  package func render(_ frame: VideoFrame, width: Int) throws(MediaError) -> Picture {
    try render(frame, PictureSize(width: width))
  }

  /// Renders a frame at a size. Wide colours and high dynamic range are mapped after scaling.
  package func render(_ frame: VideoFrame, _ size: PictureSize) throws(MediaError) -> Picture {
    let shown = size.fitting(frame.displaySize)
    let source = ToneMap.Source(frame.handle.pointer.pointee, peak: frame.peak)
    guard source != nil || size.depth == 16 else {
      let bytes = try upright(frame, shown, converter, samples: 3)
      return Picture(width: shown.width, height: shown.height, bytes: bytes)
    }
    if deepConverter == nil { deepConverter = try FormatConverter(to: AV_PIX_FMT_RGB48LE) }
    guard let deepConverter else { throw MediaError(.internal, "no converter") }
    var bytes = try upright(frame, shown, deepConverter, samples: 6)
    if !frame.isRGB { Self.stretch(&bytes) }
    if let source { map(&bytes, source) }
    return Picture(
      width: shown.width, height: shown.height, depth: size.depth,
      bytes: size.depth == 16 ? bytes : Self.reduced(bytes))
  }

  private func upright(
    _ frame: VideoFrame, _ shown: (width: Int, height: Int), _ converter: FormatConverter, samples: Int
  ) throws(MediaError) -> [UInt8] {
    let turned = frame.orientation.swapsSides
    let converted = try converter.convert(
      frame.handle.pointer, width: turned ? shown.height : shown.width, height: turned ? shown.width : shown.height)
    return RawPicture(converted).upright(frame.orientation, width: shown.width, height: shown.height, samples: samples)
  }

  private func map(_ bytes: inout [UInt8], _ source: ToneMap.Source) {
    if toneMap?.source != source { toneMap = ToneMap(source) }
    let toneMap = toneMap
    bytes.withUnsafeMutableBytes { raw in
      let samples = raw.bindMemory(to: UInt16.self)
      if let base = samples.baseAddress { toneMap?.apply(base, count: samples.count / 3) }
    }
  }

  /// libswscale makes white of YUV 255 × 256; in 16 bits it is 255 × 257.
  private static func stretch(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { raw in
      let samples = raw.bindMemory(to: UInt16.self)
      for i in 0..<samples.count {
        samples[i] = UInt16(truncatingIfNeeded: min(65535, (UInt32(samples[i]) &* 257 &+ 128) >> 8))
      }
    }
  }

  /// From 16 bits to 8: 65535 is 255, and halves go up.
  private static func reduced(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes { raw in
      let samples = raw.bindMemory(to: UInt16.self)
      return [UInt8](unsafeUninitializedCapacity: samples.count) { out, filled in
        for i in 0..<samples.count { out[i] = UInt8(truncatingIfNeeded: (UInt32(samples[i]) &* 255 &+ 32768) >> 16) }
        filled = samples.count
      }
    }
  }
}
