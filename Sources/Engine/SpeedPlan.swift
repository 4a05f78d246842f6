import Documents
import Media

/// Decides how a film is decoded: by the speed that was asked for, and by what its stream allows.
struct SpeedPlan {
  /// Groups of pictures that are worth decoding side by side.
  private static let leastKeyFrames = 8

  var route = VideoRoute.sequential
  /// What was asked for and cannot be had. Does not depend on the number of threads, as documents do not.
  var warnings: [WarningRecord] = []

  init(path: String, options: AnalysisOptions, limits: Limits, threads: Int) throws(MediaError) {
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
    case .fast: route = .balanced
    }
  }

  static func notApplied(_ speed: Speed, _ why: String) -> WarningRecord {
    WarningRecord(
      "speed_not_applied", "--speed \(speed.rawValue) was not applied, every frame was decoded: \(why)", stage: "scenes"
    )
  }
}
