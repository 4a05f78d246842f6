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

  init(path: String, options: AnalysisOptions, limits: Limits, threads: Int) throws {
    let stages = Set(options.stages)
    guard stages.contains(.scenes) || stages.contains(.frames) else { return }
    if options.speed != .exact, stages.contains(.text) {
      warnings.append(Self.notApplied(options.speed, "reading text needs every frame"))
      return
    }
    if options.speed == .exact, stages.contains(.frames) { return }
    let scan = try PacketScan(path: path, limits: limits, enough: Self.leastKeyFrames)
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
    case .fast: route = try fastRoute(path: path, limits: limits, threads: threads)
    }
  }

  private mutating func fastRoute(path: String, limits: Limits, threads: Int) throws -> VideoRoute {
    do {
      if let plan = try FastPlan(path: path, limits: limits, threads: threads) { return plan.route }
    } catch let mismatch as ParallelDecoder.Mismatch {
      warnings.append(Self.notApplied(.fast, "the stream cannot be divided (\(mismatch.reason))"))
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

/// Which groups of pictures are opened at `--speed fast`: decided by a look at every key frame and at the sizes of packets.
struct FastPlan {
  /// Frames of a group, on average, below which key frames alone cost too much.
  private static let leastFrames = 12

  private let verdicts: [KeyFrameJudge.Verdict]

  /// Nil where the film is not divided so that anything could be left out.
  init?(path: String, limits: Limits, threads: Int) throws {
    var groups: [KeyFrameJudge.Group] = []
    var bytes: [Int] = []
    func close() {
      if !bytes.isEmpty { groups.append(KeyFrameJudge.Group(frames: bytes.count, bytes: Array(bytes.dropFirst()))) }
      bytes = []
    }
    let scan = try PacketScan(path: path, limits: limits, enough: .max) { facts in
      if facts.isKey { close() }
      bytes.append(facts.bytes)
    }
    close()
    guard scan.isDivisible, scan.keyFrames > 1, scan.frames >= Self.leastFrames * scan.keyFrames else { return nil }
    var judge = KeyFrameJudge()
    try Self.visitKeyFrames(path: path, limits: limits, threads: threads) { judge.add($0, at: $1) }
    verdicts = judge.verdicts(groups)
  }

  private static func visitKeyFrames(
    path: String, limits: Limits, threads: Int, _ visit: @escaping (AnalysisPicture, FrameTime) -> Void
  ) throws {
    let input = try Input(path: path, limits: limits)
    let source = try GroupSource(
      input, threads: threads, oneKeyEach: true, lean: true, plan: { _ in ParallelDecoder.Plan(effort: .key) },
      deliver: { if $0.isDecoded { visit($0.picture, $1) } })
    if let video = input.videoStreamIndex { input.select(streams: [video]) }
    let packet = try Packet()
    while try input.read(packet) { if packet.streamIndex == input.videoStreamIndex { try source.send(packet) } }
    try source.finish()
  }

  var route: VideoRoute {
    let verdicts = verdicts
    return .groups(lean: true, oneKeyEach: true) { index in
      switch verdicts.indices.contains(index) ? verdicts[index] : .open {
      case .open: ParallelDecoder.Plan(effort: .sparse)
      case .alike: ParallelDecoder.Plan(effort: .key, leadsOver: true)
      case .endsWithCut: ParallelDecoder.Plan(effort: .key)
      }
    }
  }
}
