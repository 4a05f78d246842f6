import Glibc
import Timing

/// How alike two pictures are, whatever their brightness and contrast.
enum Likeness {
  /// Normalised cross-correlation of blocks, from 0 (nothing in common) to 1.
  ///
  /// 32 blocks, 8 samples wide and a quarter of the rows outside both letterboxes high; each is looked for within `reach`
  /// samples; anticorrelation counts as 0; the mean is weighted by the blocks' standard deviation, as flat blocks say
  /// nothing. Both directions, the smaller one.
  static func correlation(_ a: FrameFeatures, _ b: FrameFeatures, reach: Int) -> Double {
    let rows = min(a.rows.lowerBound, b.rows.lowerBound)..<max(a.rows.upperBound, b.rows.upperBound)
    return min(
      oneWay(a.picture.luma, b.picture.luma, rows, reach), oneWay(b.picture.luma, a.picture.luma, rows, reach))
  }

  private static func oneWay(_ source: Plane, _ target: Plane, _ rows: Range<Int>, _ reach: Int) -> Double {
    let blockHeight = rows.count / 4
    let (top, bottom) = (rows.lowerBound, rows.lowerBound + 4 * blockHeight)
    var weighted = 0.0
    var weights = 0.0
    for blockY in 0..<4 {
      for blockX in 0..<8 {
        let (x, y) = (blockX * 8, top + blockY * blockHeight)
        let own = Block(target, x, y, blockHeight, top..<bottom)
        var best = 0.0
        for shiftY in -reach...reach {
          for shiftX in -reach...reach {
            let other = Block(source, x + shiftX, y + shiftY, blockHeight, top..<bottom)
            // The constant keeps blocks that are flat in both from counting as alike.
            best = max(best, other.covariance(own) / (other.deviation * own.deviation + 2))
          }
        }
        weighted += best * own.deviation
        weights += own.deviation
      }
    }
    return weighted / (weights + 0.05)
  }

  private struct Block {
    var values: [Int32] = []
    let mean: Double
    let deviation: Double

    /// Rows outside `rows` and columns outside the plane repeat the edge.
    init(_ plane: Plane, _ x: Int, _ y: Int, _ height: Int, _ rows: Range<Int>) {
      values.reserveCapacity(8 * height)
      var sum = 0
      var squares = 0
      for row in y..<y + height {
        let start = min(max(row, rows.lowerBound), rows.upperBound - 1) * plane.width
        for column in x..<x + 8 {
          let value = Int(plane.bytes[start + min(max(column, 0), plane.width - 1)])
          sum += value
          squares += value * value
          values.append(Int32(value))
        }
      }
      let count = Double(values.count)
      mean = Double(sum) / count
      deviation = max(0, Double(squares) / count - mean * mean).squareRoot()
    }

    func covariance(_ other: Block) -> Double {
      var products = 0
      for index in values.indices { products += Int(values[index] * other.values[index]) }
      return Double(products) / Double(values.count) - mean * other.mean
    }
  }

  /// The share of a picture that counts as live at least.
  static let leastLive = 0.10

  /// How much of the picture changed between two frames: as a share of what is live, and how much is live. Black is the
  /// absence of a picture and says nothing for either side.
  static func cover(_ a: AnalysisPicture, _ b: AnalysisPicture) -> (changed: Double, live: Double) {
    var changed = 0
    var live = 0
    for index in a.luma.bytes.indices {
      let difference =
        abs(Int(a.luma.bytes[index]) - Int(b.luma.bytes[index]))
        + abs(Int(a.chromaBlue.bytes[index]) - Int(b.chromaBlue.bytes[index]))
        + abs(Int(a.chromaRed.bytes[index]) - Int(b.chromaRed.bytes[index]))
      if difference > 12 {
        changed += 1
        live += 1
      } else if max(a.luma.bytes[index], b.luma.bytes[index]) > 40 {
        live += 1
      }
    }
    let count = Double(a.luma.bytes.count)
    return (Double(changed) / Double(max(20, live)), max(leastLive, Double(live) / count))
  }
}

enum Logistic {
  /// A probability for its log odds.
  static func probability(_ z: Double) -> Double { 1 / (1 + exp(-z)) }
}
