package import Timing

/// Numbers frames in presentation order and makes sure that their timestamps rise.
package struct FrameClock: Sendable {
  /// Frames whose timestamp was missing or not later than the one before, and was replaced.
  package private(set) var repairedTimestamps = 0

  private let clock: MediaClock
  /// Where the first frame lies if it does not say so.
  private let start: Int64
  private let fallbackDuration: Int64
  private var nextIndex = 0
  private var last: (pts: Int64, duration: Int64)?

  init(clock: MediaClock, start: Int64, fallbackDuration: Int64) {
    self.clock = clock
    self.start = start
    self.fallbackDuration = fallbackDuration
  }

  /// The time of the next frame: `pts` and `duration` as the decoder tells them, nil and 0 where it does not.
  package mutating func next(pts: Int64?, duration: Int64) -> FrameTime {
    let duration = duration > 0 ? duration : fallbackDuration
    var time = pts ?? start
    if let last, pts.map({ $0 <= last.pts }) ?? true {
      time = last.pts &+ max(1, pts == nil ? last.duration : 1)
      repairedTimestamps += 1
    }
    last = (time, duration)
    defer { nextIndex += 1 }
    return FrameTime(index: nextIndex, pts: time, duration: duration, seconds: clock.seconds(time))
  }
}
