import CKernels
import Timing

extension Plane {
  /// By how much luma rises along the line from the sample before a position to the one after it.
  func step(at position: Int) -> Int16 { Int16(bytes[position + 1]) - Int16(bytes[position - 1]) }

  /// The positions in a box where it rises or falls by more than `least`, row after row, and the step at each; none of the outermost.
  func strokes(in box: PixelBox, above least: UInt8) -> (pixels: [Int32], steps: [Int16]) {
    var (pixels, steps) = ([Int32](), [Int16]())
    for y in max(1, box.top)..<max(1, min(height - 1, box.bottom)) {
      for i in y * width + max(1, box.left)..<y * width + max(1, min(width - 1, box.right)) {
        let step = step(at: i)
        guard step.magnitude > UInt16(least) else { continue }
        pixels.append(Int32(i))
        steps.append(step)
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
  /// Looks of which is kept what is within a pixel of their strokes: those of the window that ended a look ago, and the last.
  private static let wideLooks = shortLooks + 1

  /// Looks on which strokes must have stood: the last few, the last many, or the few before the last, on which they are gone.
  enum Window: Int, CaseIterable {
    case short, long, gone

    /// How many these are.
    var looks: Int { self == .long ? longLooks : shortLooks }
    /// Looks since the newest of them.
    var age: Int { self == .gone ? 1 : 0 }
    /// How far a stroke may stand from where it stands at the newest, on each of them.
    fileprivate var reach: Int { self == .long ? 0 : 1 }
  }

  let width: Int
  let height: Int
  /// Looks seen so far.
  private(set) var count = 0

  /// The last looks, the newest overwriting the oldest.
  private var looks: [Plane]
  /// Where these have strokes, and for the last few also what is within a pixel of one.
  private let bits: [StrokeBits]
  private let wide: [StrokeBits]
  private let scratch: BitPlane

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    looks = Array(repeating: Plane(width: width, height: height, repeating: 0), count: Self.longLooks)
    bits = (0..<Self.longLooks).map { _ in StrokeBits(width: width, height: height) }
    wide = (0..<Self.wideLooks).map { _ in StrokeBits(width: width, height: height) }
    scratch = BitPlane(width: width, height: height)
  }

  /// Where what belongs to a look some looks before the last is kept, among so many.
  private func slot(_ back: Int, of number: Int) -> Int { (count + 2 * number - 1 - back) % number }

  /// The last look.
  var last: Plane { look(0) }

  /// The look so many looks before the last.
  private func look(_ back: Int) -> Plane { looks[slot(back, of: Self.longLooks)] }

  /// Takes the small plane of the next look.
  mutating func push(_ plane: Plane) {
    count += 1
    guard width >= Self.leastWidth, height >= Self.leastHeight else { return }
    let (last, near) = (slot(0, of: Self.longLooks), slot(0, of: Self.wideLooks))
    looks[last] = plane
    bits[last].take(plane, above: StrokeDetector.edge)
    wide[near].rising.widen(bits[last].rising, scratch)
    wide[near].falling.widen(bits[last].falling, scratch)
  }

  /// Whether enough looks were seen for a window.
  func has(_ window: Window) -> Bool { count >= window.looks + window.age }

  /// Strokes that stood over a window, without those that are known: those of its newest look that all others of it have, too.
  func standing(_ window: Window, without known: StrokeBits, into strokes: StrokeBits) {
    let others = (1..<window.looks).map { $0 + window.age }.map {
      window.reach > 0 ? wide[slot($0, of: Self.wideLooks)] : bits[slot($0, of: Self.longLooks)]
    }
    let members = [bits[slot(window.age, of: Self.longLooks)]] + others
    strokes.rising.takeCommon(members.map(\.rising), without: known.rising)
    strokes.falling.takeCommon(members.map(\.falling), without: known.falling)
    guard window == .gone else { return }
    let last = wide[slot(0, of: Self.wideLooks)]
    strokes.rising.remove(last.rising)
    strokes.falling.remove(last.falling)
  }

  /// Strokes that stood still in a page that moves: each look is shifted by the way that the page went since, and may be a
  /// row off. None in rows that were not in view on all of them.
  func standing(along motion: SharedMotion, into strokes: StrokeBits) {
    strokes.rising.copy(bits[slot(0, of: Self.longLooks)].rising)
    strokes.falling.copy(bits[slot(0, of: Self.longLooks)].falling)
    for step in motion.steps {
      let then = bits[slot(step.ago, of: Self.longLooks)]
      let first = min(height, max(1, 1 - step.shift))
      let rows = first..<max(first, min(height - 1, height - 1 - step.shift))
      strokes.rising.keep(rows, in: then.rising, shift: step.shift)
      strokes.falling.keep(rows, in: then.falling, shift: step.shift)
    }
  }

  /// Edges in each column of some rows, on a look some looks before the last; 0 outside `region`.
  func columns(of rows: Range<Int>, in region: PixelBox, ago: Int) -> [Float] {
    var sums = [UInt16](repeating: 0, count: width)
    look(ago).bytes.withUnsafeBufferPointer { luma in
      sums.withUnsafeMutableBufferPointer { sums in
        for y in rows.clamped(to: 1..<height - 1) {
          let row = y * width
          for x in 1..<width - 1 {
            sums[x] &+= (Int16(luma[row &+ x &+ 1]) &- Int16(luma[row &+ x &- 1])).magnitude
          }
        }
      }
    }
    return sums.indices.map { region.left <= $0 && $0 < region.right ? Float(sums[$0]) : 0 }
  }

  /// The least step over a window at each of some pixels, of the sign that it has at the newest look, known or not.
  func gradients(_ window: Window, at pixels: [Int32]) -> [Int16] {
    [Int16](unsafeUninitializedCapacity: pixels.count) { steps, count in
      withUnsafeTemporaryAllocation(of: UnsafePointer<UInt8>?.self, capacity: window.looks) { addresses in
        addresses.initialize(repeating: nil)
        withAddresses(age: window.age, in: addresses) {
          ck_least_at(
            addresses.baseAddress, addresses.count, width, height, window.reach, pixels, pixels.count, steps.baseAddress
          )
        }
      }
      count = pixels.count
    }
  }

  /// Gathers the addresses of looks from one of an age on; they hold as long as the call.
  private func withAddresses(
    from first: Int = 0, age: Int, in addresses: UnsafeMutableBufferPointer<UnsafePointer<UInt8>?>, _ body: () -> Void
  ) {
    guard first < addresses.count else { return body() }
    look(first + age).bytes.withUnsafeBufferPointer {
      addresses[first] = $0.baseAddress
      withAddresses(from: first + 1, age: age, in: addresses, body)
    }
  }
}
