import CKernels
import Timing

/// What is left of a frame after it was predicted from an earlier one block by block: motion that a block can follow costs
/// little, a new picture costs much (motion-compensated residual, as in block-matching video coders).
enum MotionResidual {
  /// Shifts by rising distance: the penalty of 2 a sample keeps flat areas still and lets the search stop early. They reach
  /// about a tenth of the picture each way, the fastest pan that still looks like one.
  static let shifts: [ck_shift] = {
    let (reachX, reachY) = (Int16(CK_REACH_X), Int16(CK_REACH_Y))
    var all: [ck_shift] = []
    for y in -reachY...reachY {
      for x in -reachX...reachX { all.append(ck_shift(x: x, y: y, penalty: 2 * UInt32(abs(x) + abs(y)))) }
    }
    return all.enumerated().sorted { ($0.element.penalty, $0.offset) < ($1.element.penalty, $1.offset) }.map(\.element)
  }()

  /// Mean cost of a sample in grey levels: luma of the best shift, and chroma at that shift at half weight.
  static func between(_ from: AnalysisPicture, _ to: AnalysisPicture) -> Double {
    let total = ck_motion_residual(
      from.luma.bytes, from.chromaBlue.bytes, from.chromaRed.bytes, to.luma.bytes, to.chromaBlue.bytes,
      to.chromaRed.bytes, shifts, shifts.count)
    return Double(total) / 2 / Double(AnalysisPicture.width * AnalysisPicture.height)
  }
}
