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
    input: Input, options: AnalysisOptions, threads: Int, progress: @escaping (PassProgress) -> Void
  ) throws {
    let stages = Set(options.stages)
    guard input.videoStreamIndex != nil, stages.contains(.scenes) || stages.contains(.frames) else { return }
    if options.speed != .exact, stages.contains(.text) {
      warnings.append(Self.notApplied(options.speed, "reading text needs every frame"))
      return
    }
    // Choosing the best frames needs every one at full size; so do reading text and sprites, which come out of the same pass.
    let needsFrames =
      stages.contains(.frames) && options.frameRule == .best || stages.contains(.text) || options.sprites
    if options.speed == .exact, needsFrames { return }
    let scan: PacketScan
    do {
      scan = try PacketScan(of: input, enough: Self.leastKeyFrames, visit: Self.counting(progress))
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
    case .fast: route = try fastRoute(input: input, threads: threads, progress: progress)
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
    input: Input, threads: Int, progress: @escaping (PassProgress) -> Void
  ) throws -> VideoRoute {
    do {
      if let plan = try FastPlan(input: input, threads: threads, progress: progress) { return plan.route }
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
