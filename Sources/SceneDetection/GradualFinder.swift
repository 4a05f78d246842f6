import Glibc

/// Finds dissolves, fades and wipes within one segment: a run of frames without a hard cut.
///
/// Windows of several lengths slide over the segment. A window whose inner frames are global mixes of its ends is a
/// dissolve or a fade (linear interpolation residual, after the production model of Hampapur, Jain and Weymouth, 1995); one
/// whose samples change once along an edge is a wipe. Overlapping candidates are settled by rank, then each is refined and
/// verified.
struct GradualFinder {
  struct Found: Equatable {
    var kind: Boundary.Kind
    var first: Int
    var last: Int
    var confidence: Double
  }

  /// Lengths in frames at up to 30 a second.
  static let windows = [6, 8, 12, 16, 24, 32, 48, 64]
  /// First log odds of a mix: −14.3 residual − 8.4 step + 1.44 ln(gain distance/live + 1) − 0.37. Logistic regression over
  /// annotated films and made sequences, on refined spans.
  static let residualWeight = -14.3
  static let stepWeight = -8.4
  static let distanceWeight = 1.44
  static let constant = -0.37
  /// A window with less is not looked at again: what is found out later adds at most about half to it.
  static let leastFirstLogOdds = -1.0
  /// Odds of 0.4 : 0.6: a gradual transition that was missed costs as much as one made up.
  static let leastLogOdds = log(0.4 / 0.6)
  static let leastCover = 0.45
  /// Frames behind the middle of a window before it is decided, at up to 30 a second: half the longest window, a quarter
  /// of it for refinement, 0.8 s for the flash test.
  static let margin = 80

  private struct Candidate {
    var window: TransitionWindow
    var rank: Double
    var isWipe: Bool
    var z: Double
    var middle: Int { (window.start + window.end) / 2 }
  }

  let start: Int
  private let rate: FrameRate
  private var scanned: Int
  private var candidates: [Candidate] = []
  private var taken: [ClosedRange<Int>] = []
  private var seen: Set<[Int]> = []

  init(start: Int, rate: FrameRate) {
    self.start = start
    self.rate = rate
    scanned = start
  }

  /// Everything before this frame is settled.
  func settled(scannedTo: Int) -> Int {
    // A candidate's middle lies within the margin, its start half the longest window before.
    let open = scannedTo - (Self.margin + 48) * rate.stride
    return max(start, min(open, (candidates.map(\.window.start).min() ?? .max) - 16 * rate.stride))
  }

  /// Looks at the windows that end before `end`; what lies far enough back is decided, everything if the segment is closed.
  mutating func advance(to end: Int, closed: Bool, _ frames: FrameBuffer) -> [Found] {
    while scanned < end {
      scan(endingAt: scanned, frames)
      scanned += 1
    }
    guard end > start else { return [] }
    return choose(before: closed ? .max : end - Self.margin * rate.stride, within: start...end - 1, frames)
  }

  private mutating func scan(endingAt end: Int, _ frames: FrameBuffer) {
    for length in Self.windows.map({ $0 * rate.stride }) {
      let from = end - length
      guard from >= start, (from - start) % max(1, length / 8) == 0,
        let window = TransitionWindow(from, end, frames)
      else { continue }
      frames[(from + end) / 2].evidence?.consider(window, logOdds: Self.highestLogOdds(window))
      if let mix = mix(window, frames) { candidates.append(mix) }
      if window.residual > 0.25, length >= WipeTest.shortest,
        let wipe = WipeTest.evidence(
          window, frames, within: start...max(end, min(scanned, frames.end - 1)), stride: rate.stride)
      {
        frames[(from + end) / 2].evidence?.consider(wipe)
        let z = wipe.logOdds
        candidates.append(Candidate(window: window, rank: z + 1, isWipe: true, z: z))
      }
    }
  }

  private func mix(_ window: TransitionWindow, _ frames: FrameBuffer) -> Candidate? {
    // Most windows end here.
    guard Self.highestLogOdds(window) >= Self.leastFirstLogOdds else { return nil }
    let cover = Likeness.cover(frames[window.start].picture, frames[window.end].picture, gain: window.gain)
    let z = Self.logOdds(window, live: cover.live, gain: window.gain)
    guard cover.changed > Self.leastCover, z >= Self.leastFirstLogOdds else { return nil }
    // Windows that compete show the same pictures: what counts more for want of contrast does not make one the better.
    let rank = Self.logOdds(window, live: cover.live, gain: 1) + 0.5 * log(window.distance / cover.live + 1)
    return Candidate(window: window, rank: rank, isWipe: false, z: z)
  }

  /// Log odds of a mix, likeness left out, where `live` is the share of the picture that is not black.
  private static func logOdds(_ window: TransitionWindow, live: Double, gain: Double) -> Double {
    residualWeight * window.residual + stepWeight * window.step
      + distanceWeight * log(gain * window.distance / live + 1) + constant
  }

  /// With the least possible live share the odds are highest.
  private static func highestLogOdds(_ window: TransitionWindow) -> Double {
    logOdds(window, live: Likeness.leastLive, gain: window.gain)
  }

  /// Settles candidates whose middle lies before `limit`, the best first. One that overlaps a better one still undecided
  /// waits for it.
  private mutating func choose(before limit: Int, within segment: ClosedRange<Int>, _ frames: FrameBuffer) -> [Found] {
    guard candidates.contains(where: { $0.middle < limit }) else { return [] }
    candidates.sort {
      ($1.rank, $0.window.start, $0.window.end) < ($0.rank, $1.window.start, $1.window.end)
    }
    var found: [Found] = []
    var waiting: [Candidate] = []
    for candidate in candidates {
      let (from, to) = (candidate.window.start, candidate.window.end)
      if taken.contains(where: { from < $0.upperBound && to > $0.lowerBound }) { continue }
      let blocked = waiting.contains { from < $0.window.end && to > $0.window.start }
      guard candidate.middle < limit, !blocked else {
        waiting.append(candidate)
        continue
      }
      if let (result, span) = verify(candidate, within: segment, frames) {
        taken.append(span)
        found.append(result)
      }
    }
    candidates = waiting
    return found
  }

  /// Shares of a span's frames, short or long, of which more must not be made up: a made-up frame is a perfect mix of its
  /// neighbours. Of real transitions on six films with frames left out at most 0.43 and 0.77 were.
  private static let mostMadeUp = (short: 0.44, long: 0.8)
  /// Frames of a short span, at up to 30 a second: two or three gaps between frames that others need.
  private static let shortSpan = 10

  /// Made-up frames in a row, and the share of a span, of which one or the other may be more: a group that was not opened is one
  /// long mix, while an encoder puts few frames between two that others need.
  private static let longestMadeUp = (frames: 8, share: 0.3)

  /// Whether enough of the frames of a span were decoded to tell what happens in it.
  private func isSeen(_ span: ClosedRange<Int>, _ frames: FrameBuffer) -> Bool {
    var (run, longest) = (0, 0)
    for index in span {
      run = frames[index].isSeen ? 0 : run + 1
      longest = max(longest, run)
    }
    let mostInARow = max(Double(Self.longestMadeUp.frames), Self.longestMadeUp.share * Double(span.count))
    guard Double(longest) <= mostInARow else { return false }
    let most = span.count <= Self.shortSpan * rate.stride ? Self.mostMadeUp.short : Self.mostMadeUp.long
    return Double(span.count { !frames[$0].isSeen }) <= most * Double(span.count)
  }

  private mutating func verify(
    _ candidate: Candidate, within segment: ClosedRange<Int>, _ frames: FrameBuffer
  ) -> (Found, ClosedRange<Int>)? {
    guard let refined = Refinement(candidate.window, within: segment, frames) else { return nil }
    let (first, last) = (refined.first, refined.last)
    if taken.contains(where: { first <= $0.upperBound && last >= $0.lowerBound }) { return nil }
    guard seen.insert([refined.before, refined.after, candidate.isWipe ? 1 : 0]).inserted,
      refined.after > refined.before + 1, isSeen(first...last, frames)
    else { return nil }
    let trial = Trial(refined: refined, segment: segment, frames: frames, rate: rate)
    guard let verdict = candidate.isWipe ? trial.wipe(candidate.z) : trial.mix(candidate.window, candidate.z) else {
      return nil
    }
    let span = min(candidate.window.start, first)...max(candidate.window.end, last)
    return (Found(kind: verdict.kind, first: first, last: last, confidence: Logistic.probability(verdict.z)), span)
  }
}
