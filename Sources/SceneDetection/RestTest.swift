package import Timing

/// Tells whether the rest of a group of pictures may be left out of decoding: what a boundary in it would lead to, the next key
/// frame, is there already, and has been for some time.
package struct RestTest {
  /// Seconds, and the least number of packets, over which pictures must have been like the next key frame.
  private static let seconds = 0.4
  private static let leastPackets = 12.0
  /// Packets from one picture that is compared to the next: as far as frames that others need lie apart.
  private static let step = 4
  /// Highest ratio of contrasts: a picture on its way in from black is like what it comes to.
  private static let contrast = 1.2
  /// A transition that is not over comes nearer: to less than this of the distance in that time, be it six seconds long.
  private static let approach = 0.9

  private let next: FrameFeatures
  private let unevenPackets: Int
  private let span: Int
  /// Pictures since the first that was like the next key frame without a break: packets taken then, and what is left of the key frame
  /// when the picture predicts it.
  private var alike: [(packets: Int, change: Double)] = []
  private var tested = Int.min / 2

  /// `next`: the picture of the key frame after the group; `unevenPackets`: packets of the group up to the last whose sizes are suspect.
  package init(next: AnalysisPicture, unevenPackets: Int, framesPerSecond: Double) {
    self.next = FrameFeatures(next, time: Self.noTime, before: nil)
    self.unevenPackets = unevenPackets
    span = Int(max(Self.leastPackets, min(Self.seconds * framesPerSecond, 1000)))
  }

  private static let noTime = FrameTime(index: 0, pts: 0, duration: 0, seconds: 0)

  /// Whether nothing happens from a picture on, the latest when so many packets of the group had been decoded.
  package mutating func isQuiet(from picture: AnalysisPicture, packets: Int) -> Bool {
    guard packets >= unevenPackets, packets >= tested + Self.step, !next.isBlank else { return false }
    tested = packets
    let change = MotionResidual.between(picture, next.picture)
    guard isLike(FrameFeatures(picture, time: Self.noTime, before: nil), change) else {
      alike = []
      return false
    }
    alike.append((packets, change))
    guard let then = alike.last(where: { packets - $0.packets >= span }) else { return false }
    return change < CutFinder.smallest || change >= Self.approach * then.change
  }

  /// Whether no gradual transition leads from a picture to the next key frame: between pictures so alike none is reported.
  private func isLike(_ features: FrameFeatures, _ change: Double) -> Bool {
    guard !features.isBlank, features.contrast < Self.contrast * next.contrast,
      next.contrast < Self.contrast * features.contrast
    else { return false }
    return change < CutFinder.smallest || Likeness.correlation(features, next, reach: 2) >= Trial.mostLikeness
  }
}
