import Documents
import Media
import Timing

/// The sizes at which a film's pictures are searched and read, both in displayed orientation.
struct TextGeometry: Equatable {
  /// Widest small plane: at 480 pixels a subtitle has strokes of about one pixel, and every plane-wide step is cheap.
  static let smallWidth = 480
  /// Widest picture that is read: larger ones hold no text that would not read at half the size.
  static let readingWidth = 1920

  /// Displayed pixels across one pixel of the picture that is read.
  let divisor: Int
  /// Pixels of the picture that is read across one pixel of the small plane.
  let factor: Int
  /// Size of the picture that is read.
  let width: Int
  let height: Int
  let smallWidth: Int
  let smallHeight: Int
  /// Where text is looked for, in pixels of the small plane.
  let region: PixelBox

  init(_ frame: VideoFrame, region: TextRegion) {
    let shown = frame.displaySize
    self.init(width: shown.width, height: shown.height, region: region)
  }

  init(width shownWidth: Int, height shownHeight: Int, region: TextRegion = .full) {
    divisor = max(1, (shownWidth + Self.readingWidth - 1) / Self.readingWidth)
    width = max(1, shownWidth / divisor)
    height = max(1, shownHeight / divisor)
    factor = max(1, (width + Self.smallWidth - 1) / Self.smallWidth)
    smallWidth = max(1, shownWidth / (divisor * factor))
    smallHeight = max(1, shownHeight / (divisor * factor))
    let whole = PixelBox(left: 0, top: 0, right: smallWidth, bottom: smallHeight)
    guard case .box(let box) = region else {
      self.region = whole
      return
    }
    let (across, down) = (Double(smallWidth), Double(smallHeight))
    self.region = PixelBox(
      left: Int(box.x * across), top: Int(box.y * down),
      right: min(smallWidth, Int(((box.x + box.width) * across).rounded(.up))),
      bottom: min(smallHeight, Int(((box.y + box.height) * down).rounded(.up))))
  }

  /// Whether the small plane is large enough to be searched.
  var hasRoom: Bool { smallWidth >= StillStrokes.leastWidth && smallHeight >= StillStrokes.leastHeight }

  /// The small plane of a frame, from 0 for black to 255 for white.
  ///
  /// Where it only serves to date a text, half the rows do. `spare` is storage that may be used again.
  func smallPlane(
    _ frame: VideoFrame, onlyToDate: Bool = false, reusing spare: consuming [UInt8] = []
  ) throws(MediaError) -> Plane {
    if frame.isShownAsStored {
      let across = divisor * factor
      return try frame.luma(dividedBy: across, rows: onlyToDate ? max(1, across / 2) : nil, reusing: spare)
    }
    let turned = frame.orientation.swapsSides
    let stored = try frame.luma(width: turned ? smallHeight : smallWidth, height: turned ? smallWidth : smallHeight)
    return upright(stored, frame.orientation, stretched: !frame.isFullRange)
  }

  /// The picture that is read. `spare` is storage that may be used again.
  func readingPlane(_ frame: VideoFrame, reusing spare: consuming [UInt8] = []) throws(MediaError) -> Plane {
    if frame.isShownAsStored { return try frame.luma(dividedBy: divisor, reusing: spare) }
    let plane = try frame.grayPicture(scale: 1 / Double(divisor))
    guard plane.width != width || plane.height != height else { return plane }
    return Resampler.resized(plane, width: width, height: height)
  }

  /// Turns a small plane as it is shown and stretches limited range (ITU-R BT.601: 16 to 235) to 0 to 255.
  private func upright(_ stored: Plane, _ orientation: Orientation, stretched: Bool) -> Plane {
    var upright = Plane(width: smallWidth, height: smallHeight, repeating: 0)
    for y in 0..<smallHeight {
      for x in 0..<smallWidth {
        var (sourceX, sourceY) = (x, y)
        switch orientation.clockwiseDegrees {
        case 90: (sourceX, sourceY) = (y, stored.height - 1 - x)
        case 180: (sourceX, sourceY) = (stored.width - 1 - x, stored.height - 1 - y)
        case 270: (sourceX, sourceY) = (stored.width - 1 - y, x)
        default: break
        }
        if orientation.mirrored { sourceX = stored.width - 1 - sourceX }
        let value = Int(stored[sourceX, sourceY])
        upright.bytes[y * smallWidth + x] = UInt8(stretched ? max(0, min(255, (value - 16) * 255 / 219)) : value)
      }
    }
    return upright
  }
}

/// The rows of positions in a plane: a division only where the row changes.
struct RowCounter {
  let width: Int
  private var row = 0
  private var first = 0

  init(width: Int) { self.width = width }

  mutating func row(of position: Int32) -> Int {
    if UInt(bitPattern: Int(position) &- first) >= UInt(bitPattern: width) {
      row = Int(position) / width
      first = row &* width
    }
    return row
  }
}

/// A rectangle of whole pixels; right and bottom lie outside.
struct PixelBox: Equatable, Sendable {
  var left: Int
  var top: Int
  var right: Int
  var bottom: Int

  var width: Int { right - left }
  var height: Int { bottom - top }
  var area: Int { width * height }

  func union(_ other: PixelBox) -> PixelBox {
    PixelBox(
      left: min(left, other.left), top: min(top, other.top), right: max(right, other.right),
      bottom: max(bottom, other.bottom))
  }

  func intersects(_ other: PixelBox) -> Bool {
    left < other.right && other.left < right && top < other.bottom && other.top < bottom
  }

  func moved(x: Int, y: Int) -> PixelBox {
    PixelBox(left: left + x, top: top + y, right: right + x, bottom: bottom + y)
  }

  /// The same rectangle in a picture `factor` times as large.
  func scaled(by factor: Int) -> PixelBox {
    PixelBox(left: left * factor, top: top * factor, right: right * factor, bottom: bottom * factor)
  }

  /// Grown by some pixels on each side, within a picture.
  func grown(across: Int, down: Int, within size: (width: Int, height: Int)) -> PixelBox {
    PixelBox(
      left: max(0, left - across), top: max(0, top - down), right: min(size.width, right + across),
      bottom: min(size.height, bottom + down))
  }
}

extension PixelBox {
  /// Around positions in a plane of `width`; empty where there are none.
  init(around positions: [Int32], width: Int) {
    self.init(left: positions.isEmpty ? 0 : .max, top: positions.isEmpty ? 0 : .max, right: 0, bottom: 0)
    var rows = RowCounter(width: width)
    for position in positions {
      let y = rows.row(of: position)
      let x = Int(position) - y * width
      (left, right) = (min(left, x), max(right, x + 1))
      (top, bottom) = (min(top, y), max(bottom, y + 1))
    }
  }
}
