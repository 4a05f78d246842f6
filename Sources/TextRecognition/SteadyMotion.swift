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
  /// Correlation of profiles in place from which a picture rests.
  static let rests = 0.98
  static let kept = 7

  /// Edges in each row: of the whole picture, of its left and of its right half.
  private struct Profile {
    var seconds: Double
    var parts: [[Float]]
  }

  private var profiles: [Profile] = []

  /// Takes the edges of the next look.
  mutating func push(_ edges: StrokeEdges, width: Int, height: Int, seconds: Double) {
    var left = [Float](repeating: 0, count: height)
    var right = left
    edges.rising.withUnsafeBufferPointer { rising in
      edges.falling.withUnsafeBufferPointer { falling in
        for y in 0..<height {
          let (start, middle, end) = (y * width, y * width + width / 2, (y + 1) * width)
          left[y] = Float(Self.sum(rising, falling, start..<middle))
          right[y] = Float(Self.sum(rising, falling, middle..<end))
        }
      }
    }
    profiles.append(Profile(seconds: seconds, parts: [zip(left, right).map { $0 + $1 }, left, right]))
    if profiles.count > Self.kept { profiles.removeFirst() }
  }

  @inline(__always)
  private static func sum(
    _ rising: UnsafeBufferPointer<UInt8>, _ falling: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
  ) -> UInt32 {
    var sum: UInt32 = 0
    for i in range { sum &+= UInt32(rising[i]) &+ UInt32(falling[i]) }
    return sum
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
    func age(_ ago: Int) -> Double { profiles[now].seconds - profiles[now - ago].seconds }
    let looks = (0...3).map { profiles[now - $0 * stride].parts[part] }
    let furthest = min(Self.fastest * stride, looks[0].count - Self.leastRows)
    let inPlace = Self.correlation(looks[0], looks[3], shift: 0)
    guard furthest > 0, age(stride) > 0, inPlace < Self.rests else { return [] }
    let first = (-furthest...furthest).map { Self.correlation(looks[0], looks[1], shift: $0) }
    var found: [SharedMotion] = []
    for index in first.indices.dropFirst().dropLast()
    where first[index] >= Self.fits && first[index] >= first[index - 1] && first[index] > first[index + 1] {
      let shift = index - furthest
      var steps = [(ago: stride, shift: shift)]
      var match = Double(first[index])
      for times in 2...3 {
        let ago = times * stride
        let expected = Double(steps[steps.count - 1].shift) * age(ago) / age(ago - stride)
        let around = Int(expected.rounded())
        let best = (around - Self.unsteady...around + Self.unsteady)
          .map { (shift: $0, match: Self.correlation(looks[0], looks[times], shift: $0)) }
          .max { $0.match < $1.match }
        guard let best, best.match >= Self.fits else { break }
        steps.append((ago, best.shift))
        match += best.match
      }
      guard steps.count == 3, abs(steps[2].shift) >= Self.slowest,
        match / 3 >= inPlace + Self.gain
      else { continue }
      found.append(SharedMotion(steps: steps, match: match))
    }
    return found
  }

  /// Correlation of one profile with another that is `shift` rows further down, over the rows both have.
  static func correlation(_ now: [Float], _ then: [Float], shift: Int) -> Double {
    let count = now.count - abs(shift)
    guard count >= leastRows else { return -1 }
    return now.withUnsafeBufferPointer { now in
      then.withUnsafeBufferPointer { then in
        let (a, b) = (max(0, -shift), max(0, shift))
        var (sumA, sumB, squareA, squareB, product): (Float, Float, Float, Float, Float) = (0, 0, 0, 0, 0)
        for i in 0..<count {
          let (x, y) = (now[a &+ i], then[b &+ i])
          sumA += x
          sumB += y
          squareA += x * x
          squareB += y * y
          product += x * y
        }
        let n = Float(count)
        let spread = (squareA - sumA * sumA / n) * (squareB - sumB * sumB / n)
        return spread > 0 ? Double((product - sumA * sumB / n) / spread.squareRoot()) : -1
      }
    }
  }
}
