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
    let (width, height) = (plane.width, plane.height)
    let reach = window / 2
    let (paddedWidth, paddedHeight) = (width + 2 * reach, height + 2 * reach)
    let outside: UInt8 = extreme == .least ? 255 : 0
    let bytes = [UInt8](unsafeUninitializedCapacity: width * height) { out, filled in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: width * paddedHeight + paddedWidth) { scratch in
        scratch.initialize(repeating: outside)
        let columns = scratch.baseAddress!
        let row = columns + width * paddedHeight
        plane.bytes.withUnsafeBufferPointer { source in
          for y in 0..<height {
            let center = row + reach
            row.update(repeating: outside, count: paddedWidth)
            center.update(from: source.baseAddress! + y * width, count: width)
            slide(
              row, length: paddedWidth, unit: 1, window: window, into: columns + (y + reach) * width, width, extreme)
          }
        }
        slide(
          columns, length: paddedHeight, unit: width, window: window, into: out.baseAddress!, width * height, extreme)
      }
      filled = width * height
    }
    return Plane(width: width, height: height, bytes: bytes)
  }

  /// Extremes of windows of `window` units: windows of a power of two by doubling, then two of them that overlap, so that
  /// every pass runs over whole rows of bytes. `values`, of `length` units, are overwritten.
  private static func slide(
    _ values: UnsafeMutablePointer<UInt8>, length: Int, unit: Int, window: Int,
    into target: UnsafeMutablePointer<UInt8>, _ count: Int, _ extreme: Extreme
  ) {
    func pick(_ to: UnsafeMutablePointer<UInt8>, _ from: UnsafePointer<UInt8>, _ count: Int) {
      switch extreme {
      case .least: ByteRows.keepLeast(to, from, count: count)
      case .largest: ByteRows.keepLargest(to, from, count: count)
      }
    }
    var size = 1
    while 2 * size <= window {
      pick(values, values + size * unit, (length - 2 * size + 1) * unit)
      size *= 2
    }
    target.update(from: values, count: count)
    pick(target, values + (window - size) * unit, count)
  }
}
