import Documents
import Media
import SceneDetection
import Timing

/// Decides how a film is decoded: by the speed that was asked for, and by what its stream allows.
struct SpeedPlan {
  /// Groups of pictures that are worth decoding side by side.
  private static let leastKeyFrames = 8

  var route = VideoRoute.sequential
  /// What was asked for and cannot be had. Does not depend on the number of threads, as documents do not.
  var warnings: [WarningRecord] = []

  /// `progress` is told how far a look ahead has come, so that it does not pass for a stall.
  init(
    path: String, options: AnalysisOptions, limits: Limits, threads: Int, progress: @escaping (PassProgress) -> Void
  ) throws {
    let stages = Set(options.stages)
    guard stages.contains(.scenes) || stages.contains(.frames) else { return }
    if options.speed != .exact, stages.contains(.text) {
      warnings.append(Self.notApplied(options.speed, "reading text needs every frame"))
      return
    }
    // Choosing the best frames needs every one at full size.
    if options.speed == .exact, stages.contains(.frames), options.frameRule == .best { return }
    let scan: PacketScan
    do {
      scan = try PacketScan(path: path, limits: limits, enough: Self.leastKeyFrames, visit: Self.counting(progress))
    } catch {
      // What cannot be read is met again by the pass, which keeps what comes before it.
      return
    }
    guard scan.isDivisible else {
      if options.speed != .exact {
        warnings.append(
          Self.notApplied(options.speed, "the stream has frames without a timestamp, or begins without a key frame"))
      }
      return
    }
    if scan.keyFrames < Self.leastKeyFrames {
      warnings.append(
        WarningRecord(
          "few_key_frames",
          "the film has \(scan.keyFrames) key frames: too few to decode parts of it side by side on several cores",
          stage: "scenes"))
    }
    switch options.speed {
    case .exact: if scan.keyFrames >= Self.leastKeyFrames, threads > 1 { route = .sideBySide }
    case .balanced: route = .balanced
    case .fast: route = try fastRoute(path: path, limits: limits, threads: threads, progress: progress)
    }
  }

  /// A visitor of packets that tells of every thousandth.
  static func counting(_ progress: @escaping (PassProgress) -> Void) -> (PacketFacts) -> Void {
    var count = 0
    return { _ in
      count += 1
      if count % 1000 == 0 { progress(PassProgress(frames: count, seconds: 0, fraction: 0)) }
    }
  }

  private mutating func fastRoute(
    path: String, limits: Limits, threads: Int, progress: @escaping (PassProgress) -> Void
  ) throws -> VideoRoute {
    do {
      if let plan = try FastPlan(path: path, limits: limits, threads: threads, progress: progress) { return plan.route }
    } catch let mismatch as ParallelDecoder.Mismatch {
      warnings.append(Self.notApplied(.fast, "the stream cannot be divided (\(mismatch.reason))"))
      return .sequential
    } catch let error as MediaError where error.code == .unreadable {
      warnings.append(Self.notApplied(.fast, error.message))
      return .sequential
    }
    warnings.append(
      WarningRecord(
        "speed_not_applied",
        "--speed fast was applied as balanced: the groups of pictures are too short, or too few, to leave any out",
        stage: "scenes"))
    return .balanced
  }

  static func notApplied(_ speed: Speed, _ why: String) -> WarningRecord {
    WarningRecord(
      "speed_not_applied", "--speed \(speed.rawValue) was not applied, every frame was decoded: \(why)", stage: "scenes"
    )
  }
}

/// Which groups of pictures are opened at `--speed fast`: decided by a look at every key frame and at the sizes of packets,
/// and by how often the groups opened so far held a boundary.
final class FastPlan {
  /// Frames of a group, on average, below which key frames alone cost too much.
  private static let leastFrames = 12

  private let judge: KeyFrameJudge
  /// Index of the first frame of each group, and after the last.
  private let starts: [Int]
  /// Groups that were opened and held a boundary other than their key frame.
  private var holding: Set<Int> = []
  private var opened: Set<Int> = []
  /// The share of the film to open, as it was known when a group had been delivered.
  private var shares: [Int: Double] = [:]

  /// Nil where the film is not divided so that anything could be left out.
  init?(path: String, limits: Limits, threads: Int, progress: @escaping (PassProgress) -> Void) throws {
    var groups: [KeyFrameJudge.Group] = []
    var bytes: [Int] = []
    func close() {
      if !bytes.isEmpty { groups.append(KeyFrameJudge.Group(frames: bytes.count, bytes: Array(bytes.dropFirst()))) }
      bytes = []
    }
    let count = SpeedPlan.counting(progress)
    let scan = try PacketScan(path: path, limits: limits, enough: .max) { facts in
      count(facts)
      if facts.isKey { close() }
      bytes.append(facts.bytes)
    }
    close()
    guard scan.isDivisible, scan.keyFrames > 1, scan.frames >= Self.leastFrames * scan.keyFrames else { return nil }
    var judge = KeyFrameJudge()
    try Self.visitKeyFrames(path: path, limits: limits, threads: threads) {
      judge.add($0, at: $1)
      progress(PassProgress(frames: $1.index, seconds: $1.seconds, fraction: 0))
    }
    judge.rank(groups)
    self.judge = judge
    starts = groups.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.frames) }
  }

  private static func visitKeyFrames(
    path: String, limits: Limits, threads: Int, _ visit: @escaping (AnalysisPicture, FrameTime) -> Void
  ) throws {
    let input = try Input(path: path, limits: limits)
    let source = try GroupSource(
      input, threads: threads,
      route: GroupRoute(leavesOut: true, oneKeyEach: true) { _ in ParallelDecoder.Plan(effort: .key) },
      deliver: { if $0.isDecoded { visit($0.picture, $1) } })
    if let video = input.videoStreamIndex { input.select(streams: [video]) }
    let packet = try Packet()
    while try input.read(packet) { if packet.streamIndex == input.videoStreamIndex { try source.send(packet) } }
    try source.finish()
  }

  var route: VideoRoute {
    var route = GroupRoute(leavesOut: true, oneKeyEach: true) { self.plan($0) }
    route.delivered = { self.shares[$0] = self.shareToOpen(after: $0) }
    route.found = { self.note($0) }
    return .groups(route)
  }

  /// What a group gets depends on groups that lie a fixed distance before it, however many threads there are.
  private func plan(_ group: Int) -> ParallelDecoder.Plan {
    let share = shares.removeValue(forKey: group - ParallelDecoder.planDistance) ?? Self.firstShare
    switch judge.verdict(on: group, opening: share) {
    case .open:
      opened.insert(group)
      return ParallelDecoder.Plan(effort: .sparse)
    case .alike: return ParallelDecoder.Plan(effort: .key, leadsOver: true)
    case .endsWithCut: return ParallelDecoder.Plan(effort: .key)
    }
  }

  private func note(_ boundary: Boundary) {
    for frame in [boundary.first.index, boundary.last.index] {
      guard let next = starts.firstIndex(where: { $0 > frame }), next > 0 else { continue }
      // A frame or two from the key frame is the key frame's: leading pictures shift the count.
      if frame - starts[next - 1] > 2 { holding.insert(next - 1) }
    }
  }

  /// Share of the film that is opened before anything is known.
  private static let firstShare = 1.0
  /// What opening the whole film costs, of a whole decode (measured: 0.23 to 0.28), and what everything else does.
  private static let costOfOpening = 0.26
  private static let costOfTheRest = 0.08
  /// What the whole may cost: so much, or so much and half of what lies in groups that hold a boundary.
  private static let mostCost = 0.25
  private static let leastCost = 0.10

  private func shareToOpen(after group: Int) -> Double {
    func frames(_ groups: Set<Int>) -> Int {
      groups.filter { $0 <= group && $0 + 1 < starts.count }.reduce(0) { $0 + starts[$1 + 1] - starts[$1] }
    }
    let looked = frames(opened)
    guard looked > 0 else { return Self.firstShare }
    let held = Double(frames(holding)) / Double(looked) * judge.shareOfSuspects
    let budget = max(Self.mostCost, Self.leastCost + held / 2)
    return min(1, max(0, budget - Self.costOfTheRest) / Self.costOfOpening)
  }
}
