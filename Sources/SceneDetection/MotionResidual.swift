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
  private static let shifts: [(x: Int, y: Int, penalty: Int)] = {
    var all: [(x: Int, y: Int, penalty: Int)] = []
    for y in -reachY...reachY { for x in -reachX...reachX { all.append((x, y, 2 * (abs(x) + abs(y)))) } }
    return all.enumerated().sorted { ($0.element.penalty, $0.offset) < ($1.element.penalty, $1.offset) }.map(\.element)
  }()

  /// Mean cost of a sample in grey levels: luma of the best shift, and chroma at that shift at half weight.
  static func between(_ from: AnalysisPicture, _ to: AnalysisPicture) -> Double {
    let luma = padded(from.luma)
    let blue = padded(from.chromaBlue)
    let red = padded(from.chromaRed)
    var total = 0
    luma.withUnsafeBufferPointer { luma in
      to.luma.bytes.withUnsafeBufferPointer { target in
        for blockY in 0..<AnalysisPicture.height / blockHeight {
          for blockX in 0..<AnalysisPicture.width / blockWidth {
            let best = search(luma, target, blockX * blockWidth, blockY * blockHeight)
            let chroma =
              blockCost(blue, to.chromaBlue.bytes, best.x, best.y, blockX, blockY)
              + blockCost(red, to.chromaRed.bytes, best.x, best.y, blockX, blockY)
            total += 2 * best.cost + chroma
          }
        }
      }
    }
    return Double(total) / 2 / Double(AnalysisPicture.width * AnalysisPicture.height)
  }

  private static func search(
    _ source: UnsafeBufferPointer<UInt8>, _ target: UnsafeBufferPointer<UInt8>, _ x: Int, _ y: Int
  ) -> (cost: Int, x: Int, y: Int) {
    var best = (cost: Int.max, x: 0, y: 0)
    for shift in shifts {
      // No later shift can cost less than its penalty.
      if shift.penalty >= best.cost { break }
      if let cost = cost(source, target, x, y, shift, below: best.cost) { best = (cost, shift.x, shift.y) }
    }
    return best
  }

  /// The cost of one shift, or nil as soon as it cannot come out below `bound`.
  @inline(__always)
  private static func cost(
    _ source: UnsafeBufferPointer<UInt8>, _ target: UnsafeBufferPointer<UInt8>, _ x: Int, _ y: Int,
    _ shift: (x: Int, y: Int, penalty: Int), below bound: Int
  ) -> Int? {
    var cost = shift.penalty
    for rows in 0..<blockHeight / rowGroup {
      cost += sum(source, target, x, y + rows * rowGroup, shift.x, shift.y, rows: rowGroup)
      if cost >= bound { return nil }
    }
    return cost
  }

  /// Rows between two looks at whether a shift is still worth finishing: most are not after the first three.
  private static let rowGroup = 3

  private static func blockCost(
    _ source: [UInt8], _ target: [UInt8], _ shiftX: Int, _ shiftY: Int, _ blockX: Int, _ blockY: Int
  ) -> Int {
    source.withUnsafeBufferPointer { source in
      target.withUnsafeBufferPointer { target in
        sum(source, target, blockX * blockWidth, blockY * blockHeight, shiftX, shiftY, rows: blockHeight)
      }
    }
  }

  /// Sum of absolute differences of one block.
  @inline(__always)
  private static func sum(
    _ source: UnsafeBufferPointer<UInt8>, _ target: UnsafeBufferPointer<UInt8>, _ x: Int, _ y: Int, _ shiftX: Int,
    _ shiftY: Int, rows: Int
  ) -> Int {
    var sum: UInt16 = 0
    var from = (y + reachY + shiftY) * paddedWidth + x + reachX + shiftX
    var to = y * AnalysisPicture.width + x
    for _ in 0..<rows {
      for column in 0..<blockWidth {
        let (a, b) = (source[from + column], target[to + column])
        sum &+= UInt16(max(a, b) &- min(a, b))
      }
      from += paddedWidth
      to += AnalysisPicture.width
    }
    return Int(sum)
  }

  /// The plane with its edges repeated outwards, so that a shift may leave it.
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
