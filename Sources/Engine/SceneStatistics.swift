import Documents
import Glibc
import SceneDetection
import Timing

/// Writes `--scene-stats`: a row a frame with all that the scene detector measured and weighed.
final class SceneStatistics {
  /// The file in the workspace; it goes to where it was asked for when it is whole.
  static let workspaceName = "scene-stats.csv"
  /// Bytes that are gathered before they are written.
  private static let blockSize = 1 << 16

  private let path: String
  private let descriptor: Int32
  private var waiting: [UInt8] = []

  /// Begins the file anew.
  init(path: String) throws(ErrorRecord) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileSystem.failure("write", path) }
    waiting += CSV.record(Self.columns.map(\.name)).utf8
  }

  deinit { close(descriptor) }

  func add(_ frames: [FrameEvidence]) throws(ErrorRecord) {
    for frame in frames { waiting += CSV.record(Self.columns.map { $0.value(frame) }).utf8 }
    if waiting.count >= Self.blockSize { try flush() }
  }

  /// Writes what is waiting.
  func flush() throws(ErrorRecord) {
    try FileSystem.writeAll(waiting, to: descriptor, path: path)
    waiting.removeAll(keepingCapacity: true)
  }

  private struct Column: Sendable {
    let name: String
    let value: @Sendable (FrameEvidence) -> String

    init(_ name: String, _ value: @escaping @Sendable (FrameEvidence) -> String) {
      self.name = name
      self.value = value
    }

    /// A figure to four places.
    init(figure name: String, _ value: @escaping @Sendable (FrameEvidence) -> Double?) {
      self.init(name) { CSV.decimal(value($0), places: 4) }
    }
  }

  /// As described in the article on scene boundaries.
  private static let columns: [Column] = [
    Column("frame") { "\($0.time.index)" },
    Column("pts") { "\($0.time.pts)" },
    Column("seconds") { CSV.decimal($0.time.seconds, places: 6) },
    Column(figure: "change") { $0.change },
    Column(figure: "luma_mean") { $0.lumaMean },
    Column(figure: "contrast") { $0.contrast },
    Column(figure: "luma_range") { $0.lumaRange },
    Column("plain") { $0.isBlank ? "1" : "0" },
    Column(figure: "cut_ratio") { $0.cut.ratio },
    Column("cut_candidate") { $0.cut.isCandidate ? "1" : "0" },
    Column(figure: "cut_likeness") { $0.cut.likeness },
    Column(figure: "cut_cover") { $0.cut.cover },
    Column(figure: "cut_return") { $0.cut.returning },
    Column(figure: "cut_log_odds") { $0.cut.logOdds },
    Column("window_frames") { $0.window.map { "\($0.length)" } ?? "" },
    Column(figure: "window_residual") { $0.window?.residual },
    Column(figure: "window_step") { $0.window?.step },
    Column(figure: "window_distance") { $0.window?.distance },
    Column(figure: "window_log_odds") { $0.window?.logOdds },
    Column(figure: "wipe_edge") { $0.window?.wipeEdge },
    Column(figure: "wipe_fit") { $0.window?.wipeFit },
    Column(figure: "gradual_likeness") { $0.gradual.likeness },
    Column(figure: "gradual_structure") { $0.gradual.structure },
    Column(figure: "gradual_detail_loss") { $0.gradual.loss },
    Column(figure: "gradual_middle") { $0.gradual.middle },
    Column(figure: "gradual_return") { $0.gradual.returning },
    Column(figure: "gradual_pace") { $0.gradual.pace },
    Column(figure: "gradual_log_odds") { $0.gradual.logOdds },
    Column("boundary") { $0.boundary.map { SceneAssembler.kind($0.kind).rawValue } ?? "" },
    Column("confidence") { CSV.decimal($0.boundary?.confidence, places: 3) },
    Column("transition_start") { $0.boundary.map { "\($0.first.index)" } ?? "" },
    Column("transition_end") { $0.boundary.map { "\($0.last.index)" } ?? "" },
  ]
}
