import CKernels
import Testing
@testable import TextRecognition
import Timing

/// The vector kernels against the plain meaning of what they do, on widths that no vector divides.
@Suite struct StrokeKernelTests {
  private static let sizes = [(34, 5), (61, 17), (97, 12), (160, 9)]

  private func value(_ plane: [UInt8], _ x: Int, _ y: Int, _ size: (width: Int, height: Int)) -> UInt8 {
    x < 0 || y < 0 || x >= size.width || y >= size.height ? 0 : plane[y * size.width + x]
  }

  private func widened(_ plane: [UInt8], _ size: (width: Int, height: Int)) -> [UInt8] {
    (0..<size.width * size.height).map { i in
      var most: UInt8 = 0
      for dy in -1...1 {
        for dx in -1...1 { most = max(most, value(plane, i % size.width + dx, i / size.width + dy, size)) }
      }
      return most
    }
  }

  @Test(arguments: sizes) func edgesAreStepsOverTwoPixels(size: (width: Int, height: Int)) {
    let (width, height) = size
    let plane = MadePlanes.noise(width: width, height: height, seed: 5)
    var made = (
      rising: [UInt8](repeating: 0, count: width * height), falling: [UInt8](repeating: 0, count: width * height)
    )
    for y in 1..<height - 1 {
      for x in 1..<width - 1 {
        let step = Int(plane[x + 1, y]) - Int(plane[x - 1, y])
        made.rising[y * width + x] = UInt8(max(0, step))
        made.falling[y * width + x] = UInt8(max(0, -step))
      }
    }
    let blank = [UInt8](repeating: 0, count: width * height)
    var (rising, falling, wideRising, wideFalling) = (blank, blank, blank, blank)
    var scratch = [UInt8](repeating: 9, count: 6 * width)
    ck_stroke_edges(plane.bytes, width, height, &rising, &falling, &wideRising, &wideFalling, &scratch)
    #expect(rising == made.rising && falling == made.falling)
    #expect(wideRising == widened(made.rising, size) && wideFalling == widened(made.falling, size))
    var wide = blank
    ck_widen(made.rising, width, height, &wide, &scratch)
    #expect(wide == widened(made.rising, size))
  }

  @Test(arguments: [0, 8, 90] as [UInt8]) func theLeastOfPlanesSparesWhatIsKnown(edge: UInt8) {
    let planes = (0..<4).map { MadePlanes.noise(width: 61, height: 17, seed: UInt64($0 + 1)).bytes }
    let known = MadePlanes.noise(width: 61, height: 17, seed: 9).bytes.map { $0 > 128 ? UInt8(255) : 0 }
    var found = [UInt8](repeating: 7, count: 61 * 17)
    planes[0].withUnsafeBufferPointer { a in
      planes[1].withUnsafeBufferPointer { b in
        planes[2].withUnsafeBufferPointer { c in
          planes[3].withUnsafeBufferPointer { d in
            ck_least([a.baseAddress, b.baseAddress, c.baseAddress, d.baseAddress], 4, known, edge, &found, found.count)
          }
        }
      }
    }
    #expect(
      found
        == found.indices.map { i in
          let least = planes.map { $0[i] }.min() ?? 0
          return known[i] == 0 && least > edge ? least : 0
        })
  }

  @Test(arguments: sizes) func denseIsWhatTheWindowHolds(size: (width: Int, height: Int)) {
    let (width, height) = size
    let planes = [3, 4].map { MadePlanes.noise(width: width, height: height, seed: $0).bytes.map { $0 > 216 ? $0 : 0 } }
    let (needed, edge): (UInt8, UInt8) = (12, 8)
    var (mask, rows) = ([UInt8](repeating: 0, count: width * height), [UInt8](repeating: 9, count: height))
    var scratch = [UInt8](repeating: 9, count: 9 * (width + Int(CK_DENSE_WIDTH)))
    ck_dense(planes[0], planes[1], width, height, edge, needed, &mask, &rows, &scratch)
    var some = false
    for y in 0..<height {
      for x in 0..<width {
        let counts = planes.map { plane in
          (y - 2...y + 2).reduce(0) { sum, row in
            sum + (x - 12...x + 12).filter { value(plane, $0, row, size) > edge }.count
          }
        }
        let dense = counts.allSatisfy { $0 >= needed }
        some = some || dense
        #expect((rows[y] != 0 && mask[y * width + x] == 255) == dense, "\(x), \(y)")
      }
    }
    #expect(some || height == 5, "nothing was dense: the test shows nothing")
  }

  @Test(arguments: [1, 3, 31, 40]) func valuesAheadAreReadBeforeTheyAreOverwritten(distance: Int) {
    let bytes = MadePlanes.noise(width: 211, height: 1, seed: 11).bytes
    let count = bytes.count - distance
    var (least, largest) = (bytes, bytes)
    least.withUnsafeMutableBufferPointer { ck_keep_least($0.baseAddress, $0.baseAddress! + distance, count) }
    largest.withUnsafeMutableBufferPointer { ck_keep_largest($0.baseAddress, $0.baseAddress! + distance, count) }
    let tail = bytes.suffix(distance)
    #expect(least == (0..<count).map { min(bytes[$0], bytes[$0 + distance]) } + tail)
    #expect(largest == (0..<count).map { max(bytes[$0], bytes[$0 + distance]) } + tail)
  }

  @Test(arguments: sizes) func theLeastOfRowsIsOfThreeAboveEachOther(size: (width: Int, height: Int)) {
    let (width, height) = size
    let (bytes, other) = (
      MadePlanes.noise(width: width, height: height, seed: 6).bytes,
      MadePlanes.noise(width: width, height: height, seed: 7).bytes
    )
    var least = bytes
    let count = (height - 2) * width
    least.withUnsafeMutableBufferPointer { least in
      other.withUnsafeBufferPointer {
        ck_keep_least_of_rows(least.baseAddress! + width, $0.baseAddress! + width, width, count)
      }
    }
    for i in bytes.indices {
      let isInside = (width..<width + count).contains(i)
      let most = isInside ? max(other[i - width], other[i], other[i + width]) : 255
      #expect(least[i] == min(bytes[i], most))
    }
  }

  @Test(arguments: [0, 90, 254, 255] as [UInt8]) func aRowTurnsWhereItPassesTheLimit(limit: UInt8) {
    for count in [0, 1, 15, 16, 31, 32, 33, 64, 97, 131] {
      let noise = MadePlanes.noise(width: 131, height: 1, seed: 21).bytes
      for values in [noise, noise.map { $0 > 60 ? 255 : 0 }, noise.map { $0 > 252 ? 255 : 0 }] {
        let row = Array(values.prefix(count))
        var turns: [UInt32] = []
        for x in 0...count {
          let (before, now) = (x > 0 && row[x - 1] > limit, x < count && row[x] > limit)
          if before != now { turns.append(UInt32(x)) }
        }
        var found = [UInt32](repeating: 7, count: count + 1)
        let number = ck_turns(row, count, limit, &found)
        #expect(number == turns.count && Array(found.prefix(number)) == turns)
      }
    }
  }

  @Test(arguments: [0, 24, 200, 255] as [UInt8]) func whatExceedsIsCounted(limit: UInt8) {
    for count in [0, 1, 15, 33, 211] {
      let (a, b) = (
        MadePlanes.noise(width: 211, height: 1, seed: 1).bytes, MadePlanes.noise(width: 211, height: 1, seed: 2).bytes
      )
      let expected = (0..<count).filter { Int(a[$0]) - Int(b[$0]) > Int(limit) }.count
      #expect(ck_count_exceeding(a, b, limit, count) == expected)
    }
  }

  /// Strokes of a plane, of which every one in `sparse` counts, on rows and columns on which all neighbours are within the plane.
  private func strokes(width: Int, height: Int, sparse: Int) -> (pixels: [Int32], steps: [Int16]) {
    let noise = MadePlanes.noise(width: width, height: height, seed: 31)
    var (pixels, steps) = ([Int32](), [Int16]())
    for y in 1..<height - 1 {
      for x in 1..<width - 1 where noise.bytes[(y * width + x) / sparse * sparse] % UInt8(sparse) == 0 {
        pixels.append(Int32(y * width + x))
        steps.append(Int16(noise[x + 1, y]) - Int16(noise[x - 1, y]) | 1)
      }
    }
    return (pixels, steps)
  }

  @Test(arguments: [1, 2, 7, 90], sizes + [(480, 40)])
  func runsShowWhatTheirStrokesDo(sparse: Int, size: (width: Int, height: Int)) {
    let (width, height) = size
    let (pixels, steps) = strokes(width: width, height: height, sparse: sparse)
    // Steps as large as they get, so that no sum may overflow, and some that are not.
    let planes =
      [MadePlanes.noise(width: width, height: height, seed: 8).bytes]
      + [(0..<width * height).map { $0 % width % 4 < 2 ? 255 : 0 }]
    for luma in planes {
      for weights in [steps, steps.map { $0 > 0 ? 255 : -255 }] {
        let runs = StrokeRuns(pixels, weights, width: width, left: 1, stretch: 32)
        func step(_ pixel: Int) -> Int {
          Int(luma[min(luma.count - 1, pixel + 1)]) - Int(luma[max(0, pixel - 1)])
        }
        var (product, square) = (0, 0)
        var stretches = [[Int]](repeating: [Int](repeating: 0, count: 9), count: 32)
        for (pixel, weight) in zip(pixels, weights) {
          product += step(Int(pixel)) * Int(weight)
          square += step(Int(pixel)) * step(Int(pixel))
          for shift in 0..<9 {
            let place = Int(pixel) + (shift / 3 - 1) * width + shift % 3 - 1
            stretches[min(31, (Int(pixel) % width - 1) / 32)][shift] += step(place) * Int(weight)
          }
        }
        #expect(runs.sums(in: luma) == (product, square))
        let shifted = runs.shifted(in: luma, width: width)
        #expect(shifted.best == stretches.reduce(0) { $0 + ($1.max() ?? 0) } && shifted.inPlace == product)
        var edges = StrokeEdges(count: luma.count)
        for i in 1..<luma.count - 1 {
          (edges.rising[i], edges.falling[i]) = (UInt8(max(0, step(i))), UInt8(max(0, -step(i))))
        }
        #expect(runs.sums(in: edges) == (product, square))
        #expect(
          runs.sums(in: luma, offset: 1).product
            == zip(pixels, weights).reduce(0) { $0 + step(Int($1.0) + 1) * Int($1.1) })
      }
    }
  }

  @Test(arguments: [-90, -3, 0, 40]) func strokesOnTheirWayAreLeftOutWhereTheirStepsReachOutOfTheRow(first: Int) {
    let (width, height, count) = (61, 9, 81)
    let luma = MadePlanes.noise(width: width, height: height, seed: 17).bytes
    let (pixels, steps) = strokes(width: width, height: height, sparse: 3)
    let strokes = zip(pixels, steps).map { pixel, step in
      ck_stroke(row: UInt32(Int(pixel) / width * width), x: Int16(Int(pixel) % width), weight: step)
    }
    var products = [Int32](repeating: 9, count: count)
    ck_slide(luma, width, strokes, strokes.count, first, count, &products)
    for way in 0..<count {
      var expected = 0
      for stroke in strokes {
        let x = Int(stroke.x) + first + way
        guard x >= 1, x < width - 1 else { continue }
        let place = Int(stroke.row) + x
        expected += (Int(luma[place + 1]) - Int(luma[place - 1])) * Int(stroke.weight)
      }
      #expect(Int(products[way]) == expected)
    }
  }
}
