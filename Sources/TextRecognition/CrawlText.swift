import Media
import Timing

/// Where a crawl ran.
struct CrawlBand: Sendable {
  /// In pixels of the picture that is read.
  var box: TextBox
  /// Whether the whole of it was in view at once.
  var isNarrow: Bool
}

/// A text that moved across, as it is handed over to be read: values only.
struct CrawlText: Sendable {
  /// Widest gap within a text, in heights of capitals: another text begins beyond it.
  static let widestGap = 4.0
  /// A picture of it that is read, in heights of capitals, and by which a cut may lie elsewhere, where a gap is wider.
  static let pictureWidth = 40.0
  static let pictureSlack = 12.0
  /// Ground on either side of a picture, in heights of capitals.
  static let margin = 1.0
  /// Least width in heights of capitals: two letters.
  static let leastWidth = 1.5
  /// Share of the strongest steps that a column of letters has, and the percentile of the columns that tells those.
  static let ink = 0.25
  static let strong = 0.98
  /// Share of the densest row's steps that a row of lower-case letters has.
  static let denseRow = 0.35
  /// Rows that are read above and below those, as a part of them: ascenders, descenders and some ground.
  static let around = 0.75
  /// Columns beside the letters that still show something of them.
  static let softEdge = 2

  struct Part: Sendable {
    let picture: Plane
    /// Column of the strip at the left edge of the picture.
    let left: Int
  }

  let parts: [Part]
  /// Columns of the strip from the first that shows letters to the last.
  let columns: ClosedRange<Int>
  let capHeight: Int
  let start: FrameTime
  let end: FrameTime
  /// Columns of the picture in which it was seen, and its first row.
  let window: Range<Int>
  let top: Int
  /// Rows of its picture that hold letters.
  let rows: Range<Int>
  let goesLeft: Bool
  let size: (width: Int, height: Int)

  /// Bytes of its pictures.
  var byteCount: Int { parts.reduce(0) { $0 + $1.picture.bytes.count } }

  /// The texts of a crawl, of which `times` has the frames while it was seen, in the order in which they came.
  ///
  /// With `onlyGone` those that are still in view are left out.
  static func all(
    of crawl: Crawl, times: [FrameTime], size: (width: Int, height: Int), onlyGone: Bool = false
  ) -> [CrawlText] {
    guard let moved = crawl.window, !times.isEmpty, !crawl.strip.columns.isEmpty else { return [] }
    let window = crawl.widened(moved)
    let (across, down) = crawl.strip.steps(crawl.letterRows)
    let strong = Int(across.map(Double.init).percentile(strong))
    let least = max(Crawl.faintest, Int(ink * Double(strong)))
    let rows = letterRows(down, crawl.letterRows)
    let height = max(3, rows.count)
    let first = crawl.strip.columns.lowerBound
    let runs = runs(across.map { $0 >= least })
    var texts: [CrawlText] = []
    for group in grouped(runs, gap: Int(widestGap * Double(height))) {
      guard let left = group.first?.lowerBound, let right = group.last?.upperBound,
        Double(right - left) >= leastWidth * Double(height)
      else { continue }
      let columns = first + left...first + right - 1
      // Steps lie a pixel outside the letters.
      let letters = columns.lowerBound + 1...columns.upperBound - 1
      let (comes, goes) =
        crawl.goesLeft ? (letters.lowerBound, letters.upperBound) : (letters.upperBound, letters.lowerBound)
      func place(_ column: Int, _ time: FrameTime) -> Int {
        column + Int(crawl.path.offset(at: time.seconds).x.rounded())
      }
      let start = times.first {
        crawl.goesLeft ? place(comes, $0) < window.upperBound : place(comes, $0) >= window.lowerBound
      }
      func isGone(_ time: FrameTime) -> Bool {
        crawl.goesLeft ? place(goes, time) < window.lowerBound : place(goes, time) >= window.upperBound
      }
      guard let start, let end = times.last(where: { !isGone($0) }), end.index > start.index else { continue }
      if onlyGone, !isGone(times[times.count - 1]) { continue }
      let cuts = cuts(group, width: pictureWidth * Double(height), slack: pictureSlack * Double(height))
      let margin = Int(margin * Double(height))
      let around = Int(around * Double(height)) + 1
      let seen = max(0, rows.lowerBound - around)..<min(crawl.rows.count, rows.upperBound + around)
      texts.append(
        CrawlText(
          parts: cuts.map { part in
            let part = crawl.strip.columns.clamped(
              to: first + part.lowerBound - softEdge..<first + part.upperBound + softEdge)
            return Part(picture: crawl.strip.picture(part, seen, margin: margin), left: part.lowerBound - margin)
          }, columns: columns, capHeight: height, start: start, end: end, window: window,
          top: crawl.rows.lowerBound + seen.lowerBound,
          rows: rows.lowerBound - seen.lowerBound..<rows.upperBound - seen.lowerBound, goesLeft: crawl.goesLeft,
          size: size))
    }
    return crawl.goesLeft ? texts : texts.reversed()
  }

  /// The densest rows, as far as they go on.
  private static func letterRows(_ steps: [Int], _ within: Range<Int>) -> Range<Int> {
    let most = steps[within].max() ?? 0
    let dense = runs(steps.indices.map { within.contains($0) && Double(steps[$0]) > denseRow * Double(most) })
    return dense.max { $0.count < $1.count } ?? within
  }

  /// Ranges of what is true.
  private static func runs(_ values: [Bool]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start: Int?
    for (index, value) in (values + [false]).enumerated() {
      if value {
        start = start ?? index
      } else if let first = start {
        runs.append(first..<index)
        start = nil
      }
    }
    return runs
  }

  private static func grouped(_ runs: [Range<Int>], gap: Int) -> [[Range<Int>]] {
    var groups: [[Range<Int>]] = []
    for run in runs {
      if let last = groups.last?.last, run.lowerBound - last.upperBound <= gap {
        groups[groups.count - 1].append(run)
      } else {
        groups.append([run])
      }
    }
    return groups
  }

  /// Cuts runs of letters at gaps into parts of about equal width.
  private static func cuts(_ runs: [Range<Int>], width: Double, slack: Double) -> [Range<Int>] {
    guard let first = runs.first?.lowerBound, let last = runs.last?.upperBound else { return [] }
    let count = max(1, Int((Double(last - first) / width).rounded(.up)))
    var cuts: [Range<Int>] = []
    var start = first
    for part in 1..<max(2, count) where count > 1 {
      let ideal = Double(first) + Double((last - first) * part) / Double(count)
      let gaps = runs.indices.dropLast().map { runs[$0].upperBound..<runs[$0 + 1].lowerBound }
      let near = gaps.filter { $0.lowerBound > start && abs(Double($0.lowerBound) - ideal) <= slack }
      guard let widest = near.max(by: { $0.count < $1.count }) else { continue }
      cuts.append(start..<widest.lowerBound)
      start = widest.upperBound
    }
    return cuts + [start..<last]
  }
}

extension Crawl {
  /// Pixels of the small plane by which the columns in which it was seen may lie from the edge of where text may be: strokes
  /// at the very edge have no step.
  static let atEdge = 4

  /// The columns between which it was seen, up to the edge of the picture where that is near.
  func widened(_ window: Range<Int>) -> Range<Int> {
    let near = Self.atEdge * factor
    let left = window.lowerBound - room.lowerBound <= near ? room.lowerBound : window.lowerBound
    let right = room.upperBound - window.upperBound <= near ? room.upperBound : window.upperBound
    return left..<right
  }
}
