package import Timing

/// Finds scene boundaries in a stream of small pictures.
///
/// A cut is a change that stands out from its neighbourhood (an adaptive threshold, as in PySceneDetect's adaptive
/// detector) and that lasts: the frames after it stay unlike the one before it, which a photographic flash does not. A fade
/// is a run of plain frames with a falling deviation before it and a rising one after it (Lienhart, "Comparison of
/// automatic shot boundary detection algorithms", 1999).
///
/// Feed frames in presentation order with ``push(_:at:)``; boundaries come out in order, each once, some frames late.
package struct SceneDetector {
  /// Every frame before this one belongs to a scene whose beginning is known.
  package private(set) var settledFrame = 0

  private var recent: [FrameFeatures] = []
  private var nextCut = 1
  private var blank: BlankRun?
  private var held: [Boundary] = []
  private var finished = false

  /// Frames on each side that a cut is compared with.
  static let neighbourhood = 12
  /// Smallest change, in grey levels, that can be a cut: below it pictures look alike.
  static let smallestCut = 9.0
  /// How many times the neighbourhood's mean change a cut is.
  static let cutRatio = 3.0
  /// A frame is plain where its luma deviates less than this, in grey levels: coding noise of a black frame is below 4.
  static let plainDeviation = 4.0
  /// Longest way in or out of a plain colour, in frames.
  static let longestFade = 72
  /// A plain part of at least this many seconds is a scene of its own.
  static let blankSceneSeconds = 0.75
  /// Shortest monotone way that is a fade and not a cut, in frames.
  static let shortestFade = 4

  private struct BlankRun {
    var wayOut: FrameTime
    var first: FrameTime
    var last: FrameTime
    var gradualOut: Bool
    var reported = false
    var length: Int
  }

  package init() {}

  /// Takes the next frame and returns the boundaries that have become certain.
  package mutating func push(_ picture: AnalysisPicture, at time: FrameTime) -> [Boundary] {
    recent.append(FrameFeatures(picture, time: time, before: recent.last?.picture))
    let out = advance(upTo: time.index - Self.neighbourhood)
    let oldest = Self.longestFade * 2
    if recent.count > oldest * 2 { recent.removeFirst(recent.count - oldest) }
    return out
  }

  /// Says that the film has ended; returns the boundaries still undecided.
  package mutating func finish() -> [Boundary] {
    finished = true
    guard let last = recent.last else { return [] }
    var out = advance(upTo: last.time.index)
    out += release(all: true)
    settledFrame = last.time.index + 1
    return out
  }

  private func feature(_ index: Int) -> FrameFeatures? {
    guard let first = recent.first?.time.index, index >= first, index - first < recent.count else { return nil }
    return recent[index - first]
  }

  private mutating func advance(upTo limit: Int) -> [Boundary] {
    while nextCut <= limit, let frame = feature(nextCut) {
      step(frame)
      nextCut += 1
    }
    return release(all: false)
  }

  /// Decides about one frame, all of whose neighbourhood is known.
  private mutating func step(_ frame: FrameFeatures) {
    let plain = frame.deviation < Self.plainDeviation
    if var run = blank {
      if plain {
        run.last = frame.time
        run.length += 1
        blank = run
        if !run.reported, run.last.seconds - run.first.seconds >= Self.blankSceneSeconds { reportWayOut() }
      } else {
        leaveBlank(frame)
      }
    } else if plain {
      enterBlank(frame)
    } else if let confidence = cutConfidence(frame) {
      if let last = held.last, frame.time.index <= last.last.index { return }
      held.append(
        Boundary(kind: .cut, at: frame.time, first: frame.time, last: frame.time, confidence: confidence))
    }
  }

  /// How surely a cut lies before this frame; nil where none does.
  private func cutConfidence(_ frame: FrameFeatures) -> Double? {
    guard frame.change >= Self.smallestCut, let before = feature(frame.time.index - 1) else { return nil }
    var sum = 0.0
    var count = 0.0
    var strongest = 0.0
    for index in frame.time.index - Self.neighbourhood...frame.time.index + Self.neighbourhood
    where index != frame.time.index {
      guard let neighbour = feature(index), index > 0 else { continue }
      sum += neighbour.change
      strongest = max(strongest, neighbour.change)
      count += 1
    }
    let ratio = frame.change / max(1, count > 0 ? sum / count : 0)
    guard ratio >= Self.cutRatio, frame.change >= strongest else { return nil }
    // What comes back within five frames was a flash.
    for step in 1...5 {
      guard let later = feature(frame.time.index + step) else { break }
      if FrameFeatures.distance(before.picture, later.picture) < frame.change * 0.4 { return nil }
    }
    return min(0.99, 1 - 1 / ratio + frame.change / 400).rounded(places: 3)
  }

  private mutating func enterBlank(_ frame: FrameFeatures) {
    var start = frame
    while let before = feature(start.time.index - 1), before.deviation > start.deviation + 0.2,
      frame.time.index - before.time.index <= Self.longestFade, before.time.index > (held.last?.last.index ?? -1)
    {
      start = before
    }
    let gradual = frame.time.index - start.time.index >= Self.shortestFade
    blank = BlankRun(
      wayOut: gradual ? start.time : frame.time, first: frame.time, last: frame.time, gradualOut: gradual, length: 1)
    held.removeAll { gradual && $0.at.index > start.time.index }
    if frame.time.index <= 1 { blank?.reported = true }
  }

  private mutating func reportWayOut() {
    guard var run = blank else { return }
    let last = run.gradualOut ? run.first : run.wayOut
    held.append(
      Boundary(
        kind: run.gradualOut ? .fadeOut : .cut, at: middle(run.wayOut, last), first: run.wayOut, last: last,
        confidence: 0.9, beginsBlank: true))
    run.reported = true
    blank = run
  }

  private mutating func leaveBlank(_ frame: FrameFeatures) {
    guard let run = blank else { return }
    blank = nil
    var end = frame
    while let after = feature(end.time.index + 1), after.deviation > end.deviation + 0.2,
      after.time.index - frame.time.index <= Self.longestFade, after.change < Self.smallestCut * 2
    {
      end = after
    }
    let gradual = end.time.index - frame.time.index >= Self.shortestFade
    let last = gradual ? end.time : frame.time
    if run.reported {
      let first = gradual ? frame.time : frame.time
      held.append(
        Boundary(
          kind: gradual ? .fadeIn : .cut, at: middle(first, last), first: first, last: last, confidence: 0.9))
    } else if run.length >= 2 || run.gradualOut || gradual {
      held.append(
        Boundary(
          kind: .fadeThrough, at: middle(run.wayOut, last), first: run.wayOut, last: last, confidence: 0.85))
    }
  }

  private func middle(_ a: FrameTime, _ b: FrameTime) -> FrameTime {
    feature((a.index + b.index) / 2)?.time ?? a
  }

  /// Lets boundaries go that nothing to come can change.
  private mutating func release(all: Bool) -> [Boundary] {
    if all, let run = blank, !run.reported, run.gradualOut { reportWayOut() }
    let settled =
      all
      ? Int.max : min(blank.map { $0.reported ? $0.last.index : $0.wayOut.index } ?? .max, nextCut - Self.longestFade)
    let out = held.filter { $0.at.index < settled }
    held.removeAll { $0.at.index < settled }
    settledFrame = max(settledFrame, min(settled, nextCut))
    return out
  }
}
