/// The latest frames, by index: as many as undecided boundaries need.
struct FrameBuffer {
  private var frames: [FrameFeatures] = []
  private var dropped = 0

  /// Indices of the frames that are there.
  var indices: Range<Int> { dropped..<dropped + frames.count }
  var end: Int { dropped + frames.count }
  var last: FrameFeatures? { frames.last }

  subscript(index: Int) -> FrameFeatures { frames[index - dropped] }

  mutating func append(_ frame: FrameFeatures) { frames.append(frame) }

  /// Lets frames before `index` go, some at a time; returns their evidence.
  mutating func drop(before index: Int) -> [FrameEvidence] {
    let count = min(index - dropped, frames.count - 1)
    guard count >= 64 else { return [] }
    let evidence = frames.prefix(count).compactMap(\.evidence)
    frames.removeFirst(count)
    dropped += count
    return evidence
  }

  /// The evidence of every frame that is there.
  var evidence: [FrameEvidence] { frames.compactMap(\.evidence) }
}

/// The frame rate as the detector uses it: how many frames a time is.
struct FrameRate {
  /// Frames a second, within what film and video have; an absurd rate in a header does not stretch the windows.
  let perSecond: Double

  init(_ perSecond: Double?) {
    let rate = perSecond ?? 25
    self.perSecond = rate.isFinite ? min(120, max(8, rate)) : 25
  }

  func frames(_ seconds: Double) -> Int { Int((seconds * perSecond).rounded()) }

  /// Windows count in frames at up to 30 a second and in pairs, threes and fours of frames above.
  var stride: Int { max(1, Int((perSecond / 30).rounded())) }
}
