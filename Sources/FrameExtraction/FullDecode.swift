import Documents
import Media
import Timing

/// Decodes a film from its start and hands out the frames that a rule names.
struct FullDecode {
  let path: String
  let limits: Limits
  let rule: FrameRule
  /// The frames that the packets promised, where they did.
  let expected: [FrameMoment: FrameTime]
  let progress: @Sendable (Int) -> Void

  /// A damaged frame gives way to the last good one before it; before the first good one there is nothing to give.
  func run(
    threads: Int, _ receive: FrameFetch.Receiver
  ) throws -> (FrameFetch.Outcome, sawTrouble: Bool) {
    let input = try Input(path: path, limits: limits)
    let decoder = try VideoDecoder(input, threads: threads)
    input.select(streams: Set([input.videoStreamIndex].compactMap { $0 }))
    var state = State(selection: FrameSelection(rule, clock: decoder.clock), expected: expected)
    let packet = try Packet()
    let frame = try VideoFrame()
    var (packets, ended) = (0, false)
    while !ended, !state.isDone {
      ended = try !input.read(packet)
      if !ended, packet.streamIndex != input.videoStreamIndex { continue }
      packets += 1
      if packets % 256 == 0 { progress(packets) }
      let complaints = LibraryLog.decoderErrors.count
      try decoder.send(ended ? nil : packet)
      // Not every decoder flags the frame of whose data it complains.
      if LibraryLog.decoderErrors.count > complaints, !ended, let pts = input.facts(of: packet).pts {
        state.suspects.insert(pts)
      }
      while !state.isDone, let time = try decoder.receive(frame) { try state.take(frame, time, receive) }
    }
    if !state.isDone { try state.finish(receive) }
    try decoder.checkMemory()
    if state.last == nil {
      throw MediaError(
        .corrupt, "not one picture of the video could be decoded\(LibraryLog.errorLines.first.map { " (\($0))" } ?? "")"
      )
    }
    var outcome = state.outcome
    outcome.decodeErrors = decoder.failedCalls + decoder.flaggedFrames + LibraryLog.decoderErrors.count
    return (outcome, outcome.decodeErrors > 0)
  }

  private struct State {
    var selection: FrameSelection
    let expected: [FrameMoment: FrameTime]
    var outcome = FrameFetch.Outcome()
    /// Times of frames in whose data the decoder found errors.
    var suspects: Set<Int64> = []
    var last: (frame: VideoFrame, time: FrameTime, isBad: Bool)?
    /// The last frame without damage before the last one.
    var good: (frame: VideoFrame, time: FrameTime)?

    init(selection: FrameSelection, expected: [FrameMoment: FrameTime]) {
      self.selection = selection
      self.expected = expected
    }

    var isDone: Bool { selection.isDone }

    mutating func take(_ frame: VideoFrame, _ time: FrameTime, _ receive: FrameFetch.Receiver) throws {
      try give(selection.next(time, isKey: frame.isKey), receive)
      if let last, !last.isBad { good = (last.frame, last.time) }
      last = (try frame.retained(), time, frame.isDamaged || suspects.remove(time.pts) != nil)
      if selection.isDecided { try give(selection.finish(end: .min), receive) }
    }

    mutating func finish(_ receive: FrameFetch.Receiver) throws {
      guard let last else { return }
      try give(selection.finish(end: last.time.pts &+ last.time.duration), receive)
      outcome.past = selection.left
      outcome.end = (last.time.seconds, last.time.index + 1)
    }

    private mutating func give(_ requested: [FrameMoment]?, _ receive: FrameFetch.Receiver) throws {
      guard let requested, let last else { return }
      var chosen: (frame: VideoFrame, time: FrameTime) = (last.frame, last.time)
      if last.isBad, let good { chosen = good }
      let missed = requested.compactMap { moment -> FrameTime? in
        guard case .time = moment, let time = expected[moment], time.pts != chosen.time.pts else { return nil }
        return time
      }.first
      let found = FrameFetch.Found(
        time: chosen.time, requested: requested,
        standsFor: missed ?? (chosen.time == last.time ? nil : last.time))
      outcome.found.append(found)
      try receive(chosen.frame, found)
    }
  }
}
