import Documents
import Timing

/// A rectangle between pixels.
struct TextBox: Equatable, Sendable {
  var left: Double
  var top: Double
  var right: Double
  var bottom: Double

  init(left: Double, top: Double, right: Double, bottom: Double) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }

  init(_ box: PixelBox) {
    self.init(left: Double(box.left), top: Double(box.top), right: Double(box.right), bottom: Double(box.bottom))
  }

  /// The smallest box that holds all of them.
  init(around boxes: [TextBox]) {
    self.init(
      left: boxes.map(\.left).min() ?? 0, top: boxes.map(\.top).min() ?? 0, right: boxes.map(\.right).max() ?? 0,
      bottom: boxes.map(\.bottom).max() ?? 0)
  }

  var width: Double { right - left }
  var height: Double { bottom - top }
  var area: Double { width * height }

  func moved(x: Double, y: Double) -> TextBox {
    TextBox(left: left + x, top: top + y, right: right + x, bottom: bottom + y)
  }

  func grown(across: Double, down: Double) -> TextBox {
    TextBox(left: left - across, top: top - down, right: right + across, bottom: bottom + down)
  }

  /// Columns and rows shared with another box; not positive where there are none.
  func overlap(_ other: TextBox) -> (width: Double, height: Double) {
    (min(right, other.right) - max(left, other.left), min(bottom, other.bottom) - max(top, other.top))
  }

  func sharedArea(_ other: TextBox) -> Double {
    let shared = overlap(other)
    return max(0, shared.width) * max(0, shared.height)
  }
}

extension Box {
  /// A box in pixels as fractions of a picture.
  init(_ box: TextBox, of size: (width: Int, height: Int)) {
    let (width, height) = (Double(size.width), Double(size.height))
    let (left, right) = (max(0, min(width, box.left)), max(0, min(width, box.right)))
    let (top, bottom) = (max(0, min(height, box.top)), max(0, min(height, box.bottom)))
    self.init(
      x: (left / width).rounded(places: 4), y: (top / height).rounded(places: 4),
      width: ((right - left) / width).rounded(places: 4), height: ((bottom - top) / height).rounded(places: 4))
  }

  /// The smallest box that holds all of them.
  init(around boxes: [Box]) {
    let left = boxes.map(\.x).min() ?? 0
    let top = boxes.map(\.y).min() ?? 0
    let right = boxes.map { $0.x + $0.width }.max() ?? 0
    let bottom = boxes.map { $0.y + $0.height }.max() ?? 0
    self.init(x: left, y: top, width: (right - left).rounded(places: 4), height: (bottom - top).rounded(places: 4))
  }
}

extension Sequence<Double> {
  /// The middle value; the mean of both middle values of an even number.
  func median() -> Double { percentile(0.5) }

  /// The value below which a share of the values lie, interpolated.
  func percentile(_ share: Double) -> Double {
    let ordered = sorted()
    guard !ordered.isEmpty else { return 0 }
    let position = share * Double(ordered.count - 1)
    let below = Int(position)
    let above = Swift.min(below + 1, ordered.count - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - Double(below))
  }
}
