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
    ByteRows.dilate(edges[slot].rising, into: &widened[wide].rising, scratch: &scratch, width: width, height: height)
    ByteRows.dilate(edges[slot].falling, into: &widened[wide].falling, scratch: &scratch, width: width, height: height)
    count += 1
    if hasShort {
      Self.copy(edges[slot], to: &short)
      for other in 0..<Self.shortLooks where other != wide { Self.keepLeast(&short, widened[other]) }
    }
    if hasLong {
      Self.copy(edges[slot], to: &long)
      for other in 0..<Self.longLooks where other != slot { Self.keepLeast(&long, edges[other]) }
    }
  }

  private mutating func measure(_ plane: Plane, into slot: Int) {
    guard width > 2, height > 2 else { return }
    let (width, height) = (width, height)
    gradient.withUnsafeMutableBufferPointer { gradient in
      plane.bytes.withUnsafeBufferPointer { luma in
        for y in 1..<height - 1 {
          let first = y * width + 1
          ByteRows.gradient(gradient.baseAddress! + first, luma.baseAddress! + first, count: width - 2)
        }
      }
    }
    Self.part(gradient, into: &edges[slot])
  }

  private static func part(_ gradient: [Int16], into edges: inout StrokeEdges) {
    gradient.withUnsafeBufferPointer { gradient in
      edges.rising.withUnsafeMutableBufferPointer { rising in
        edges.falling.withUnsafeMutableBufferPointer { falling in
          ByteRows.part(
            gradient.baseAddress!, rising: rising.baseAddress!, falling: falling.baseAddress!, count: gradient.count)
        }
      }
    }
  }

  private static func copy(_ source: StrokeEdges, to target: inout StrokeEdges) {
    ByteRows.copy(source.rising, into: &target.rising)
    ByteRows.copy(source.falling, into: &target.falling)
  }

  private static func keepLeast(_ edges: inout StrokeEdges, _ other: StrokeEdges) {
    ByteRows.keepLeast(&edges.rising, other.rising)
    ByteRows.keepLeast(&edges.falling, other.falling)
  }
}
