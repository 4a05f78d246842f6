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
