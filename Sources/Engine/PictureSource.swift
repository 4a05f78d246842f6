import Documents
import Media
import SceneDetection
import Timing

/// The way the picture of a film takes to the scene detector.
enum VideoRoute {
  /// One decoder, every frame at full size.
  case sequential
  /// Groups of pictures side by side, small pictures only.
  case groups(GroupRoute)

  /// Every frame, in groups.
  static var sideBySide: VideoRoute {
    .groups(GroupRoute(leavesOut: false, oneKeyEach: false) { _ in ParallelDecoder.Plan(effort: .whole) })
  }
  /// What matters, in groups.
  static var balanced: VideoRoute {
    .groups(GroupRoute(leavesOut: true, oneKeyEach: false) { _ in ParallelDecoder.Plan(effort: .lean) })
  }

  var isByGroups: Bool { if case .groups = self { true } else { false } }

  /// Whether frames are left out.
  var leavesOut: Bool { if case .groups(let route) = self { route.leavesOut } else { false } }
}

/// How groups of pictures are decoded.
struct GroupRoute {
  let leavesOut: Bool
  /// Whether every key frame begins a group.
  let oneKeyEach: Bool
  /// Groups that are under way at most.
  var planDistance = ParallelDecoder.planDistance
  /// See ``ParallelDecoder``.
  let plan: (Int) -> ParallelDecoder.Plan
  var delivered: (Int, Int) -> Void = { _, _ in }
  /// Told of every boundary as it is found.
  var found: (Boundary) -> Void = { _ in }
  /// Told, after every frame, before which frame no boundary is to come.
  var settled: (Int) -> Void = { _ in }

  init(leavesOut: Bool, oneKeyEach: Bool, plan: @escaping (Int) -> ParallelDecoder.Plan) {
    self.leavesOut = leavesOut
    self.oneKeyEach = oneKeyEach
    self.plan = plan
  }
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
    case .groups(let route): self = .groups(try GroupSource(input, threads: threads, route: route, deliver: deliver))
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
    _ input: Input, threads: Int, route: GroupRoute, deliver: @escaping (GroupPicture, FrameTime) throws -> Void
  ) throws(MediaError) {
    guard let index = input.videoStreamIndex else { throw MediaError(.noVideo, "the file has no video stream") }
    clock = input.clock(stream: index)
    let numbering = Numbering(input.frameClock(stream: index))
    self.numbering = numbering
    decoder = try ParallelDecoder(
      input, threads: threads, oneKeyEach: route.oneKeyEach, lean: route.leavesOut, planDistance: route.planDistance,
      plan: route.plan,
      delivered: route.delivered,
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
