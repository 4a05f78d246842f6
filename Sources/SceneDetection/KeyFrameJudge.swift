package import Timing

/// Judges by key frames and sizes alone in which groups of pictures a boundary may lie.
///
/// Encoders put key frames at cuts where they see them, and at regular distances else. Two key frames that are alike have no
/// boundary between them, but for one that goes and comes back; of the others those are looked into whose key frame at the
/// end is one of regular distance, that are long, or whose frames vary most in size.
package struct KeyFrameJudge {
  /// What is known of a group of pictures.
  package struct Group: Sendable {
    package var frames: Int
    /// Largest mean size of eight frames in a row to the middle one of all such.
    package var unevenness: Double

    /// `bytes`: compressed sizes of the frames after the key frame, in the order of the file.
    package init(frames: Int, bytes: [Int]) {
      self.frames = frames
      unevenness = Self.unevenness(bytes)
    }

    private static let window = 8
    /// Sizes this small vary by chance.
    private static let smallest = 64

    private static func unevenness(_ bytes: [Int]) -> Double {
      guard bytes.count > 2 * window else { return 1 }
      var sum = bytes[0..<window].reduce(0, +)
      var sums = [sum]
      for index in window..<bytes.count {
        sum += bytes[index] - bytes[index - window]
        sums.append(sum)
      }
      sums.sort()
      let middle = sums[sums.count / 2] + window * smallest
      return Double(sums[sums.count - 1]) / Double(middle)
    }
  }

  /// How alike the key frames at both ends of a group are; nil where one predicts the other.
  private var likenesses: [Double?] = []
  private var last: FrameFeatures?
  /// Of each group whose key frames differ: the share of the film that is opened before it, most suspicious first.
  private var ranks: [Int: Double] = [:]
  /// These groups, the most suspicious first.
  private var bySuspicion: [Int] = []
  /// Frames of each group.
  private var frames: [Int] = []
  /// Share of the film, in frames, that may have to be looked into.
  package private(set) var shareOfSuspects = 0.0

  package init() {}

  /// Takes the next group's key picture.
  package mutating func add(_ picture: AnalysisPicture, at time: FrameTime) {
    let features = FrameFeatures(picture, time: time, before: last)
    if let last {
      let likeness = Likeness.correlation(last, features, reach: 2)
      likenesses.append(features.change >= CutFinder.smallest && likeness < CutFinder.mostLikeness ? likeness : nil)
    }
    last = features
  }

  /// Ranks the groups by suspicion, once all key pictures are there.
  package mutating func rank(_ groups: [Group]) {
    let longest = groups.map(\.frames).max() ?? 0
    let total = Double(max(1, groups.reduce(0) { $0 + $1.frames }))
    let suspects = groups.indices.filter {
      !likenesses.indices.contains($0) || likenesses[$0] != nil || groups[$0].unevenness > Self.mostUneven
    }.sorted {
      (suspicion(of: $0, groups, longest), $1) > (suspicion(of: $1, groups, longest), $0)
    }
    frames = groups.map(\.frames)
    bySuspicion = suspects
    for index in suspects {
      ranks[index] = shareOfSuspects
      shareOfSuspects += Double(groups[index].frames) / total
    }
  }

  /// The share of the film that lies in groups more suspicious than this one; nil for a group in which nothing happens.
  package func rank(of group: Int) -> Double? { ranks[group] }

  /// Whether the key frames at both ends of a group show different pictures.
  package func isUnlike(_ group: Int) -> Bool { likenesses.indices.contains(group) && likenesses[group] != nil }

  /// The rank up to which all suspects after a group can be opened where so many frames may be.
  package func rank(affording most: Int, after group: Int) -> Double {
    var left = most
    for index in bySuspicion where index > group {
      left -= frames[index]
      if left < 0 { return ranks[index] ?? 0 }
    }
    return 1
  }

  private static let halfAlike = 0.6
  /// A picture that goes and comes back leaves its key frames alike, and sizes that rise far above the rest.
  private static let mostUneven = 4.0

  private func suspicion(of index: Int, _ groups: [Group], _ longest: Int) -> Double {
    let isRegular = groups[index].frames == longest || index == groups.count - 1
    // A cut leads to another picture altogether; what is half alike may have moved.
    let doubt = likenesses.indices.contains(index) ? min(1, (likenesses[index] ?? 0) / Self.halfAlike) : 1
    return (isRegular ? 10 : 0) + Double(groups[index].frames) / Double(max(1, longest))
      + min(4, groups[index].unevenness) - 1 + 2 * doubt
  }
}
