import Glibc

/// How a stored picture is brought upright: mirrored left to right first, then turned clockwise.
package struct Orientation: Sendable, Equatable {
  /// 0, 90, 180 or 270.
  package let clockwiseDegrees: Int
  package let mirrored: Bool

  package static let upright = Orientation(clockwiseDegrees: 0, mirrored: false)

  package init(clockwiseDegrees: Int, mirrored: Bool) {
    self.clockwiseDegrees = clockwiseDegrees
    self.mirrored = mirrored
  }

  package var swapsSides: Bool { clockwiseDegrees == 90 || clockwiseDegrees == 270 }

  /// Reads a display matrix (libavutil/display.h): nine numbers, of which a, b, c, d at 0, 1, 3, 4 map
  /// (x, y) to (a·x + c·y, b·x + d·y). Turns that are no multiple of 90° go to the nearest one.
  init(matrix: UnsafePointer<Int32>) {
    let (a, b, c, d) = (Double(matrix[0]), Double(matrix[1]), Double(matrix[3]), Double(matrix[4]))
    let mirrored = a * d - b * c < 0
    // With the mirror undone, the image of the x axis gives the turn; y points down, so it is clockwise.
    let angle = atan2(mirrored ? -b : b, mirrored ? -a : a) * 180 / .pi
    let quarter = (Int((angle / 90).rounded()) % 4 + 4) % 4
    self.init(clockwiseDegrees: quarter * 90, mirrored: mirrored)
  }
}
