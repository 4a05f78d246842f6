import CKernels

/// The strokes of a template in runs along the rows, as kernels take them, those of each stretch of a line together.
struct StrokeRuns {
  /// Stretches of a line that are told apart; what is further to the right belongs to the last.
  static let stretches = Int(CK_PARTS)
  /// Pixels without a stroke that a run may hold in a row.
  private static let widestGap: Int32 = 15

  private let runs: [ck_run]
  private let weights: [Int16]

  /// Positions in a plane of `width` and the step at each, never 0; a stretch is `stretch` pixels wide, the first begins at the
  /// column `left`.
  init(_ pixels: [Int32], _ steps: [Int16], width: Int, left: Int, stretch: Int) {
    (runs, weights) = withUnsafeTemporaryAllocation(of: Found.self, capacity: pixels.count) { found in
      let count = Self.find(pixels, width: width, left: left, stretch: stretch, found)
      return Self.sort(UnsafeBufferPointer(rebasing: found[..<count]), pixels, steps)
    }
  }

  private typealias Found = (run: ck_run, first: Int)

  /// The runs in the order of the pixels, and the first pixel of each among them; returns their number.
  private static func find(
    _ pixels: [Int32], width: Int, left: Int, stretch: Int, _ found: UnsafeMutableBufferPointer<Found>
  ) -> Int {
    var count = 0
    var rows = RowCounter(width: width)
    // Where the last run ends, and where its row, or its stretch, does.
    var (past, end) = (Int32.min / 2, Int32.min)
    for (index, pixel) in pixels.enumerated() {
      let gap = pixel &- past
      if gap < 0 || gap > widestGap || pixel >= end {
        if count > 0 { found[count - 1].run.end(at: past) }
        let y = rows.row(of: pixel)
        let part = min(stretches - 1, (Int(pixel) - y * width - left) / stretch)
        end = Int32(y * width + (part < stretches - 1 ? min(width, left + (part + 1) * stretch) : width))
        found.initializeElement(at: count, to: (ck_run(first: UInt32(pixel), count: 1, part: UInt16(part)), index))
        count += 1
      }
      past = pixel &+ 1
    }
    if count > 0 { found[count - 1].run.end(at: past) }
    return count
  }

  /// The runs by stretch, in a counting sort, and their weights.
  private static func sort(
    _ found: UnsafeBufferPointer<Found>, _ pixels: [Int32], _ steps: [Int16]
  ) -> ([ck_run], [Int16]) {
    func padded(_ run: ck_run) -> Int { (Int(run.count) + step - 1) / step * step }
    var numbers = [Int](repeating: 0, count: stretches + 1)
    var places = numbers
    for (run, _) in found {
      numbers[Int(run.part) + 1] += 1
      places[Int(run.part) + 1] += padded(run)
    }
    for part in 0..<stretches {
      numbers[part + 1] += numbers[part]
      places[part + 1] += places[part]
    }
    var weights = [Int16](repeating: 0, count: places[stretches])
    let runs = [ck_run](unsafeUninitializedCapacity: found.count) { runs, count in
      for (index, (run, first)) in found.enumerated() {
        let part = Int(run.part)
        runs.initializeElement(at: numbers[part], to: run)
        let past = index + 1 < found.count ? found[index + 1].first : pixels.count
        let shift = places[part] - Int(run.first)
        for i in first..<past { weights[shift + Int(pixels[i])] = steps[i] }
        numbers[part] += 1
        places[part] += padded(run)
      }
      count = found.count
    }
    return (runs, weights)
  }

  private static let step = Int(CK_RUN_STEP)

  /// The products of the strokes' steps and those of a small plane, moved by `offset` positions, and the sum of the squares of
  /// the latter.
  func sums(in luma: [UInt8], offset: Int = 0) -> (product: Int, square: Int) {
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: Self.stretches) { products in
      products.initialize(repeating: 0)
      var square: Int64 = 0
      ck_sight(luma, luma.count, offset, runs, runs.count, weights, products.baseAddress, &square)
      return (Int(products.reduce(0, +)), Int(square))
    }
  }

  /// The products where each stretch is moved by up to a pixel to where it fits best, and where none is.
  func shifted(in luma: [UInt8], width: Int) -> (best: Int, inPlace: Int) {
    let neighbours = Int(CK_NEIGHBOURS)
    return withUnsafeTemporaryAllocation(of: Int64.self, capacity: neighbours * Self.stretches) { products in
      products.initialize(repeating: 0)
      ck_sights(luma, luma.count, width, runs, runs.count, weights, products.baseAddress)
      var (best, inPlace) = (Int64(0), Int64(0))
      // Stretches in order: those after the last have nothing.
      for part in 0..<(runs.last.map { Int($0.part) + 1 } ?? 0) {
        var most = Int64.min
        for neighbour in 0..<neighbours { most = max(most, products[neighbour * Self.stretches + part]) }
        best += most
        inPlace += products[neighbours / 2 * Self.stretches + part]
      }
      return (Int(best), Int(inPlace))
    }
  }
}

extension ck_run {
  /// Ends it before a position.
  fileprivate mutating func end(at position: Int32) { count = UInt16(truncatingIfNeeded: Int(position) - Int(first)) }
}
