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
  private var stretches: [UInt8]
  private var energy: Double
  /// Enough of the template to date it by.
  private(set) var sample: Template = ([], [])
  private var sampleEnergy = 1.0
  /// Share of its steps from which its strokes can be told from what compression left behind.
  private var faintest = Sight.faintest

  let isLong: Bool
  /// Width of the small plane.
  let width: Int
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

  /// `pixels` are positions in a plane of `width`, with the gradient at each.
  init(pixels: [Int32], weights: [Int16], width: Int, isLong: Bool, clean: FrameTime, now: FrameTime) {
    self.width = width
    box = PixelBox(left: 0, top: 0, right: 0, bottom: 0)
    positions = []
    self.weights = []
    stretches = []
    energy = 1
    self.isLong = isLong
    self.clean = clean
    start = clean
    lastWhole = now
    end = now
    ended = now
    take(pixels, weights: weights, width: width)
  }

  /// Number of pixels of the template.
  var strokes: Int { positions.count }

  /// Replaces the template.
  func take(_ pixels: [Int32], weights: [Int16], width: Int) {
    var (left, top, right, bottom) = pixels.isEmpty ? (0, 0, 0, 0) : (Int.max, Int.max, 0, 0)
    for pixel in pixels {
      let (y, x) = Int(pixel).quotientAndRemainder(dividingBy: width)
      (left, right) = (min(left, x), max(right, x + 1))
      (top, bottom) = (min(top, y), max(bottom, y + 1))
    }
    box = PixelBox(left: left, top: top, right: right, bottom: bottom)
    positions = pixels
    self.weights = weights
    stretches = pixels.map { UInt8(min(31, (Int($0) % width - left) / Self.stretch)) }
    energy = Self.energy(weights)
    let picked = stride(from: 0, to: pixels.count, by: max(1, (pixels.count + Self.mostSampled - 1) / Self.mostSampled))
    sample = (picked.map { pixels[$0] }, picked.map { weights[$0] })
    sampleEnergy = Self.energy(sample.weights)
    faintest = min(Sight.faintest, Sight.leastStep / (energy / Double(max(1, weights.count))).squareRoot())
  }

  private static func energy(_ weights: [Int16]) -> Double {
    Double(max(1, weights.reduce(0) { $0 &+ Int($1) &* Int($1) }))
  }

  /// What a small plane shows of the template's sample, in place.
  func sight(in plane: Plane) -> Sight {
    plane.bytes.withUnsafeBufferPointer { luma in
      Self.sight(sample, sampleEnergy, faintest) { pixel in Int32(luma[pixel &+ 1]) &- Int32(luma[pixel &- 1]) }
    }
  }

  /// Share of the template that a small plane shows, each stretch moved by up to a pixel.
  func shiftedPresence(in plane: Plane) -> Double {
    plane.bytes.withUnsafeBufferPointer { luma in
      // A template may reach to the last pixel but one.
      shifted(width: plane.width) { pixel in
        Int32(luma[min(pixel &+ 1, luma.count - 1)]) &- Int32(luma[max(pixel &- 1, 0)])
      }.share
    }
  }

  /// What the edges of a small plane show, each stretch moved by up to a pixel where that matters.
  func sight(in edges: StrokeEdges, width: Int) -> Sight {
    drifts = false
    return edges.rising.withUnsafeBufferPointer { rising in
      edges.falling.withUnsafeBufferPointer { falling in
        var sight = sight { Int32(rising[$0]) &- Int32(falling[$0]) }
        if sight.share < Self.plainlyThere, sight.share >= Self.plainlyGone {
          let (share, gain) = shifted(width: width) { Int32(rising[$0]) &- Int32(falling[$0]) }
          sight.share = share
          drifts = gain > Self.driftGain
        }
        return sight
      }
    }
  }

  @inline(__always)
  private func sight(_ step: (Int) -> Int32) -> Sight {
    Self.sight((positions, weights), energy, faintest, step)
  }

  /// `step` gives the step at a pixel.
  @inline(__always)
  private static func sight(
    _ template: Template, _ energy: Double, _ faintest: Double, _ step: (Int) -> Int32
  ) -> Sight {
    template.pixels.withUnsafeBufferPointer { pixels in
      template.weights.withUnsafeBufferPointer { weights in
        var (sum, square) = (0, 0)
        for i in 0..<pixels.count {
          let value = step(Int(pixels[i]))
          sum &+= Int(value &* Int32(weights[i]))
          square &+= Int(value &* value)
        }
        return Sight(sum: sum, square: square, energy: energy, faintest: faintest)
      }
    }
  }

  /// Share of the template that is there where each stretch is moved by up to a pixel, and how much of it that gained.
  @inline(__always)
  private func shifted(width: Int, _ step: (Int) -> Int32) -> (share: Double, gain: Double) {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 64) { sums in
      let (best, sum) = (
        UnsafeMutableBufferPointer(rebasing: sums[..<32]), UnsafeMutableBufferPointer(rebasing: sums[32...])
      )
      best.initialize(repeating: .min)
      var inPlace = 0
      for dy in -1...1 {
        for dx in -1...1 {
          sum.initialize(repeating: 0)
          let offset = dy * width + dx
          for i in 0..<positions.count {
            sum[Int(stretches[i])] &+= Int(step(Int(positions[i]) &+ offset)) &* Int(weights[i])
          }
          for i in 0..<32 { best[i] = max(best[i], sum[i]) }
          if dx == 0, dy == 0 { inPlace = sum.reduce(0, +) }
        }
      }
      let shifted = best.reduce(0, +)
      return (Double(shifted) / energy, Double(shifted - inPlace) / energy)
    }
  }

  /// Marks the template's pixels in masks of rising and falling strokes.
  func mark(rising: UnsafeMutableBufferPointer<UInt8>, falling: UnsafeMutableBufferPointer<UInt8>) {
    for i in 0..<positions.count {
      if weights[i] > 0 { rising[Int(positions[i])] = 255 } else { falling[Int(positions[i])] = 255 }
    }
  }

  /// Adds the template's pixels, with their neighbours along the line, to those that were seen; returns how many are new.
  ///
  /// `seen` holds the rows of a plane of `width` from `top` on, with a byte more on either side: 1 where a rising step was
  /// seen, 2 where a falling one was.
  func enter(_ seen: inout [UInt8], top: Int, width: Int) -> Int {
    let first = top * width - 1
    var new = 0
    for (position, weight) in zip(positions, weights) where seen[Int(position) - first] & (weight > 0 ? 1 : 2) == 0 {
      new += 1
    }
    for (position, weight) in zip(positions, weights) {
      for near in Int(position) - first - 1...Int(position) - first + 1 { seen[near] |= weight > 0 ? 1 : 2 }
    }
    return new
  }

  /// Adds up what tells strokes of letters from others.
  func add(to strokes: inout StrokeStatistics, width: Int) { strokes.add(positions, weights, width: width) }

  /// Adds the number of pixels in each row, counted from `top`, to a profile.
  func addRows(to profile: inout [Int], top: Int, width: Int) {
    for position in positions { profile[Int(position) / width - top] += 1 }
  }
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
    for (position, weight) in zip(positions, self.weights) {
      let (y, x) = Int(position).quotientAndRemainder(dividingBy: plane.width)
      // On the outermost pixels no step along the line can be measured.
      guard (0..<plane.height).contains(y + dy), (1..<plane.width - 1).contains(x + dx) else { continue }
      pixels.append(Int32((y + dy) * plane.width + x + dx))
      weights.append(weight)
    }
    return StandingText(
      pixels: pixels, weights: weights, width: plane.width, isLong: isLong, clean: clean, now: lastWhole)
  }

  /// Finds strokes that move on a look, near where they are to be, or where they came to rest, and notes the place.
  ///
  /// Returns the share of its strokes that are within the picture, and what is seen of those.
  func follow(in edges: StrokeEdges, at time: FrameTime) -> (visible: Double, share: Double) {
    guard var path else { return (1, 0) }
    let expected = path.offset(at: time.seconds)
    let before = path.points[path.points.count - 1]
    let resting = Int((before.y - expected.y).rounded())
    var best: (step: Int, visible: Double, share: Double) = (0, 0, 0)
    for step in Set([-1, 0, 1, resting]).sorted(by: { (abs($0), $0) < (abs($1), $1) }) {
      let moved = moved(to: time.seconds, step: step)
      let visible = Double(moved.strokes) / Double(max(1, strokes))
      let share = moved.strokes == 0 ? 0 : moved.plainSight(in: edges).share
      if step == 0 { best.visible = visible }
      // What little is seen of it tells only where it was to be.
      guard share > best.share, abs(step) <= 1 || share >= MovingTextWatch.seen else { continue }
      best = (step, visible, share)
    }
    if best.share >= MovingTextWatch.seen {
      path.append(
        MotionPath.Point(seconds: time.seconds, x: expected.x, y: expected.y.rounded() + Double(best.step)))
      self.path = path
    }
    return (best.visible, best.share)
  }

  /// What edges show of the template, in place.
  private func plainSight(in edges: StrokeEdges) -> Sight {
    edges.rising.withUnsafeBufferPointer { rising in
      edges.falling.withUnsafeBufferPointer { falling in
        Self.sight((positions, weights), energy, faintest) { pixel in Int32(rising[pixel]) &- Int32(falling[pixel]) }
      }
    }
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

  private func parts(in edges: StrokeEdges) -> [Part] {
    var parts = [Part](repeating: Part(), count: (box.width + Self.partWidth - 1) / Self.partWidth)
    for (pixel, weight) in zip(positions, weights) {
      parts[part(of: pixel)].add(pixel: Int(pixel), weight: Int(weight), edges, width: width)
    }
    return parts
  }

  private func part(of pixel: Int32) -> Int { (Int(pixel) % width - box.left) / Self.partWidth }

  /// Whether a part of it shows other strokes.
  func isBroken(in edges: StrokeEdges) -> Bool { parts(in: edges).contains(where: \.showsOthers) }

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
    private var sums = [Int](repeating: 0, count: 9)
    private var squares = [Int](repeating: 0, count: 9)

    mutating func add(pixel: Int, weight: Int, _ edges: StrokeEdges, width: Int) {
      strokes += 1
      energy += weight * weight
      for step in 0..<9 {
        let value = Int(edges.gradient(pixel + (step / 3 - 1) * width + step % 3 - 1))
        sums[step] += value * weight
        squares[step] += value * value
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
