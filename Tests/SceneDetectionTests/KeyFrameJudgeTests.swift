import SceneDetection
import Testing
import Timing

@Suite struct KeyFrameJudgeTests {
  private typealias Group = KeyFrameJudge.Group

  private func judge(seeds: [UInt64], _ groups: [Group], costs: [Double]) -> KeyFrameJudge {
    var judge = KeyFrameJudge()
    for (index, seed) in seeds.enumerated() {
      judge.add(
        MadeFilm.shot(seed), at: FrameTime(index: index, pts: Int64(index), duration: 1, seconds: Double(index)))
    }
    judge.rank(groups, costs: costs)
    return judge
  }

  /// Sizes of a group's frames, the key frame's first.
  private static let even = [5000] + [Int](repeating: 1000, count: 99)

  /// A group of the same picture throughout, whose sizes rise tenfold for some frames in its middle.
  private static let risen = [5000] + (0..<99).map { (40..<60).contains($0) ? 10_000 : 1000 }

  @Test func onlyGroupsWhereSomethingMayHappenAreSuspect() {
    let groups = [Group(frames: 100, bytes: Self.even), Group(frames: 100, bytes: Self.even)]
    let judge = judge(seeds: [1, 1, 1], groups + groups.prefix(1), costs: [1, 1, 1])
    // Of the last it is not known what follows.
    #expect(judge.suspects == [2])
    #expect(!judge.isUnlike(0) && !judge.isUnlike(1))
    #expect(abs(judge.shareOfSuspects - 1.0 / 3) < 1e-9)
  }

  @Test func aPictureThatGoesAndComesBackIsSeenByItsSize() {
    let groups = [Self.even, Self.risen, Self.even].map { Group(frames: 100, bytes: $0) }
    #expect(Set(judge(seeds: [1, 1, 1], groups, costs: [1, 1, 1]).suspects) == [1, 2])
  }

  @Test func sizesAreSuspectUpToTheLastThatRises() {
    let judge = judge(
      seeds: [1, 1, 1], [Self.even, Self.risen, []].map { Group(frames: 100, bytes: $0) }, costs: [1, 1, 1])
    // Of eight frames three must have risen: the last such begin with the fifth but last, and with the key frame 66 packets go by.
    #expect((0..<4).map(judge.unevenPackets) == [0, 66, 0, 0])
  }

  @Test func aKeyFrameThatIsFarLargerThanWhatWasBeforeItIsSharp() {
    let ending = Self.even.dropLast(8) + [Int](repeating: 500, count: 8)
    let groups = [Self.even, Self.even, Array(ending), Self.even].map { Group(frames: 100, bytes: $0) }
    let judge = judge(seeds: [1, 2, 1, 2], groups, costs: [1, 1, 1, 1])
    #expect((0..<5).map(judge.endsSharply) == [false, false, true, false, false])
  }

  @Test func aPlainPictureTellsNothingOfWhatLiesBetween() {
    var judge = KeyFrameJudge()
    let shot = MadeFilm.shot(3)
    for (index, picture) in [shot, shot, MadeFilm.plain(16), MadeFilm.plain(16), shot, shot].enumerated() {
      judge.add(picture, at: FrameTime(index: index, pts: Int64(index), duration: 1, seconds: Double(index)))
    }
    let groups = [Group](repeating: Group(frames: 100, bytes: Self.even), count: 6)
    judge.rank(groups, costs: [1, 1, 1, 1, 1, 1])
    #expect(Set(judge.suspects) == [1, 2, 3, 5])
    #expect(!judge.isUnlike(2), "no cut is made up between two plain pictures")
  }

  @Test func groupsThatAreNotSuspectComeLast() {
    let groups = [60, 100, 60, 100].map { Group(frames: $0, bytes: Array(Self.even.prefix($0))) }
    let judge = judge(seeds: [1, 1, 2, 2], groups, costs: [1, 1, 1, 1])
    #expect(judge.suspects == [3, 1], "of the last it is not known what follows")
    #expect(judge.ranking.prefix(2) == [3, 1] && Set(judge.ranking.suffix(2)) == [0, 2])
    #expect((0..<5).map(judge.endsRegularly) == [false, true, false, true, false])
  }

  @Test func ofEqualSuspicionTheCheaperComesFirst() {
    // The last group is the longest, so that the others' key frames are none of regular distance.
    let groups = [60, 60, 60, 100].map { Group(frames: $0, bytes: Array(Self.even.prefix($0))) }
    let costs = [3.0, 1, 2, 2]
    let judge = judge(seeds: [1, 2, 1, 2], groups, costs: costs)
    #expect((0..<3).allSatisfy(judge.isUnlike))
    #expect(judge.suspects.filter { $0 < 3 } == [1, 2, 0])
    #expect(judge.suspects.first == 3)
  }
}
