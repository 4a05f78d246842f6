/// Finds where strokes at rest stand as densely as letters do.
///
/// Text has as many rising as falling edges, close together; a pole or a window frame has one pair.
struct StrokeDetector {
  /// Luma step over two small pixels that counts as the edge of a stroke.
  static let edge: UInt8 = 8
  /// The window in which density is measured, in small pixels: some letters of a line wide, a line high.
  static let windowWidth = 25
  static let windowHeight = 5
  /// Edges of each sign the window needs: 14 % of its 125 pixels, measured on titles and subtitles against foliage.
  static let windowEdges: UInt8 = 18
  /// Shortest run of dense pixels (horizontal opening): two letters.
  static let shortestRun = 13
  /// Widest gap that is closed, the space between two words.
  static let widestGap = 10
  /// Least size of an area of text, in small pixels: below it no letters could be read.
  static let leastWidth = 10
  static let leastHeight = 3
  static let leastArea = 40
  static let leastEdges = 20

  let width: Int
  let height: Int
  private let region: PixelBox
  private var knownRising: [UInt8]
  private var knownFalling: [UInt8]
  private var scratch: [UInt8]
  private var wide: [UInt8]
  private var rising: [UInt8]
  private var falling: [UInt8]

  init(width: Int, height: Int, region: PixelBox) {
    self.width = width
    self.height = height
    self.region = region
    knownRising = [UInt8](repeating: 0, count: width * height)
    knownFalling = knownRising
    scratch = knownRising
    wide = knownRising
    rising = knownRising
    falling = knownRising
  }

  /// The pixels of each new text: edges that stand densely and that no known text explains.
  ///
  /// Known strokes are left out by sign, so that text over known clutter survives.
  mutating func find(_ edges: StrokeEdges, known: some Sequence<StandingText>) -> [[Int32]] {
    guard width > Self.windowWidth, height > Self.windowHeight else { return [] }
    ByteRows.copy(edges.rising, into: &rising)
    ByteRows.copy(edges.falling, into: &falling)
    leaveOut(known)
    let areas = RunComponents(denseRuns(), diagonally: false)
    var found: [[Int32]] = []
    for component in areas.components
    where component.box.width >= Self.leastWidth && component.box.height >= Self.leastHeight
      && component.area >= Self.leastArea
    {
      var pixels: [Int32] = []
      for run in areas.runs[component.runs] {
        let row = Int(run.y) * width
        for i in row + Int(run.start)..<row + Int(run.end) where max(rising[i], falling[i]) > Self.edge {
          pixels.append(Int32(i))
        }
      }
      if pixels.count >= Self.leastEdges { found.append(pixels) }
    }
    return found
  }

  private mutating func leaveOut(_ known: some Sequence<StandingText>) {
    var any = false
    knownRising.withUnsafeMutableBufferPointer { rising in
      knownFalling.withUnsafeMutableBufferPointer { falling in
        rising.update(repeating: 0)
        falling.update(repeating: 0)
        for text in known {
          text.mark(rising: rising, falling: falling)
          any = true
        }
      }
    }
    guard any else { return }
    ByteRows.dilate(knownRising, into: &wide, scratch: &scratch, width: width, height: height)
    Self.erase(wide, from: &rising)
    ByteRows.dilate(knownFalling, into: &wide, scratch: &scratch, width: width, height: height)
    Self.erase(wide, from: &falling)
  }

  private static func erase(_ mask: [UInt8], from values: inout [UInt8]) {
    values.withUnsafeMutableBufferPointer { values in
      mask.withUnsafeBufferPointer { mask in
        ByteRows.erase(values.baseAddress!, where: mask.baseAddress!, count: values.count)
      }
    }
  }

  /// Runs of pixels whose window is dense, opened and closed along the line.
  private func denseRuns() -> [RunComponents.Run] {
    var runs: [RunComponents.Run] = []
    var first = DensityRows(rising, self)
    var second = DensityRows(falling, self)
    withUnsafeTemporaryAllocation(byteCount: width + 8, alignment: 16) { raw in
      let mask = raw.bindMemory(to: UInt8.self)
      mask.initialize(repeating: 0)
      for y in region.top..<region.bottom {
        let (some, others) = (first.advance(to: y), second.advance(to: y))
        guard some, others else { continue }
        first.counts.withUnsafeBufferPointer { a in
          second.counts.withUnsafeBufferPointer { b in
            ByteRows.mask(
              mask.baseAddress! + region.left, a.baseAddress! + region.left, b.baseAddress! + region.left,
              from: Self.windowEdges, count: region.width)
          }
        }
        let known = runs.count
        RunComponents.appendRuns(of: UnsafeRawBufferPointer(raw), width: width, y: y, to: &runs)
        if runs.count > known { tidy(&runs, from: known) }
      }
    }
    return runs
  }

  /// Drops short runs and closes narrow gaps of one row. Beyond the plane's edge a run is taken to go on.
  private func tidy(_ runs: inout [RunComponents.Run], from first: Int) {
    var kept = first
    for i in first..<runs.count {
      let run = runs[i]
      let cut = run.start == 0 || Int(run.end) == width
      guard run.end - run.start >= (cut ? Self.shortestRun / 2 + 1 : Self.shortestRun) else { continue }
      if kept > first, run.start - runs[kept - 1].end <= Self.widestGap {
        runs[kept - 1].end = run.end
      } else {
        runs[kept] = run
        kept += 1
      }
    }
    runs.removeLast(runs.count - kept)
  }
}

/// The number of edges in the window round each pixel, row after row; outside the plane there are none.
private struct DensityRows {
  /// Of the row asked for last.
  private(set) var counts: [UInt8]
  private let edges: [UInt8]
  private let width: Int
  private let height: Int
  /// Edges of the window's rows, column by column.
  private var columns: [UInt8]
  private var sums: [UInt8]
  private var rows: Range<Int>

  init(_ edges: [UInt8], _ detector: StrokeDetector) {
    self.edges = edges
    (width, height) = (detector.width, detector.height)
    columns = [UInt8](repeating: 0, count: width + StrokeDetector.windowWidth)
    sums = columns
    counts = columns
    rows = 0..<0
  }

  /// Moves the window to a row further down; false where it holds too few edges anywhere.
  mutating func advance(to y: Int) -> Bool {
    let reach = StrokeDetector.windowHeight / 2
    let wanted = max(0, y - reach)..<min(height, y + reach + 1)
    if rows.isEmpty { rows = wanted.lowerBound..<wanted.lowerBound }
    let (width, rows) = (width, rows)
    columns.withUnsafeMutableBufferPointer { columns in
      let center = columns.baseAddress! + StrokeDetector.windowWidth / 2
      edges.withUnsafeBufferPointer { edges in
        for row in rows.upperBound..<wanted.upperBound {
          ByteRows.count(center, edges.baseAddress! + row * width, above: StrokeDetector.edge, count: width)
        }
        for row in rows.lowerBound..<wanted.lowerBound {
          ByteRows.uncount(center, edges.baseAddress! + row * width, above: StrokeDetector.edge, count: width)
        }
      }
    }
    self.rows = wanted
    guard ByteRows.hasAny(columns) else { return false }
    addColumns()
    return true
  }

  /// 25 = 16 + 8 + 1 columns, the powers of two by doubling.
  private mutating func addColumns() {
    let (width, end) = (width, columns.count)
    columns.withUnsafeBufferPointer { columns in
      sums.withUnsafeMutableBufferPointer { sums in
        counts.withUnsafeMutableBufferPointer { counts in
          let (sums, counts) = (sums.baseAddress!, counts.baseAddress!)
          sums.update(from: columns.baseAddress!, count: end)
          ByteRows.addAhead(sums, distance: 1, count: end - 1)
          ByteRows.addAhead(sums, distance: 2, count: end - 3)
          ByteRows.addAhead(sums, distance: 4, count: end - 7)
          let (first, second, last) = (UnsafePointer(sums), sums + 8, columns.baseAddress! + 24)
          let third = sums + 16
          for x in 0..<width { counts[x] = first[x] &+ second[x] &+ third[x] &+ last[x] }
        }
      }
    }
  }
}
