import Media
import Timing

/// Follows lines of text that move steadily up or down, as credits do, from coming into view until they are gone.
///
/// ``TextWatch`` sees what stands still. Here the last looks are shifted along with the page, so that its strokes stand, and
/// searched for rows of letters in the same way. A line is followed by its strokes, wherever it goes; its picture is
/// kept when it has come wholly into view.
struct MovingTextWatch {
  /// Most lines that are followed at once: more do not stand on a page.
  static let most = 80
  /// Looks from one search to the next while nothing moves: what is found late is dated by looking back.
  static let looksPerSearch = 4
  /// Pixels that must be free between a line and where it comes into view: else it is cut.
  static let free = 2
  /// Rows that part two lines hold under this share of the strokes of the fullest row on either side, which is sought in
  /// so many rows.
  static let emptyRow = 0.3
  static let rowsBeside = 10
  /// Least height of a line, in pixels of the small plane.
  static let leastHeight = 3
  /// Share of the strokes within the picture that must be seen to tell where a line is.
  static let seen = 0.5
  /// Share by which a line is still there where its speed takes it, and that many times the root of the number of its strokes, which
  /// other strokes reach by chance.
  static let glimpsed = 0.15
  static let chance = 5.0
  /// Share of the strokes within the picture below which the line has left it.
  static let left = 0.04
  /// Looks running on which a line may be missing, about a second: the picture behind it may be as bright as it is for so long.
  static let misses = 8
  /// Looks running from which on it no longer hides what else may stand where it would be.
  static let mostHiding = 2

  private let geometry: TextGeometry
  private var motion = SteadyMotion()
  private var detector: StrokeDetector
  /// Strokes that stand in a motion that is tried.
  private let standing: StrokeBits
  private(set) var live: [MovingText] = []
  private(set) var leftOut = 0
  private var looks = 0

  init(geometry: TextGeometry) {
    self.geometry = geometry
    detector = StrokeDetector(width: geometry.smallWidth, height: geometry.smallHeight, region: geometry.region)
    standing = StrokeBits(width: geometry.smallWidth, height: geometry.smallHeight)
  }

  /// Edges in each row of the last look, left and right of the middle.
  var halves: [[Float]] { motion.halves }

  /// The strokes of what is followed and was just seen, where they are at some times.
  func strokes(at times: some Sequence<FrameTime>) -> [StandingText] {
    let seen = live.filter { $0.strokes.missing < Self.mostHiding }
    return seen.isEmpty ? [] : times.flatMap { time in seen.map { $0.strokes.moved(to: time.seconds) } }
  }

  /// Takes the next look, of which `times` has the times of the last ones; returns the lines that are gone.
  mutating func look(
    _ still: StillStrokes, _ look: Look, times: [FrameTime], history: FrameHistory
  ) throws(MediaError) -> [MovingText] {
    guard geometry.hasRoom else { return [] }
    motion.push(still.last, seconds: look.time.seconds)
    let gone = try follow(still.last, look, history)
    looks += 1
    guard looks % Self.looksPerSearch == 0 || !live.isEmpty else { return gone }
    for motion in motion.motions() {
      if try find(motion, still, look, times, history) { break }
    }
    return gone
  }

  /// Ends everything with the last frame.
  mutating func finish(at last: FrameTime) -> [MovingText] {
    defer { live = [] }
    for text in live { text.strokes.end = text.strokes.missing == 0 ? last : text.strokes.lastWhole }
    return live
  }

  private mutating func follow(
    _ plane: Plane, _ look: Look, _ history: FrameHistory
  ) throws(MediaError) -> [MovingText] {
    let time = look.time
    var gone: [MovingText] = []
    var stay: [MovingText] = []
    for text in live {
      let strokes = text.strokes
      let sight = strokes.follow(in: plane, at: time)
      let glimpsed = min(Self.seen, max(Self.glimpsed, Self.chance / Double(max(1, strokes.strokes)).squareRoot()))
      if sight.visible >= Self.left, sight.share >= glimpsed {
        strokes.lastWhole = time
        strokes.missing = 0
        if sight.visible == 1, sight.share >= Self.seen { try text.add(look) }
      } else {
        strokes.missing += 1
      }
      if sight.visible < Self.left || strokes.missing >= Self.misses {
        strokes.end = history.end(of: strokes, after: strokes.lastWhole).time
        strokes.ended = time
        gone.append(text)
      } else {
        stay.append(text)
      }
    }
    live = stay
    return gone
  }

  /// Whether lines were found that stand still in a motion.
  private mutating func find(
    _ motion: SharedMotion, _ still: StillStrokes, _ look: Look, _ times: [FrameTime], _ history: FrameHistory
  ) throws(MediaError) -> Bool {
    let (width, height) = (geometry.smallWidth, geometry.smallHeight)
    still.standing(along: motion, into: standing)
    for text in live.map({ $0.strokes.moved(to: look.time.seconds) }) where text.strokes > 0 {
      standing.removeAll(in: text.box.grown(across: 1, down: 1, within: (width, height)))
    }
    // Rows that were in view on all looks, without those at the edges, where a line may be cut.
    let rows = max(0, -motion.total) + Self.free..<max(Self.free + 1, height - max(0, motion.total) - Self.free + 1)
    var found = false
    for pixels in Self.lines(detector.dense(in: standing).map(\.pixels), width: width) {
      let weights = pixels.map { still.last.step(at: Int($0)) }
      let since = times[times.count - 1 - motion.ago]
      let strokes = StandingText(
        pixels: pixels, weights: weights, width: width, isLong: false, clean: since, now: look.time)
      guard strokes.box.height >= Self.leastHeight, rows.contains(strokes.box.top), rows.contains(strokes.box.bottom)
      else { continue }
      guard live.count < Self.most else {
        leftOut += 1
        continue
      }
      let past = motion.steps.map {
        MotionPath.Point(seconds: times[times.count - 1 - $0.ago].seconds, x: 0, y: Double($0.shift))
      }
      strokes.path = MotionPath(past + [MotionPath.Point(seconds: look.time.seconds, x: 0, y: 0)])
      strokes.plane = (width, height)
      guard strokes.mayBeText else { continue }
      strokes.start = history.start(of: strokes, before: since).time
      live.append(try MovingText(strokes, from: look, geometry: geometry))
      found = true
    }
    return found
  }

  /// Areas of strokes, line by line: words of one line are joined, lines of one area parted.
  static func lines(_ areas: [[Int32]], width: Int) -> [[Int32]] {
    guard !areas.isEmpty else { return [] }
    let pixels = areas.joined().sorted()
    let top = Int(pixels[0]) / width
    var profile = [Int](repeating: 0, count: Int(pixels[pixels.count - 1]) / width - top + 1)
    for pixel in pixels { profile[Int(pixel) / width - top] += 1 }
    var lines: [[Int32]] = []
    var line: [Int32] = []
    var next = 0
    for (row, count) in profile.enumerated() {
      let above = profile[max(0, row - rowsBeside)..<row].max() ?? 0
      let below = profile[min(row + 1, profile.count)..<min(row + 1 + rowsBeside, profile.count)].max() ?? 0
      let parts = count == 0 || Double(count) < emptyRow * Double(min(above, below))
      if parts, !line.isEmpty {
        lines.append(line)
        line = []
      }
      while next < pixels.count, Int(pixels[next]) / width - top == row {
        if !parts { line.append(pixels[next]) }
        next += 1
      }
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }
}
