import CKernels
import Timing

/// Rising and falling edges along a line, in luma steps over two pixels; at each pixel one of both is 0.
struct StrokeEdges {
  var rising: [UInt8]
  var falling: [UInt8]

  init(count: Int) {
    rising = [UInt8](repeating: 0, count: count)
    falling = rising
  }

  /// The step at a pixel, positive where it rises.
  func gradient(_ pixel: Int) -> Int16 { Int16(rising[pixel]) - Int16(falling[pixel]) }

  /// The pixels of a box whose step is larger than `least`, row after row, and their steps.
  func strokes(in box: PixelBox, width: Int, above least: UInt8) -> (pixels: [Int32], steps: [Int16]) {
    var (pixels, steps) = ([Int32](), [Int16]())
    rising.withUnsafeBufferPointer { rising in
      falling.withUnsafeBufferPointer { falling in
        for y in box.top..<box.bottom {
          for i in y * width + box.left..<y * width + box.right where max(rising[i], falling[i]) > least {
            pixels.append(Int32(i))
            steps.append(Int16(rising[i]) - Int16(falling[i]))
          }
        }
      }
    }
    return (pixels, steps)
  }
}

/// Strokes that stood still over the last looks.
///
/// The gradient keeps its sign: moving pictures have other signs at other times and cancel, standing text stays at full
/// strength. Two windows are needed. The short one forgives a pixel of motion, as zooming titles need; the long one
/// forgives none, and so parts a text from a slow pan behind it.
struct StillStrokes {
  /// Narrowest and lowest plane in which strokes are measured: below it there is no room for two letters.
  static let leastWidth = Int(CK_LEAST_WIDTH)
  static let leastHeight = 5
  /// Looks of the short window: strokes must have stood for three intervals, about 0.4 s.
  static let shortLooks = 4
  /// Looks of the long window, about 1 s.
  static let longLooks = 9

  enum Window: Int { case short, long }

  let width: Int
  let height: Int
  /// Looks seen so far.
  private(set) var count = 0

  /// Edges of the last looks, the newest overwriting the oldest.
  private var looks: [StrokeEdges]
  /// The same of the last few, each the largest of its neighbourhood.
  private var wide: [StrokeEdges]
  private var scratch: [UInt8]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    let blank = StrokeEdges(count: width * height)
    looks = Array(repeating: blank, count: Self.longLooks)
    wide = Array(repeating: blank, count: Self.shortLooks)
    scratch = [UInt8](repeating: 0, count: 6 * width)
  }

  var hasShort: Bool { count >= Self.shortLooks }
  var hasLong: Bool { count >= Self.longLooks }

  private var slot: Int { (count + Self.longLooks - 1) % Self.longLooks }

  /// Edges of the last look; 0 on the outermost pixels.
  var last: StrokeEdges { looks[slot] }

  /// Edges some looks before the last.
  private func look(_ back: Int) -> StrokeEdges { looks[(count + 2 * Self.longLooks - 1 - back) % Self.longLooks] }

  /// Takes the small plane of the next look.
  mutating func push(_ plane: Plane) {
    defer { count += 1 }
    guard width >= Self.leastWidth, height >= Self.leastHeight else { return }
    Self.measure(
      plane, into: &looks[count % Self.longLooks], wide: &wide[count % Self.shortLooks], scratch: &scratch)
  }

  private static func measure(
    _ plane: Plane, into edges: inout StrokeEdges, wide: inout StrokeEdges, scratch: inout [UInt8]
  ) {
    ck_stroke_edges(
      plane.bytes, plane.width, plane.height, &edges.rising, &edges.falling, &wide.rising, &wide.falling, &scratch)
  }

  /// What a window is the least of: the last look and, widened by a pixel in the short one, those before it, the first of
  /// them first.
  private func members(_ window: Window) -> [StrokeEdges] {
    let others = window == .short ? wide : looks
    return [last] + (1..<others.count).map { others[(count - 1 + $0) % others.count] }
  }

  /// Strokes that stood over a window with a step above `edge`, 0 where `known` is 255.
  func standing(_ window: Window, above edge: UInt8, without known: StrokeEdges, into edges: inout StrokeEdges) {
    let members = members(window)
    Self.least(members.map(\.rising), above: edge, without: known.rising, into: &edges.rising)
    Self.least(members.map(\.falling), above: edge, without: known.falling, into: &edges.falling)
  }

  private static func least(
    _ planes: [[UInt8]], above edge: UInt8, without known: [UInt8], into target: inout [UInt8]
  ) {
    guard target.count >= leastWidth else { return }
    withPointers(planes[...], []) { ck_least($0, $0.count, known, edge, &target, target.count) }
  }

  /// Strokes that stood still in a page that moves: each look is shifted by the way that the page went since, and may be a
  /// row off. 0 in rows that were not in view on all of them.
  func standing(along motion: SharedMotion) -> StrokeEdges {
    var edges = last
    for step in motion.steps {
      let then = look(step.ago)
      keepLeast(&edges.rising, then.rising, shift: step.shift)
      keepLeast(&edges.falling, then.falling, shift: step.shift)
    }
    return edges
  }

  /// Keeps the lesser of each value and the largest of three, one above the other, `shift` rows further down.
  private func keepLeast(_ values: inout [UInt8], _ then: [UInt8], shift: Int) {
    let first = min(height, max(1, 1 - shift))
    let area = first * width..<max(first, min(height - 1, height - 1 - shift)) * width
    then.withUnsafeBufferPointer { then in
      values.withUnsafeMutableBufferPointer { values in
        values[..<area.lowerBound].update(repeating: 0)
        values[area.upperBound...].update(repeating: 0)
        guard let then = then.baseAddress, let values = values.baseAddress, !area.isEmpty else { return }
        ck_keep_least_of_rows(
          values + area.lowerBound, then + area.lowerBound + shift * width, width, area.count)
      }
    }
  }

  /// Edges in each column of some rows, on a look some looks before the last; 0 outside `region`.
  func columns(of rows: Range<Int>, in region: PixelBox, ago: Int) -> [Float] {
    let edges = look(ago)
    var sums = [UInt16](repeating: 0, count: width)
    edges.rising.withUnsafeBufferPointer { rising in
      edges.falling.withUnsafeBufferPointer { falling in
        sums.withUnsafeMutableBufferPointer { sums in
          for y in rows {
            let row = y * width
            for x in 0..<width {
              sums[x] &+= UInt16(truncatingIfNeeded: rising[row &+ x]) &+ UInt16(truncatingIfNeeded: falling[row &+ x])
            }
          }
        }
      }
    }
    return sums.indices.map { region.left <= $0 && $0 < region.right ? Float(sums[$0]) : 0 }
  }

  /// Hands over the addresses of all planes; the arrays live as long as the call.
  private static func withPointers(
    _ planes: ArraySlice<[UInt8]>, _ known: [UnsafePointer<UInt8>?], _ body: ([UnsafePointer<UInt8>?]) -> Void
  ) {
    guard let first = planes.first else { return body(known) }
    first.withUnsafeBufferPointer { withPointers(planes.dropFirst(), known + [$0.baseAddress], body) }
  }

  /// The step at each of some pixels that stood over a window, known or not.
  func gradients(_ window: Window, at pixels: [Int32]) -> [Int16] {
    let members = members(window)
    return pixels.map { pixel in
      let pixel = Int(pixel)
      var (rising, falling) = (UInt8.max, UInt8.max)
      for edges in members {
        rising = min(rising, edges.rising[pixel])
        falling = min(falling, edges.falling[pixel])
      }
      return Int16(rising) - Int16(falling)
    }
  }
}
