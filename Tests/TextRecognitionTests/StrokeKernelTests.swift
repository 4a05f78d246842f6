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

  /// The step at a position of a plane; positions beyond an end count as that end.
  private func step(_ luma: [UInt8], _ at: Int) -> Int {
    func value(_ position: Int) -> Int { Int(luma[max(0, min(luma.count - 1, position))]) }
    return value(at + 1) - value(at - 1)
  }

  /// Positions up to a pixel away from one, row after row.
  private func neighbours(_ position: Int, width: Int) -> [Int] {
    (0..<9).map { position + ($0 / 3 - 1) * width + $0 % 3 - 1 }
  }

  private func isOutermost(_ x: Int, _ y: Int, _ size: (width: Int, height: Int)) -> Bool {
    x == 0 || y == 0 || x == size.width - 1 || y == size.height - 1
  }

  @Test(arguments: [0, 8, 200, 254] as [UInt8], sizes + [(64, 5), (320, 6), (480, 7)])
  func bitsAreOfStepsAboveTheLimit(limit: UInt8, size: (width: Int, height: Int)) {
    let plane = MadePlanes.noise(width: size.width, height: size.height, seed: 5)
    let bits = StrokeBits(width: size.width, height: size.height)
    // What stood there before must not matter.
    bits.take(MadePlanes.noise(width: size.width, height: size.height, seed: 6), above: 0)
    bits.take(plane, above: limit)
    func expected(_ sign: Int) -> [Bool] {
      self.expected(size) { x, y in
        !isOutermost(x, y, size) && sign * step(plane.bytes, y * size.width + x) > Int(limit)
      }
    }
    #expect(held(bits.rising, size) == expected(1) && held(bits.falling, size) == expected(-1))
  }

  /// Bits where bytes are above a limit.
  private func bits(_ bytes: [UInt8], _ size: (width: Int, height: Int), above limit: UInt8 = 8) -> BitPlane {
    let bits = StrokeBits(width: size.width, height: size.height)
    let pixels = bytes.indices.filter { bytes[$0] > limit }.map { Int32($0) }
    bits.insert(StrokeMarks(pixels, pixels.map { _ in 1 }, width: size.width))
    return bits.rising
  }

  /// A plane with a stroke at one in so many pixels, as bytes and as bits; none on the outermost.
  private func strokes(_ size: (width: Int, height: Int), seed: UInt64, oneIn sparse: UInt8) -> (
    bytes: [UInt8], bits: BitPlane
  ) {
    var bytes = MadePlanes.noise(width: size.width, height: size.height, seed: seed).bytes
    for i in bytes.indices {
      let (y, x) = i.quotientAndRemainder(dividingBy: size.width)
      bytes[i] = isOutermost(x, y, size) || bytes[i] % sparse != 0 ? 0 : max(9, bytes[i])
    }
    return (bytes, bits(bytes, size))
  }

  /// The pixels of a plane, with those that its words have beyond the end of each row.
  private func held(_ plane: BitPlane, _ size: (width: Int, height: Int)) -> [Bool] {
    let row = (size.width + 63) / 64 * 64
    return (0..<row * size.height).map { plane.bits[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
  }

  private func expected(_ size: (width: Int, height: Int), _ holds: (_ x: Int, _ y: Int) -> Bool) -> [Bool] {
    let row = (size.width + 63) / 64 * 64
    return (0..<row * size.height).map { $0 % row < size.width && holds($0 % row, $0 / row) }
  }

  @Test(arguments: sizes) func nothingIsLeftInABox(size: (width: Int, height: Int)) {
    let (bytes, plane) = strokes(size, seed: 3, oneIn: 2)
    plane.removeAll(in: PixelBox(left: 3, top: 1, right: 30, bottom: 4))
    #expect(
      held(plane, size)
        == expected(size) { x, y in bytes[y * size.width + x] > 0 && !(3..<30 ~= x && 1..<4 ~= y) })
  }

  @Test(arguments: [1, 2, 90], sizes + [(480, 40)]) func strokesAreMarkedBySign(
    sparse: Int, size: (width: Int, height: Int)
  ) {
    let (width, height) = size
    let (pixels, steps) = strokes(width: width, height: height, sparse: sparse)
    let marks = StrokeBits(width: width, height: height)
    // In two parts, the second of which begins further up.
    let half = pixels.count / 2
    for part in [pixels.indices[half...], pixels.indices[..<half], pixels.indices[..<0]] {
      marks.insert(StrokeMarks(Array(pixels[part]), Array(steps[part]), width: width))
    }
    let known = Dictionary(zip(pixels, steps)) { $1 }
    #expect(held(marks.rising, size) == expected(size) { x, y in (known[Int32(y * width + x)] ?? 0) > 0 })
    #expect(held(marks.falling, size) == expected(size) { x, y in (known[Int32(y * width + x)] ?? 0) < 0 })
  }

  @Test(arguments: sizes) func wideBitsHoldTheNeighbourhood(size: (width: Int, height: Int)) {
    let (bytes, plane) = strokes(size, seed: 5, oneIn: 7)
    let (wide, scratch) = (
      BitPlane(width: size.width, height: size.height), BitPlane(width: size.width, height: size.height)
    )
    wide.widen(plane, scratch)
    let widened = widened(bytes, size)
    #expect(held(wide, size) == expected(size) { x, y in widened[y * size.width + x] > 0 })
  }

  @Test(arguments: sizes) func whatAllPlanesHoldSparesWhatIsKnown(size: (width: Int, height: Int)) {
    let planes = (0..<4).map { strokes(size, seed: UInt64($0 + 1), oneIn: 2) }
    let known = strokes(size, seed: 9, oneIn: 3)
    for number in 1...4 {
      let common = BitPlane(width: size.width, height: size.height)
      common.takeCommon(planes[..<number].map(\.bits), without: known.bits)
      #expect(
        held(common, size)
          == expected(size) { x, y in
            let i = y * size.width + x
            return known.bytes[i] == 0 && planes[..<number].allSatisfy { $0.bytes[i] > 0 }
          })
    }
  }

  @Test(arguments: [0, 1, -1, 2, -3], sizes) func bitsAreKeptOfRowsFurtherDown(
    shift: Int, size: (width: Int, height: Int)
  ) {
    let (bytes, plane) = strokes(size, seed: 6, oneIn: 2)
    let (other, otherPlane) = strokes(size, seed: 7, oneIn: 5)
    let first = max(1, 1 - shift)
    for rows in [first..<max(first, min(size.height - 1, size.height - 1 - shift)), 2..<2] {
      let kept = BitPlane(width: size.width, height: size.height)
      kept.copy(plane)
      kept.keep(rows, in: otherPlane, shift: shift)
      #expect(
        held(kept, size)
          == expected(size) { x, y in
            rows.contains(y) && bytes[y * size.width + x] > 0
              && (-1...1).contains { other[(y + shift + $0) * size.width + x] > 0 }
          })
    }
  }

  @Test(arguments: StillStrokes.Window.allCases, sizes) func theLeastStepIsOfTheLooksOfAWindow(
    window: StillStrokes.Window, size: (width: Int, height: Int)
  ) {
    let (width, height) = size
    var still = StillStrokes(width: width, height: height)
    var looks: [[UInt8]] = []
    for look in 0..<StillStrokes.longLooks + 2 {
      // What changes a little, so that some strokes stand, but for those that are gone.
      let isGone = window == .gone && look == StillStrokes.longLooks + 1
      var plane = MadePlanes.noise(width: width, height: height, seed: isGone ? 41 : 40)
      let noise = MadePlanes.noise(width: width, height: height, seed: UInt64(look))
      for i in plane.bytes.indices { plane.bytes[i] = plane.bytes[i] / 2 + noise.bytes[i] / 8 }
      still.push(plane)
      looks.append(plane.bytes)
    }
    let number = window == .long ? StillStrokes.longLooks : StillStrokes.shortLooks
    let members = Array(looks.dropLast(window == .gone ? 1 : 0).suffix(number).reversed())
    /// The least that all looks rise, or fall, at a pixel or up to a pixel away from it.
    func least(_ sign: Int, _ pixel: Int, _ step: ([UInt8], Int) -> Int) -> Int {
      let near = window == .long ? [pixel] : neighbours(pixel, width: width)
      let others = members.dropFirst().map { look in near.reduce(0) { max($0, sign * step(look, $1)) } }
      return others.reduce(max(0, sign * step(members[0], pixel)), min)
    }
    let steps = (0..<width * height).map { Int16(least(1, $0, step) - least(-1, $0, step)) }
    #expect(still.gradients(window, at: (0..<Int32(width * height)).map { $0 }) == steps)
    #expect(steps.contains { $0 > 8 } && steps.contains { $0 < -8 })

    /// As if the outermost pixels had none.
    func inner(_ look: [UInt8], _ at: Int) -> Int {
      isOutermost(at % width, at / width, size) || !look.indices.contains(at) ? 0 : step(look, at)
    }
    let blank = StrokeBits(width: width, height: height)
    let strokes = StrokeBits(width: width, height: height)
    still.standing(window, without: blank, into: strokes)
    func stands(_ sign: Int, _ pixel: Int) -> Bool {
      let isThere = neighbours(pixel, width: width).contains { sign * inner(looks[looks.count - 1], $0) > 8 }
      return least(sign, pixel, inner) > 8 && !(window == .gone && isThere)
    }
    let rises = (0..<width * height).map { stands(1, $0) }
    let falls = (0..<width * height).map { stands(-1, $0) }
    #expect(rises.contains(true) || falls.contains(true))
    #expect(window != .gone || rises != (0..<width * height).map { least(1, $0, inner) > 8 })
    #expect(held(strokes.rising, size) == expected(size) { x, y in rises[y * width + x] })
    #expect(held(strokes.falling, size) == expected(size) { x, y in falls[y * width + x] })

    for columns in [0..<width, 3..<width - 5, 9..<9] {
      var area = StrokeArea()
      for y in 0..<height { strokes.add(columns, ofRow: y, to: &area) }
      let pixels = (0..<width * height).filter { columns.contains($0 % width) && (rises[$0] || falls[$0]) }
      #expect(area.pixels == pixels.map { Int32($0) })
      #expect(pixels.isEmpty || area.box == PixelBox(around: area.pixels, width: width))
      let marks = StrokeBits(width: width, height: height)
      if let of = area.marks { marks.insert(of) }
      #expect(held(marks.rising, size) == expected(size) { x, y in columns.contains(x) && rises[y * width + x] })
      #expect(held(marks.falling, size) == expected(size) { x, y in columns.contains(x) && falls[y * width + x] })
    }
  }

  /// Whether enough dense pixels are side by side in each row.
  private func runs(_ isDense: [Bool], _ size: (width: Int, height: Int)) -> [Bool] {
    (0..<size.height).map { y in
      isDense[y * size.width..<(y + 1) * size.width].split(separator: false).contains { $0.count >= CK_DENSE_RUN }
    }
  }

  /// In part of some planes there are few strokes, so that tiles are left out; some rows have none, so that rows are.
  @Test(arguments: [(0, 200), (70, 200), (400, 200), (0, 7)], sizes + [(480, 40), (130, 30), (340, 61)])
  func denseIsWhatTheWindowHolds(part: (empty: Int, full: Int), size: (width: Int, height: Int)) {
    let ((empty, full), (width, height)) = (part, size)
    let planes = [3, 4].map { seed in
      MadePlanes.noise(width: width, height: height, seed: seed).bytes.enumerated().map { i, value in
        value > 216 && (i % width >= empty || value > 250) && i / width % (2 * full) < full ? value : 0
      }
    }
    let bits = planes.map { self.bits($0, size) }
    let needed: UInt8 = 12
    var (mask, rows) = ([UInt8](repeating: 7, count: width * height), [UInt8](repeating: 9, count: height))
    var scratch = [UInt8](repeating: 9, count: ck_dense_scratch(width, height))
    ck_dense(bits[0].bits, bits[1].bits, width, height, needed, &mask, &rows, &scratch)
    func isDense(_ x: Int, _ y: Int) -> Bool {
      planes.allSatisfy { plane in
        let counts = (y - 2...y + 2).map { row in
          (x - 12...x + 12).filter { value(plane, $0, row, size) > 8 }.count
        }
        return counts.reduce(0, +) >= needed
      }
    }
    let dense = (0..<width * height).map { isDense($0 % width, $0 / width) }
    let wanted = runs(dense, size)
    for y in 0..<height {
      let row = y * width..<(y + 1) * width
      if rows[y] == 0 {
        // Left out, at most, of a row or two.
        let around = (max(0, y - 2)..<min(height, y + 3)).split { !wanted[$0] }.first { $0.contains(y) }
        #expect((around?.count ?? 0) < Int(CK_DENSE_ROWS), "\(y)")
      } else {
        #expect(wanted[y] && Array(mask[row]) == dense[row].map { $0 ? 255 : 0 }, "\(y)")
      }
    }
    let shows = wanted.contains(true) || height == 5 || empty > 0 && empty + 30 > width
    #expect(shows, "nothing was dense: the test shows nothing")
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
        func step(_ pixel: Int) -> Int { self.step(luma, pixel) }
        var (product, square) = (0, 0)
        var stretches = [[Int]](repeating: [Int](repeating: 0, count: 9), count: 32)
        for (pixel, weight) in zip(pixels, weights) {
          product += step(Int(pixel)) * Int(weight)
          square += step(Int(pixel)) * step(Int(pixel))
          for (shift, place) in neighbours(Int(pixel), width: width).enumerated() {
            stretches[min(31, (Int(pixel) % width - 1) / 32)][shift] += step(place) * Int(weight)
          }
        }
        #expect(runs.sums(in: luma) == (product, square))
        let shifted = runs.shifted(in: luma, width: width)
        #expect(shifted.best == stretches.reduce(0) { $0 + ($1.max() ?? 0) } && shifted.inPlace == product)
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

  @Test(arguments: sizes + [(320, 6), (480, 5)]) func halvesOfRowsAreSummed(size: (width: Int, height: Int)) {
    let (width, height) = size
    let luma = MadePlanes.noise(width: width, height: height, seed: 1).bytes
    var (left, right) = ([Float](repeating: 7, count: height), [Float](repeating: 7, count: height))
    ck_halves_of_rows(luma, width, height, &left, &right)
    for y in 0..<height {
      func sum(_ columns: Range<Int>) -> Float {
        var sum = 0
        for x in columns where !isOutermost(x, y, size) { sum += abs(step(luma, y * width + x)) }
        return Float(sum)
      }
      #expect(left[y] == sum(0..<width / 2) && right[y] == sum(width / 2..<width))
    }
  }

  /// Pearson's correlation by its definition.
  private func correlation(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
    func mean(_ values: ArraySlice<Float>) -> Double { values.reduce(0) { $0 + Double($1) } / Double(values.count) }
    let (middleA, middleB) = (mean(a), mean(b))
    func product(_ x: ArraySlice<Float>, _ middleX: Double, _ y: ArraySlice<Float>, _ middleY: Double) -> Double {
      zip(x, y).reduce(0) { $0 + (Double($1.0) - middleX) * (Double($1.1) - middleY) }
    }
    return product(a, middleA, b, middleB)
      / (product(a, middleA, a, middleA) * product(b, middleB, b, middleB)).squareRoot()
  }

  @Test(arguments: [9, 31, 32, 33, 240]) func profilesCorrelateOverTheRowsThatBothHave(count: Int) {
    let now = MadePlanes.noise(width: count, height: 1, seed: 1).bytes.map { Float($0) * 90 }
    // The same rows three further down, with some noise.
    let noise = MadePlanes.noise(width: count, height: 1, seed: 2).bytes
    let then = now.indices.map { Float(noise[$0]) * 20 + ($0 < 3 ? 0 : now[$0 - 3]) }
    let least = 4
    let found = RowProfile(now).correlations(with: RowProfile(then), shifts: -count...count, least: least)
    for (index, shift) in (-count...count).enumerated() {
      let rows = count - abs(shift)
      guard rows >= least else {
        #expect(found[index] == -1)
        continue
      }
      let (first, second) = (max(0, -shift), max(0, shift))
      let expected = correlation(now[first..<first + rows], then[second..<second + rows])
      #expect(abs(found[index] - expected) < 1e-3, "\(shift)")
    }
    #expect(found[count + 3] > 0.9 && found[count + 2] < 0.8)
    let even = RowProfile([Float](repeating: 5, count: count))
    #expect(RowProfile(now).correlations(with: even, shifts: -1...1, least: least) == [-1, -1, -1])
  }
}
