import Glibc

/// The exact first and last frame of a gradual transition.
struct Refinement {
  /// First frame that shows the new picture, and first that shows it alone.
  let first: Int
  let last: Int
  /// The frame nearest the middle of the way.
  let middle: Int
  /// The last frame of the old picture alone, and the first of the new one.
  let before: Int
  let after: Int

  /// Shares of the new picture at which it counts as there, and as alone.
  static let begun = 0.05
  static let done = 0.95

  /// Measures the share of the new picture against the frames a quarter of the window beyond its ends, and goes outwards
  /// from the middle. A plain frame close by is the end of a fade.
  init?(_ window: TransitionWindow, within segment: ClosedRange<Int>, _ frames: FrameBuffer) {
    let margin = max(2, (window.end - window.start) / 4)
    let from = max(segment.lowerBound, window.start - margin)
    let to = min(segment.upperBound, window.end + margin)
    guard from >= frames.indices.lowerBound, to < frames.end, from < to else { return nil }
    let axis = MixAxis(frames[from].half, frames[to].half)
    let shares = (from...to).map { axis.share(frames[$0].half) }
    let center = shares.indices.min { abs(shares[$0] - 0.5) < abs(shares[$1] - 0.5) } ?? 0
    var left = center
    while left > 0, shares[left] > Self.begun { left -= 1 }
    var right = center
    while right < shares.count - 1, shares[right] < Self.done { right += 1 }
    var first = from + left + 1
    var last = from + right
    var before = max(segment.lowerBound, first - 1)
    var after = min(segment.upperBound, last)
    if let blank = (last...max(last, min(segment.upperBound, last + 3))).first(where: {
      $0 < frames.end && frames[$0].isBlank
    }) {
      (last, after) = (blank, blank)
    }
    let lowest = max(segment.lowerBound, first - 4, frames.indices.lowerBound)
    if lowest <= first, let blank = (lowest...first).last(where: { frames[$0].isBlank }) {
      before = blank
      first = blank + 1
    }
    self.first = first
    self.last = last
    self.before = before
    self.after = after
    middle = from + center
  }
}

/// The last tests of a gradual candidate: its kind, and whether it is one.
struct Trial {
  let refined: Refinement
  let segment: ClosedRange<Int>
  let frames: FrameBuffer
  let rate: FrameRate

  typealias Verdict = (kind: Boundary.Kind, z: Double)

  /// Log odds of a dissolve: 0.85 first − 5 likeness + 3.7 ln(structure) + 4.6 loss − 0.18. Logistic regression over candidates in
  /// annotated films, made dissolves and shots under made lights, in colour and without.
  static let firstWeight = 0.85
  static let likenessWeight = -5.0
  static let structureWeight = 3.7
  static let lossWeight = 4.6
  static let constant = -0.18
  /// A plain end has less contrast than this, in grey levels, or than this share of the other end.
  static let plainContrast = 0.5
  static let plainShare = 0.15
  /// Residual and step that a fade may have together.
  static let fadeTolerance = 0.20
  /// How alike the middle of a fade and its visible end are at least: a fade changes only brightness.
  static let fadeLikeness = 0.25
  /// A picture whose contrast goes on growing beyond the fade is no fade but something that comes nearer.
  static let fadeGrowth = 1.5
  /// The picture of before comes back this closely, and this likely, after a flash.
  static let returnDistance = 0.4
  static let returnLikeness = 0.35
  /// The pictures on both sides of a dissolve or a wipe are less alike than this. Asking it of dissolves, too, lost none
  /// of those found on eight annotated films and 90 made sequences.
  static let mostLikeness = 0.6
  /// How like both ends the middle of a dissolve is at most. The correlation of an even mix with either of two unlike
  /// pictures is √½; where theirs is ρ, √((1 + ρ)/2). Of the dissolves found on eight annotated films none has more than
  /// 0.79. More is one shot under a changing light: it stays itself on the way, however far its ends have moved apart.
  static let mostMiddleLikeness = 0.82

  func wipe(_ z: Double) -> Verdict? {
    let likeness = Likeness.correlation(frames[refined.before], frames[refined.after], reach: 1)
    frames[refined.middle].evidence?.weigh(FrameEvidence.Gradual(likeness: likeness, logOdds: z))
    return likeness < Self.mostLikeness ? (.wipe, z) : nil
  }

  func mix(_ window: TransitionWindow, _ z: Double) -> Verdict? {
    let old = (max(segment.lowerBound, refined.before - 2)...refined.before).map { frames[$0].contrast }.min() ?? 0
    let new = (refined.after...min(segment.upperBound, refined.after + 2)).map { frames[$0].contrast }.min() ?? 0
    if new < max(Self.plainContrast, Self.plainShare * old) { return fade(.fadeOut, window) }
    if old < max(Self.plainContrast, Self.plainShare * new) { return fade(.fadeIn, window) }
    let likeness = Likeness.correlation(frames[refined.before], frames[refined.after], reach: 1)
    let (structure, loss) = (structure(window), detailLoss)
    let odds =
      Self.firstWeight * z + Self.likenessWeight * likeness + Self.structureWeight * log(structure)
      + Self.lossWeight * loss + Self.constant
    var weighed = FrameEvidence.Gradual(likeness: likeness, structure: structure, loss: loss, logOdds: odds)
    defer { frames[refined.middle].evidence?.weigh(weighed) }
    guard odds >= GradualFinder.leastLogOdds, likeness < Self.mostLikeness else { return nil }
    let nearest = nearestReturn
    let middle = middleLikeness
    weighed.returning = nearest.share
    weighed.middle = middle
    return middle > Self.mostMiddleLikeness || returns(nearest) ? nil : (.dissolve, odds)
  }

  /// How much of the window's way both pictures are apart without the mean of their planes, from 0 to 1. Light that changes
  /// over a whole picture, however strong, adds a level and takes contrast: half of the made dissolves have 0.7 and more, half
  /// of the made lights that looked like dissolves 0.27 and less.
  private func structure(_ window: TransitionWindow) -> Double {
    let distance = frames[refined.before].half.leveled.distance(frames[refined.after].half.leveled)
    return min(1, (distance + 0.1) / (window.distance + 0.1))
  }

  /// How much less detail the middle has than both ends have on average, as a share, −0.5 at least. The variance of a mix of
  /// unlike pictures follows a parabola over its course (Alattar, 1993); what moves keeps its detail. Frames that are made up
  /// lost some by that, so that those nearest are looked at that were decoded: the middle one within the inner half, else
  /// nothing is known and the loss is 0, and those of the ends within a quarter of the way beyond.
  private var detailLoss: Double {
    let quarter = max(1, (refined.after - refined.before) / 4)
    let inner = (refined.before + quarter...max(refined.before + quarter, refined.after - quarter))
      .filter { frames[$0].isSeen }
    guard let middle = inner.min(by: { abs($0 - refined.middle) < abs($1 - refined.middle) }) else { return 0 }
    let earliest = max(segment.lowerBound, frames.indices.lowerBound, refined.before - quarter)
    let latest = min(segment.upperBound, frames.end - 1, refined.after + quarter)
    let before = (earliest...refined.before).last { frames[$0].isSeen } ?? refined.before
    let after = (refined.after...max(refined.after, latest)).first { frames[$0].isSeen } ?? refined.after
    let ends = (frames[before].half.detail + frames[after].half.detail) / 2
    return max(-0.5, 1 - frames[middle].half.detail / (ends + 0.1))
  }

  /// How like the frame in the middle is to the end that it is less like.
  private var middleLikeness: Double {
    let middle = frames[refined.middle]
    return min(
      Likeness.correlation(frames[refined.before], middle, reach: 2),
      Likeness.correlation(middle, frames[refined.after], reach: 2))
  }

  private func fade(_ kind: Boundary.Kind, _ window: TransitionWindow) -> Verdict? {
    let odds = 20 * (Self.fadeTolerance - window.residual - window.step)
    frames[refined.middle].evidence?.weigh(FrameEvidence.Gradual(logOdds: odds))
    let length = refined.after - refined.before
    let visible = kind == .fadeOut ? refined.before : refined.after
    let beyond =
      kind == .fadeOut ? max(segment.lowerBound, visible - length) : min(segment.upperBound, visible + length)
    guard odds >= GradualFinder.leastLogOdds,
      frames[beyond].contrast <= Self.fadeGrowth * frames[visible].contrast + 0.5,
      Likeness.correlation(frames[refined.middle], frames[visible], reach: 2) >= Self.fadeLikeness
    else { return nil }
    return (kind, odds)
  }

  /// The frame within 0.8 s that is nearest to the picture on the other side, and its distance over that of both sides.
  private var nearestReturn: (share: Double, index: Int) {
    let reach = rate.frames(0.8)
    let distance = frames[refined.before].half.distance(frames[refined.after].half) + 0.1
    var nearest = (share: Double.infinity, index: 0)
    let earlier = Array(max(segment.lowerBound, refined.before - reach)..<max(segment.lowerBound, refined.before - 1))
    let later = Array(
      min(refined.after + 2, segment.upperBound + 1)..<min(segment.upperBound, refined.after + reach) + 1)
    for index in earlier + later where frames.indices.contains(index) {
      let other = index < refined.before ? refined.after : refined.before
      let share = frames[other].half.distance(frames[index].half) / distance
      if share < nearest.share { nearest = (share, index) }
    }
    return nearest
  }

  /// Whether the old picture comes back, or the new one was there before: light that came and went.
  private func returns(_ nearest: (share: Double, index: Int)) -> Bool {
    guard nearest.share < Self.returnDistance else { return false }
    let other = nearest.index < refined.before ? refined.after : refined.before
    return Likeness.correlation(frames[other], frames[nearest.index], reach: 1) > Self.returnLikeness
  }
}
