import Glibc

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
  /// How fast the picture may go on changing beyond both ends, over how fast it changed between them: what does is in motion, or
  /// is fire or light. Of 199 dissolves and wipes found in annotated films and made sequences none has more than 1.2.
  static let mostPace = 1.25
  /// The same of wipes: what a pan or a zoom brings in comes along an edge, too.
  static let mostWipePace = 0.95
  /// The same of smooth pictures, which turn into each other by small motion as by a dissolve.
  static let mostSmoothPace = 0.5
  /// Detail over spread below which a picture is smooth: gradients that turn have 0.03 to 0.53. Ten of those 199 have less than
  /// this; their pace is at most 0.47.
  static let smoothDetail = 0.5

  func wipe(_ z: Double) -> Verdict? {
    let likeness = Likeness.correlation(frames[refined.before], frames[refined.after], reach: 1)
    let pace = pace
    frames[refined.middle].evidence?.weigh(FrameEvidence.Gradual(likeness: likeness, pace: pace, logOdds: z))
    return likeness < Self.mostLikeness && !goesOn(pace, most: Self.mostWipePace) ? (.wipe, z) : nil
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
    let pace = pace
    weighed.pace = pace
    return middle > Self.mostMiddleLikeness || returns(nearest) || goesOn(pace, most: Self.mostPace)
      ? nil : (.dissolve, odds)
  }

  /// How fast the picture changes over a quarter of the way beyond that end where it changes less, over how fast it changes between
  /// both ends. An end is left out where the segment ends sooner than an eighth of the way beyond it; nil where both are.
  private var pace: Double? {
    let length = refined.after - refined.before
    let (reach, least) = (max(2, length / 4), max(2, length / 8))
    let earlier = max(segment.lowerBound, frames.indices.lowerBound, refined.before - reach)
    let later = min(segment.upperBound, frames.end - 1, refined.after + reach)
    let perFrame = frames[refined.before].half.distance(frames[refined.after].half) / Double(length) + 0.01
    return [(earlier, refined.before), (refined.after, later)].filter { $1 - $0 >= least }
      .map { frames[$0].half.distance(frames[$1].half) / Double($1 - $0) / perFrame }.min()
  }

  private func goesOn(_ pace: Double?, most: Double) -> Bool {
    let ends = [frames[refined.before], frames[refined.after]]
    let detail = ends.reduce(0) { $0 + $1.half.detail } / (ends.reduce(0) { $0 + $1.spread } + 0.1)
    return pace ?? 0 > (detail < Self.smoothDetail ? Self.mostSmoothPace : most)
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
