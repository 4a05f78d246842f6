import Timing

extension FrameHistory {
  /// Heights of a line to the left of a text's strokes in which its first signs may stand: an opening quotation mark and three
  /// dots take four.
  private static let reach = 6
  /// Heights of a line between two signs.
  private static let widestGap = 2
  /// Fewest pixels of a sign: a dot has one on either side.
  private static let leastSign = 2
  /// Share of the pixels above and below the signs that may have changed, if not by more than letters that reach out of their
  /// line: where a picture changes, what is new is no sign.
  private static let mostClutter = 0.05
  /// Most of a text's strokes that are there with its first sign.
  private static let mostAtOnce = 0.5
  /// Seconds before a text for which it may have been typed already: what stood for longer is no sign of it.
  static let longestTyping = 0.8

  /// The frame with the first sign of a text that is typed from the left; nil where its beginning is not typed.
  ///
  /// A text is dated by its strokes, a good part of which must be there. Its first letters, and the marks and dots before them
  /// that are no letters, come frame by frame: to the left, each at once, none later than what stands to its right.
  func firstSign(of text: StandingText) -> FrameTime? {
    guard let known = entry(of: text.start), let last = entries.last,
      let place = entries.indices.first(where: { text.start.seconds - entries[$0].time.seconds <= Self.longestTyping }),
      case let before = entries[place], before.time.index < text.start.index
    else { return nil }
    let (box, height) = (text.box, text.box.height)
    let strip = NewEdges(
      known.plane, since: before.plane,
      columns: max(1, box.left - Self.reach * height)..<min(known.plane.width - 1, box.left + height))
    let around = [box.top - height / 2 - 1..<box.top - 1, box.bottom + 1..<box.bottom + height / 2 + 1]
    guard strip.isClear(around, butFor: Self.mostClutter) else { return nil }
    var first = text.start
    var right = strip.columns.upperBound
    var next = strip.columns.upperBound
    while let columns = strip.lastCluster(in: box.top..<box.bottom, before: next) {
      next = columns.lowerBound
      let sign = strip.edges(in: box.top..<box.bottom, columns)
      guard sign.count >= Self.leastSign else { continue }
      let strokes = StandingText(
        pixels: sign, weights: sign.map { last.plane.step(at: Int($0)) }, width: known.plane.width, isLong: false,
        clean: text.start, now: last.time)
      let share = sight(of: strokes, in: known).share
      guard right - strokes.box.right <= Self.widestGap * height, share >= TextWatch.whole, share <= TextWatch.fadingIn
      else { break }
      let start = start(of: strokes, before: text.start)
      guard start.time.index <= first.index, start.time.index > before.time.index else { break }
      // Letters that touch come one after the other.
      if start.isSudden { first = start.time }
      right = strokes.box.left
    }
    guard first.index < text.start.index, let begun = entry(of: first) else { return nil }
    // Letters of another text that stood in the same place were not typed: all of them were there at once.
    let columns = max(1, box.left)..<min(known.plane.width - 1, box.right)
    func letters(_ entry: Entry) -> Int {
      NewEdges(entry.plane, since: before.plane, columns: columns).count(in: box.top..<box.bottom)
    }
    return Double(letters(begun)) <= Self.mostAtOnce * Double(letters(last)) ? first : nil
  }
}

/// Edges of strokes, in some columns of a small plane, that it did not have some time before.
private struct NewEdges {
  let columns: Range<Int>
  private let plane: Plane
  private let before: Plane

  init(_ plane: Plane, since before: Plane, columns: Range<Int>) {
    self.plane = plane
    self.before = before
    self.columns = columns
  }

  /// Whether no larger share of the pixels of some rows are such edges.
  func isClear(_ areas: [Range<Int>], butFor share: Double) -> Bool {
    let inside = areas.map { $0.clamped(to: 0..<plane.height) }
    let most = share * Double(max(1, inside.reduce(0) { $0 + $1.count } * columns.count))
    var count = 0
    for rows in inside {
      for row in rows where Double(count) <= most { count += self.count(in: row..<row + 1) }
    }
    return Double(count) <= most
  }

  /// Number of pixels of some rows that are such edges.
  func count(in rows: some Sequence<Int>) -> Int {
    withChanges { changes in
      var count = 0
      for y in rows {
        var inRow: UInt16 = 0
        for i in y * plane.width + columns.lowerBound..<y * plane.width + columns.upperBound {
          inRow &+= changes(i) > Self.least ? 1 : 0
        }
        count += Int(inRow)
      }
      return count
    }
  }

  /// The columns, before one, of the last edges of some rows that no column without any parts.
  func lastCluster(in rows: Range<Int>, before end: Int) -> Range<Int>? {
    withChanges { changes in
      func holds(_ x: Int) -> Bool { positions(of: rows, x).contains { changes($0) > Self.least } }
      guard let last = (columns.lowerBound..<end).last(where: holds) else { return nil }
      let empty = (columns.lowerBound..<last).last { !holds($0) }
      return (empty.map { $0 + 1 } ?? columns.lowerBound)..<last + 1
    }
  }

  /// The positions of the edges of some rows and columns, column by column.
  func edges(in rows: Range<Int>, _ columns: Range<Int>) -> [Int32] {
    withChanges { changes in
      var edges: [Int32] = []
      for column in columns {
        for place in positions(of: rows, column) where changes(place) > Self.least { edges.append(Int32(place)) }
      }
      return edges
    }
  }

  /// The positions of a column in some rows.
  private func positions(of rows: Range<Int>, _ column: Int) -> StrideTo<Int> {
    stride(from: rows.lowerBound * plane.width + column, to: rows.upperBound * plane.width, by: plane.width)
  }

  /// What an edge exceeds.
  private static let least = UInt16(StrokeDetector.edge)

  @inline(__always)
  private func withChanges<Result>(_ body: ((Int) -> UInt16) -> Result) -> Result {
    plane.bytes.withUnsafeBufferPointer { now in
      before.bytes.withUnsafeBufferPointer { before in body { Self.change(now, before, at: $0) } }
    }
  }

  /// The lesser of the step at a position and of by how much it changed.
  @inline(__always)
  private static func change(
    _ now: UnsafeBufferPointer<UInt8>, _ before: UnsafeBufferPointer<UInt8>, at i: Int
  ) -> UInt16 {
    let step = Int16(now[i &+ 1]) &- Int16(now[i &- 1])
    let change = step &- (Int16(before[i &+ 1]) &- Int16(before[i &- 1]))
    return min(step.magnitude, change.magnitude)
  }
}
