package import Documents
package import Media
import Synchronization
package import Timing

/// Finds and reads on-screen text while the film is decoded.
///
/// A few times a second a small luma plane is searched for text-like cells. A picture is read only where such cells came
/// to rest and differ from what was read last, so the cost follows the number of different texts.
package final class TextReader {
  /// Seconds between two looks.
  static let interval = 0.25
  /// Width of the plane that is searched: at 640 pixels letters of a 20th of the height still have strokes.
  static let mapWidth = 640
  /// Share of text cells that may change while a text counts as the same.
  static let sameText = 0.1
  /// Pictures narrower than this are enlarged before reading, as Tesseract wants capitals of about 30 pixels.
  static let readingWidth = 1280

  private let options: AnalysisOptions
  private let engine: TesseractEngine
  private let thread: ReadingThread
  private let inbox = Inbox()
  private var nextLook = -Double.infinity
  private var lastMap: TextMap?
  private var readMap: TextMap?
  private var spans: [Span] = []
  private var lastTime: FrameTime?

  /// What comes back from the reading thread.
  private final class Inbox: Sendable {
    let readings = Mutex<[Reading]>([])
    let failure = Mutex<MediaError?>(nil)
  }

  /// The frames over which one reading holds.
  struct Span {
    var start: FrameTime
    var end: FrameTime
  }

  /// Loads the languages; reads on a thread of its own where `separateThread`.
  package init(options: AnalysisOptions, separateThread: Bool) throws(MediaError) {
    self.options = options
    engine = try TesseractEngine(languages: options.languages)
    thread = try ReadingThread(separate: separateThread)
  }

  /// Looks at the next frame.
  package func consider(_ frame: VideoFrame, time: FrameTime) throws(MediaError) {
    defer { lastTime = time }
    guard time.seconds >= nextLook else {
      return
    }
    nextLook = time.seconds + Self.interval
    let width = min(Self.mapWidth, frame.width)
    let map = TextMap(
      try frame.luma(width: width, height: max(1, width * frame.height / max(1, frame.width))))
    defer { lastMap = map }
    if let readMap, readMap.difference(from: map) <= Self.sameText, !map.isEmpty {
      spans[spans.count - 1].end = time
      return
    }
    guard !map.isEmpty else {
      readMap = nil
      return
    }
    guard let lastMap, lastMap.difference(from: map) <= Self.sameText else { return }
    readMap = map
    spans.append(Span(start: time, end: time))
    try read(frame, time: time)
  }

  private func read(_ frame: VideoFrame, time: FrameTime) throws(MediaError) {
    let shown = frame.displaySize
    let scale = max(1, (Double(Self.readingWidth) / Double(shown.width)).rounded(.down))
    let picture = try crop(frame.grayPicture(scale: min(4, scale)))
    let job = ReadingJob(engine: engine, picture: picture.plane)
    let minConfidence = options.textMinConfidence
    thread.submit { [inbox] in
      do throws(MediaError) {
        let words = try job.engine.read(job.picture, layout: .automatic).map { line in line.map(picture.moved) }
        let lines = LineFilter.lines(words, size: picture.size, minConfidence: minConfidence)
        let language = words.first?.first?.language ?? ""
        inbox.readings.withLock { $0.append(Reading(time: time, lines: lines, language: language)) }
      } catch {
        inbox.failure.withLock { $0 = $0 ?? error }
      }
    }
  }

  private struct ReadingJob: @unchecked Sendable {
    let engine: TesseractEngine
    let picture: Plane
  }

  /// The region that is searched, cut out of the whole picture.
  private struct Crop: Sendable {
    let plane: Plane
    let size: (width: Int, height: Int)
    let origin: (x: Int, y: Int)

    func moved(_ word: TesseractEngine.Word) -> TesseractEngine.Word {
      var word = word
      word.left += origin.x
      word.right += origin.x
      word.top += origin.y
      word.bottom += origin.y
      return word
    }
  }

  private func crop(_ whole: Plane) -> Crop {
    let size = (whole.width, whole.height)
    guard case .box(let box) = options.textRegion else { return Crop(plane: whole, size: size, origin: (0, 0)) }
    let left = Int(box.x * Double(whole.width))
    let top = Int(box.y * Double(whole.height))
    let width = max(1, min(whole.width - left, Int((box.width * Double(whole.width)).rounded())))
    let height = max(1, min(whole.height - top, Int((box.height * Double(whole.height)).rounded())))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(width * height)
    for y in top..<top + height { bytes += whole.bytes[y * whole.width + left..<y * whole.width + left + width] }
    return Crop(plane: Plane(width: width, height: height, bytes: bytes), size: size, origin: (left, top))
  }

  /// Waits for what is being read and returns the tracks in order of their start.
  package func finish() throws(MediaError) -> [FoundText] {
    thread.drain()
    if let error = inbox.failure.withLock({ $0 }) { throw error }
    var builder = TrackBuilder()
    for (reading, span) in zip(inbox.readings.withLock { $0 }.sorted { $0.time.index < $1.time.index }, spans) {
      builder.add(reading, from: span.start, to: span.end)
    }
    return builder.finish(language: options.languages.first ?? "")
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
