import Documents
import Media
import SceneDetection
import Timing

/// Which groups of pictures are opened at `--speed fast`: decided by a look at every key frame and at the sizes of packets,
/// and by what the groups opened so far held.
final class FastPlan {
  /// Frames of a group, on average, below which key frames alone cost too much.
  private static let leastFrames = 12

  /// A group is planned this many groups after what was found in it may count: a fifth of a short film, so that most of it is planned
  /// by what was found, and for long ones as many as are worth having under way.
  private static func planDistance(groups: Int) -> Int { min(ParallelDecoder.planDistance, max(3, groups / 5)) }

  /// Key pictures that are kept for the pass, of seven thousand bytes each; those of a longer film are decoded again.
  private static let mostKept = 4096

  private let judge: KeyFrameJudge
  /// When each group's key frame is shown.
  private let keyTimes: [Int64?]
  /// Key frames, by their time, that have been decoded for the judge and not yet been passed on.
  private var keyPictures: [Int64: GroupPicture]
  /// Of a whole decode: what is spent though no group is opened, and what opening each group adds.
  private let costOfTheRest: Double
  private let costOfOpening: [Double]
  private let planDistance: Int
  /// On average; 0 where times do not tell.
  private var framesPerSecond = 0.0
  /// Index of the first frame of each group, and after the last.
  private let starts: [Int]
  /// Of each group: how many are more worth opening.
  private let places: [Int: Int]
  /// Groups that were opened and held a boundary other than their key frame.
  private var holding: Set<Int> = []
  /// Groups after which a cut came with the key frame of the next.
  private var beforeCut: Set<Int> = []
  /// In order.
  private var opened: [Int] = []
  /// What leaving out the rest of a group has saved of the cost of opening it.
  private var saved: [Int: Double] = [:]
  /// No boundary is to come before this frame.
  private var settledFrame = 0
  /// What was known when a group had been delivered.
  private var lessons: [Int: Lesson] = [:]

  /// What is known before the first.
  private var firstLesson = Lesson(place: 0, regularEndWithCut: false, othersEndWithCut: true)

  /// What the groups so far teach about those to come.
  private struct Lesson {
    /// Groups before this place are opened.
    var place: Int
    /// Whether groups with unlike key frames are mostly followed by a cut, where the next came at a regular distance, and where it did
    /// not and is not sharp.
    var regularEndWithCut: Bool
    var othersEndWithCut: Bool
  }

  /// Nil where the film is not divided so that anything could be left out.
  init?(input: Input, threads: Int, progress: @escaping (PassProgress) -> Void) throws {
    var groups: [KeyFrameJudge.Group] = []
    var bytes: [Int] = []
    var keyTimes: [Int64?] = []
    func close() {
      if !bytes.isEmpty { groups.append(KeyFrameJudge.Group(frames: bytes.count, bytes: bytes)) }
      bytes = []
    }
    var cost = DecodingCost()
    let count = SpeedPlan.counting(progress)
    let scan = try PacketScan(of: input, enough: .max) { facts in
      count(facts)
      if facts.isKey {
        close()
        keyTimes.append(facts.pts)
      }
      bytes.append(facts.bytes)
      cost.add(facts)
    }
    close()
    cost.area = scan.area
    guard scan.isDivisible, scan.keyFrames > 1, scan.frames >= Self.leastFrames * scan.keyFrames else { return nil }
    var judge = KeyFrameJudge()
    var kept: [Int64: GroupPicture] = [:]
    var (first, last): (FrameTime?, FrameTime?)
    let isIntact = try Self.visitKeyFrames(of: input, threads: threads) { picture, time in
      (first, last) = (first ?? time, time)
      judge.add(picture.picture, at: time)
      if let pts = picture.pts, kept.count < Self.mostKept { kept[pts] = picture }
      progress(PassProgress(frames: time.index, seconds: time.seconds, fraction: 0))
    }
    // Damage has to be met by the pass.
    keyPictures = isIntact ? kept : [:]
    self.keyTimes = keyTimes
    if let first, let last, last.seconds > first.seconds {
      framesPerSecond = Double(last.index - first.index) / (last.seconds - first.seconds)
    }
    costOfTheRest = cost.ofTheRest
    costOfOpening = cost.ofOpening
    judge.rank(groups, costs: costOfOpening)
    self.judge = judge
    planDistance = Self.planDistance(groups: groups.count)
    places = Dictionary(uniqueKeysWithValues: judge.ranking.enumerated().map { ($1, $0) })
    starts = groups.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.frames) }
    firstLesson.place = lesson(after: -1).place
  }

  /// Decodes every key frame. Returns whether nothing was complained of.
  private static func visitKeyFrames(
    of known: Input, threads: Int, _ visit: @escaping (GroupPicture, FrameTime) -> Void
  ) throws -> Bool {
    let input = try Input(again: known)
    let source = try GroupSource(
      input, threads: threads,
      route: GroupRoute(leavesOut: true, oneKeyEach: true) { _ in ParallelDecoder.Plan(effort: .key) },
      deliver: { if $0.isDecoded { visit($0, $1) } })
    if let video = input.videoStreamIndex { input.select(streams: [video]) }
    let packet = try Packet()
    while try input.read(packet) { if packet.streamIndex == input.videoStreamIndex { try source.send(packet) } }
    try source.finish()
    return source.decoder.failedCalls + source.decoder.flaggedFrames == 0 && LibraryLog.errorLines.isEmpty
  }

  var route: VideoRoute {
    var route = GroupRoute(leavesOut: true, oneKeyEach: true) { self.plan($0) }
    route.planDistance = planDistance
    route.delivered = { group, leftToRest in
      if leftToRest > 0 {
        self.saved[group] =
          self.costOfOpening[group] * Double(leftToRest) / Double(self.starts[group + 1] - self.starts[group])
      }
      self.lessons[group] = self.lesson(after: group)
    }
    route.found = { self.note($0) }
    route.settled = { self.settledFrame = $0 }
    return .groups(route)
  }

  /// What a group gets depends on groups that lie a fixed distance before it, however many threads there are.
  private func plan(_ group: Int) -> ParallelDecoder.Plan {
    let lesson = lessons.removeValue(forKey: group - planDistance) ?? firstLesson
    let key = keyTime(group).flatMap { keyPictures.removeValue(forKey: $0) }
    if let place = places[group], place < lesson.place {
      opened.append(group)
      return ParallelDecoder.Plan(effort: .sparse, restTest: restTest(of: group))
    }
    return ParallelDecoder.Plan(effort: .key, leadsOver: !endsWithCut(group, lesson), key: key)
  }

  /// Whether a group that is not looked into is followed by a cut.
  private func endsWithCut(_ group: Int, _ lesson: Lesson) -> Bool {
    guard judge.isUnlike(group) else { return false }
    if judge.endsRegularly(group) { return lesson.regularEndWithCut }
    return judge.endsSharply(group) || lesson.othersEndWithCut
  }

  private func keyTime(_ group: Int) -> Int64? { keyTimes.indices.contains(group) ? keyTimes[group] : nil }

  /// Between key frames that are alike a group is opened for what its ends do not tell, and looked into as a whole.
  private func restTest(of group: Int) -> RestTestMaker? {
    guard isSuspect(group), let next = keyTime(group + 1).flatMap({ keyPictures[$0] }) else { return nil }
    return { [unevenPackets = judge.unevenPackets(group), framesPerSecond] in
      var test = RestTest(next: next.picture, unevenPackets: unevenPackets, framesPerSecond: framesPerSecond)
      return { test.isQuiet(from: $0, packets: $1) }
    }
  }

  private func note(_ boundary: Boundary) {
    // Counted where its middle lies: what goes over a key frame would make two groups of one boundary.
    let frame = (boundary.first.index + boundary.last.index) / 2
    guard let next = starts.firstIndex(where: { $0 > frame }), next > 0 else { return }
    // A frame or two from the key frame is the key frame's: leading pictures shift the count.
    if frame - starts[next - 1] > 2 { holding.insert(next - 1) } else { beforeCut.insert(next - 2) }
  }

  /// What the whole may cost: so much, or so much and half of what lies in groups that hold a boundary.
  private static let mostCost = 0.25
  private static let leastCost = 0.10
  /// The share of both that is planned with, as what decoding costs is only told from packets.
  private static let margin = 0.82
  /// Groups of ordinary length that are thought to hold a boundary before anything is known: to open too few at the beginning
  /// cannot be made good, too many can.
  private static let groupsGranted = 6

  private func lesson(after group: Int) -> Lesson {
    let settled = opened.filter { $0 + 1 < starts.count && starts[$0 + 1] <= settledFrame }
    func frames(_ groups: [Int]) -> Double { Double(groups.reduce(0) { $0 + starts[$1 + 1] - starts[$1] }) }
    let all = Double(starts.last ?? 0)
    let granted = Double(Self.groupsGranted) * all / Double(starts.count - 1)
    let suspects = settled.filter(isSuspect)
    let held = frames(suspects.filter(holding.contains))
    let suspected = judge.shareOfSuspects * all
    // Where suspects hold nothing, others hold less.
    let most = 2 * held > frames(suspects) ? judge.ranking.count : judge.suspects.count
    let others = settled.filter { !isSuspect($0) }
    let heldByOthers = frames(others.filter(holding.contains))
    // What was looked into is known; of the rest as much may hold boundaries.
    let heldByAll =
      held + (held + granted) / (frames(suspects) + granted) * (suspected - frames(suspects))
      + heldByOthers / max(1, frames(others)) * (all - suspected)
    let budget = Self.margin * max(Self.mostCost, Self.leastCost + heldByAll / max(1, all) / 2)
    let spent = opened.reduce(0) { $1 <= group ? $0 + costOfOpening[$1] - saved[$1, default: 0] : $0 }
    let unlike = settled.filter(judge.isUnlike)
    // By how many more of them were followed by a cut than were not.
    func excess(_ groups: [Int]) -> Int { 2 * groups.filter(beforeCut.contains).count - groups.count }
    return Lesson(
      place: min(most, place(affording: budget - costOfTheRest - spent, after: group)),
      regularEndWithCut: excess(unlike.filter(judge.endsRegularly)) > 0,
      othersEndWithCut: excess(unlike.filter { !judge.endsRegularly($0) }) >= 0)
  }

  private func isSuspect(_ group: Int) -> Bool { places[group].map { $0 < judge.suspects.count } ?? false }

  /// The place up to which all groups after one can be opened for so large a share of a whole decode.
  private func place(affording most: Double, after group: Int) -> Int {
    var left = most
    for (place, next) in judge.ranking.enumerated() where next > group {
      left -= costOfOpening[next]
      if left < 0 { return place }
    }
    return judge.ranking.count
  }
}
