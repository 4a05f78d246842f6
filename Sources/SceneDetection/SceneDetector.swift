package import Timing

/// Finds scene boundaries in a stream of small pictures: hard cuts, dissolves, fades, wipes.
///
/// Feed frames in presentation order with ``push(_:at:)``. Boundaries come out in order, each once, up to some seconds
/// late; memory is bounded by that delay. The result does not depend on anything but the pictures, their times and the
/// frame rate.
///
/// Frames pass through four steps, each a little behind the one before: change and plainness of the frame
/// (``FrameFeatures``), hard cuts (``CutFinder``), edges of plain runs (``BlankRuns``), and gradual transitions within the
/// segments that cuts and plain runs leave (``GradualFinder``).
package struct SceneDetector {
  /// No boundary to come lies before this frame.
  package private(set) var settledFrame = 0

  /// Whether the film begins with a plain part that is a scene of its own.
  package private(set) var beginsBlank = false

  /// Evidence of frames that are settled, in order; empty unless it was asked for.
  private var evidence: [FrameEvidence] = []
  private let keepsEvidence: Bool

  private let rate: FrameRate
  private var frames = FrameBuffer()
  private var cuts: CutFinder
  private var knownCuts: [Int: CutFinder.Cut] = [:]
  private var blanks = BlankRuns()
  private var segment: GradualFinder
  private var examined = 0
  private var merger: BoundaryMerger

  /// `frameRate` in frames a second, as the container says; nil where it does not. With `keepsEvidence`, what was
  /// measured at each frame must be taken with ``takeEvidence()`` as the film goes on.
  package init(frameRate: Double?, keepsEvidence: Bool = false) {
    self.keepsEvidence = keepsEvidence
    rate = FrameRate(frameRate)
    cuts = CutFinder(rate: rate)
    segment = GradualFinder(start: 0, rate: rate)
    merger = BoundaryMerger(rate: rate)
  }

  /// Takes the next frame and returns the boundaries that have become certain. `isSeen` is false for a picture that was
  /// made up from its neighbours: where too many of them are, nothing gradual can be told.
  package mutating func push(_ picture: AnalysisPicture, at time: FrameTime, isSeen: Bool = true) -> [Boundary] {
    let frame = FrameFeatures(picture, time: time, before: frames.last, isSeen: isSeen)
    if keepsEvidence { frame.evidence = FrameEvidence(frame) }
    frames.append(frame)
    advance(atEnd: false)
    let settled = segment.settled(scannedTo: examined)
    let out = merger.release(before: settled, frames)
    settledFrame = max(settledFrame, merger.settled(before: settled))
    evidence += frames.drop(before: min(settled, merger.oldest ?? .max, examined - 200) - 128 * rate.stride)
    return out
  }

  /// Says that the film has ended; returns the boundaries still undecided.
  package mutating func finish() -> [Boundary] {
    guard let last = frames.last else { return [] }
    advance(atEnd: true)
    if let run = blanks.close(at: frames.end) { endRun(run) }
    collect(segment.advance(to: frames.end, closed: true, frames))
    settledFrame = last.time.index + 1
    let out = merger.release(before: .max, frames)
    evidence += frames.evidence
    return out
  }

  /// What was measured and weighed at the frames that have been settled since the last call, one value a frame, in order.
  package mutating func takeEvidence() -> [FrameEvidence] {
    defer { evidence.removeAll(keepingCapacity: true) }
    return evidence
  }

  private mutating func advance(atEnd: Bool) {
    for cut in cuts.advance(frames, atEnd: atEnd) { knownCuts[cut.first] = cut }
    // The edges of a plain run look three frames beyond it.
    let limit = atEnd ? frames.end : cuts.frontier - 4
    while examined < limit {
      examine(examined)
      examined += 1
    }
    if examined % 16 == 0 || atEnd { collect(segment.advance(to: examined, closed: false, frames)) }
  }

  /// Passes one frame on to plain runs and segments.
  private mutating func examine(_ index: Int) {
    if !frames[index].isBlank || knownCuts[index] != nil, let run = blanks.close(at: index) { endRun(run) }
    if frames[index].isBlank, blanks.open(at: index), let cut = blanks.frontEdge(of: index, frames, knownCuts) {
      addEdge(cut, examined: index)
    }
    if let cut = knownCuts[index], cut.first >= segment.start { endSegment(at: cut) }
  }

  private mutating func addEdge(_ cut: CutFinder.Cut, examined index: Int) {
    knownCuts[cut.first] = cut
    // The edge may lie one frame back, where a mixed frame leads into the plain run.
    if cut.first < index { endSegment(at: cut) }
  }

  /// A hard cut ends a segment; the next begins where its picture is whole.
  private mutating func endSegment(at cut: CutFinder.Cut) {
    collect(segment.advance(to: cut.first, closed: true, frames))
    merger.add(Boundary.Kind.cut, first: cut.first, last: cut.first, confidence: cut.confidence)
    segment = GradualFinder(start: cut.clear, rate: rate)
    knownCuts = knownCuts.filter { $0.key >= cut.first - 8 }
  }

  /// A plain run ends one segment with its last frame and starts the next with its first: a transition may end in it but
  /// not cross it.
  private mutating func endRun(_ run: ClosedRange<Int>) {
    merger.add(run: run)
    if run.lowerBound == 0, Double(run.count) >= BoundaryMerger.fadeThroughSeconds * rate.perSecond {
      beginsBlank = true
    }
    if run.lowerBound > segment.start {
      collect(segment.advance(to: run.upperBound + 1, closed: true, frames))
    }
    if run.lowerBound >= segment.start {
      // All of a long run is one colour: a window that begins further back than the longest begins in the same picture.
      let start = max(run.lowerBound, run.upperBound - 64 * rate.stride, frames.indices.lowerBound)
      segment = GradualFinder(start: start, rate: rate)
    }
    if run.upperBound + 1 < frames.end, let cut = blanks.backEdge(of: run.upperBound, frames, knownCuts) {
      knownCuts[cut.first] = cut
    }
  }

  private mutating func collect(_ found: [GradualFinder.Found]) {
    for item in found { merger.add(item.kind, first: item.first, last: item.last, confidence: item.confidence) }
  }
}
