import Media
import Timing

/// The small planes of the last seconds, in which starts and ends of texts are dated.
struct FrameHistory {
  /// Seconds for which looks are kept: longer than any fade of a title.
  static let seconds = 3.0
  /// Seconds for which the frames between them are kept: a text is found within 1.5 s.
  static let secondsBetween = 2.0
  /// Most frames, whatever the frame rate: 3 s at 60 frames a second.
  static let most = 180
  /// Presence at which a text counts as begun, a little more than ``stillSeen``: fades in come out of other pictures.
  static let begun = 0.32
  /// Presence at which a falling text counts as seen.
  static let stillSeen = 0.27
  /// Presence from which strokes that may be a pixel off are there: by chance a third of them find others near by.
  static let shifted = 0.5
  /// Presence that is lost at once where a text pops on or off; what is left may belong to another text in its place.
  /// A fade of five frames loses half as much at a time.
  static let jump = 0.45
  /// Frames running without the text that end a walk: one may be a flash or damaged.
  static let misses = 2

  struct Entry {
    let time: FrameTime
    let isLook: Bool
    let plane: Plane
  }

  private let geometry: TextGeometry
  private(set) var entries: [Entry] = []
  /// As many as go at once, at 60 frames a second.
  private let spare = SpareStorage(most: 16)

  init(geometry: TextGeometry) { self.geometry = geometry }

  /// Takes a look, or a frame in a film made for a test.
  mutating func append(_ plane: Plane, time: FrameTime, isLook: Bool = true) {
    entries.append(Entry(time: time, isLook: isLook, plane: plane))
    dropOld(now: time.seconds)
  }

  /// Takes a frame between two looks.
  mutating func append(_ frame: VideoFrame, time: FrameTime) throws(MediaError) {
    let plane = try geometry.smallPlane(frame, onlyToDate: true, reusing: spare.take())
    append(plane, time: time, isLook: false)
  }

  private mutating func dropOld(now: Double) {
    let tooMany = entries.count - Self.most
    // The frames between looks, which go first, every so often.
    guard tooMany > 0 || isOld(entries[0], now) else { return }
    // One by one: those that stay, whose storage is not in the cache any more, are moved without being touched.
    var (seen, index) = (0, 0)
    while index < entries.count, seen < tooMany || entries[index].time.seconds < now - Self.secondsBetween {
      if seen < tooMany || isOld(entries[index], now) {
        spare.give(entries.remove(at: index).plane.bytes)
      } else {
        index += 1
      }
      seen += 1
    }
  }

  private func isOld(_ entry: Entry, _ now: Double) -> Bool {
    entry.time.seconds < now - (entry.isLook ? Self.seconds : Self.secondsBetween)
  }

  var oldest: FrameTime? { entries.first?.time }

  /// The place of a frame, or of the first after it.
  private func place(of frame: FrameTime) -> Int { place(ofFrame: frame.index) }

  private func placeAfter(_ frame: FrameTime) -> Int { place(ofFrame: frame.index + 1) }

  private func place(ofFrame index: Int) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].time.index < index { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What is kept of a frame; nil where it is gone.
  func entry(of frame: FrameTime) -> Entry? {
    let last = placeAfter(frame) - 1
    return last >= 0 && entries[last].time.index == frame.index ? entries[last] : nil
  }

  func sight(of text: StandingText, in entry: Entry) -> Sight {
    guard text.path != nil else { return text.sight(in: entry.plane) }
    // Between looks its place is known to a pixel.
    let sights = (-1...1).map { text.sight(in: entry.plane, at: entry.time.seconds, step: $0) }
    return sights.max { $0.share < $1.share } ?? sights[0]
  }

  /// The first of the looks from one to another that show a text, known to be there on the last of them.
  ///
  /// Strokes of another text that stood there before may have stood in for its own.
  func firstSight(of text: StandingText, from first: FrameTime, through last: FrameTime) -> FrameTime {
    var seen = last
    for place in (0..<placeAfter(last)).reversed() where entries[place].isLook {
      let entry = entries[place]
      guard entry.time.index >= first.index,
        sight(of: text, in: entry).share >= Self.begun || text.shiftedPresence(in: entry.plane) >= Self.shifted
      else { break }
      seen = entry.time
    }
    return seen
  }

  /// By how much, in steps of luma, the picture above and below a box changed on average since the look before the last.
  func change(round box: PixelBox) -> Double {
    let looks = entries.lazy.filter(\.isLook).suffix(2).map(\.plane)
    guard looks.count == 2, let before = looks.first, let after = looks.last else { return 0 }
    let room = box.grown(across: 0, down: box.height, within: (before.width, before.height))
    var (sum, count) = (0, 0)
    for y in room.top..<room.bottom where y < box.top || y >= box.bottom {
      for i in y * before.width + room.left..<y * before.width + room.right {
        sum += abs(Int(before.bytes[i]) - Int(after.bytes[i]))
        count += 1
      }
    }
    return count == 0 ? 0 : Double(sum) / Double(count)
  }

  /// Where a walk ended.
  struct Limit {
    var time: FrameTime
    /// Whether most of the text was gone on the very next frame.
    var isSudden = false
  }

  /// The first frame of a text that is there on frame `known`: back while it is present, by looks and then by frames.
  func start(of text: StandingText, before known: FrameTime) -> Limit {
    let before = place(of: known)
    let looks = (0..<before).reversed().lazy.filter { entries[$0].isLook }
    let look = furthest(of: text, in: looks, from: known, least: Self.begun, misses: 1).time
    return furthest(
      of: text, in: (0..<min(before, place(of: look))).reversed(), from: look, least: Self.begun, misses: Self.misses)
  }

  /// The last frame of a text that was whole on frame `known`: on while it is present.
  func end(of text: StandingText, after known: FrameTime) -> Limit {
    furthest(
      of: text, in: placeAfter(known)..<entries.count, from: known, least: Self.stillSeen, misses: Self.misses)
  }

  /// The furthest frame before a look, or after it, that shows what moves across in some rows where its speed takes it.
  ///
  /// `rows`, `columns` and `speed` are in pixels of the small plane and a second. Nil where it has left those columns by
  /// then, or was seen as far as the history goes.
  func furthest(
    ofCrawl rows: Range<Int>, _ columns: Range<Int>, speed: Double, from frame: FrameTime, isForward: Bool
  ) -> FrameTime? {
    guard let from = entry(of: frame) else { return nil }
    var furthest = frame
    var missed = 0
    for place in isForward ? Array(placeAfter(frame)..<entries.count) : (0..<place(of: frame)).reversed() {
      let entry = entries[place]
      let way = speed * (entry.time.seconds - frame.seconds)
      let sights = (-1...1).map {
        CrawlSight(from.plane, entry.plane, rows, columns, way: Int(way.rounded()) + $0)
      }
      guard let best = sights.max(by: { $0.likeness < $1.likeness }), best.isInView else { return nil }
      if best.likeness >= Self.shifted {
        furthest = entry.time
        missed = 0
      } else {
        missed += 1
        if missed == Self.misses { return furthest }
      }
    }
    return missed == 0 ? nil : furthest
  }

  /// The way on which a text came to where it stands on a frame from a side; nil where it did not come so.
  func slideIn(of text: StandingText) -> Slide? {
    guard var slide = Slide(text, at: text.start) else { return nil }
    for place in (0..<place(of: text.start)).reversed() {
      guard !slide.isOver else { break }
      slide.take(entries[place].plane, entries[place].time)
    }
    return slide.hasLeft ? slide : nil
  }

  /// Follows a text that stood up to a frame on its way out to a side, or goes on with that; nil where it does not go so.
  func slideOut(of text: StandingText) -> Slide? {
    guard var slide = text.slideOut ?? Slide(text, at: text.end) else { return nil }
    for place in placeAfter(slide.last)..<entries.count {
      guard !slide.isOver else { break }
      slide.take(entries[place].plane, entries[place].time)
    }
    return slide.isOver && !slide.hasLeft ? nil : slide
  }

  /// The furthest frame of a walk over places on which the text is present.
  private func furthest(
    of text: StandingText, in walk: some Sequence<Int>, from known: FrameTime, least: Double, misses: Int
  ) -> Limit {
    var furthest = Limit(time: known)
    var missed = 0
    var before: Double?
    if let entry = entry(of: known) { before = min(1, sight(of: text, in: entry).share) }
    for place in walk {
      let entry = entries[place]
      let sight = sight(of: text, in: entry)
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
