package import Timing

/// Judges by key frames and sizes alone in which groups of pictures a boundary may lie.
///
/// Encoders put key frames at cuts where they see them, and at regular distances else. Two key frames that are alike have no
/// boundary between them, but for one that goes and comes back, or where one is plain; of the others those are looked into
/// whose key frame at the end is one of regular distance, that are long, or whose frames vary most in size, cheap ones before
/// costly ones.
package struct KeyFrameJudge {
  /// What is known of a group of pictures.
  package struct Group: Sendable {
    package var frames: Int
    /// Largest mean size of eight frames in a row to the middle one of all such.
    package var unevenness: Double
    /// Packets up to the last that lies in eight so large that the group is suspect for them; 0 where there are none.
    package var unevenPackets: Int

    /// Bytes of the key frame, and of a frame at the end of the group, on average of the last eight.
    package var keyBytes: Int
    package var endBytes: Double

    /// `bytes`: compressed sizes of the frames, in the order of the file, the key frame's first.
    package init(frames: Int, bytes: [Int]) {
      self.frames = frames
      keyBytes = bytes.first ?? 0
      let others = Array(bytes.dropFirst())
      let end = others.suffix(Self.window)
      endBytes = Double(end.reduce(0, +)) / Double(max(1, end.count))
      (unevenness, unevenPackets) = Self.unevenness(others)
    }

    private static let window = 8
    /// Sizes this small vary by chance.
    fileprivate static let smallest = 64

    private static func unevenness(_ bytes: [Int]) -> (Double, packets: Int) {
      guard bytes.count > 2 * window else { return (1, 0) }
      var sum = bytes[0..<window].reduce(0, +)
      var sums = [sum]
      for index in window..<bytes.count {
        sum += bytes[index] - bytes[index - window]
        sums.append(sum)
      }
      let sorted = sums.sorted()
      let middle = Double(sorted[sums.count / 2] + window * smallest)
      let lastUneven = sums.lastIndex { Double($0) > KeyFrameJudge.mostUneven * middle }
      // The key frame is a packet, too.
      return (Double(sorted[sums.count - 1]) / middle, lastUneven.map { $0 + window + 1 } ?? 0)
    }
  }

  /// How alike the key frames at both ends of a group are; nil where one predicts the other.
  private var likenesses: [Double?] = []
  /// Whether a key frame at either end of a group is plain: the film may fade to it, and out of it, within.
  private var arePlain: [Bool] = []
  private var last: FrameFeatures?
  /// Groups that may hold a boundary, the most suspicious for their cost first.
  package private(set) var suspects: [Int] = []
  /// All groups in the order in which they are worth looking into: the suspects, and then the others.
  package private(set) var ranking: [Int] = []
  /// Share of the film, in frames, that may have to be looked into.
  package private(set) var shareOfSuspects = 0.0

  package init() {}

  /// Takes the next group's key picture.
  package mutating func add(_ picture: AnalysisPicture, at time: FrameTime) {
    let features = FrameFeatures(picture, time: time, before: last)
    if let last {
      let likeness = Likeness.correlation(last, features, reach: 2)
      likenesses.append(features.change >= CutFinder.smallest && likeness < CutFinder.mostLikeness ? likeness : nil)
      arePlain.append(last.isBlank || features.isBlank)
    }
    last = features
  }

  /// Ranks the groups by suspicion, once all key pictures are there. `costs`: what looking into each costs, in any unit.
  package mutating func rank(_ groups: [Group], costs: [Double]) {
    self.groups = groups
    let longest = groups.map(\.frames).max() ?? 0
    isRegular = groups.indices.map { groups[$0].frames == longest || $0 == groups.count - 1 }
    let total = Double(max(1, groups.reduce(0) { $0 + $1.frames }))
    let meanCost = costs.reduce(0, +) / total
    let order = groups.indices.map {
      let costliness = costs[$0] / Double(max(1, groups[$0].frames)) / max(meanCost, .leastNormalMagnitude)
      return suspicion(of: $0, groups, longest) / max(Self.leastCostliness, costliness)
    }
    func isSuspect(_ index: Int) -> Bool {
      !likenesses.indices.contains(index) || likenesses[index] != nil || arePlain[index]
        || groups[index].unevenness > Self.mostUneven
    }
    let sorted = groups.indices.sorted { (order[$0], $1) > (order[$1], $0) }
    suspects = sorted.filter(isSuspect)
    ranking = suspects + sorted.filter { !isSuspect($0) }
    shareOfSuspects = Double(suspects.reduce(0) { $0 + groups[$1].frames }) / total
  }

  /// Packets of a group after which its sizes are no longer suspect.
  package func unevenPackets(_ group: Int) -> Int { groups.indices.contains(group) ? groups[group].unevenPackets : 0 }
  private var groups: [Group] = []

  /// Whether the key frames at both ends of a group show different pictures.
  package func isUnlike(_ group: Int) -> Bool { likenesses.indices.contains(group) && likenesses[group] != nil }

  /// Whether a group's next key frame came at a regular distance, and not where the encoder saw a cut: groups that are the
  /// longest are, and the last is taken for one.
  package func endsRegularly(_ group: Int) -> Bool { isRegular.indices.contains(group) && isRegular[group] }
  private var isRegular: [Bool] = []

  /// Whether a group's next key frame is so much larger than the frames before it that nothing was changing there.
  ///
  /// Of 245 key frames at no regular distance that were unlike the ones before them, on six annotated films and four made of real
  /// ones, 72 were such: 30 of them cuts, 29 in a gradual transition, and 13 neither; of the others 22 were cuts.
  package func endsSharply(_ group: Int) -> Bool {
    groups.indices.contains(group + 1)
      && Double(groups[group + 1].keyBytes) >= Self.sharp * (groups[group].endBytes + Double(Group.smallest))
  }

  private static let sharp = 6.0

  private static let halfAlike = 0.6
  /// Cost of a group's frame to that of the film's below which it makes no further difference.
  private static let leastCostliness = 0.1
  /// A picture that goes and comes back leaves its key frames alike, and sizes that rise far above the rest.
  fileprivate static let mostUneven = 4.0

  private func suspicion(of index: Int, _ groups: [Group], _ longest: Int) -> Double {
    // A cut leads to another picture altogether; what is half alike may have moved. A plain picture says nothing.
    let isTold = likenesses.indices.contains(index) && !arePlain[index]
    let doubt = isTold ? min(1, (likenesses[index] ?? 0) / Self.halfAlike) : 1
    return (isRegular[index] ? 10 : 0) + Double(groups[index].frames) / Double(max(1, longest))
      + min(4, groups[index].unevenness) - 1 + 2 * doubt
  }
}
