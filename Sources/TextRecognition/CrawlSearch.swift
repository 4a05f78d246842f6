import Timing

/// Finds bands of rows in which letters move steadily across, as in a ticker.
///
/// A crawl runs over a bar: rows full of edges between rows of hardly any. Only such bands are looked into, and only
/// columns that do not rest: the edges in each column at one look fit those of earlier looks where they are shifted in
/// proportion to time. A band counts as a crawl when several looks showed it at the same speed.
struct CrawlSearch {
  /// Mean step of the edges in half a row that holds letters: two letters of a crawl that comes into view have more.
  static let busyRow: Float = 6
  /// Share of the fullest row's edges that the rows above and below a crawl may hold.
  static let quietRow: Float = 0.15
  /// Rows of a band, at least and as a part of the picture's at most, and how many bands are looked into.
  static let lowestBand = 4
  static let highestBand = 6
  static let mostBands = 2
  /// Fastest crawl in pixels of the small plane from look to look, and least columns that two looks share.
  static let fastest = 40
  static let leastColumns = 48
  /// Share of a column's edges that may change over four looks where it rests.
  static let resting: Float = 0.3
  /// Columns that must move: two letters have more.
  static let leastMoving = 16
  /// Times that a band must be found at one speed, and may be missed; pixels over three looks, and share of the speed, by
  /// which two speeds may differ.
  static let sure = 3
  static let misses = 3
  static let unsteady = 2.0
  static let unsteadyShare = 0.1
  /// Looks from one search to the next while nothing was found.
  static let looksPerSearch = 2

  /// A band in which something was seen to move across.
  struct Candidate {
    var rows: Range<Int>
    /// Pixels of the small plane a second; negative to the left.
    var speed: Double
    /// First look that shows the motion.
    var since: FrameTime
    var hits = 1
    var misses = 0
  }

  private let geometry: TextGeometry
  private var candidates: [Candidate] = []
  private var looks = 0

  init(geometry: TextGeometry) { self.geometry = geometry }

  /// Searches the last looks, of which `times` has the times; returns the crawls that are sure, which it then forgets.
  ///
  /// `halves` are the edges in each row of the last look, left and right of the middle; `taken` are rows of crawls that are
  /// followed already.
  mutating func search(
    _ still: StillStrokes, halves: [[Float]], times: [FrameTime], taken: [Range<Int>]
  ) -> [Candidate] {
    looks += 1
    guard times.count > 3, looks % Self.looksPerSearch == 0 || !candidates.isEmpty else { return [] }
    for index in candidates.indices { candidates[index].misses += 1 }
    for band in bands(halves) where !taken.contains(where: { $0.overlaps(band) }) {
      guard let motion = motion(of: band, still, times) else { continue }
      let since = times[times.count - 1 - motion.ago]
      let seconds = times[times.count - 1].seconds - since.seconds
      note(Candidate(rows: band, speed: -Double(motion.total) / seconds, since: since), seconds)
    }
    candidates.removeAll { $0.misses > Self.misses }
    let sure = candidates.filter { $0.hits >= Self.sure }
    candidates.removeAll { $0.hits >= Self.sure }
    return sure
  }

  /// Counts a sight for the candidate that it is one of.
  private mutating func note(_ sight: Candidate, _ seconds: Double) {
    let slack = max(Self.unsteady / seconds, Self.unsteadyShare * abs(sight.speed))
    let known = candidates.firstIndex { $0.rows.overlaps(sight.rows) && abs($0.speed - sight.speed) <= slack }
    guard let known else { return candidates.append(sight) }
    let rows = candidates[known].rows
    candidates[known].rows =
      min(rows.lowerBound, sight.rows.lowerBound)..<max(rows.upperBound, sight.rows.upperBound)
    candidates[known].speed = sight.speed
    candidates[known].hits += 1
    candidates[known].misses = 0
  }

  /// The fullest bands between quiet rows.
  private func bands(_ halves: [[Float]]) -> [Range<Int>] {
    var found: [(fullness: Float, rows: Range<Int>)] = []
    for half in halves {
      Self.addBands(half, least: Self.busyRow * Float(geometry.smallWidth / 2), geometry, to: &found)
    }
    var bands: [Range<Int>] = []
    for (_, rows) in found.sorted(by: { ($0.fullness, $0.rows.lowerBound) > ($1.fullness, $1.rows.lowerBound) })
    where !bands.contains(where: { $0.overlaps(rows) }) { bands.append(rows) }
    return Array(bands.prefix(Self.mostBands))
  }

  private static func addBands(
    _ rows: [Float], least: Float, _ geometry: TextGeometry, to found: inout [(fullness: Float, rows: Range<Int>)]
  ) {
    let (top, bottom) = (max(1, geometry.region.top), min(rows.count - 1, geometry.region.bottom))
    let highest = rows.count / highestBand
    rows.withUnsafeBufferPointer { rows in
      var y = top
      while y < bottom {
        guard rows[y] >= least else {
          y += 1
          continue
        }
        let first = y
        var fullest: Float = 0
        while y < bottom, rows[y] >= least {
          fullest = max(fullest, rows[y])
          y += 1
        }
        let quiet = quietRow * fullest
        var (start, end) = (first, y)
        while start > top, rows[start - 1] > quiet, end - start <= highest { start -= 1 }
        while end < bottom, rows[end] > quiet, end - start <= highest { end += 1 }
        guard end - start >= lowestBand, end - start <= highest, rows[start - 1] <= quiet, rows[end] <= quiet else {
          continue
        }
        found.append((fullest, start..<end))
        y = max(y, end)
      }
    }
  }

  /// How what does not rest in a band moved over the last four looks.
  private func motion(of band: Range<Int>, _ still: StillStrokes, _ times: [FrameTime]) -> SharedMotion? {
    var columns = (0...3).map { still.columns(of: band, in: geometry.region, ago: $0) }
    var moving = 0
    for x in columns[0].indices {
      var (low, high) = (columns[0][x], columns[0][x])
      for look in columns.dropFirst() { (low, high) = (min(low, look[x]), max(high, look[x])) }
      if high - low <= Self.resting * high {
        for look in columns.indices { columns[look][x] = 0 }
      } else if high >= Float(band.count * Int(StrokeDetector.edge)) {
        moving += 1
      }
    }
    guard moving >= Self.leastMoving else { return nil }
    let profiles = columns.map { RowProfile(Self.smoothed($0)) }
    let now = times.count - 1
    return SteadyMotion.motions(
      of: profiles, ages: (0...3).map { times[now].seconds - times[now - $0].seconds }, stride: 1,
      fastest: Self.fastest, least: Self.leastColumns
    ).max { $0.match < $1.match }
  }

  /// Edges lie between pixels at some looks.
  private static func smoothed(_ values: [Float]) -> [Float] {
    values.indices.map { x in
      values[max(0, x - 1)] + 2 * values[x] + values[min(values.count - 1, x + 1)]
    }
  }
}
