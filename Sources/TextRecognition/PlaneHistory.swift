import Timing

/// The small planes of the last seconds, every frame of them, in which starts and ends of texts are dated.
struct PlaneHistory {
  /// Seconds that are kept: longer than any fade of a title.
  static let seconds = 3.0
  /// Most planes, whatever the frame rate: 3 s at 60 frames a second.
  static let most = 180
  /// Presence at which a text counts as begun, a little more than ``stillSeen``: fades in come out of other pictures.
  static let begun = 0.32
  /// Presence at which a falling text counts as seen.
  static let stillSeen = 0.27
  /// Planes running without the text that end a walk: one may be a flash or damaged.
  static let misses = 2

  private var planes: [(time: FrameTime, plane: Plane)] = []
  private var first = 0

  mutating func append(_ plane: Plane, time: FrameTime) {
    planes.append((time, plane))
    while first < planes.count - 1,
      planes.count - first > Self.most || planes[first].time.seconds < time.seconds - Self.seconds
    {
      planes[first].plane.bytes = []
      first += 1
    }
    if first > Self.most {
      planes.removeFirst(first)
      first = 0
    }
  }

  var oldest: FrameTime? { first < planes.count ? planes[first].time : nil }

  /// The first frame of a text that is there on frame `known`: back while it is present.
  func start(of text: StandingText, before known: FrameTime) -> FrameTime {
    var start = known
    var missed = 0
    for (time, plane) in planes[first...].reversed() where time.index < known.index {
      if text.presence(in: plane) >= Self.begun {
        start = time
        missed = 0
      } else {
        missed += 1
        if missed == Self.misses { break }
      }
    }
    return start
  }

  /// The last frame of a text that was whole on frame `known`: on while it is present.
  func end(of text: StandingText, after known: FrameTime) -> FrameTime {
    var end = known
    var missed = 0
    for (time, plane) in planes[first...] where time.index > known.index {
      if text.presence(in: plane) >= Self.stillSeen {
        end = time
        missed = 0
      } else {
        missed += 1
        if missed == Self.misses { break }
      }
    }
    return end
  }
}
