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

  package enum Verdict: Sendable, Equatable {
    /// Nothing happens: its frames lead over to the next key frame.
    case alike
    /// Different key frames, and nothing that points to a boundary within: the next key frame is one.
    case endsWithCut
    /// To be looked into.
    case open
  }

  /// Most of the film, in frames, that is looked into because of what it may hold.
  private static let mostOpen = 0.55

  /// Whether the key frame of a group is unlike that of the one before.
  private var changes: [Bool] = []
  private var last: FrameFeatures?

  package init() {}

  /// Takes the next group's key picture.
  package mutating func add(_ picture: AnalysisPicture, at time: FrameTime) {
    let features = FrameFeatures(picture, time: time, before: last)
    if let last {
      changes.append(
        features.change >= CutFinder.smallest
          && Likeness.correlation(last, features, reach: 2) < CutFinder.mostLikeness)
    }
    last = features
  }

  /// The verdict on each group, once all key pictures are there.
  package func verdicts(_ groups: [Group]) -> [Verdict] {
    let longest = groups.map(\.frames).max() ?? 0
    var verdicts: [Verdict] = groups.indices.map {
      changes.indices.contains($0) && !changes[$0] ? .alike : .endsWithCut
    }
    let total = groups.reduce(0) { $0 + $1.frames }
    var budget = Int(Self.mostOpen * Double(total))
    let suspects = groups.indices.filter { verdicts[$0] == .endsWithCut }.sorted {
      (suspicion(of: $0, groups, longest), $1) > (suspicion(of: $1, groups, longest), $0)
    }
    for index in suspects where groups[index].frames <= budget {
      verdicts[index] = .open
      budget -= groups[index].frames
    }
    return verdicts
  }

  private func suspicion(of index: Int, _ groups: [Group], _ longest: Int) -> Double {
    let isRegular = groups[index].frames == longest || index == groups.count - 1
    return (isRegular ? 10 : 0) + Double(groups[index].frames) / Double(max(1, longest))
      + min(4, groups[index].unevenness) - 1
  }
}
