import Timing

/// Least and largest values in square windows of grey planes.
enum Morphology {
  enum Extreme { case least, largest }

  /// Opening: bright details narrower than the window vanish.
  static func opened(_ plane: Plane, window: Int) -> Plane {
    extremes(extremes(plane, .least, window: window), .largest, window: window)
  }

  /// Closing: dark details narrower than the window vanish.
  static func closed(_ plane: Plane, window: Int) -> Plane {
    extremes(extremes(plane, .largest, window: window), .least, window: window)
  }

  /// The extreme of the window of odd side `window` round each pixel; outside the plane nothing counts.
  static func extremes(_ plane: Plane, _ extreme: Extreme, window: Int) -> Plane {
    switch extreme {
    case .least: extremes(plane, window: window, outside: 255) { min($0, $1) }
    case .largest: extremes(plane, window: window, outside: 0) { max($0, $1) }
    }
  }

  /// Windows of a power of two by doubling, then two of them that overlap: every pass runs over whole rows of bytes.
  @inline(__always)
  private static func extremes(
    _ plane: Plane, window: Int, outside: UInt8, _ pick: (UInt8, UInt8) -> UInt8
  ) -> Plane {
    let (width, height) = (plane.width, plane.height)
    let reach = window / 2
    let (paddedWidth, paddedHeight) = (width + 2 * reach, height + 2 * reach)
    let bytes = [UInt8](unsafeUninitializedCapacity: width * height) { out, filled in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: width * paddedHeight + paddedWidth) { scratch in
        let columns = UnsafeMutableBufferPointer(rebasing: scratch[..<(width * paddedHeight)])
        let row = UnsafeMutableBufferPointer(rebasing: scratch[(width * paddedHeight)...])
        columns.initialize(repeating: outside)
        plane.bytes.withUnsafeBufferPointer { source in
          for y in 0..<height {
            row.initialize(repeating: outside)
            for x in 0..<width { row[reach + x] = source[y * width + x] }
            var size = 1
            while 2 * size <= window {
              for x in 0..<paddedWidth - 2 * size + 1 { row[x] = pick(row[x], row[x + size]) }
              size *= 2
            }
            let rest = window - size
            let target = (y + reach) * width
            for x in 0..<width { columns[target + x] = pick(row[x], row[x + rest]) }
          }
        }
        var size = 1
        while 2 * size <= window {
          for i in 0..<(paddedHeight - 2 * size + 1) * width {
            columns[i] = pick(columns[i], columns[i + size * width])
          }
          size *= 2
        }
        let rest = (window - size) * width
        for i in 0..<width * height { out[i] = pick(columns[i], columns[i + rest]) }
      }
      filled = width * height
    }
    return Plane(width: width, height: height, bytes: bytes)
  }
}
