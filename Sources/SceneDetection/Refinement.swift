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
