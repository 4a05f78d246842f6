import CKernels
import Timing

/// The way of a title that comes in from a side, or goes out to one, frame by frame from where it stands.
struct Slide: Sendable {
  /// Furthest that a title goes within a frame, in pixels of the small plane: a third of the picture in five frames.
  static let furthest = 40
  /// Pixels, and share of the speed, by which a frame may differ from where the last ones take it.
  static let unsteady = 3
  static let unsteadyShare = 0.6
  /// Strokes that are compared.
  static let sampled = 150
  /// Share of the visible strokes that must be seen on the first frame, and on the others.
  static let begins = 0.6
  static let seen = 0.4
  /// Share from which they are seen where the last frames take them, to this many pixels: what is behind them may be bright.
  static let seenThere = 0.2
  static let there = 1
  /// Frames running on which it may be missing.
  static let misses = 2
  /// Share of the strokes that must be within the picture to be compared: fewer go on as they went.
  static let leastVisible = 0.15
  /// Seconds that it may take.
  static let longest = 1.6
  /// Least width of a text in pixels of the small plane.
  static let leastWidth = 30

  /// Furthest frame on which it was seen.
  private(set) var last: FrameTime
  /// Where it was against where it stands, in pixels of the small plane, from there on.
  private(set) var points: [MotionPath.Point]
  /// Whether it has left the picture, or is not seen any more.
  private(set) var isOver = false
  /// Whether it went until it was out of the picture.
  private(set) var hasLeft = false

  private let box: PixelBox
  private let strokes: [ck_stroke]
  private let width: Int
  private let stood: FrameTime
  private var missed = 0
  /// Pixels a second.
  private var speed: Double?

  /// Nil for what cannot be a title.
  init?(_ text: StandingText, at stood: FrameTime) {
    guard text.box.width >= Self.leastWidth, text.path == nil, text.width > 0, text.mayBeText else { return nil }
    width = text.width
    box = text.box
    let step = max(1, text.sample.pixels.count / Self.sampled)
    strokes = stride(from: 0, to: text.sample.pixels.count, by: step).map { index in
      let (y, x) = Int(text.sample.pixels[index]).quotientAndRemainder(dividingBy: text.width)
      return ck_stroke(row: UInt32(y * text.width), x: Int16(x), weight: text.sample.weights[index])
    }
    self.stood = stood
    last = stood
    points = [MotionPath.Point(seconds: stood.seconds, x: 0, y: 0)]
  }

  /// Takes the next frame, before it or after it.
  mutating func take(_ plane: Plane, _ time: FrameTime) {
    guard abs(time.seconds - stood.seconds) <= Self.longest else {
      isOver = true
      return
    }
    let before = points[points.count - 1]
    var expected = 0
    var reach = Self.furthest
    if let speed {
      let way = speed * (time.seconds - before.seconds)
      expected = Int((before.x + way).rounded())
      reach = max(Self.unsteady, Int(Self.unsteadyShare * abs(way)))
    }
    let isIn = box.right + expected > 0 && box.left + expected < width
    guard isIn else {
      (isOver, hasLeft) = (true, true)
      return
    }
    let way = bestWay(in: plane, expected - reach...expected + reach)
    let isFirst = speed == nil
    let isThere = !isFirst && abs((way ?? .max / 2) - expected) <= Self.there
    let least = isFirst ? Self.begins : isThere ? Self.seenThere : Self.seen
    let sight = way.map { self.sight(in: plane, $0) }
    if let way, let sight, sight.visible >= Self.leastVisible, sight.share >= least {
      let point = MotionPath.Point(seconds: time.seconds, x: Double(way), y: 0)
      let earlier = points.count > 2 ? points[points.count - 3] : points[0]
      speed = (point.x - earlier.x) / (point.seconds - earlier.seconds)
      points.append(point)
      last = time
      missed = 0
    } else if !isFirst, abs(expected) > 0, self.sight(in: plane, expected).visible < Self.leastVisible {
      points.append(MotionPath.Point(seconds: time.seconds, x: Double(expected), y: 0))
      last = time
    } else {
      missed += 1
      isOver = isFirst || missed > Self.misses
    }
  }

  /// The way on which the strokes fit best; before it has moved, another than none. Nil where they fit nowhere.
  private func bestWay(in plane: Plane, _ ways: ClosedRange<Int>) -> Int? {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: ways.count) { products in
      ck_slide(plane.bytes, width, strokes, strokes.count, ways.lowerBound, ways.count, products.baseAddress)
      var best: (product: Int32, way: Int)?
      for (way, product) in zip(ways, products) where product > best?.product ?? 0 && (speed != nil || way != 0) {
        best = (product, way)
      }
      return best?.way
    }
  }

  /// What is seen of the strokes on a way, and the share of them that is within the picture there.
  private func sight(in plane: Plane, _ way: Int) -> (share: Double, visible: Double) {
    plane.bytes.withUnsafeBufferPointer { luma in
      var (product, energy, visible) = (0, 0, 0)
      for stroke in strokes {
        let (x, weight) = (Int(stroke.x) &+ way, Int(stroke.weight))
        guard x >= 1, x < width &- 1 else { continue }
        let place = Int(stroke.row) &+ x
        product &+= (Int(luma[place &+ 1]) &- Int(luma[place &- 1])) &* weight
        energy &+= weight &* weight
        visible &+= 1
      }
      return (Double(product) / Double(max(1, energy)), Double(visible) / Double(max(1, strokes.count)))
    }
  }
}

/// When a line was seen that slid in or out, and on what way.
struct SlideTimes {
  /// Share of the strokes that must have gone the way.
  static let together = 0.5

  private(set) var start: FrameTime
  private(set) var end: FrameTime
  private(set) var path: MotionPath?

  /// `lines` are the places of what was read, of which parts with most of their area there are part.
  init(_ parts: [ReadingRequest.Part], lines: [TextBox], standing: (start: FrameTime, end: FrameTime)) {
    (start, end) = standing
    let parts = parts.filter { part in
      let inside = lines.reduce(0) { $0 + $1.sharedArea(part.box) }
      return inside >= ReadingDesk.datingArea * part.box.area && part.start.index <= standing.end.index
    }
    let all = parts.reduce(0) { $0 + $1.strokes }
    func together(_ way: (ReadingRequest.Part) -> Slide?) -> [Slide] {
      let went = parts.filter { way($0)?.hasLeft ?? false }
      guard Double(went.reduce(0) { $0 + $1.strokes }) >= Self.together * Double(all) else { return [] }
      return went.compactMap(way)
    }
    let (ins, outs) = (together(\.slideIn), together(\.slideOut))
    let (first, last) = (ins.min { $0.last.index < $1.last.index }, outs.max { $0.last.index < $1.last.index })
    let rest = [start, end].map { MotionPath.Point(seconds: $0.seconds, x: 0, y: 0) }
    guard first != nil || last != nil else { return }
    path = MotionPath((first?.points ?? []) + rest + (last?.points ?? []))
    if let first, first.last.index < start.index { start = first.last }
    if let last, last.last.index > end.index { end = last.last }
  }
}
