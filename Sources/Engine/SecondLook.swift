import Documents
import Media
import Timing

/// Decodes single frames of a film again that the pass has let go.
struct SecondLook {
  let path: String
  let limits: Limits

  /// Calls `body` for each of these frames, in order of time: seeks to the key frame before it, and decodes from the
  /// start of the film where that does not lead to exactly this timestamp.
  func visit(_ wanted: [FrameTime], _ body: (VideoFrame, FrameTime) throws -> Void) throws {
    for time in wanted {
      if try !find(time, seeking: true, body), try !find(time, seeking: false, body) {
        throw MediaError(.corrupt, "frame \(time.index) did not come up a second time")
      }
    }
  }

  private func find(
    _ wanted: FrameTime, seeking: Bool, _ body: (VideoFrame, FrameTime) throws -> Void
  ) throws -> Bool {
    let input = try Input(path: path, limits: limits)
    let decoder = try VideoDecoder(input, threads: 1)
    input.select(streams: Set([input.videoStreamIndex].compactMap { $0 }))
    if seeking, !input.seek(to: wanted.pts) { return false }
    let packet = try Packet()
    let frame = try VideoFrame()
    var ended = false
    while !ended {
      ended = try !input.read(packet)
      if !ended, packet.streamIndex != input.videoStreamIndex { continue }
      try decoder.send(ended ? nil : packet)
      while let time = try decoder.receive(frame) {
        if seeking ? time.pts == wanted.pts : time.index == wanted.index {
          try body(frame, wanted)
          return true
        }
        if seeking, time.pts > wanted.pts { return false }
      }
    }
    return false
  }
}
