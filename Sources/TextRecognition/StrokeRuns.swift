import CKernels

/// The strokes of a template in runs along the rows, as kernels take them, those of each stretch of a line together.
struct StrokeRuns {
  /// Stretches of a line that are told apart; what is further to the right belongs to the last.
  static let stretches = Int(CK_PARTS)
  /// Pixels without a stroke that a run may hold in a row.
  private static let widestGap: Int32 = 15
  /// Fewest strokes that runs usually have.
  private static let usualRun = 4

  private let runs: [ck_run]
  private let weights: [Int16]

  /// Positions in a plane of `width` and the step at each, never 0; a stretch is `stretch` pixels wide, the first begins at the
  /// column `left`.
  init(_ pixels: [Int32], _ steps: [Int16], width: Int, left: Int, stretch: Int) {
    var found: [ck_run] = []
    var firsts: [Int] = []
    found.reserveCapacity(pixels.count / Self.usualRun + 1)
    firsts.reserveCapacity(pixels.count / Self.usualRun + 1)
    var rows = RowCounter(width: width)
    // Where the row, or the stretch, of the last run ends.
    var end: Int32 = 0
    for (index, pixel) in pixels.enumerated() {
      if let last = found.last {
        let gap = pixel - Int32(last.first) - Int32(last.count)
        if gap >= 0, gap <= Self.widestGap, pixel < end {
          found[found.count - 1].count = UInt16(pixel - Int32(last.first) + 1)
          continue
        }
      }
      let y = rows.row(of: pixel)
      let part = min(Self.stretches - 1, (Int(pixel) - y * width - left) / stretch)
      end = Int32(y * width + (part < Self.stretches - 1 ? min(width, left + (part + 1) * stretch) : width))
      found.append(ck_run(first: UInt32(pixel), count: 1, part: UInt16(part)))
      firsts.append(index)
    }
    // A counting sort by stretch.
    func padded(_ run: ck_run) -> Int { (Int(run.count) + Self.step - 1) / Self.step * Self.step }
    var numbers = [Int](repeating: 0, count: Self.stretches + 1)
    var places = numbers
    for run in found {
      numbers[Int(run.part) + 1] += 1
      places[Int(run.part) + 1] += padded(run)
    }
    for part in 0..<Self.stretches {
      numbers[part + 1] += numbers[part]
      places[part + 1] += places[part]
    }
    var runs = found
    var weights = [Int16](repeating: 0, count: places[Self.stretches])
    for (index, run) in found.enumerated() {
      let part = Int(run.part)
      runs[numbers[part]] = run
      let past = index + 1 < firsts.count ? firsts[index + 1] : pixels.count
      for i in firsts[index]..<past { weights[places[part] + Int(pixels[i]) - Int(run.first)] = steps[i] }
      numbers[part] += 1
      places[part] += padded(run)
    }
    self.runs = runs
    self.weights = weights
  }

  private static let step = Int(CK_RUN_STEP)

  /// The products of the strokes' steps and those of a small plane, moved by `offset` positions, and the sum of the squares of
  /// the latter.
  func sums(in luma: [UInt8], offset: Int = 0) -> (product: Int, square: Int) {
    withSums(luma, luma, reach: 1, offset: offset, Self.all)
  }

  /// The same in edges.
  func sums(in edges: StrokeEdges, offset: Int = 0) -> (product: Int, square: Int) {
    withSums(edges.rising, edges.falling, reach: 0, offset: offset, Self.all)
  }

  private static func all(_ products: UnsafeMutableBufferPointer<Int64>, _ square: Int64) -> (product: Int, square: Int)
  {
    (Int(products.reduce(0, +)), Int(square))
  }

  /// The products where each stretch is moved by up to a pixel to where it fits best, and where none is.
  func shifted(in luma: [UInt8], width: Int) -> (best: Int, inPlace: Int) {
    shifted(luma, luma, reach: 1, width: width)
  }

  /// The same in edges.
  func shifted(in edges: StrokeEdges, width: Int) -> (best: Int, inPlace: Int) {
    shifted(edges.rising, edges.falling, reach: 0, width: width)
  }

  private func shifted(_ after: [UInt8], _ before: [UInt8], reach: Int, width: Int) -> (best: Int, inPlace: Int) {
    var best = [Int64](repeating: .min, count: Self.stretches)
    var inPlace: Int64 = 0
    for dy in -1...1 {
      for dx in -1...1 {
        withSums(after, before, reach: reach, offset: dy * width + dx) { products, _ in
          for i in 0..<Self.stretches { best[i] = max(best[i], products[i]) }
          if dx == 0, dy == 0 { inPlace = products.reduce(0, +) }
        }
      }
    }
    return (Int(best.reduce(0, +)), Int(inPlace))
  }

  private func withSums<Result>(
    _ after: [UInt8], _ before: [UInt8], reach: Int, offset: Int,
    _ body: (UnsafeMutableBufferPointer<Int64>, Int64) -> Result
  ) -> Result {
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: Self.stretches) { products in
      products.initialize(repeating: 0)
      var square: Int64 = 0
      ck_sight(after, before, after.count, reach, offset, runs, runs.count, weights, products.baseAddress, &square)
      return body(products, square)
    }
  }
}
