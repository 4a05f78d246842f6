import CKernels
import Timing

/// A motion that the letters of a page share: how far they stood from where they are now, at earlier looks.
struct SharedMotion: Equatable {
  /// Looks ago, and pixels of the small plane by which what is now at a row stood further down then; negative: further up.
  let steps: [(ago: Int, shift: Int)]
  /// How well the rows of those looks match, up to 3.
  let match: Double

  /// Pixels since the oldest of them.
  var total: Int { steps.last?.shift ?? 0 }
  /// The oldest of them.
  var ago: Int { steps.last?.ago ?? 0 }

  static func == (a: SharedMotion, b: SharedMotion) -> Bool { a.steps.map(\.shift) == b.steps.map(\.shift) }
}

/// Finds out whether a page of text moves steadily up or down, from how much edge there is in each row of the small planes.
///
/// Lines of text have rows full of edges and rows without, and lines of different length differ: the profile of one look
/// fits that of another where it is shifted by the way that the page went. What fits at three looks in proportion to
/// time is a motion; it is proved only where strokes, shifted along, stand still (``MovingTextWatch``).
struct SteadyMotion {
  /// Fastest and slowest motion, in pixels of the small plane from one look to the next and over the oldest look.
  static let fastest = 24
  static let slowest = 3
  /// Correlation from which two profiles fit, and by how much it must exceed that of profiles in place.
  static let fits = 0.7
  static let gain = 0.1
  /// Pixels by which the way at an earlier look may differ from what is in proportion to time.
  static let unsteady = 2
  /// Least rows that two profiles share.
  static let leastRows = 24
  /// Motions that are tried where lines in even distances fit in several places.
  static let most = 3
  /// Looks from one of three to the next: the second for slow pages.
  static let strides = [1, 2]
  static let kept = 7

  /// Edges in each row: of the whole picture, of its left and of its right half.
  private struct Profile {
    var seconds: Double
    var parts: [RowProfile]
  }

  private var profiles: [Profile] = []
  /// Edges in each row of the last look, left and right of the middle.
  private(set) var halves: [[Float]] = []

  /// Takes the next look.
  mutating func push(_ plane: Plane, seconds: Double) {
    var left = [Float](repeating: 0, count: plane.height)
    var right = left
    ck_halves_of_rows(plane.bytes, plane.width, plane.height, &left, &right)
    halves = [left, right]
    profiles.append(
      Profile(seconds: seconds, parts: [zip(left, right).map { $0 + $1 }, left, right].map(RowProfile.init)))
    if profiles.count > Self.kept { profiles.removeFirst() }
  }

  /// The motions that the last looks show, the best first; none where the picture rests or does not move steadily.
  func motions() -> [SharedMotion] {
    for stride in Self.strides where profiles.count > 3 * stride {
      var found: [SharedMotion] = []
      for part in profiles[0].parts.indices {
        for motion in motions(part, stride) where !found.contains(motion) { found.append(motion) }
      }
      if !found.isEmpty { return Array(found.sorted { $0.match > $1.match }.prefix(Self.most)) }
    }
    return []
  }

  private func motions(_ part: Int, _ stride: Int) -> [SharedMotion] {
    let now = profiles.count - 1
    return Self.motions(
      of: (0...3).map { profiles[now - $0 * stride].parts[part] },
      ages: (0...3).map { profiles[now].seconds - profiles[now - $0 * stride].seconds }, stride: stride,
      fastest: Self.fastest, least: Self.leastRows)
  }

  /// The motions that four looks show, the newest first, which lie `ages` back, `stride` looks from one to the next.
  ///
  /// `fastest` is in pixels a look, `least` the least rows that two profiles share.
  static func motions(
    of looks: [RowProfile], ages: [Double], stride: Int, fastest: Int, least: Int
  ) -> [SharedMotion] {
    func correlations(_ then: RowProfile, _ shifts: ClosedRange<Int>) -> [Double] {
      looks[0].correlations(with: then, shifts: shifts, least: least)
    }
    let furthest = min(fastest * stride, looks[0].count - least)
    guard furthest > 0, ages[1] > 0 else { return [] }
    let inPlace = correlations(looks[3], 0...0)[0]
    // No motion can match so much better.
    guard inPlace + gain <= 1 else { return [] }
    let first = correlations(looks[1], -furthest...furthest)
    var found: [SharedMotion] = []
    for index in first.indices.dropFirst().dropLast()
    where first[index] >= fits && first[index] >= first[index - 1] && first[index] > first[index + 1] {
      let shift = index - furthest
      var steps = [(ago: stride, shift: shift)]
      var match = Double(first[index])
      for times in 2...3 {
        let expected = Double(steps[steps.count - 1].shift) * ages[times] / ages[times - 1]
        let around = Int(expected.rounded())
        let near = around - unsteady...around + unsteady
        let best = zip(near, correlations(looks[times], near)).map { (shift: $0, match: $1) }
          .max { $0.match < $1.match }
        guard let best, best.match >= fits else { break }
        steps.append((times * stride, best.shift))
        match += best.match
      }
      guard steps.count == 3, abs(steps[2].shift) >= slowest, match / 3 >= inPlace + gain else { continue }
      found.append(SharedMotion(steps: steps, match: match))
    }
    return found
  }
}

/// A value for each row of a picture, with what correlations with it need of every range of rows.
struct RowProfile {
  private let values: [Float]
  /// Sums of the values, and of their squares, of the rows before each.
  private let sums: [Double]
  private let squares: [Double]

  init(_ values: [Float]) {
    self.values = values
    func running(_ term: (Double) -> Double) -> [Double] {
      [Double](unsafeUninitializedCapacity: values.count + 1) { sums, count in
        var sum = 0.0
        sums.initializeElement(at: 0, to: sum)
        for (index, value) in values.enumerated() {
          sum += term(Double(value))
          sums.initializeElement(at: index + 1, to: sum)
        }
        count = values.count + 1
      }
    }
    (sums, squares) = (running { $0 }, running { $0 * $0 })
  }

  var count: Int { values.count }

  /// Pearson's correlations with a profile of as many rows that is so many rows further down, over the rows both have; −1
  /// where these are fewer than `least`, or one of the profiles is even.
  func correlations(with other: RowProfile, shifts: ClosedRange<Int>, least: Int) -> [Double] {
    guard other.count == count else { return shifts.map { _ in -1 } }
    return [Double](unsafeUninitializedCapacity: shifts.count) { correlations, found in
      withProfile { profile in
        other.withProfile { other in
          ck_correlations(
            profile, other, count, shifts.lowerBound, shifts.count, max(1, least), correlations.baseAddress)
        }
      }
      found = shifts.count
    }
  }

  private func withProfile(_ body: (ck_profile) -> Void) {
    values.withUnsafeBufferPointer { values in
      sums.withUnsafeBufferPointer { sums in
        squares.withUnsafeBufferPointer { squares in
          body(ck_profile(values: values.baseAddress, sums: sums.baseAddress, squares: squares.baseAddress))
        }
      }
    }
  }
}
