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
  private var rising: [UInt8]
  private var falling: [UInt8]

  init(width: Int, height: Int, region: PixelBox) {
    self.width = width
    self.height = height
    self.region = region
    knownRising = [UInt8](repeating: 0, count: width * height)
    knownFalling = knownRising
    scratch = knownRising
    rising = knownRising
    falling = knownRising
  }

  /// The pixels of each new text: edges that stand densely and that no known text explains.
  ///
  /// Known strokes are left out by sign, so that text over known clutter survives.
  mutating func find(_ edges: StrokeEdges, known: some Sequence<StandingText>) -> [[Int32]] {
    guard width > Self.windowWidth, height > Self.windowHeight else { return [] }
    rising = edges.rising
    falling = edges.falling
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
    knownRising.withUnsafeMutableBufferPointer { rising in
      knownFalling.withUnsafeMutableBufferPointer { falling in
        rising.update(repeating: 0)
        falling.update(repeating: 0)
        for text in known { text.mark(rising: rising, falling: falling) }
      }
    }
    Self.erase(knownRising, from: &rising, scratch: &scratch, width: width, height: height)
    Self.erase(knownFalling, from: &falling, scratch: &scratch, width: width, height: height)
  }

  /// Sets to 0 what lies within a pixel of the mask.
  private static func erase(
    _ mask: [UInt8], from values: inout [UInt8], scratch: inout [UInt8], width: Int, height: Int
  ) {
    var wide = mask
    StillStrokes.dilate(mask, into: &wide, scratch: &scratch, width: width, height: height)
    values.withUnsafeMutableBufferPointer { values in
      wide.withUnsafeBufferPointer { wide in
        for i in 0..<values.count { values[i] &= ~wide[i] }
      }
    }
  }

  /// Runs of pixels whose window is dense, opened and closed along the line.
  private func denseRuns() -> [RunComponents.Run] {
    var runs: [RunComponents.Run] = []
    let padded = width + Self.windowWidth + 8
    withUnsafeTemporaryAllocation(byteCount: 3 * padded, alignment: 16) { raw in
      let counts = UnsafeMutableRawBufferPointer(rebasing: raw[0..<padded]).bindMemory(to: UInt8.self)
      let other = UnsafeMutableRawBufferPointer(rebasing: raw[padded..<2 * padded]).bindMemory(to: UInt8.self)
      let mask = UnsafeMutableRawBufferPointer(rebasing: raw[2 * padded..<3 * padded])
      for y in region.top..<region.bottom {
        rising.withUnsafeBufferPointer { count($0, y, into: counts) }
        falling.withUnsafeBufferPointer { count($0, y, into: other) }
        let bytes = mask.bindMemory(to: UInt8.self)
        for x in 0..<width { bytes[x] = min(counts[x], other[x]) >= Self.windowEdges ? 255 : 0 }
        for x in width..<width + 8 { bytes[x] = 0 }
        for x in 0..<region.left { bytes[x] = 0 }
        for x in region.right..<width { bytes[x] = 0 }
        let first = runs.count
        RunComponents.appendRuns(of: UnsafeRawBufferPointer(mask), width: width, y: y, to: &runs)
        if runs.count > first { tidy(&runs, from: first) }
      }
    }
    return runs
  }

  /// The number of edges in the window round each pixel of a row, outside the plane counted as none.
  private func count(_ edges: UnsafeBufferPointer<UInt8>, _ y: Int, into counts: UnsafeMutableBufferPointer<UInt8>) {
    let reach = Self.windowWidth / 2
    counts.update(repeating: 0)
    for row in max(0, y - Self.windowHeight / 2)...min(height - 1, y + Self.windowHeight / 2) {
      for x in 0..<width { counts[x + reach] &+= edges[row * width + x] > Self.edge ? 1 : 0 }
    }
    // 25 = 16 + 8 + 1 neighbours, the powers of two by doubling.
    let end = width + Self.windowWidth
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * end) { sums in
      for x in 0..<end { sums[x] = counts[x] }
      for x in 0..<end - 1 { sums[x] &+= sums[x + 1] }
      for x in 0..<end - 3 { sums[x] &+= sums[x + 2] }
      for x in 0..<end - 7 { sums[x] &+= sums[x + 4] }
      for x in 0..<width { sums[end + x] = sums[x] &+ sums[x + 8] &+ sums[x + 16] &+ counts[x + 24] }
      for x in 0..<width { counts[x] = sums[end + x] }
    }
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
