import Media
import Timing

/// A text that moves across in a band of rows, as a ticker does, followed at full size from look to look.
///
/// What moved along is put together to a strip (``CrawlStrip``), so that a text wider than the picture is read whole, and
/// once. The columns between which it comes into view and goes are those in which strokes were seen to go on.
final class Crawl {
  /// Share of a look's steps that must have gone on from the look before for the crawl to be seen.
  static let seen = 0.4
  /// Looks running on which it may be missing.
  static let misses = 2
  /// Share of the fullest look's steps below which nothing but a gap between two texts is in view.
  static let empty = 0.02
  /// Luma step of a stroke, and rows by which a stroke counts.
  static let faintest = 24
  static let strokeRows = 4
  /// Points of the path before the speed is taken from it.
  static let fewPoints = 4
  /// Pixels by which a look may differ from where the speed takes it, once this is known.
  static let unsteady = 3

  let rows: Range<Int>
  /// Rows of the small plane that it was found in.
  let band: Range<Int>
  /// Columns between which text may come and go, from the options.
  let room: Range<Int>
  let factor: Int
  /// The rows of the strip that hold letters: beyond them the bar may end.
  let letterRows: Range<Int>
  /// Pixels a second, as it was found.
  private let speed: Double
  /// Where column 0 of the strip is at a time.
  private(set) var path: MotionPath
  private(set) var strip: CrawlStrip
  /// The columns of the picture that it was seen to move through; nil as long as none were.
  private(set) var window: Range<Int>?
  /// The last look on which it was seen.
  private(set) var lastSeen: FrameTime
  private(set) var missing = 0
  /// Looks running that showed nothing but the bar.
  private(set) var emptyLooks = 0
  private var fullest = 0.0
  private var last: (columns: BandColumns, origin: Int)
  /// What came to each column from where it was on the look before, and what went on from it: behind a label nothing goes on,
  /// and from the edge of the picture nothing comes.
  private var came: ColumnSums
  private var went: ColumnSums

  /// Whether it goes to the left, as nearly all do.
  var goesLeft: Bool { speed < 0 }

  init(_ found: CrawlSearch.Candidate, from look: Look, geometry: TextGeometry) throws(MediaError) {
    band = found.rows
    factor = geometry.factor
    speed = found.speed * Double(factor)
    let around = max(3, found.rows.count / 2)
    rows =
      max(0, found.rows.lowerBound - around) * factor..<min(geometry.height, (found.rows.upperBound + around) * factor)
    let letters =
      max(0, (found.rows.lowerBound - 1) * factor)..<min(geometry.height, (found.rows.upperBound + 1) * factor)
    letterRows = letters.lowerBound - rows.lowerBound..<letters.upperBound - rows.lowerBound
    room = geometry.region.left * factor..<min(geometry.width, geometry.region.right * factor)
    path = MotionPath([MotionPath.Point(seconds: look.time.seconds, x: 0, y: 0)])
    strip = CrawlStrip(height: rows.count)
    last = (BandColumns(try look.luma(), rows: rows), 0)
    lastSeen = look.time
    came = ColumnSums(count: geometry.width)
    went = came
  }

  /// Takes the next look.
  func take(_ look: Look) throws(MediaError) {
    let columns = BandColumns(try look.luma(), rows: rows)
    let before = path.points[path.points.count - 1]
    let isKnown = path.points.count >= Self.fewPoints
    let way = isKnown ? path.offset(at: look.time.seconds).x : before.x + speed * (look.time.seconds - before.seconds)
    let expected = -Int(way.rounded())
    // What stands is no crawl, however slow.
    let reach = min(isKnown ? Self.unsteady : 2 * factor, max(1, Int(abs(way - before.x) / 2)))
    let origin =
      isKnown && window != nil
      ? strip.origin(of: columns, window ?? room, letterRows, around: expected, reach: reach)
      : origin(of: columns, around: expected, reach: reach)
    let (product, square) = compare(columns, origin ?? expected)
    // Of a gap between two texts nothing is seen.
    fullest = max(fullest, square)
    let isEmpty = square < Self.empty * fullest
    emptyLooks = isEmpty ? emptyLooks + 1 : 0
    if isEmpty || product >= Self.seen * square {
      if !isEmpty { lastSeen = look.time }
      missing = 0
      if !isEmpty, let origin { path.append(MotionPath.Point(seconds: look.time.seconds, x: -Double(origin), y: 0)) }
      // The look before, of which is known by now what of it went on.
      if let window { strip.add(last.columns, window, origin: last.origin) }
    } else {
      missing += 1
    }
    last = (columns, origin ?? expected)
  }

  /// Adds the last look.
  func finish() {
    if missing == 0, let window { strip.add(last.columns, window, origin: last.origin) }
  }

  /// Forgets the columns of the strip that have left the picture, and where it was before a time.
  func drop(through column: Int, before seconds: Double) {
    goesLeft ? strip.drop(before: column) : strip.drop(from: column)
    path.drop(before: seconds - MotionPath.speedSpan)
  }

  /// Where the left edge of a look lies, by the look before.
  private func origin(of columns: BandColumns, around expected: Int, reach: Int) -> Int? {
    // What stands in each column, on every way.
    let inPlace = room.map { BandColumns.product(columns, $0, last.columns, $0, letterRows) }
    var best: (product: Int, origin: Int)?
    for origin in expected - reach...expected + reach {
      let way = last.origin - origin
      var sum = 0
      for x in room where room.contains(x - way) {
        let product = BandColumns.product(columns, x, last.columns, x - way, letterRows)
        if product > inPlace[x - room.lowerBound] { sum += Int(product) }
      }
      if sum > best?.product ?? 0 { best = (sum, origin) }
    }
    return best?.origin
  }

  /// Compares a look with the one before, notes what went on in each column and which the window is; returns the sums over
  /// the window.
  private func compare(_ columns: BandColumns, _ origin: Int) -> (product: Double, square: Double) {
    let way = last.origin - origin
    var (product, square) = (0.0, 0.0)
    let known = window ?? room
    let found = Self.products(last.columns, columns, way: way, room, letterRows)
    for (x, column) in found where known.contains(x) && known.contains(x - way) {
      product += column.product
      square += column.square
    }
    guard missing == 0, product >= Self.seen * square || window == nil else { return (product, square) }
    for (x, column) in found {
      came.add(column, at: x)
      went.add(column, at: x - way)
    }
    window = [came.range(in: room, reach: 2 * factor), went.range(in: room, reach: 2 * factor)].compactMap(\.self)
      .reduce(nil as Range<Int>?) { all, range in
        all.map { min($0.lowerBound, range.lowerBound)..<max($0.upperBound, range.upperBound) } ?? range
      }
    return (product, square)
  }

  private typealias Column = (x: Int, (product: Double, square: Double))

  /// For each column of a look whose content is in view on the look before, `way` columns back: the product of the steps of
  /// both, and the mean of their squares.
  private static func products(
    _ before: BandColumns, _ now: BandColumns, way: Int, _ room: Range<Int>, _ rows: Range<Int>
  ) -> [(x: Int, (product: Double, square: Double))] {
    let height = now.height
    return before.steps.withUnsafeBufferPointer { before in
      now.steps.withUnsafeBufferPointer { now in
        let first = max(room.lowerBound, room.lowerBound + way)
        let end = max(first, min(room.upperBound, room.upperBound + way))
        return (first..<end).map { x in
          let (a, b) = (x * height, (x - way) * height)
          var (product, square, inPlace): (Int32, Int32, Int32) = (0, 0, 0)
          for y in rows {
            let (new, old) = (Int32(now[a &+ y]), Int32(before[b &+ y]))
            product &+= new &* old
            square &+= (new &* new &+ old &* old) / 2
            inPlace &+= new &* Int32(before[a &+ y])
          }
          // A label beside the crawl stands, and may look like it.
          if inPlace >= product { product = 0 }
          return (x, (Double(product), Double(square)))
        }
      }
    }
  }
}

extension Crawl {
  /// Seconds over which the speed at a time is taken.
  static let speedSpan = 0.5

  /// Pixels a second, to the right.
  func speed(at seconds: Double) -> Double {
    (path.offset(at: seconds + Self.speedSpan).x - path.offset(at: seconds - Self.speedSpan).x) / (2 * Self.speedSpan)
  }
}
