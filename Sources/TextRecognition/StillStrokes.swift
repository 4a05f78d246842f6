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

  /// Edges of the last looks, the newest overwriting the oldest.
  private var rising: [[UInt8]]
  private var falling: [[UInt8]]
  /// The same, each the largest of its neighbourhood.
  private var wideRising: [[UInt8]]
  private var wideFalling: [[UInt8]]
  private var scratch: [UInt8]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    let blank = StrokeEdges(count: width * height)
    short = blank
    long = blank
    gradient = [Int16](repeating: 0, count: width * height)
    rising = Array(repeating: blank.rising, count: Self.longLooks)
    falling = rising
    wideRising = Array(repeating: blank.rising, count: Self.shortLooks)
    wideFalling = wideRising
    scratch = blank.rising
  }

  var hasShort: Bool { count >= Self.shortLooks }
  var hasLong: Bool { count >= Self.longLooks }

  /// Takes the small plane of the next look.
  mutating func push(_ plane: Plane) {
    let slot = count % Self.longLooks
    let wide = count % Self.shortLooks
    measure(plane)
    Self.part(gradient, rising: &rising[slot], falling: &falling[slot])
    ByteRows.dilate(rising[slot], into: &wideRising[wide], scratch: &scratch, width: width, height: height)
    ByteRows.dilate(falling[slot], into: &wideFalling[wide], scratch: &scratch, width: width, height: height)
    count += 1
    if hasShort {
      ByteRows.least(rising[slot], wideRising, skipping: wide, into: &short.rising)
      ByteRows.least(falling[slot], wideFalling, skipping: wide, into: &short.falling)
    }
    if hasLong {
      ByteRows.least(rising[slot], rising, skipping: slot, into: &long.rising)
      ByteRows.least(falling[slot], falling, skipping: slot, into: &long.falling)
    }
  }

  private mutating func measure(_ plane: Plane) {
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
  }

  private static func part(_ gradient: [Int16], rising: inout [UInt8], falling: inout [UInt8]) {
    gradient.withUnsafeBufferPointer { gradient in
      rising.withUnsafeMutableBufferPointer { rising in
        falling.withUnsafeMutableBufferPointer { falling in
          ByteRows.part(
            gradient.baseAddress!, rising: rising.baseAddress!, falling: falling.baseAddress!, count: gradient.count)
        }
      }
    }
  }
}
