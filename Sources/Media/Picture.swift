import CFFmpeg
package import Timing

/// A finished picture: RGB, upright, square pixels, rows without padding.
package struct Picture: Sendable {
  package let width: Int
  package let height: Int
  /// Bits a component: 8, or 16 in the machine's byte order.
  package let depth: Int
  /// width × height × 3 components.
  package let bytes: [UInt8]

  package init(width: Int, height: Int, depth: Int = 8, bytes: [UInt8]) {
    self.width = width
    self.height = height
    self.depth = depth
    self.bytes = bytes
  }

  /// A picture in shades of grey.
  package init(grey plane: Plane) {
    self.init(width: plane.width, height: plane.height, bytes: plane.bytes.flatMap { [$0, $0, $0] })
  }
}

/// Makes upright pictures with square pixels out of decoded frames.
package final class PictureRenderer {
  private let converter: FormatConverter

  package init() throws(MediaError) { converter = try FormatConverter(to: AV_PIX_FMT_RGB24) }

  /// Renders a frame at `width` pixels, or at the width it is shown at where that is smaller or `width` is 0.
  package func render(_ frame: VideoFrame, width: Int) throws(MediaError) -> Picture {
    try render(frame, PictureSize(width: width))
  }

  /// Renders a frame at a size.
  package func render(_ frame: VideoFrame, _ size: PictureSize) throws(MediaError) -> Picture {
    let (outWidth, outHeight) = size.fitting(frame.displaySize)
    let turned = frame.orientation.swapsSides
    let converted = try converter.convert(
      frame.handle.pointer, width: turned ? outHeight : outWidth, height: turned ? outWidth : outHeight)
    let stored = RawPicture(converted)
    return Picture(
      width: outWidth, height: outHeight,
      bytes: stored.upright(frame.orientation, width: outWidth, height: outHeight, samples: 3))
  }
}
