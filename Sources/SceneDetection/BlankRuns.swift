/// Runs of frames of one plain colour, and whether a picture begins or ends abruptly at them.
struct BlankRuns {
  /// A picture that stands clear beyond the edge has at least this luma range, in grey levels.
  static let clearRange = 20.0
  /// And at least this share of the range further on: else the edge is a slope, a fade.
  static let clearShare = 0.7
  static let edgeConfidence = 0.95

  private var start: Int?

  /// Notes a plain frame. True where it begins a run.
  mutating func open(at index: Int) -> Bool {
    guard start == nil else { return false }
    start = index
    return true
  }

  /// Ends the open run before `index` and returns it.
  mutating func close(at index: Int) -> ClosedRange<Int>? {
    guard let first = start else { return nil }
    start = nil
    return first...index - 1
  }

  /// The cut into a run that begins at `index`, if a clear picture stands before it and no cut is known there.
  func frontEdge(
    of index: Int, _ frames: FrameBuffer, _ cuts: [Int: CutFinder.Cut]
  ) -> CutFinder.Cut? {
    guard index > frames.indices.lowerBound, cuts[index] == nil, cuts[index - 1] == nil else { return nil }
    let distance = clearDistance(from: index - 1, step: -1, frames)
    guard distance > 0, index - distance + 1 > frames.indices.lowerBound,
      covers(frames, index - distance, index)
    else { return nil }
    return CutFinder.Cut(first: index - distance + 1, clear: index, confidence: Self.edgeConfidence)
  }

  /// The cut out of a run that ends at `index`.
  func backEdge(of index: Int, _ frames: FrameBuffer, _ cuts: [Int: CutFinder.Cut]) -> CutFinder.Cut? {
    guard cuts[index + 1] == nil else { return nil }
    let distance = clearDistance(from: index + 1, step: 1, frames)
    guard distance > 0, index + distance < frames.end, covers(frames, index, index + distance) else { return nil }
    return CutFinder.Cut(first: index + 1, clear: index + distance, confidence: Self.edgeConfidence)
  }

  private func covers(_ frames: FrameBuffer, _ a: Int, _ b: Int) -> Bool {
    Likeness.cover(frames[a].picture, frames[b].picture).changed > CutFinder.leastCover
  }

  /// 1 where the frame beyond the edge is clear at once, 2 where one mixed frame lies between, 0 where neither.
  private func clearDistance(from index: Int, step: Int, _ frames: FrameBuffer) -> Int {
    func range(_ distance: Int) -> Double {
      frames[min(frames.end - 1, max(frames.indices.lowerBound, index + step * distance))].lumaRange
    }
    if range(0) >= Self.clearRange, range(0) >= Self.clearShare * range(2) { return 1 }
    if range(1) >= Self.clearRange, range(1) >= Self.clearShare * range(3) { return 2 }
    return 0
  }
}
