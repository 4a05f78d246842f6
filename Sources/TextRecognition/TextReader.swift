package import Documents
package import Media
import Synchronization
package import Timing

/// Finds and reads on-screen text while the film is decoded.
///
/// Every frame leaves a small plane for a few seconds; about eight times a second a frame is looked at. ``TextWatch``
/// follows strokes that stand still and says when a block of text has ended; the pictures on which it stood are then read
/// (``ReadingDesk``), on another thread where there is one. What is read has no influence on what is watched, so the
/// result does not depend on threads; memory is bounded by the seconds of small planes and the looks.
package final class TextReader {
  /// Looks per second: strokes that stand for three intervals have stood for about 0.4 s.
  static let looksPerSecond = 8.0

  private let options: AnalysisOptions
  private let thread: ReadingThread
  private let desk: Desk
  private var geometry: TextGeometry?
  private var watch: TextWatch?
  /// Of pictures of looks; most texts hold the same few.
  private let spare = SpareStorage(most: 4, orBytes: 4 << 20)
  private var last: FrameTime?
  private var lastLook: FrameTime?
  private var regionsLeftOut = 0
  private var hasSmallPictures = false

  /// A day, in seconds: a longer deadline is none.
  private static let longestDeadline = 86_400.0

  /// What the reading thread works on.
  private final class Desk: @unchecked Sendable {
    let failure = Mutex<MediaError?>(nil)
    /// Touched by jobs only, of which one runs at a time, and after all of them have run.
    let desk: ReadingDesk

    init(_ desk: ReadingDesk) { self.desk = desk }
  }

  /// Throws `missing_language` where a language is not installed; reads on a thread of its own where `separateThread`.
  package init(options: AnalysisOptions, separateThread: Bool) throws(MediaError) {
    self.options = options
    let engine = try LazyEngine(
      languages: options.languages, deadline: Int32(1000 * min(options.textTimeLimit, Self.longestDeadline)))
    desk = Desk(
      ReadingDesk(BlockReader(engine: engine, acceptance: LineAcceptance(floor: options.textMinConfidence))))
    thread = try ReadingThread(separate: separateThread)
  }

  /// Looks at the next frame.
  package func consider(_ frame: VideoFrame, time: FrameTime) throws(MediaError) {
    let geometry = TextGeometry(frame, region: options.textRegion)
    if geometry != self.geometry {
      // The film's picture changes its size: texts end here.
      try endTexts()
      regionsLeftOut += watch?.leftOut ?? 0
      hasSmallPictures = hasSmallPictures || !geometry.hasRoom
      self.geometry = geometry
      watch = TextWatch(geometry: geometry)
      lastLook = nil
    }
    defer { last = time }
    guard isLook(time) else {
      try watch?.add(frame, time: time)
      return
    }
    lastLook = time
    let look = try Look(frame, time: time, geometry: geometry, spare: spare)
    try read(try watch?.look(try geometry.smallPlane(frame), look) ?? [], geometry)
    readMoved(geometry)
  }

  /// The frame nearest to an eighth of a second after the last look.
  private func isLook(_ time: FrameTime) -> Bool {
    guard let lastLook, let last else { return true }
    let interval = time.seconds - last.seconds
    return time.seconds - lastLook.seconds >= 1 / Self.looksPerSecond - interval / 2
  }

  private func endTexts() throws(MediaError) {
    guard let geometry, let last, let blocks = watch?.finish(at: last) else { return }
    try read(blocks, geometry)
    readMoved(geometry)
  }

  private func read(_ blocks: [TextBlock], _ geometry: TextGeometry) throws(MediaError) {
    var requests: [ReadingRequest] = []
    for block in blocks.flatMap({ $0.readable(width: geometry.smallWidth) }) {
      if let request = try ReadingRequest(block, geometry: geometry) { requests.append(request) }
    }
    guard !requests.isEmpty else { return }
    submit(holding: 0) { [parts = requests.flatMap(\.parts)] desk in desk.note(parts) }
    for request in requests { submit(request) }
  }

  /// Reads the lines that moved and are gone.
  private func readMoved(_ geometry: TextGeometry) {
    for text in watch?.movedTexts() ?? [] {
      if let request = ReadingRequest(text, geometry: geometry) { submit(request) }
    }
    for text in watch?.crawledTexts() ?? [] {
      submit(holding: text.byteCount) { desk throws(MediaError) in try desk.take(text) }
    }
  }

  private func submit(_ request: ReadingRequest) {
    submit(holding: request.byteCount) { desk throws(MediaError) in try desk.take(request) }
  }

  private func submit(holding bytes: Int, _ read: @escaping @Sendable (ReadingDesk) throws(MediaError) -> Void) {
    thread.submit(holding: bytes) { [desk] in
      do throws(MediaError) {
        try read(desk.desk)
      } catch {
        desk.failure.withLock { $0 = $0 ?? error }
      }
    }
  }

  /// Reads what is left and returns the tracks in order of their start, and what should be looked at.
  package func finish() throws(MediaError) -> TextFindings {
    try endTexts()
    thread.drain()
    if let error = desk.failure.withLock({ $0 }) { throw error }
    let desk = desk.desk
    let (tracks, lines) = TrackAssembly.tracks(
      desk.lines, region: options.textRegion, language: options.languages.first ?? "")
    var notes = desk.notes
    notes.regionsLeftOut = regionsLeftOut + (watch?.leftOut ?? 0)
    notes.hasSmallPictures = hasSmallPictures
    return TextFindings(tracks: tracks, reviews: TextReview.all(kept: lines, refused: desk.refused), notes: notes)
  }
}

/// A text track whose instants are frames.
package struct FoundText: Sendable, Equatable {
  package var start: FrameTime
  /// Last frame on which it was seen.
  package var last: FrameTime
  package var language: String
  package var lines: [TextLine]

  package var text: String { lines.map(\.text).joined(separator: "\n") }
  package var confidence: Double {
    let words = lines.flatMap(\.words)
    guard !words.isEmpty else { return 0 }
    return (words.reduce(0) { $0 + $1.confidence } / Double(words.count)).rounded(places: 3)
  }
  package var box: Box { Box(around: lines.map(\.box)) }
}
