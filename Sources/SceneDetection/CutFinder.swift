import Glibc

/// Finds hard cuts: changes that stand out from their neighbourhood, last, and lead to a picture unlike the one before.
///
/// An adaptive threshold (the ratio to the largest ordinary change nearby), the likeness of both sides, and a test that
/// the picture before does not come back, which a photographic flash or an explosion fails.
struct CutFinder {
  /// A hard cut: `first` is its first frame; the picture is whole from `clear` on, one later where fields or frame rate
  /// conversion left a mixed frame.
  struct Cut: Equatable {
    var first: Int
    var clear: Int
    var confidence: Double
  }

  /// Smallest residual, in grey levels, that can be a cut: below it two shots look the same.
  static let smallest = 4.0
  /// Added to the neighbourhood, so that noise on a still picture is no neighbourhood to stand out from.
  static let floor = 3.0
  /// How far a candidate stands above the second largest of its neighbours.
  static let candidateRatio = 1.3
  /// Log odds of a cut are 4 ln(ratio) − 4 likeness − 1: fitted on annotated films, where real cuts have 1.27 and more and
  /// everything else −0.18 and less; the threshold lies between.
  static let leastLogOdds = 0.4
  /// Two frames more alike than this are one shot, whatever changed.
  static let mostLikeness = 0.85
  /// Frames more alike than the first of these are most often one shot in another light: only a change that stands out by as
  /// much as the second is a cut. The cuts of annotated films have at most 0.54; light switched off over a moving camera has
  /// 0.57 and more, with log odds of 0.9 to 2.0.
  static let suspectLikeness = 0.57
  static let plainLogOdds = 3.0
  /// Least share of the live picture that changes.
  static let leastCover = 0.55
  /// What is predicted this well from before the change was a flash.
  static let flashRatio = 0.4

  private let radius: Int
  private var candidates: Set<Int> = []
  private var paired = 1
  private var singled = 1
  private var decided = 1
  private var consumed = -1

  init(rate: FrameRate) { radius = min(24, max(8, rate.frames(0.4))) }

  /// Every cut before this frame is known.
  var frontier: Int { decided }

  /// Decides as far as the frames reach; `atEnd` when no more will come.
  mutating func advance(_ frames: FrameBuffer, atEnd: Bool) -> [Cut] {
    let end = frames.end
    let reach = { (margin: Int) in atEnd ? end : end - margin }
    while singled < reach(radius + 1) {
      if isCandidate(singled, frames) { candidates.insert(singled) }
      singled += 1
    }
    while paired < min(singled - 1, reach(radius + 2)) {
      findPair(paired, frames)
      paired += 1
    }
    var found: [Cut] = []
    // A decision looks at the candidates of its neighbourhood, and six frames ahead.
    while decided < (atEnd ? end : paired - radius - 7) {
      if let cut = decide(decided, frames) { found.append(cut) }
      decided += 1
    }
    candidates = candidates.filter { $0 >= decided - radius - 2 }
    return found
  }

  private func neighbours(_ range: ClosedRange<Int>, _ frames: FrameBuffer) -> Range<Int> {
    max(max(1, frames.indices.lowerBound), range.lowerBound)..<min(frames.end, range.upperBound + 1)
  }

  private func isCandidate(_ index: Int, _ frames: FrameBuffer) -> Bool {
    let change = frames[index].change
    guard change >= Self.smallest || frames[index].evidence != nil else { return false }
    var largest = 0.0
    var second = 0.0
    for other in neighbours(index - radius...index + radius, frames) where other != index {
      let value = frames[other].change
      if value > largest { (largest, second) = (value, largest) } else if value > second { second = value }
    }
    frames[index].evidence?.cut.ratio = change / (second + Self.floor)
    return change >= Self.smallest && change >= Self.candidateRatio * (second + Self.floor)
  }

  /// Two neighbours that stand out together: a mixed frame between two shots.
  private mutating func findPair(_ index: Int, _ frames: FrameBuffer) {
    let weaker = min(frames[index].change, frames[index + 1].change)
    guard weaker >= Self.smallest, !(candidates.contains(index) && candidates.contains(index + 1)) else { return }
    let largest =
      neighbours(index - radius...index + radius + 1, frames).filter { $0 != index && $0 != index + 1 }
      .map { frames[$0].change }.max() ?? 0
    if weaker >= Self.candidateRatio * (largest + Self.floor) { candidates.formUnion([index, index + 1]) }
  }

  private mutating func decide(_ index: Int, _ frames: FrameBuffer) -> Cut? {
    guard candidates.contains(index), index != consumed else { return nil }
    var clear = index
    if candidates.contains(index + 1), index + 1 < frames.end, isMixed(index, frames) {
      clear = index + 1
      consumed = clear
    }
    let before = frames[index - 1]
    let after = frames[clear]
    var change = after.change
    if clear != index {
      change = max(frames[index].change, change, MotionResidual.between(before.picture, after.picture))
    }
    let ordinary =
      neighbours(index - radius...index + radius, frames).filter { $0 != index && !candidates.contains($0) }
      .map { frames[$0].change }.max() ?? 0
    let likeness = Likeness.correlation(before, after, reach: 2)
    let z = 4 * log(change / (ordinary + Self.floor)) - 4 * likeness - 1
    var weighed = FrameEvidence.Cut(
      ratio: frames[index].evidence?.cut.ratio, isCandidate: true, likeness: likeness, logOdds: z)
    defer { frames[index].evidence?.cut = weighed }
    let least = likeness < Self.suspectLikeness ? Self.leastLogOdds : Self.plainLogOdds
    guard z >= least, likeness < Self.mostLikeness else { return nil }
    let cover = Likeness.cover(before.picture, after.picture).changed
    weighed.cover = cover
    guard cover > Self.leastCover else { return nil }
    let returning = leastReturn(index, clear, frames)
    weighed.returning = returning / change
    guard returning > Self.flashRatio * change else { return nil }
    return Cut(first: index, clear: clear, confidence: Logistic.probability(z))
  }

  /// Whether a frame lies sample by sample between its neighbours, and shares the change with the next.
  private func isMixed(_ index: Int, _ frames: FrameBuffer) -> Bool {
    let (before, frame, after) = (frames[index - 1].half, frames[index].half, frames[index + 1].half)
    var outside: [UInt32] = [0, 0, 0]
    for position in frame.values.indices {
      let (a, b) = (before.values[position], after.values[position])
      let value = frame.values[position]
      outside[position / HalfPicture.samples] += UInt32(max(0, value - max(a, b), min(a, b) - value))
    }
    let share = frames[index].change / (frames[index].change + frames[index + 1].change)
    return HalfPicture.mean(ofWeighted: 2 * outside[0] + outside[1] + outside[2]) / (before.distance(after) + 0.1)
      < 0.08 && share > 0.2 && share < 0.8
  }

  /// The smallest change between the picture before and one within five frames after, or between the one after and one
  /// within five frames before: small after a flash.
  private func leastReturn(_ index: Int, _ clear: Int, _ frames: FrameBuffer) -> Double {
    var least = Double.infinity
    for step in 1...5 {
      if clear + step < frames.end {
        least = min(least, MotionResidual.between(frames[index - 1].picture, frames[clear + step].picture))
      }
      if index - 1 - step >= frames.indices.lowerBound {
        least = min(least, MotionResidual.between(frames[index - 1 - step].picture, frames[clear].picture))
      }
    }
    return least
  }
}
