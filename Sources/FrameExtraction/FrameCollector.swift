package import Documents
package import Media
package import Timing

/// Keeps the best frames of every scene while the film is decoded, without knowing yet where scenes end.
///
/// Frames fall into slots of a few frames; a slot also ends where the picture changes much, so that no slot spans a
/// cut. Of each slot the best frame is held by reference, which costs no copy; once scene boundaries up to a frame are
/// certain, all but the best slots of the scene are let go. Where the held pictures grow past a bound, the oldest are
/// rendered down to their final size.
package final class FrameCollector {
  /// A picture that was written for a scene.
  package struct Kept: Sendable {
    package let time: FrameTime
    package let file: String
    package let width: Int
    package let height: Int
    package let bytes: Int
    package let sharpness: Double
    package let luma: Double
    /// See ``PictureQuality``.
    package let score: Double
    package let scores: PictureScores
  }

  /// Seconds of one slot.
  static let slotSeconds = 0.4
  /// Change, in grey levels, that can end a slot: no cut changes less.
  static let slotChange = 4.0
  /// How far a change that ends a slot stands above those before it: motion goes on, a cut does not.
  static let slotRatio = 1.5
  /// Candidates for the one picture of a scene that are kept while it goes on.
  static let keptOfScene = 3
  /// Memory that held decoder pictures may take.
  static let heldBytes = 96 << 20

  private let options: AnalysisOptions
  private let renderer: PictureRenderer
  private let encoder: PictureEncoder
  private let store: (String, [UInt8]) throws -> Void
  private var slot: Candidate?
  private var slotEnd = 0
  private var candidates: [Candidate] = []
  private var neighbours = NeighbourPictures()
  private var lastPicture: AnalysisPicture?
  private var recentChange = 0.0
  private let slotLength: Int
  private var sceneStart = 0
  private var interiorStart = 0
  private var fileNumber = 0

  /// `frameRate` in frames a second, where known; `store` writes a finished picture under a name.
  package init(
    options: AnalysisOptions, frameRate: Double?, store: @escaping (String, [UInt8]) throws -> Void
  ) throws(MediaError) {
    self.options = options
    slotLength = max(1, Int(min(120, frameRate ?? 25) * Self.slotSeconds) / options.framesPerScene)
    self.store = store
    renderer = try PictureRenderer()
    encoder = try PictureEncoder(format: options.frameFormat, quality: options.frameQuality)
  }

  package var fileExtension: String { encoder.fileExtension }

  /// Looks at the next frame.
  package func consider(_ frame: VideoFrame, picture: AnalysisPicture, time: FrameTime) throws {
    let change = lastPicture.map { NeighbourPictures.distance($0.luma, picture.luma) } ?? .infinity
    lastPicture = picture
    let isJump = change >= Self.slotChange && change >= Self.slotRatio * recentChange
    if time.index >= slotEnd || isJump {
      closeSlot()
      slotEnd = time.index + slotLength
    }
    // A running mean over about four frames.
    recentChange += (min(change, 255) - recentChange) / 4
    let quality = PictureQuality(
      detail: try frame.detail(), meanLuma: picture.luma.mean, fullRange: frame.isFullRange,
      change: isJump ? nil : change)
    if let best = slot, best.score >= quality.score { return }
    slot = Candidate(frame: try frame.retained(), time: time, quality: quality, plane: picture.luma)
    try boundMemory()
  }

  /// Writes one frame as a picture, outside of the slots: for a scene so short that no slot fell into it.
  package func keep(_ frame: VideoFrame, time: FrameTime) throws -> Kept {
    let plane = try frame.analysisPicture().luma
    let quality = PictureQuality(detail: try frame.detail(), meanLuma: plane.mean, fullRange: frame.isFullRange)
    return try write(Choice(candidate: Candidate(frame: frame, time: time, quality: quality, plane: plane)))
  }

  private func closeSlot() {
    if let slot { candidates.append(slot) }
    slot = nil
  }

  private func boundMemory() throws(MediaError) {
    var held = candidates.reduce(slot?.frameBytes ?? 0) { $0 + $1.frameBytes }
    for candidate in candidates where held > Self.heldBytes {
      held -= candidate.frameBytes
      _ = try candidate.render(renderer, PictureSize(options))
    }
  }

  /// Ends the current scene: `boundary` is the first frame of the next one, `transition` the frames of the way over.
  /// Writes the scene's pictures and returns them in order of time.
  package func endScene(at boundary: Int, transition: ClosedRange<Int>) throws -> [Kept] {
    if let slot, slot.time.index < boundary { closeSlot() }
    let own = candidates.filter { $0.time.index < boundary }
    candidates.removeAll { $0.time.index < boundary }
    let interior = interiorStart..<max(interiorStart, transition.lowerBound)
    let clear = own.filter { interior.contains($0.time.index) }
    let chosen = choose(from: clear.isEmpty ? own : clear, scene: sceneStart..<boundary)
    neighbours.add(chosen.map(\.candidate.plane))
    let kept = try chosen.map { try write($0) }
    sceneStart = boundary
    interiorStart =
      transition.upperBound == boundary && transition.lowerBound == boundary
      ? boundary : transition.upperBound + 1
    return kept
  }

  /// Lets go of what cannot be chosen any more, knowing that no boundary lies before `frame`.
  package func settle(before frame: Int) {
    let wanted = options.framesPerScene
    let settled = candidates.filter { $0.time.index < frame && $0.time.index >= interiorStart }
    guard settled.count > 4 * wanted else { return }
    // Neighbours are merged in pairs, the better one stays: what is left is spread over the scene however long it gets.
    var keep = Set<Int>()
    if wanted == 1 {
      // More than one, as the best may look like its neighbours.
      for candidate in settled.sorted(by: { $0.score > $1.score }).prefix(Self.keptOfScene) {
        keep.insert(candidate.time.index)
      }
    } else {
      for index in Swift.stride(from: 0, to: settled.count, by: 2) {
        let pair = settled[index...min(index + 1, settled.count - 1)]
        if let best = pair.max(by: { $0.score < $1.score }) { keep.insert(best.time.index) }
      }
    }
    candidates.removeAll {
      $0.time.index < frame && $0.time.index >= interiorStart && !keep.contains($0.time.index)
    }
  }

  /// A candidate that was chosen, and how unlike its neighbours it is.
  private struct Choice {
    let candidate: Candidate
    var difference: Double?

    var total: Double { candidate.quality.total(difference: difference) }
  }

  /// The best candidate of each of N equal parts of the scene.
  private func choose(from own: [Candidate], scene: Range<Int>) -> [Choice] {
    let parts = options.framesPerScene
    var chosen: [Choice] = []
    for part in 0..<parts {
      let start = scene.lowerBound + scene.count * part / parts
      let end = scene.lowerBound + scene.count * (part + 1) / parts
      let beside = chosen.map(\.candidate.plane)
      if let best = best(of: own.filter { (start..<end).contains($0.time.index) }, beside: beside) {
        chosen.append(best)
      }
    }
    if chosen.isEmpty, let best = best(of: own, beside: []) { chosen = [best] }
    return chosen
  }

  private func best(of candidates: [Candidate], beside: [Plane]) -> Choice? {
    candidates.map { Choice(candidate: $0, difference: neighbours.difference($0.plane, beside: beside)) }
      .max { $0.total < $1.total }
  }

  private func write(_ choice: Choice) throws -> Kept {
    let candidate = choice.candidate
    let picture = try candidate.render(renderer, PictureSize(options))
    let bytes = try encoder.encode(picture)
    fileNumber += 1
    let file = "candidate-\(fileNumber).\(encoder.fileExtension)"
    try store(file, bytes)
    return Kept(
      time: candidate.time, file: file, width: picture.width, height: picture.height, bytes: bytes.count,
      sharpness: candidate.quality.sharpness, luma: candidate.quality.luma, score: choice.total,
      scores: candidate.quality.scores(difference: choice.difference))
  }
}
