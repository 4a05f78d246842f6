/// When one decoded frame is shown.
package struct FrameTime: Sendable, Equatable {
  /// Counted from 0 in presentation order.
  package let index: Int
  /// In the stream's time base; strictly rising from frame to frame.
  package let pts: Int64
  /// Ticks until the next frame is due, as the stream says; an estimate where it does not.
  package let duration: Int64
  /// Seconds since the container's start.
  package let seconds: Double

  package init(index: Int, pts: Int64, duration: Int64, seconds: Double) {
    self.index = index
    self.pts = pts
    self.duration = duration
    self.seconds = seconds
  }
}
