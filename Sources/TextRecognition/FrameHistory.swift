import Media
import Timing

/// The frames of the last seconds, in which starts and ends of texts are dated.
///
/// Looks are there as small planes. Of the frames between them a reference to the decoder's pixels is kept, and only the
/// pixels of a template are ever read: most frames are never asked for.
struct FrameHistory {
  /// Seconds for which looks are kept: longer than any fade of a title.
  static let seconds = 3.0
  /// Seconds for which the frames between them are kept: a text is found within 1.5 s.
  static let secondsBetween = 2.0
  /// Bytes of decoded pictures that are referred to; beyond it the oldest are brought to small planes.
  static let mostBytes = 48 << 20
  /// Most frames, whatever the frame rate: 3 s at 60 frames a second.
  static let most = 180
  /// Presence at which a text counts as begun, a little more than ``stillSeen``: fades in come out of other pictures.
  static let begun = 0.32
  /// Presence at which a falling text counts as seen.
  static let stillSeen = 0.27
  /// Presence that is lost at once where a text pops on or off; what is left may belong to another text in its place.
  /// A fade of five frames loses half as much at a time.
  static let jump = 0.45
  /// Frames running without the text that end a walk: one may be a flash or damaged.
  static let misses = 2

  private final class Entry {
    let time: FrameTime
    let isLook: Bool
    var plane: Plane?
    var frame: VideoFrame?
    var bytes = 0

    init(_ time: FrameTime, isLook: Bool, plane: Plane?, frame: VideoFrame?) {
      self.time = time
      self.isLook = isLook
      self.plane = plane
      self.frame = frame
      bytes = frame?.byteCount ?? 0
    }
  }

  private let geometry: TextGeometry
  private var entries: [Entry] = []
  private var heldBytes = 0

  init(geometry: TextGeometry) { self.geometry = geometry }

  /// Takes a look, or a frame in a film made for a test.
  mutating func append(_ plane: Plane, time: FrameTime, isLook: Bool = true) {
    entries.append(Entry(time, isLook: isLook, plane: plane, frame: nil))
    dropOld(now: time.seconds)
  }

  /// Takes a frame between two looks.
  mutating func append(_ frame: VideoFrame, time: FrameTime) throws(MediaError) {
    let entry = Entry(time, isLook: false, plane: nil, frame: try frame.retained())
    entries.append(entry)
    heldBytes += entry.bytes
    dropOld(now: time.seconds)
    for entry in entries where heldBytes > Self.mostBytes {
      if let frame = entry.frame { settle(entry, try geometry.smallPlane(frame)) }
    }
  }

  /// Lets a frame go for its small plane.
  private mutating func settle(_ entry: Entry, _ plane: Plane?) {
    entry.plane = plane
    entry.frame = nil
    heldBytes -= entry.bytes
    entry.bytes = 0
  }

  private mutating func dropOld(now: Double) {
    let tooMany = entries.count - Self.most
    // The frames between looks, which go first, every so often.
    guard tooMany > 0 || isOld(entries[0], now) else { return }
    let kept = entries.enumerated().filter { $0.offset >= tooMany && !isOld($0.element, now) }.map(\.element)
    heldBytes = kept.reduce(0) { $0 + $1.bytes }
    entries = kept
  }

  private func isOld(_ entry: Entry, _ now: Double) -> Bool {
    entry.time.seconds < now - (entry.isLook ? Self.seconds : Self.secondsBetween)
  }

  var oldest: FrameTime? { entries.first?.time }

  private func sight(of text: StandingText, in entry: Entry) throws(MediaError) -> Sight? {
    guard text.path != nil else { return try sight(ofStill: text, in: entry) }
    // Between looks its place is known to a pixel.
    var best: Sight?
    for step in -1...1 {
      let moved = text.moved(to: entry.time.seconds, step: step)
      guard let sight = try sight(ofStill: moved, in: entry) else { return nil }
      if sight.share > best?.share ?? -.infinity { best = sight }
    }
    return best
  }

  private func sight(ofStill text: StandingText, in entry: Entry) throws(MediaError) -> Sight? {
    if let plane = entry.plane { return text.sight(in: plane) }
    guard let frame = entry.frame else { return nil }
    if frame.isShownAsStored,
      let sight = text.sight(in: frame, width: geometry.smallWidth, factor: geometry.divisor * geometry.factor)
    {
      return sight
    }
    let plane = try geometry.smallPlane(frame)
    entry.plane = plane
    return text.sight(in: plane)
  }

  /// Where a walk ended.
  struct Limit {
    var time: FrameTime
    /// Whether most of the text was gone on the very next frame.
    var isSudden = false
  }

  /// The first frame of a text that is there on frame `known`: back while it is present, by looks and then by frames.
  func start(of text: StandingText, before known: FrameTime) throws(MediaError) -> Limit {
    let before = entries.prefix { $0.time.index < known.index }.reversed()
    let look = try furthest(of: text, in: before.filter(\.isLook), from: known, least: Self.begun, misses: 1).time
    return try furthest(
      of: text, in: before.drop { $0.time.index >= look.index }, from: look, least: Self.begun, misses: Self.misses)
  }

  /// The last frame of a text that was whole on frame `known`: on while it is present.
  func end(of text: StandingText, after known: FrameTime) throws(MediaError) -> Limit {
    try furthest(
      of: text, in: entries.drop { $0.time.index <= known.index }, from: known, least: Self.stillSeen,
      misses: Self.misses)
  }

  /// The furthest frame of a walk on which the text is present.
  private func furthest(
    of text: StandingText, in walk: some Sequence<Entry>, from known: FrameTime, least: Double, misses: Int
  ) throws(MediaError) -> Limit {
    var furthest = Limit(time: known)
    var missed = 0
    var before: Double?
    if let entry = entries.last(where: { $0.time.index == known.index }), let sight = try sight(of: text, in: entry) {
      before = min(1, sight.share)
    }
    for entry in walk {
      guard let sight = try sight(of: text, in: entry) else { break }
      let jumps = sight.share <= (before ?? sight.share) - Self.jump
      if sight.hasSameStrokes || sight.share >= least && !jumps {
        furthest = Limit(time: entry.time)
        before = min(1, sight.share)
        missed = 0
      } else {
        if missed == 0 { furthest.isSudden = jumps }
        missed += 1
        if missed == misses { break }
      }
    }
    return furthest
  }
}
