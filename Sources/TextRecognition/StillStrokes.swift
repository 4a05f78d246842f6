import Timing

/// Rising and falling edges along a line, in luma steps over two pixels; at each pixel one of both is 0.
struct StrokeEdges {
  var rising: [UInt8]
  var falling: [UInt8]

  init(count: Int) {
    rising = [UInt8](repeating: 0, count: count)
    falling = rising
  }
}

/// Strokes that stood still over the last looks.
///
/// The gradient keeps its sign: moving pictures have other signs at other times and cancel, standing text stays at full
/// strength. Two windows are needed. The short one forgives a pixel of motion, as zooming titles need; the long one
/// forgives none, and so parts a text from a slow pan behind it.
struct StillStrokes {
  /// Looks of the short window: strokes must have stood for three intervals, about 0.4 s.
  static let shortLooks = 4
  /// Looks of the long window, about 1 s.
  static let longLooks = 9

  let width: Int
  let height: Int
  /// Strokes that stood within one pixel over the short window.
  private(set) var short: StrokeEdges
  /// Strokes that stood without moving over the long window.
  private(set) var long: StrokeEdges
  /// Signed gradient of the last look; 0 on the outermost pixels.
  private(set) var gradient: [Int16]
  /// Looks seen so far.
  private(set) var count = 0

  private var edges: [StrokeEdges]
  private var widened: [StrokeEdges]
  private var scratch: [UInt8]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    let blank = StrokeEdges(count: width * height)
    short = blank
    long = blank
    gradient = [Int16](repeating: 0, count: width * height)
    edges = Array(repeating: blank, count: Self.longLooks)
    widened = Array(repeating: blank, count: Self.shortLooks)
    scratch = blank.rising
  }

  var hasShort: Bool { count >= Self.shortLooks }
  var hasLong: Bool { count >= Self.longLooks }

  /// Takes the small plane of the next look.
  mutating func push(_ plane: Plane) {
    let slot = count % Self.longLooks
    measure(plane, into: slot)
    let wide = count % Self.shortLooks
    Self.dilate(edges[slot].rising, into: &widened[wide].rising, scratch: &scratch, width: width, height: height)
    Self.dilate(edges[slot].falling, into: &widened[wide].falling, scratch: &scratch, width: width, height: height)
    count += 1
    if hasShort {
      short = edges[slot]
      for other in 0..<Self.shortLooks where other != wide { Self.keepLeast(&short, widened[other]) }
    }
    if hasLong {
      long = edges[slot]
      for other in 0..<Self.longLooks where other != slot { Self.keepLeast(&long, edges[other]) }
    }
  }

  private mutating func measure(_ plane: Plane, into slot: Int) {
    guard width > 2, height > 2 else { return }
    let (width, height) = (width, height)
    plane.bytes.withUnsafeBufferPointer { luma in
      gradient.withUnsafeMutableBufferPointer { gradient in
        for y in 1..<height - 1 {
          for i in y * width + 1..<(y + 1) * width - 1 { gradient[i] = Int16(luma[i + 1]) &- Int16(luma[i - 1]) }
        }
      }
    }
    gradient.withUnsafeBufferPointer { gradient in
      edges[slot].rising.withUnsafeMutableBufferPointer { rising in
        for i in 0..<gradient.count { rising[i] = UInt8(truncatingIfNeeded: max(gradient[i], 0)) }
      }
      edges[slot].falling.withUnsafeMutableBufferPointer { falling in
        for i in 0..<gradient.count { falling[i] = UInt8(truncatingIfNeeded: max(0 &- gradient[i], 0)) }
      }
    }
  }

  private static func keepLeast(_ edges: inout StrokeEdges, _ other: StrokeEdges) {
    keepLeast(&edges.rising, other.rising)
    keepLeast(&edges.falling, other.falling)
  }

  private static func keepLeast(_ values: inout [UInt8], _ other: [UInt8]) {
    values.withUnsafeMutableBufferPointer { values in
      other.withUnsafeBufferPointer { other in
        for i in 0..<values.count { values[i] = min(values[i], other[i]) }
      }
    }
  }

  /// The largest of each pixel's 3×3 neighbourhood.
  static func dilate(
    _ source: [UInt8], into target: inout [UInt8], scratch: inout [UInt8], width: Int, height: Int
  ) {
    source.withUnsafeBufferPointer { source in
      scratch.withUnsafeMutableBufferPointer { middle in
        for y in 0..<height {
          let row = y * width
          for x in row + 1..<max(row + 1, row + width - 1) {
            middle[x] = max(source[x], max(source[x - 1], source[x + 1]))
          }
          middle[row] = width > 1 ? max(source[row], source[row + 1]) : source[row]
          if width > 1 { middle[row + width - 1] = max(source[row + width - 1], source[row + width - 2]) }
        }
      }
    }
    scratch.withUnsafeBufferPointer { middle in
      target.withUnsafeMutableBufferPointer { target in
        for y in 0..<height {
          let above = y > 0 ? -width : 0
          let below = y < height - 1 ? width : 0
          for i in y * width..<(y + 1) * width {
            target[i] = max(middle[i], max(middle[i + above], middle[i + below]))
          }
        }
      }
    }
  }
}
