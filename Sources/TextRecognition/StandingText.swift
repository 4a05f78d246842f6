import Media
import Timing

/// Strokes that came to rest together: a line of text, or some letters of it, or clutter that looks like it.
///
/// What is kept of them is a template: the signed gradient at each of their pixels, to which later pictures are compared.
final class StandingText {
  /// A letter of 32 small pixels may move by one against the next: zooming moves the ends of a line, not its middle.
  static let stretch = 32
  /// Above it, strokes stand where they stood and no shift need be tried.
  static let plainlyThere = TextWatch.whole + 0.1
  /// Below it, the picture shows something else and no shift helps.
  static let plainlyGone = -0.2
  /// Most pixels by which a template is dated.
  static let mostSampled = 600
  /// Share of the template's energy by which shifted strokes must match better to count as drifting.
  static let driftGain = 0.25

  typealias Template = (pixels: [Int32], weights: [Int16])

  private(set) var box: PixelBox
  private var positions: [Int32]
  private var weights: [Int16]
  private var energy: Double
  /// Enough of the template to date it by.
  private(set) var sample: Template = ([], [])
  private var sampleEnergy = 1.0
  /// The template and its sample in runs, made when they are first looked for.
  private var laidRuns: StrokeRuns?
  private var laidSampleRuns: StrokeRuns?
  /// Its pixels as bits, made when they are first needed.
  private var laidMarks: StrokeMarks?
  /// ``mayBeText``, once it was asked for.
  private var isLikeLetters: Bool?
  /// Share of its steps from which its strokes can be told from what compression left behind.
  private var faintest = Sight.faintest

  let isLong: Bool
  /// Width of the small plane.
  let width: Int
  /// Look on which it was found.
  let found: FrameTime
  /// Whether its start is known.
  var isDated = false
  var start: FrameTime
  /// Frame with the first sign of it, where it was typed and that is earlier.
  var firstSign: FrameTime?
  /// Whether it came, or went, within a frame.
  var popsOn = false
  var popsOff = false
  /// Last look on which it was whole; once it has ended, ``end`` is the last frame on which it is seen.
  var lastWhole: FrameTime
  var end: FrameTime
  /// Look since which the picture behind the template is clean.
  var clean: FrameTime
  /// When it was found to have ended.
  var ended: FrameTime
  /// Whether, since it has ended, its strokes are still seen in another contrast: only its end is then open.
  var isTrailing = false
  /// Its way in from a side before it stood, and out to one afterwards.
  var slideIn: Slide?
  var slideOut: Slide?
  /// Whether it is, since it has ended, on its way out: only that is then open.
  var isSliding: Bool { slideOut.map { !$0.isOver } ?? false }
  /// Looks running on which nothing of it was missing, and looks running since then on which a part shows other strokes.
  var complete = 0
  var broken = 0
  /// Looks running on which it was missing.
  var missing = 0
  /// The looks on which it was whole, saved when it began to fall.
  var looks: [Look] = []
  /// Where a text that moves stood, and the size of the small plane, which it may leave; nil for what stands still.
  var path: MotionPath?
  var plane = (width: 0, height: 0)
  /// Whether the last presence was won by shifting.
  private(set) var drifts = false

  /// Strokes of a plane of `width`, with the gradient at each.
  init(_ area: StrokeArea, weights: [Int16], width: Int, isLong: Bool, clean: FrameTime, now: FrameTime) {
    self.width = width
    box = area.box
    positions = []
    self.weights = []
    energy = 1
    self.isLong = isLong
    self.clean = clean
    start = clean
    found = now
    lastWhole = now
    end = now
    ended = now
    take(area, weights: weights)
  }

  /// `pixels` are positions in a plane of `width`, with the gradient at each.
  convenience init(pixels: [Int32], weights: [Int16], width: Int, isLong: Bool, clean: FrameTime, now: FrameTime) {
    self.init(
      StrokeArea(pixels, width: width), weights: weights, width: width, isLong: isLong, clean: clean, now: now)
  }

  /// Whether its strokes, by themselves, can be those of letters.
  var mayBeText: Bool {
    if let isLikeLetters { return isLikeLetters }
    let may = hasStrokesOfLetters
    isLikeLetters = may
    return may
  }

  private var hasStrokesOfLetters: Bool {
    guard strokes >= StrokeStatistics.leastPixels else { return false }
    let height = TextBlock([self], width: width).lineHeight
    guard StrokeStatistics.mayBeLine(width: box.width, height: height) else { return false }
    var statistics = StrokeStatistics(box: box, letterHeight: height)
    add(to: &statistics, width: width)
    return statistics.mayBeText(width: box.width, height: height)
  }

  /// Number of pixels of the template.
  var strokes: Int { positions.count }

  /// Replaces the template.
  func take(_ area: StrokeArea, weights: [Int16]) {
    box = area.box
    positions = area.pixels
    self.weights = weights
    let pixels = area.pixels
    energy = Self.energy(weights)
    let picked = stride(from: 0, to: pixels.count, by: max(1, (pixels.count + Self.mostSampled - 1) / Self.mostSampled))
    sample = (picked.map { pixels[$0] }, picked.map { weights[$0] })
    sampleEnergy = Self.energy(sample.weights)
    (laidRuns, laidSampleRuns, laidMarks, isLikeLetters) = (nil, nil, area.marks, nil)
    faintest = min(Sight.faintest, Sight.leastStep / (energy / Double(max(1, weights.count))).squareRoot())
  }

  private var runs: StrokeRuns {
    if let laidRuns { return laidRuns }
    let runs = StrokeRuns(positions, weights, width: width, left: box.left, stretch: Self.stretch)
    laidRuns = runs
    return runs
  }

  private var sampleRuns: StrokeRuns {
    if sample.pixels.count == positions.count { return runs }
    if let laidSampleRuns { return laidSampleRuns }
    let runs = StrokeRuns(sample.pixels, sample.weights, width: width, left: box.left, stretch: Self.stretch)
    laidSampleRuns = runs
    return runs
  }

  private static func energy(_ weights: [Int16]) -> Double {
    Double(max(1, weights.reduce(0) { $0 &+ Int($1) &* Int($1) }))
  }

  /// What a small plane shows of the template's sample, in place.
  func sight(in plane: Plane) -> Sight { sight(sampleRuns.sums(in: plane.bytes), sampleEnergy) }

  /// Share of the template that a small plane shows, each stretch moved by up to a pixel.
  func shiftedPresence(in plane: Plane) -> Double {
    Double(runs.shifted(in: plane.bytes, width: plane.width).best) / energy
  }

  /// What a small plane shows of the whole template, each stretch moved by up to a pixel where that matters.
  func wholeSight(in plane: Plane) -> Sight {
    drifts = false
    var sight = plainSight(in: plane)
    if sight.share < Self.plainlyThere, sight.share >= Self.plainlyGone {
      let (best, inPlace) = runs.shifted(in: plane.bytes, width: plane.width)
      sight.share = Double(best) / energy
      drifts = Double(best - inPlace) / energy > Self.driftGain
    }
    return sight
  }

  /// What a small plane shows of the whole template, in place.
  private func plainSight(in plane: Plane) -> Sight { sight(runs.sums(in: plane.bytes), energy) }

  private func sight(_ sums: (product: Int, square: Int), _ energy: Double) -> Sight {
    Sight(sum: sums.product, square: sums.square, energy: energy, faintest: faintest)
  }

  /// Marks the template's pixels.
  func mark(_ strokes: StrokeBits) { strokes.insert(marks) }

  private var marks: StrokeMarks {
    if let laidMarks { return laidMarks }
    let marks = StrokeMarks(positions, weights, width: width)
    laidMarks = marks
    return marks
  }

  /// Adds up what tells strokes of letters from others.
  func add(to strokes: inout StrokeStatistics, width: Int) { strokes.add(marks, weights, width: width) }

  /// Adds the number of pixels in each row, counted from `top`, to a profile.
  func addRows(to profile: inout [Int], top: Int) { marks.addRows(to: &profile, top: top, width: width) }
}

extension StandingText {
  /// The same strokes where they are at a time, without those outside the picture; itself where it stands still.
  ///
  /// `step` pixels are added to the way down.
  func moved(to seconds: Double, step: Int = 0) -> StandingText {
    guard let path else { return self }
    let offset = path.offset(at: seconds)
    let (dx, dy) = (Int(offset.x.rounded()), Int(offset.y.rounded()) + step)
    var (pixels, weights) = ([Int32](), [Int16]())
    pixels.reserveCapacity(positions.count)
    weights.reserveCapacity(positions.count)
    var rows = RowCounter(width: plane.width)
    for (position, weight) in zip(positions, self.weights) {
      let y = rows.row(of: position)
      let x = Int(position) - y * plane.width
      // On the outermost pixels no step along the line can be measured.
      guard (0..<plane.height).contains(y + dy), (1..<plane.width - 1).contains(x + dx) else { continue }
      pixels.append(Int32((y + dy) * plane.width + x + dx))
      weights.append(weight)
    }
    return StandingText(
      pixels: pixels, weights: weights, width: plane.width, isLong: isLong, clean: clean, now: lastWhole)
  }

  /// Positions by which it is moved at a time; nil where it is not wholly within the plane, and on its outermost pixels.
  private func offset(at seconds: Double, step: Int) -> Int? {
    guard let path else { return nil }
    let way = path.offset(at: seconds)
    let (dx, dy) = (Int(way.x.rounded()), Int(way.y.rounded()) + step)
    guard box.top + dy >= 0, box.bottom + dy <= plane.height, box.left + dx >= 1, box.right + dx < plane.width else {
      return nil
    }
    return dy * plane.width + dx
  }

  /// What a small plane shows of the sample where it is at a time, `step` pixels further down.
  func sight(in plane: Plane, at seconds: Double, step: Int) -> Sight {
    guard let offset = offset(at: seconds, step: step) else {
      return moved(to: seconds, step: step).sight(in: plane)
    }
    return sight(sampleRuns.sums(in: plane.bytes, offset: offset), sampleEnergy)
  }

  /// The share of the strokes that is within the picture at a time, `step` pixels further down, and what a small plane shows of those.
  private func wholeSight(in plane: Plane, at seconds: Double, step: Int) -> (visible: Double, share: Double) {
    if let offset = offset(at: seconds, step: step) {
      return (1, sight(runs.sums(in: plane.bytes, offset: offset), energy).share)
    }
    let moved = moved(to: seconds, step: step)
    return (
      Double(moved.strokes) / Double(max(1, strokes)), moved.strokes == 0 ? 0 : moved.plainSight(in: plane).share
    )
  }

  /// Finds strokes that move on a look, near where they are to be, or where they came to rest, and notes the place.
  ///
  /// Returns the share of its strokes that are within the picture, and what is seen of those.
  func follow(in plane: Plane, at time: FrameTime) -> (visible: Double, share: Double) {
    guard var path else { return (1, 0) }
    let expected = path.offset(at: time.seconds)
    let before = path.points[path.points.count - 1]
    let resting = Int((before.y - expected.y).rounded())
    var best: (step: Int, visible: Double, share: Double) = (0, 0, 0)
    for step in Set([-1, 0, 1, resting]).sorted(by: { (abs($0), $0) < (abs($1), $1) }) {
      let (visible, share) = wholeSight(in: plane, at: time.seconds, step: step)
      if step == 0 { best.visible = visible }
      // What little is seen of it tells only where it was to be.
      guard share > best.share, abs(step) <= 1 || share >= MovingTextWatch.seen else { continue }
      best = (step, visible, share)
    }
    // The little that is left at an edge of the picture does not tell where it is.
    if best.share >= MovingTextWatch.seen, best.visible >= MovingTextWatch.seen {
      path.append(
        MotionPath.Point(seconds: time.seconds, x: expected.x, y: expected.y.rounded() + Double(best.step)))
      self.path = path
    }
    return (best.visible, best.share)
  }
}

extension StandingText {
  /// Width in small pixels of the parts of a line that are looked at by themselves: about two letters.
  static let partWidth = 8
  /// Likeness of a part's strokes below which it shows others, and share of their number that these must have.
  static let otherStrokes = 0.5
  static let replacedShare = 0.5
  /// Fewest strokes that may be replaced: those of a letter.
  static let leastReplaced = 20

  private func parts(in plane: Plane) -> [Part] {
    var parts = [Part](repeating: Part(), count: (box.width + Self.partWidth - 1) / Self.partWidth)
    var rows = RowCounter(width: width)
    plane.bytes.withUnsafeBufferPointer { luma in
      parts.withUnsafeMutableBufferPointer { parts in
        for (pixel, weight) in zip(positions, weights) {
          let x = Int(pixel) &- rows.row(of: pixel) &* width
          parts[(x &- box.left) / Self.partWidth].add(pixel: Int(pixel), weight: Int(weight), luma, width: width)
        }
      }
    }
    return parts
  }

  private func part(of pixel: Int32) -> Int { (Int(pixel) % width - box.left) / Self.partWidth }

  /// Whether a part of it shows other strokes.
  func isBroken(in plane: Plane) -> Bool { parts(in: plane).contains(where: \.showsOthers) }

  /// Its strokes in those parts in whose place others came to rest; nil where there are none, or too few.
  func replacedPart(in still: StillStrokes) -> StandingText? {
    let parts = parts(in: still.last)
    let standing = standing(still, in: parts.map(\.showsOthers))
    let isReplaced = parts.indices.map {
      parts[$0].showsOthers && Double(standing[$0]) >= Self.replacedShare * Double(parts[$0].strokes)
    }
    let replaced = zip(positions, weights).filter { isReplaced[part(of: $0.0)] }
    guard replaced.count >= Self.leastReplaced else { return nil }
    return StandingText(
      pixels: replaced.map(\.0), weights: replaced.map(\.1), width: width, isLong: isLong, clean: clean, now: lastWhole)
  }

  /// Some columns of a template, against what stands there, moved by up to a pixel.
  private struct Part {
    var strokes = 0
    var energy = 0
    private var sums = InlineArray<9, Int>(repeating: 0)
    private var squares = InlineArray<9, Int>(repeating: 0)

    mutating func add(pixel: Int, weight: Int, _ luma: UnsafeBufferPointer<UInt8>, width: Int) {
      strokes &+= 1
      energy &+= weight &* weight
      for step in 0..<9 {
        let place = pixel &+ (step / 3 &- 1) &* width &+ step % 3 &- 1
        let value = Int(luma[min(luma.count - 1, place &+ 1)]) &- Int(luma[max(0, place &- 1)])
        sums[step] &+= value &* weight
        squares[step] &+= value &* value
      }
    }

    /// Whether the highest cosine of the angle between both, as of ``Sight``, is low.
    var showsOthers: Bool {
      strokes > 0
        && (0..<9).allSatisfy {
          Double(sums[$0]) < otherStrokes * (Double(squares[$0]) * Double(energy)).squareRoot()
        }
    }
  }

  /// How many strokes stand in the parts that are wanted.
  private func standing(_ still: StillStrokes, in isWanted: [Bool]) -> [Int] {
    var pixels: [Int32] = []
    for y in box.top..<box.bottom {
      for x in box.left..<box.right where isWanted[(x - box.left) / Self.partWidth] {
        pixels.append(Int32(y * width + x))
      }
    }
    var counts = [Int](repeating: 0, count: isWanted.count)
    for (pixel, step) in zip(pixels, still.gradients(.short, at: pixels)) where abs(step) > Int16(StrokeDetector.edge) {
      counts[(Int(pixel) % width - box.left) / Self.partWidth] += 1
    }
    return counts
  }

  /// Its strokes within a box; nil where there are none.
  func part(in area: PixelBox) -> StandingText? {
    let strokes = zip(positions, weights).filter { pixel, _ in
      let (y, x) = Int(pixel).quotientAndRemainder(dividingBy: width)
      return x >= area.left && x < area.right && y >= area.top && y < area.bottom
    }
    guard !strokes.isEmpty else { return nil }
    return StandingText(
      pixels: strokes.map(\.0), weights: strokes.map(\.1), width: width, isLong: isLong, clean: clean, now: lastWhole)
  }
}
