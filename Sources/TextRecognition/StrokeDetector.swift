import CKernels

/// Finds where strokes at rest stand as densely as letters do.
///
/// Text has as many rising as falling edges, close together; a pole or a window frame has one pair.
struct StrokeDetector {
  /// Luma step over two small pixels that counts as the edge of a stroke.
  static let edge: UInt8 = 8
  /// Width of the window in which density is measured, in small pixels: some letters of a line; it is a line high.
  static let windowWidth = Int(CK_DENSE_WIDTH)
  /// Edges of each sign the window needs: 14 % of its 125 pixels, measured on titles and subtitles against foliage.
  static let windowEdges: UInt8 = 18
  /// Shortest run of dense pixels (horizontal opening): two letters.
  static let shortestRun = Int(CK_DENSE_RUN)
  /// Widest gap that is closed, the space between two words.
  static let widestGap = 10
  /// Least size of an area of text, in small pixels: below it no letters could be read.
  static let leastWidth = 10
  static let leastHeight = Int(CK_DENSE_ROWS)
  static let leastArea = 40
  static let leastEdges = 20

  let width: Int
  let height: Int
  private let region: PixelBox
  private var known: [KnownStrokes]
  /// What stands, and no known text explains.
  private let strokes: StrokeBits
  /// 255 where letters may stand.
  private var mask: [UInt8]
  private var rows: [UInt8]
  private var scratch: [UInt8]

  init(width: Int, height: Int, region: PixelBox) {
    self.width = width
    self.height = height
    self.region = region
    known = StillStrokes.Window.allCases.map { _ in KnownStrokes(width: width, height: height) }
    strokes = StrokeBits(width: width, height: height)
    mask = [UInt8](repeating: 0, count: width * height)
    rows = [UInt8](repeating: 0, count: height)
    scratch = [UInt8](repeating: 0, count: ck_dense_scratch(width, height))
  }

  /// The strokes of each new text: edges that stood over a window, stand densely and that no known text explains.
  ///
  /// Known strokes are left out by sign, so that text over known clutter survives. `revision` changes with any of `texts`.
  mutating func find(
    _ still: StillStrokes, _ window: StillStrokes.Window, known texts: some Sequence<StandingText>, revision: Int
  ) -> [StrokeArea] {
    guard width >= StillStrokes.leastWidth, height >= StillStrokes.leastHeight else { return [] }
    known[window.rawValue].update(texts, revision: revision)
    still.standing(window, without: known[window.rawValue].near, into: strokes)
    return dense(in: strokes)
  }

  /// The strokes of each area in which they stand densely.
  mutating func dense(in strokes: StrokeBits) -> [StrokeArea] {
    let areas = RunComponents(denseRuns(in: strokes), diagonally: false)
    var found: [StrokeArea] = []
    for component in areas.components
    where component.box.width >= Self.leastWidth && component.box.height >= Self.leastHeight
      && component.area >= Self.leastArea
    {
      var area = StrokeArea()
      for run in areas.runs[component.runs] {
        strokes.add(Int(run.start)..<Int(run.end), ofRow: Int(run.y), to: &area)
      }
      if area.pixels.count >= Self.leastEdges { found.append(area) }
    }
    return found
  }

  /// Runs of pixels whose window is dense, opened and closed along the line; not all of those too low to hold letters.
  private mutating func denseRuns(in strokes: StrokeBits) -> [RunComponents.Run] {
    ck_dense(strokes.rising.bits, strokes.falling.bits, width, height, Self.windowEdges, &mask, &rows, &scratch)
    var runs: [RunComponents.Run] = []
    let (width, region, rows) = (width, region, rows)
    mask.withUnsafeMutableBufferPointer { mask in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: width + 1) { turns in
        for y in region.top..<region.bottom where rows[y] != 0 {
          let row = UnsafeMutableBufferPointer(rebasing: mask[y * width..<(y + 1) * width])
          for x in 0..<region.left { row[x] = 0 }
          for x in region.right..<width { row[x] = 0 }
          guard let first = row.baseAddress else { continue }
          let known = runs.count
          RunComponents.append(&runs, of: first, width: width, y: y, above: 0, turns)
          if runs.count > known { Self.tidy(&runs, from: known) }
        }
      }
    }
    return runs
  }

  /// Drops short runs and closes narrow gaps of one row.
  private static func tidy(_ runs: inout [RunComponents.Run], from first: Int) {
    var kept = first
    for i in first..<runs.count {
      let run = runs[i]
      guard run.end - run.start >= shortestRun else { continue }
      if kept > first, run.start - runs[kept - 1].end <= widestGap {
        runs[kept - 1].end = run.end
      } else {
        runs[kept] = run
        kept += 1
      }
    }
    runs.removeLast(runs.count - kept)
  }
}

/// Where the strokes of known texts stand, by sign and a pixel wide of them: made anew only when a text came or went.
private struct KnownStrokes {
  let near: StrokeBits
  private let marks: StrokeBits
  private let scratch: BitPlane
  private var revision = 0
  private var isBlank = true

  init(width: Int, height: Int) {
    near = StrokeBits(width: width, height: height)
    marks = StrokeBits(width: width, height: height)
    scratch = BitPlane(width: width, height: height)
  }

  mutating func update(_ texts: some Sequence<StandingText>, revision: Int) {
    guard revision != self.revision else { return }
    self.revision = revision
    let wasBlank = isBlank
    isBlank = true
    marks.rising.removeAll()
    marks.falling.removeAll()
    for text in texts {
      text.mark(marks)
      isBlank = false
    }
    guard !isBlank || !wasBlank else { return }
    near.rising.widen(marks.rising, scratch)
    near.falling.widen(marks.falling, scratch)
  }
}
