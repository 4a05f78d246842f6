import CKernels
import Glibc

/// A run of frames looked at as a transition from the picture at its start to the one at its end.
struct TransitionWindow {
  let start: Int
  let end: Int
  /// Distance of both ends in grey levels.
  let distance: Double
  /// The worst distance of a frame within from its best global mix of both ends, over ``distance``: small for dissolves and
  /// fades, 0.3 and more for motion, pans, zooms and moving things.
  let residual: Double
  /// The largest share of the way made in one step, above an even pace with some play.
  let step: Double
  /// What grey levels count for here: 1, and more where both ends are of little contrast.
  let gain: Double
  /// The frames looked at within, at most seven.
  let inner: [Int]

  /// Ends closer than this, in grey levels, are the same picture.
  static let leastDistance = 0.25
  static let steps = 8
  /// Pictures of less spread than this, in grey levels, are of little contrast: the median picture of each of eight annotated films
  /// has 18 to 40.
  static let ordinarySpread = 18.0
  /// Beyond it, what is left of the picture is no more than coding noise.
  static let mostGain = 4.0

  init?(_ start: Int, _ end: Int, _ frames: FrameBuffer) {
    let (from, to) = (frames[start].half, frames[end].half)
    let distance = from.distance(to)
    guard distance >= Self.leastDistance else { return nil }
    let count = min(Self.steps, end - start)
    let inner = (1..<count).map { start + (end - start) * $0 / count }
    let axis = MixAxis(from, to)
    var residual = 0.0
    var shares = [0.0]
    for index in inner {
      let share = axis.share(frames[index].half)
      shares.append(share)
      residual = max(residual, axis.residual(frames[index].half, share: share))
    }
    shares.append(1)
    let largest = zip(shares, shares.dropFirst()).map { $1 - $0 }.max() ?? 0
    self.start = start
    self.end = end
    self.distance = distance
    self.residual = residual / (distance + 0.1)
    self.inner = inner
    gain = Self.gain(frames[start].spread, frames[end].spread)
    step = max(0, largest - 2 / Double(count))
  }

  /// Where one end has far less contrast than the other it fades, and is dark for that.
  private static func gain(_ a: Double, _ b: Double) -> Double {
    min(a, b) < max(a, b) / 2 ? 1 : min(mostGain, max(1, ordinarySpread / max(a, b)))
  }
}

/// The straight line between two pictures: where a third lies along it, and how far off.
struct MixAxis {
  private let from: HalfPicture
  /// The second picture less the first.
  private let axis: [Int16]
  private let squares: Double

  init(_ from: HalfPicture, _ to: HalfPicture) {
    self.from = from
    var sum: Int64 = 0
    axis = [Int16](unsafeUninitializedCapacity: from.values.count) { axis, filled in
      sum = ck_mix_axis(from.values, to.values, axis.baseAddress)
      filled = from.values.count
    }
    squares = Double(sum) / 2 + 1
  }

  /// 0 at the first picture, 1 at the second: the least-squares share of the second.
  func share(_ picture: HalfPicture) -> Double { Double(ck_mix_share(picture.values, from.values, axis)) / 2 / squares }

  /// Mean absolute difference to the mix with that share, in grey levels.
  func residual(_ picture: HalfPicture, share: Double) -> Double {
    // In 256ths: exact enough for a threshold of hundredths, and vectorises.
    let factor = Int16(max(-4096, min(4096, (share * 256).rounded())))
    return HalfPicture.mean(ofWeighted: ck_mix_residual(picture.values, from.values, axis, factor)) / 16
  }
}
