import Documents
import Media
import SceneDetection
import Timing

/// The way the picture of a film takes to the scene detector.
enum VideoRoute: Sendable {
  /// One decoder, every frame at full size.
  case sequential
  /// Groups of pictures side by side, small pictures only. `oneKeyEach`: every key frame begins a group.
  case groups(lean: Bool, oneKeyEach: Bool, plan: @Sendable (Int) -> ParallelDecoder.Plan)

  var isByGroups: Bool { if case .groups = self { true } else { false } }

  /// Whether frames are left out.
  var leavesOut: Bool { if case .groups(lean: true, _, _) = self { true } else { false } }

  /// Every frame, in groups.
  static let sideBySide = VideoRoute.groups(lean: false, oneKeyEach: false) { _ in ParallelDecoder.Plan(effort: .whole)
  }
  /// What matters, in groups.
  static let balanced = VideoRoute.groups(lean: true, oneKeyEach: false) { _ in ParallelDecoder.Plan(effort: .lean) }
}

/// What decodes the picture during a pass.
enum PictureSource {
  case frames(VideoDecoder)
  case groups(GroupSource)

  /// `deliver` gets small pictures where the route goes by groups.
  init(
    _ input: Input, threads: Int, route: VideoRoute, deliver: @escaping (GroupPicture, FrameTime) throws -> Void
  ) throws {
    switch route {
    case .sequential: self = .frames(try VideoDecoder(input, threads: threads))
    case .groups(let lean, let oneKeyEach, let plan):
      self = .groups(
        try GroupSource(input, threads: threads, oneKeyEach: oneKeyEach, lean: lean, plan: plan, deliver: deliver))
    }
  }

  var clock: MediaClock {
    switch self {
    case .frames(let decoder): decoder.clock
    case .groups(let groups): groups.clock
    }
  }

  var repairedTimestamps: Int {
    switch self {
    case .frames(let decoder): decoder.repairedTimestamps
    case .groups(let groups): groups.frames.repairedTimestamps
    }
  }

  var failedCalls: Int {
    switch self {
    case .frames(let decoder): decoder.failedCalls
    case .groups(let groups): groups.decoder.failedCalls
    }
  }

  var flaggedFrames: Int {
    switch self {
    case .frames(let decoder): decoder.flaggedFrames
    case .groups(let groups): groups.decoder.flaggedFrames
    }
  }
}

/// Groups of pictures whose frames are numbered and timed as they come out.
final class GroupSource {
  let clock: MediaClock
  let decoder: ParallelDecoder
  var frames: FrameClock { numbering.clock }
  private let numbering: Numbering

  private final class Numbering {
    var clock: FrameClock
    init(_ clock: FrameClock) { self.clock = clock }
  }

  init(
    _ input: Input, threads: Int, oneKeyEach: Bool, lean: Bool, plan: @escaping (Int) -> ParallelDecoder.Plan,
    deliver: @escaping (GroupPicture, FrameTime) throws -> Void
  ) throws(MediaError) {
    guard let index = input.videoStreamIndex else { throw MediaError(.noVideo, "the file has no video stream") }
    clock = input.clock(stream: index)
    let numbering = Numbering(input.frameClock(stream: index))
    self.numbering = numbering
    decoder = try ParallelDecoder(
      input, threads: threads, oneKeyEach: oneKeyEach, lean: lean, plan: plan,
      quietTest: {
        var test = QuietTest()
        return { test.isQuiet($0, $1) }
      },
      deliver: { picture in
        try deliver(picture, numbering.clock.next(pts: picture.pts, duration: picture.duration))
      })
  }

  func send(_ packet: Packet) throws { try decoder.send(packet) }
  func finish() throws { try decoder.finish() }
}
