import CKernels
import Testing
@testable import SceneDetection
import Timing

/// The kernels that look at small pictures against the plain meaning of what they do.
@Suite struct PictureKernelTests {
  private static let (width, height) = (AnalysisPicture.width, AnalysisPicture.height)
  private static let samples = width * height

  /// The same numbers on every run (a linear congruential generator; Knuth's MMIX constants).
  private struct Random {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next(below limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 40) % limit
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(next(below: 256)) } }
  }

  private func picture(_ planes: [[UInt8]]) -> AnalysisPicture {
    let planes = planes.map { Plane(width: Self.width, height: Self.height, bytes: $0) }
    return AnalysisPicture(luma: planes[0], chromaBlue: planes[1], chromaRed: planes[2])
  }

  /// Pairs that differ everywhere, that are alike, that moved, and that are as far apart as can be.
  private var pairs: [([[UInt8]], [[UInt8]])] {
    var random = Random(3)
    let noise = (0..<3).map { _ in random.bytes(Self.samples) }
    let other = (0..<3).map { _ in random.bytes(Self.samples) }
    let shots = [MadeFilm.shot(4), MadeFilm.shot(9)].map { [$0.luma.bytes, $0.chromaBlue.bytes, $0.chromaRed.bytes] }
    let moved = shots[0].map { plane in
      (0..<Self.samples).map {
        clamped(plane, $0 % Self.width + 3, $0 / Self.width - 2) &+ UInt8(random.next(below: 4))
      }
    }
    let extremes = [UInt8(0), 255].map { [[UInt8]](repeating: Array(repeating: $0, count: Self.samples), count: 3) }
    return [(noise, other), (noise, noise), (shots[0], shots[1]), (shots[0], moved), (extremes[0], extremes[1])]
  }

  private func clamped(_ plane: [UInt8], _ x: Int, _ y: Int, _ rows: Range<Int> = 0..<height) -> UInt8 {
    plane[min(max(y, rows.lowerBound), rows.upperBound - 1) * Self.width + min(max(x, 0), Self.width - 1)]
  }

  @Test func motionIsTheBestShiftOfEachBlock() {
    var residuals: [Double] = []
    for (from, to) in pairs {
      var total = 0
      for top in stride(from: 0, to: Self.height, by: 9) {
        for left in stride(from: 0, to: Self.width, by: 8) {
          func cost(_ component: Int, _ shift: ck_shift) -> Int {
            var sum = 0
            for y in top..<top + 9 {
              for x in left..<left + 8 {
                let shifted = clamped(from[component], x + Int(shift.x), y + Int(shift.y))
                sum += abs(Int(shifted) - Int(to[component][y * Self.width + x]))
              }
            }
            return sum
          }
          let costs = MotionResidual.shifts.map { Int($0.penalty) + cost(0, $0) }
          let least = costs.min() ?? 0
          let best = MotionResidual.shifts[costs.firstIndex(of: least) ?? 0]
          total += 2 * least + cost(1, best) + cost(2, best)
        }
      }
      residuals.append(Double(total) / 2 / Double(Self.samples))
      #expect(MotionResidual.between(picture(from), picture(to)) == residuals.last)
    }
    #expect(residuals[1] == 0 && residuals[4] == 510, "alike, and as far apart as can be")
  }

  @Test func shiftsRiseByPenaltyAndCoverTheReach() {
    let shifts = MotionResidual.shifts
    #expect(Set(shifts.map { [$0.x, $0.y] }).count == 13 * 7)
    #expect(shifts.map { abs($0.x) }.max() == 6 && shifts.map { abs($0.y) }.max() == 3)
    #expect(zip(shifts, shifts.dropFirst()).allSatisfy { $0.penalty <= $1.penalty })
    #expect(shifts.allSatisfy { Int($0.penalty) == 2 * (abs(Int($0.x)) + abs(Int($0.y))) })
  }

  @Test(arguments: [(0, 9, 2), (5, 6, 1), (11, 3, 2)]) func matchesAreSumsOfProducts(
    top: Int, blockHeight: Int, reach: Int
  ) {
    let rows = top..<top + 4 * blockHeight
    for (from, to) in pairs {
      var own = [ck_moments](repeating: ck_moments(), count: 32)
      let side = 2 * reach + 1
      var shifted = [ck_match](repeating: ck_match(), count: 32 * side * side)
      ck_match_blocks(from[0], to[0], top, blockHeight, reach, &own, &shifted)
      for block in 0..<32 {
        let (left, first) = (block % 8 * 8, top + block / 8 * blockHeight)
        func values(_ plane: [UInt8], _ x: Int, _ y: Int) -> [Int] {
          (0..<8 * blockHeight).map { Int(clamped(plane, left + x + $0 % 8, first + y + $0 / 8, rows)) }
        }
        let mine = values(to[0], 0, 0)
        #expect(Int(own[block].sum) == mine.reduce(0, +))
        #expect(Int(own[block].squares) == mine.reduce(0) { $0 + $1 * $1 })
        for index in 0..<side * side {
          let theirs = values(from[0], index % side - reach, index / side - reach)
          let match = shifted[block * side * side + index]
          #expect(Int(match.moments.sum) == theirs.reduce(0, +))
          #expect(Int(match.moments.squares) == theirs.reduce(0) { $0 + $1 * $1 })
          #expect(Int(match.products) == zip(mine, theirs).reduce(0) { $0 + $1.0 * $1.1 })
        }
      }
    }
  }

  @Test func coverCountsWhatChangedAndWhatIsLive() {
    for (a, b) in pairs {
      let differences = (0..<Self.samples).map { i in (0..<3).reduce(0) { $0 + abs(Int(a[$1][i]) - Int(b[$1][i])) } }
      let changed = differences.filter { $0 > 12 }.count
      let live = (0..<Self.samples).filter { differences[$0] > 12 || max(a[0][$0], b[0][$0]) > 40 }.count
      let cover = Likeness.cover(picture(a), picture(b))
      #expect(cover.changed == Double(changed) / Double(max(20, live)))
      #expect(cover.live == max(0.1, Double(live) / Double(Self.samples)))
    }
  }

  /// Three half pictures: at random, and where all sums are as large as they get.
  private var halves: [[[Int16]]] {
    var random = Random(8)
    let count = 3 * Int(CK_HALF_SAMPLES)
    let noise = (0..<3).map { _ in (0..<count).map { _ in Int16(random.next(below: 1021)) } }
    let (least, most) = ([Int16](repeating: 0, count: count), [Int16](repeating: 1020, count: count))
    return [noise, [least, most, most], [most, least, noise[0]]]
  }

  private func weighted(_ value: (Int) -> Int) -> Int {
    let count = Int(CK_HALF_SAMPLES)
    return (0..<3 * count).reduce(0) { $0 + ($1 < count ? 2 : 1) * value($1) }
  }

  @Test(arguments: [-4096, -700, 0, 33, 256, 4096]) func mixesAreMeasuredAlongTheirAxis(factor: Int) {
    for half in halves {
      let (from, to, picture) = (half[0], half[1], half[2])
      var axis = [Int16](repeating: 0, count: from.count)
      let squares = ck_mix_axis(from, to, &axis)
      #expect(axis == zip(from, to).map { $1 - $0 })
      func step(_ i: Int) -> Int { Int(to[i]) - Int(from[i]) }
      func way(_ i: Int) -> Int { Int(picture[i]) - Int(from[i]) }
      #expect(Int(squares) == weighted { step($0) * step($0) })
      #expect(Int(ck_mix_share(picture, from, axis)) == weighted { way($0) * step($0) })
      #expect(
        Int(ck_mix_residual(picture, from, axis, Int16(factor)))
          == weighted { abs(way($0) * 256 - factor * step($0)) / 16 })
      #expect(Int(ck_half_distance(from, to)) == weighted { abs(step($0)) })
    }
  }

  @Test func differencesAreThoseOfAllThreeValues() {
    let count = Int(CK_HALF_SAMPLES)
    for half in halves {
      var found = [Int16](repeating: -1, count: count)
      let changed = ck_half_differences(half[0], half[1], 96, &found)
      let made = (0..<count).map { i in
        (0..<3).reduce(0) { $0 + ($1 == 0 ? 2 : 1) * abs(Int(half[0][$1 * count + i]) - Int(half[1][$1 * count + i])) }
      }
      #expect(found.map(Int.init) == made && Int(changed) == made.filter { $0 > 96 }.count)
    }
  }

  @Test func whatMotionLeavesLiesOutsideItsSurroundings() {
    let (count, width, reach) = (Int(CK_HALF_SAMPLES), Self.width / 2, Int(CK_FOLLOW_REACH))
    /// How far a value of one plane lies outside those around it in another.
    func outside(_ values: [Int16], _ plane: [Int16], _ i: Int) -> Int {
      var near: [Int] = []
      for y in max(0, i / width - reach)...min(Self.height / 2 - 1, i / width + reach) {
        let row = y * width
        near += plane[row + max(0, i % width - reach)...row + min(width - 1, i % width + reach)].map(Int.init)
      }
      return max(0, near.min()! - Int(values[i]), Int(values[i]) - near.max()!)
    }
    for half in halves + [[HalfPicture(MadeFilm.shot(4)).values, HalfPicture(MadeFilm.shot(9)).values]] {
      var found = [Int16](repeating: -1, count: count)
      ck_half_unfollowed(half[0], half[1], &found)
      let planes = half.prefix(2).map { values in
        (0..<3).map { Array(values[$0 * count..<($0 + 1) * count]) }
      }
      func sum(_ of: Int, _ around: Int, _ i: Int) -> Int {
        (0..<3).reduce(0) { $0 + ($1 == 0 ? 2 : 1) * outside(planes[of][$1], planes[around][$1], i) }
      }
      #expect(found.map(Int.init) == (0..<count).map { max(sum(1, 0, $0), sum(0, 1, $0)) })
    }
  }

  /// Rows that boxes divide and that they do not, boxes of one sample and of more than fit sixteen bits.
  @Test(arguments: [(1920, 64, 4), (960, 64, 3), (256, 64, 4), (33, 32, 2), (64, 64, 1), (70_000, 1, 4), (101, 7, 4)])
  func boxesAreMeans(width: Int, boxes: Int, count: Int) {
    var random = Random(UInt64(width))
    for noise in [true, false] {
      let rows = (0..<count).map { _ in noise ? random.bytes(width) : [UInt8](repeating: 255, count: width) }
      let edges = (0...boxes).map { UInt32($0 * width / boxes) }
      var means = [UInt8](repeating: 7, count: boxes)
      // Each in memory of its own size: what is read past an end is found.
      let copies = rows.map { row in
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: width)
        copy.initialize(from: row, count: width)
        return copy
      }
      defer { copies.forEach { $0.deallocate() } }
      ck_box_means(copies.map { UnsafePointer($0) }, count, width, edges, boxes, &means)
      for box in 0..<boxes {
        let (left, right) = (Int(edges[box]), Int(edges[box + 1]))
        let sum = rows.reduce(0) { $0 + $1[left..<right].reduce(0) { $0 + Int($1) } }
        let samples = count * (right - left)
        #expect(Int(means[box]) == (sum + samples / 2) / samples, "box \(box) of \(width)")
      }
    }
  }
}
