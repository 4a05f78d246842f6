import CKernels
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
    precondition(reach <= Int(CK_MOST_MATCH_REACH))
    let height = rows.count / 4
    let shifts = (2 * reach + 1) * (2 * reach + 1)
    let blocks = Int(CK_BLOCKS)
    return withUnsafeTemporaryAllocation(of: ck_moments.self, capacity: blocks) { own in
      withUnsafeTemporaryAllocation(of: ck_match.self, capacity: blocks * shifts) { shifted in
        ck_match_blocks(
          source.bytes, target.bytes, rows.lowerBound, height, reach, own.baseAddress, shifted.baseAddress)
        var weighted = 0.0
        var weights = 0.0
        for index in 0..<blocks {
          let block = Block(own[index], samples: 8 * height)
          var best = 0.0
          for match in shifted[index * shifts..<(index + 1) * shifts] {
            best = max(best, block.correlation(match))
          }
          weighted += best * block.deviation
          weights += block.deviation
        }
        return weighted / (weights + 0.05)
      }
    }
  }

  /// What counts of the samples of a block.
  private struct Block {
    let samples: Double
    let mean: Double
    let deviation: Double

    init(_ moments: ck_moments, samples: Int) {
      self.samples = Double(samples)
      mean = Double(moments.sum) / self.samples
      deviation = max(0, Double(moments.squares) / self.samples - mean * mean).squareRoot()
    }

    /// With another block. The constant keeps blocks that are flat in both from counting as alike.
    func correlation(_ match: ck_match) -> Double {
      let other = Block(match.moments, samples: Int(samples))
      let covariance = Double(match.products) / samples - other.mean * mean
      return covariance / (other.deviation * deviation + 2)
    }
  }

  /// The share of a picture that counts as live at least.
  static let leastLive = 0.10

  /// How much of the picture changed between two frames: as a share of what is live, and how much is live. Black is the
  /// absence of a picture and says nothing for either side.
  static func cover(
    _ a: AnalysisPicture, _ b: AnalysisPicture, gain: Double = 1
  ) -> (changed: Double, live: Double) {
    var changed: UInt32 = 0
    var live: UInt32 = 0
    ck_cover(
      a.luma.bytes, a.chromaBlue.bytes, a.chromaRed.bytes, b.luma.bytes, b.chromaBlue.bytes, b.chromaRed.bytes,
      UInt8(12 / gain), UInt8(16 + 24 / gain), &changed, &live)
    let count = Double(a.luma.bytes.count)
    return (Double(changed) / Double(max(20, live)), max(leastLive, Double(live) / count))
  }
}

enum Logistic {
  /// A probability for its log odds.
  static func probability(_ z: Double) -> Double { 1 / (1 + exp(-z)) }
}
