import Timing

/// What is left of a frame after it was predicted from an earlier one block by block: motion that a block can follow costs
/// little, a new picture costs much (motion-compensated residual, as in block-matching video coders).
enum MotionResidual {
  /// 32 blocks of 8×9 samples cover the plane.
  static let blockWidth = 8
  static let blockHeight = 9
  /// Largest shift in samples: about a tenth of the picture each way, the fastest pan that still looks like one.
  static let reachX = 6
  static let reachY = 3

  private static let paddedWidth = AnalysisPicture.width + 2 * reachX
  private static let paddedHeight = AnalysisPicture.height + 2 * reachY

  /// Shifts by rising distance: the penalty of 2 a sample keeps flat areas still and lets the search stop early.
  private static let shifts: [Shift] = {
    var all: [Shift] = []
    for y in -reachY...reachY {
      for x in -reachX...reachX {
        all.append(Shift(x: x, y: y, penalty: 2 * (abs(x) + abs(y)), offset: y * paddedWidth + x))
      }
    }
    return all.enumerated().sorted { ($0.element.penalty, $0.offset) < ($1.element.penalty, $1.offset) }.map(\.element)
  }()

  private struct Shift {
    let x: Int
    let y: Int
    let penalty: Int
    /// From the unshifted sample to the shifted one, in a padded plane.
    let offset: Int
  }

  /// Mean cost of a sample in grey levels: luma of the best shift, and chroma at that shift at half weight.
  static func between(_ from: AnalysisPicture, _ to: AnalysisPicture) -> Double {
    let luma = Pair(from.luma, to.luma)
    let blue = Pair(from.chromaBlue, to.chromaBlue)
    let red = Pair(from.chromaRed, to.chromaRed)
    var total = 0
    for y in Swift.stride(from: 0, to: AnalysisPicture.height, by: blockHeight) {
      for x in Swift.stride(from: 0, to: AnalysisPicture.width, by: blockWidth) {
        let best = luma.search(x, y)
        total += 2 * best.cost + blue.cost(x, y, best.shift) + red.cost(x, y, best.shift)
      }
    }
    return Double(total) / 2 / Double(AnalysisPicture.width * AnalysisPicture.height)
  }

  /// One component of both pictures, the earlier with its edges repeated outwards, so that a shift may leave it.
  private struct Pair {
    let source: [UInt8]
    let target: [UInt8]

    init(_ from: Plane, _ to: Plane) {
      source = padded(from)
      target = to.bytes
    }

    /// The shift that predicts the block at `x`, `y` best, and what it costs.
    func search(_ x: Int, _ y: Int) -> (cost: Int, shift: (x: Int, y: Int)) {
      source.withUnsafeBufferPointer { source in
        target.withUnsafeBufferPointer { target in
          let (from, to) = Self.starts(source, target, x, y)
          var best = (cost: Int.max, shift: (x: 0, y: 0))
          for shift in shifts {
            // No later shift can cost less than its penalty.
            if shift.penalty >= best.cost { break }
            var cost = shift.penalty
            var (a, b) = (from + shift.offset, to)
            for _ in 0..<blockHeight / rowGroup where cost < best.cost {
              cost &+= Self.difference(a, b)
              a += rowGroup &* paddedWidth
              b += rowGroup &* AnalysisPicture.width
            }
            if cost < best.cost { best = (cost, (shift.x, shift.y)) }
          }
          return best
        }
      }
    }

    /// What one shift of the block at `x`, `y` costs.
    func cost(_ x: Int, _ y: Int, _ shift: (x: Int, y: Int)) -> Int {
      source.withUnsafeBufferPointer { source in
        target.withUnsafeBufferPointer { target in
          let (from, to) = Self.starts(source, target, x, y)
          var cost = 0
          for rows in 0..<blockHeight / rowGroup {
            cost += Self.difference(
              from + shift.y * paddedWidth + shift.x + rows * rowGroup * paddedWidth,
              to + rows * rowGroup * AnalysisPicture.width)
          }
          return cost
        }
      }
    }

    private static func starts(
      _ source: UnsafeBufferPointer<UInt8>, _ target: UnsafeBufferPointer<UInt8>, _ x: Int, _ y: Int
    ) -> (UnsafePointer<UInt8>, UnsafePointer<UInt8>) {
      (
        source.baseAddress! + (y + reachY) * paddedWidth + x + reachX,
        target.baseAddress! + y * AnalysisPicture.width + x
      )
    }

    /// Sum of absolute differences of ``rowGroup`` rows of a block. Bare pointers and fixed counts: with checked indices
    /// the loop is not vectorised and takes four times as long.
    @inline(__always)
    private static func difference(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>) -> Int {
      var sum: UInt16 = 0
      for y in 0..<3 {
        for x in 0..<8 {
          let (p, q) = (a[y &* paddedWidth &+ x], b[y &* AnalysisPicture.width &+ x])
          sum &+= UInt16(max(p, q) &- min(p, q))
        }
      }
      return Int(sum)
    }
  }

  /// Rows between two looks at whether a shift is still worth finishing: most are not after the first three.
  private static let rowGroup = 3

  private static func padded(_ plane: Plane) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: paddedWidth * paddedHeight) { out, filled in
      plane.bytes.withUnsafeBufferPointer { bytes in
        for y in 0..<paddedHeight {
          let row = min(max(y - reachY, 0), plane.height - 1) * plane.width
          for x in 0..<paddedWidth { out[y * paddedWidth + x] = bytes[row + min(max(x - reachX, 0), plane.width - 1)] }
        }
      }
      filled = paddedWidth * paddedHeight
    }
  }
}
