import CTesseract
import Documents
package import Media
package import Timing

/// Draws lines of text with the bitmap font that Leptonica carries.
///
/// Its largest size is drawn and averaged down, which gives smooth edges; the font has ASCII alone.
package final class CaptionFont {
  /// Leptonica's fonts go from 4 to 20.
  private static let drawnSize: Int32 = 20
  /// Leptonica's own limit of a line is far above.
  private static let longest = 200

  private let font: UnsafeMutablePointer<L_Bmf>
  private let scale: Float
  /// Of a drawn line, in drawn pixels.
  private let lineHeight: Int32
  private let baseline: Int32

  /// `height` of the lines in pixels, up to 40: from the top of the highest letter to the bottom of the lowest.
  package init(height: Int) throws(MediaError) {
    guard let font = bmfCreate(nil, Self.drawnSize) else {
      throw MediaError(.outOfMemory, "not enough memory for a font")
    }
    self.font = font
    lineHeight = font.pointee.lineheight
    var baseline: Int32 = 0
    bmfGetBaseline(font, CChar(UInt8(ascii: "0")), &baseline)
    self.baseline = baseline
    scale = Float(height) / Float(lineHeight)
  }

  deinit {
    var font: UnsafeMutablePointer<L_Bmf>? = font
    bmfDestroy(&font)
  }

  /// A line as coverage: 255 where there is ink alone, 0 where there is none. Letters that are not ASCII become `?`.
  package func draw(_ text: String) throws(MediaError) -> Plane {
    let letters = text.unicodeScalars.prefix(Self.longest)
      .map { (32..<127).contains($0.value) ? Character($0) : "?" }
    let line = String(letters)
    var width: Int32 = 0
    bmfGetStringWidth(font, line, &width)
    var drawn = pixCreate(width + 2, lineHeight, 8)
    defer { pixDestroy(&drawn) }
    guard let drawn else { throw MediaError(.outOfMemory, "not enough memory to draw a line of text") }
    var (end, overflow): (Int32, Int32) = (0, 0)
    pixSetTextline(drawn, font, line, 255, 0, baseline, &end, &overflow)
    var small = pixScaleAreaMap(drawn, scale, scale)
    defer { pixDestroy(&small) }
    guard let small else { throw MediaError(.outOfMemory, "not enough memory to draw a line of text") }
    let (columns, rows) = (pixGetWidth(small), pixGetHeight(small))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(columns * rows))
    for y in 0..<rows {
      for x in 0..<columns {
        var value: UInt32 = 0
        pixGetPixel(small, x, y, &value)
        bytes.append(UInt8(truncatingIfNeeded: value))
      }
    }
    return Plane(width: Int(columns), height: Int(rows), bytes: bytes)
  }
}
