import Media
import Timing

/// Columns of a band of rows, one after the other.
///
/// A column's bytes lie together: what moves across is compared and put together column by column.
struct BandColumns {
  let height: Int
  let width: Int
  /// Steps of luma along the line, from the column before to the one after; 0 on the outermost.
  let steps: [Int16]
  let bytes: [UInt8]

  init(_ plane: Plane, rows: Range<Int>) {
    let (width, height) = (plane.width, rows.count)
    var bytes = [UInt8](repeating: 0, count: width * height)
    plane.bytes.withUnsafeBufferPointer { source in
      bytes.withUnsafeMutableBufferPointer { bytes in
        for (y, row) in rows.enumerated() {
          for x in 0..<width { bytes[x &* height &+ y] = source[row &* width &+ x] }
        }
      }
    }
    self.width = width
    self.height = height
    self.bytes = bytes
    steps = Self.steps(bytes, height)
  }

  /// The product of the steps of two columns in some rows.
  static func product(_ a: BandColumns, _ x: Int, _ b: BandColumns, _ otherX: Int, _ rows: Range<Int>) -> Int32 {
    a.steps.withUnsafeBufferPointer { steps in
      b.steps.withUnsafeBufferPointer { others in
        let (first, other) = (x * a.height, otherX * b.height)
        var product: Int32 = 0
        for y in rows { product &+= Int32(steps[first &+ y]) &* Int32(others[other &+ y]) }
        return product
      }
    }
  }

  static func steps(_ bytes: [UInt8], _ height: Int) -> [Int16] {
    var steps = [Int16](repeating: 0, count: bytes.count)
    guard bytes.count > 2 * height else { return steps }
    bytes.withUnsafeBufferPointer { bytes in
      steps.withUnsafeMutableBufferPointer { steps in
        for i in height..<bytes.count - height {
          steps[i] = Int16(bytes[i &+ height]) &- Int16(bytes[i &- height])
        }
      }
    }
    return steps
  }
}

/// The text of a crawl, put together from what many looks showed of it: the mean of each of its pixels.
///
/// Columns are counted from where the left edge of the picture was on the first look.
struct CrawlStrip {
  /// Looks that go into a column: more change nothing.
  static let mostLooks: UInt8 = 200

  let height: Int
  /// The columns that were seen.
  private(set) var columns = 0..<0
  private var sums: [UInt16] = []
  private var counts: [UInt8] = []
  private var means: [UInt8] = []

  init(height: Int) { self.height = height }

  /// Adds what a look shows in some columns of the picture, whose left edge is now at column `origin` of the strip.
  mutating func add(_ look: BandColumns, _ window: Range<Int>, origin: Int) {
    makeRoom(window.lowerBound + origin..<window.upperBound + origin)
    for x in window {
      let column = x + origin - columns.lowerBound
      guard counts[column] < Self.mostLooks else { continue }
      counts[column] += 1
      let count = UInt16(counts[column])
      let (from, to) = (x * height, column * height)
      look.bytes.withUnsafeBufferPointer { bytes in
        sums.withUnsafeMutableBufferPointer { sums in
          means.withUnsafeMutableBufferPointer { means in
            for y in 0..<height {
              sums[to &+ y] &+= UInt16(bytes[from &+ y])
              means[to &+ y] = UInt8(truncatingIfNeeded: sums[to &+ y] / count)
            }
          }
        }
      }
    }
  }

  private mutating func makeRoom(_ wanted: Range<Int>) {
    if columns.isEmpty { columns = wanted.lowerBound..<wanted.lowerBound }
    let before = max(0, columns.lowerBound - wanted.lowerBound)
    let after = max(0, wanted.upperBound - columns.upperBound)
    if before > 0 {
      sums.insert(contentsOf: repeatElement(0, count: before * height), at: 0)
      counts.insert(contentsOf: repeatElement(0, count: before), at: 0)
      means.insert(contentsOf: repeatElement(0, count: before * height), at: 0)
    }
    if after > 0 {
      sums.append(contentsOf: repeatElement(0, count: after * height))
      counts.append(contentsOf: repeatElement(0, count: after))
      means.append(contentsOf: repeatElement(0, count: after * height))
    }
    columns = columns.lowerBound - before..<columns.upperBound + after
  }

  /// Forgets the columns before one, or those from it on.
  mutating func drop(before limit: Int) {
    let count = min(columns.count, max(0, limit - columns.lowerBound))
    sums.removeFirst(count * height)
    counts.removeFirst(count)
    means.removeFirst(count * height)
    columns = columns.lowerBound + count..<columns.upperBound
  }

  mutating func drop(from limit: Int) {
    let count = min(columns.count, max(0, columns.upperBound - limit))
    sums.removeLast(count * height)
    counts.removeLast(count)
    means.removeLast(count * height)
    columns = columns.lowerBound..<columns.upperBound - count
  }

  /// Where the left edge of a look lies on the strip: of the columns near `expected` the one at which its steps fit best.
  /// Nil where the strip shows nothing there.
  func origin(
    of look: BandColumns, _ window: Range<Int>, _ rows: Range<Int>, around expected: Int, reach: Int
  ) -> Int? {
    var best: (product: Int, origin: Int)?
    for origin in (expected - reach...expected + reach).sorted(by: { abs($0 - expected) < abs($1 - expected) }) {
      let first = max(window.lowerBound, columns.lowerBound + 1 - origin)
      let last = min(window.upperBound, columns.upperBound - 1 - origin)
      guard first < last else { continue }
      let product = product(look, first..<last, rows, origin)
      if product > best?.product ?? 0 { best = (product, origin) }
    }
    return best?.origin
  }

  private func product(_ look: BandColumns, _ window: Range<Int>, _ rows: Range<Int>, _ origin: Int) -> Int {
    look.steps.withUnsafeBufferPointer { steps in
      means.withUnsafeBufferPointer { means in
        var sum = 0
        for x in window {
          let (from, to) = (x * height, (x + origin - columns.lowerBound) * height)
          var column: Int32 = 0
          for y in rows {
            let step = Int32(means[to &+ height &+ y]) &- Int32(means[to &- height &+ y])
            column &+= Int32(steps[from &+ y]) &* step
          }
          sum += Int(column)
        }
        return sum
      }
    }
  }

  /// The largest step of each column in some rows, and all steps of each row.
  func steps(_ rows: Range<Int>) -> (columns: [Int], rows: [Int]) {
    let steps = BandColumns.steps(means, height)
    var (across, down) = ([Int](repeating: 0, count: columns.count), [Int](repeating: 0, count: height))
    for x in across.indices {
      for y in 0..<height {
        let step = abs(Int(steps[x * height + y]))
        if rows.contains(y) { across[x] = max(across[x], step) }
        down[y] += step
      }
    }
    return (across, down)
  }

  /// Some columns and rows of the strip as a picture. On either side `margin` columns of its ground are added.
  func picture(_ part: Range<Int>, _ rows: Range<Int>, margin: Int) -> Plane {
    var plane = Plane(width: part.count + 2 * margin, height: rows.count, repeating: 0)
    let first = part.lowerBound - columns.lowerBound
    for y in 0..<plane.height {
      for x in 0..<plane.width {
        let column = first + min(max(0, x - margin), part.count - 1)
        plane.bytes[y * plane.width + x] = means[column * height + rows.lowerBound + y]
      }
    }
    return plane
  }
}
