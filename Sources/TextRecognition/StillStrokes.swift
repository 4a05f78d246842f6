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
  /// Looks seen so far.
  private(set) var count = 0

  /// Edges of the last looks, the newest overwriting the oldest.
  private var looks: [StrokeEdges]
  /// The same of the last few, each the largest of its neighbourhood.
  private var wide: [StrokeEdges]
  /// What stood over a window, when it was last asked for.
  private var still: StrokeEdges
  private var scratch: [UInt8]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    let blank = StrokeEdges(count: width * height)
    looks = Array(repeating: blank, count: Self.longLooks)
    wide = Array(repeating: blank, count: Self.shortLooks)
    still = blank
    scratch = blank.rising
  }

  var hasShort: Bool { count >= Self.shortLooks }
  var hasLong: Bool { count >= Self.longLooks }

  /// Edges of the last look; 0 on the outermost pixels.
  var last: StrokeEdges { looks[(count + Self.longLooks - 1) % Self.longLooks] }

  /// Takes the small plane of the next look.
  mutating func push(_ plane: Plane) {
    let (slot, wideSlot) = (count % Self.longLooks, count % Self.shortLooks)
    measure(plane, into: &looks[slot])
    ByteRows.dilate(looks[slot].rising, into: &wide[wideSlot].rising, scratch: &scratch, width: width, height: height)
    ByteRows.dilate(
      looks[slot].falling, into: &wide[wideSlot].falling, scratch: &scratch, width: width, height: height)
    count += 1
  }

  /// Strokes that stood within one pixel over the short window.
  mutating func short() -> StrokeEdges {
    let (slot, skipped) = ((count - 1) % Self.longLooks, (count - 1) % Self.shortLooks)
    ByteRows.least(looks[slot].rising, wide.map(\.rising), skipping: skipped, into: &still.rising)
    ByteRows.least(looks[slot].falling, wide.map(\.falling), skipping: skipped, into: &still.falling)
    return still
  }

  /// Strokes that stood without moving over the long window.
  mutating func long() -> StrokeEdges {
    let slot = (count - 1) % Self.longLooks
    ByteRows.least(looks[slot].rising, looks.map(\.rising), skipping: slot, into: &still.rising)
    ByteRows.least(looks[slot].falling, looks.map(\.falling), skipping: slot, into: &still.falling)
    return still
  }

  private func measure(_ plane: Plane, into edges: inout StrokeEdges) {
    guard width > 2, height > 2 else { return }
    edges.rising.withUnsafeMutableBufferPointer { rising in
      edges.falling.withUnsafeMutableBufferPointer { falling in
        plane.bytes.withUnsafeBufferPointer { luma in
          for y in 1..<height - 1 {
            let first = y * width + 1
            ByteRows.edges(
              luma.baseAddress! + first, rising: rising.baseAddress! + first, falling: falling.baseAddress! + first,
              count: width - 2)
          }
        }
      }
    }
  }
}
