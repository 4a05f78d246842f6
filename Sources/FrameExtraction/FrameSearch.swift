import Documents
import Media
import Timing

/// Where decoding can begin.
struct KeyPoint {
  let number: Int
  let pts: Int64
  let dts: Int64?
  let bytes: Int
}

/// A frame that was asked for, found among the packets, and where to begin to decode it.
struct SoughtFrame {
  let time: FrameTime
  let requested: [FrameMoment]
  let number: Int
  let bytes: Int
  /// The last key frame before it, in the file and on the screen.
  let start: KeyPoint
  /// The key frame before that one.
  let earlier: KeyPoint?
}

/// Finds frames by reading packets, without decoding any: their times, numbers and key frames.
///
/// Of leading pictures (shown before the key frame that they follow in the file) the key frame is the one before, which is
/// what open groups of pictures need.
struct FrameSearch {
  private(set) var found: [SoughtFrame] = []
  /// What lies past the end of the film.
  private(set) var past: [FrameMoment] = []
  /// Whether packets tell enough to decode single groups: the film begins with a key frame, and every frame has a
  /// time of its own.
  private(set) var isTrusted = true
  /// Number of frames; nil where the reading ended before the film.
  private(set) var frameCount: Int?
  /// Times of the first frames, in order.
  private(set) var head: [Int64] = []
  private(set) var last: FrameTime?

  /// Times in ``head``.
  static let headLength = 16
  /// Key frames that are remembered: every one that may be waiting, and some before.
  private static let keptKeys = 2 * PresentationOrder.window

  private var selection: FrameSelection
  private var order = PresentationOrder()
  private var clock: FrameClock
  private var keys: [KeyPoint] = []
  private var held: NumberedPacket?

  init(
    path: String, limits: Limits, rule: FrameRule, progress: (Int) -> Void
  ) throws(MediaError) {
    let input = try Input(path: path, limits: limits)
    guard let video = input.videoStreamIndex else { throw MediaError(.noVideo, "there is no picture in this file") }
    selection = FrameSelection(rule, clock: input.clock(stream: video))
    clock = input.frameClock(stream: video)
    input.select(streams: [video])
    let packet = try Packet()
    var number = 0
    while isTrusted, !selection.isDone {
      if held != nil, selection.isDecided, head.count >= Self.headLength { break }
      guard try input.read(packet) else {
        while let next = order.pop() { take(next) }
        finish()
        break
      }
      guard packet.streamIndex == video else { continue }
      add(input.facts(of: packet), number)
      number += 1
      if number % 1000 == 0 { progress(number) }
    }
    if frameCount == nil, isTrusted { close(end: nil) }
    isTrusted = isTrusted && order.isStrict && !keys.isEmpty
  }

  private mutating func add(_ facts: PacketFacts, _ number: Int) {
    // A packet without data stands for a frame that is not stored.
    guard let pts = facts.pts, facts.bytes > 0, number > 0 || facts.isKey else {
      isTrusted = false
      return
    }
    if facts.isKey {
      keys.append(KeyPoint(number: number, pts: pts, dts: facts.dts, bytes: facts.bytes))
      if keys.count > 2 * Self.keptKeys { keys.removeFirst(Self.keptKeys) }
    }
    // Pictures that lead the first key frame need what is not there.
    if keys.count == 1, pts < keys[0].pts { isTrusted = false }
    guard facts.isShown else { return }
    let packet = NumberedPacket(
      number: number, pts: pts, dts: facts.dts, duration: facts.duration, bytes: facts.bytes, isKey: facts.isKey)
    if let next = order.push(packet) { take(next) }
  }

  /// Takes the next packet in the order of presentation.
  private mutating func take(_ packet: NumberedPacket) {
    let time = clock.next(pts: packet.pts, duration: packet.duration)
    if head.count < Self.headLength { head.append(packet.pts) }
    note(selection.next(time, isKey: packet.isKey))
    held = packet
    last = time
  }

  private mutating func finish() {
    frameCount = last.map { $0.index + 1 } ?? 0
    close(end: last.map { $0.pts &+ $0.duration } ?? 0)
    past = selection.left
  }

  private mutating func close(end: Int64?) {
    note(selection.finish(end: end ?? .min))
    held = nil
  }

  /// Notes the frame before the newest, if it was asked for.
  private mutating func note(_ requested: [FrameMoment]?) {
    guard let requested, let packet = held, let time = last else { return }
    guard
      let place = keys.lastIndex(where: { $0.number <= packet.number && $0.pts <= packet.pts })
    else {
      isTrusted = false
      return
    }
    found.append(
      SoughtFrame(
        time: time, requested: requested, number: packet.number, bytes: packet.bytes, start: keys[place],
        earlier: place > 0 ? keys[place - 1] : nil))
  }
}
