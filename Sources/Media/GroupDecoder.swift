import CFFmpeg
import Documents
package import Timing

/// Makes a test, new for each group of pictures, that says whether nothing can have happened between two pictures.
package typealias QuietTestMaker = @Sendable () -> (AnalysisPicture, AnalysisPicture) -> Bool

/// Makes a test that says, of the latest picture so far and the number of packets taken, whether nothing can happen in the rest of a
/// group of pictures.
package typealias RestTestMaker = @Sendable () -> (AnalysisPicture, Int) -> Bool

/// Decodes one group of pictures after the other, on one thread, and gives out small pictures in the order they are shown.
final class GroupDecoder {
  /// Calls to the decoder that failed on damaged data.
  private(set) var failedCalls = 0
  /// Frames that the decoder itself flagged as damaged.
  private(set) var flaggedFrames = 0
  /// Whether a group gave fewer or more frames than it has packets.
  private(set) var isMiscounted = false
  /// Frames of the group that were not looked at, as nothing can have happened in the rest of it.
  private(set) var leftToRest = 0

  private let context: Owned<UnsafeMutablePointer<AVCodecContext>>
  private let frame: VideoFrame
  private let peeked: VideoFrame
  private let quietTest: QuietTestMaker
  private var isQuiet: (AnalysisPicture, AnalysisPicture) -> Bool = { _, _ in false }
  private let countsPackets: Bool

  private var effort = DecodingEffort.whole
  private var leadsOver = false
  private var isRestQuiet: ((AnalysisPicture, Int) -> Bool)?
  /// The time after which the rest of the group lies that is left out.
  private var restStart: Int64?
  private var taken = 0
  private var start = Int64.min
  private var end = Int64.max
  /// Pictures that are decoded, shown or not, in order of their time.
  private var known: [(pts: Int64, picture: AnalysisPicture)] = []
  private var skipped: [PacketFacts] = []
  /// Frames that a key frame stands for.
  private var held: [PacketFacts] = []
  private var previous: (pts: Int64, picture: AnalysisPicture)?
  private var hasKey = false
  private var key: GroupPicture?
  private var expected = 0
  private var delivered = 0

  /// Throws as ``VideoDecoder`` does.
  init(_ input: Input, effort: DecodingEffort, quietTest: @escaping QuietTestMaker) throws(MediaError) {
    guard let index = input.videoStreamIndex, let stream = input.context.pointer.stream(index) else {
      throw MediaError(.noVideo, "the file has no video stream")
    }
    context = try CodecContext.open(
      stream: stream, threads: 1, limits: input.limits, isWatched: true, isLean: effort != .whole)
    frame = try VideoFrame()
    peeked = try VideoFrame()
    self.quietTest = quietTest
    countsPackets = LeanDecoding.onePacketPerFrame(context.pointer.pointee.codec_id)
  }

  /// Begins a group whose first frame is shown at `start`.
  func begin(_ plan: ParallelDecoder.Plan, start: Int64) {
    avcodec_flush_buffers(context.pointer)
    effort = plan.effort
    leadsOver = plan.leadsOver
    isRestQuiet = plan.restTest?()
    restStart = nil
    (taken, leftToRest) = (0, 0)
    self.start = start
    end = .max
    known = []
    skipped = []
    held = []
    previous = nil
    hasKey = false
    key = plan.key
    isQuiet = quietTest()
    (expected, delivered) = (0, 0)
  }

  /// Decodes a packet of the group; `end` is where the next group begins, once that is known.
  func send(_ item: PictureGroup.Item, end: Int64?) throws(MediaError) -> [GroupPicture] {
    if let end { self.end = end }
    if item.facts.isShown, isWithin(item.facts.pts) { expected += 1 }
    guard effort != .key || item.facts.isKey && !hasKey else {
      if item.facts.isShown { held.append(item.facts) }
      return []
    }
    hasKey = true
    if let key, let pts = key.pts {
      previous = (pts, key.picture)
      delivered += 1
      return [GroupPicture(pts: pts, duration: item.facts.duration, picture: key.picture, isKey: true, isDecoded: true)]
    }
    taken += 1
    if let restStart, let pts = item.facts.pts, pts > restStart {
      if item.facts.isShown, isWithin(pts) {
        skipped.append(item.facts)
        leftToRest += 1
      }
      return []
    }
    context.pointer.pointee.skip_frame =
      !maySkip(item.facts) ? AVDISCARD_DEFAULT : effort == .sparse ? AVDISCARD_BIDIR : AVDISCARD_NONREF
    cr_peek_slot().pointee = peeked.handle.pointer
    defer { cr_peek_slot().pointee = nil }
    av_frame_unref(peeked.handle.pointer)
    try check(avcodec_send_packet(context.pointer, item.packet?.handle.pointer))
    let pictures = try drain()
    try note(item.facts)
    return pictures
  }

  /// Gives out what is left of the group.
  func finish(end: Int64?) throws(MediaError) -> [GroupPicture] {
    if let end { self.end = end }
    context.pointer.pointee.skip_frame = AVDISCARD_DEFAULT
    try check(avcodec_send_packet(context.pointer, nil))
    var pictures = try drain()
    let rest = effort == .key ? standIns() : madeUp(before: self.end, next: nil)
    pictures += rest
    if countsPackets, delivered + rest.count != expected { isMiscounted = true }
    return pictures
  }

  private var leavesOut: Bool { effort == .lean || effort == .sparse }

  private func isWithin(_ pts: Int64?) -> Bool { pts.map { $0 >= start && $0 < end } ?? true }

  private func check(_ code: Int32) throws(MediaError) {
    if code == CR_ENOMEM { throw MediaError(.outOfMemory, "not enough memory to decode the video") }
    if code < 0, code != CR_EOF, code != CR_EAGAIN { failedCalls += 1 }
  }

  /// Takes every frame that is ready.
  private func drain() throws(MediaError) -> [GroupPicture] {
    var pictures: [GroupPicture] = []
    while true {
      let code = avcodec_receive_frame(context.pointer, frame.handle.pointer)
      if code == CR_EAGAIN || code == CR_EOF { return pictures }
      try check(code)
      if code < 0 { continue }
      // A frame that needs one that was left out is flagged too.
      if frame.isDamaged, effort != .sparse { flaggedFrames += 1 }
      pictures += try take(frame)
    }
  }

  /// A frame that is shown next, with those before it that were skipped.
  private func take(_ frame: VideoFrame) throws(MediaError) -> [GroupPicture] {
    let raw = frame.handle.pointer.pointee
    let pts = raw.best_effort_timestamp == CR_NOPTS ? nil : raw.best_effort_timestamp
    guard isWithin(pts) else { return [] }
    let own = pts.flatMap { pts in known.first { $0.pts == pts } }?.picture
    let picture = if let own { own } else { try frame.analysisPicture() }
    var pictures: [GroupPicture] = []
    if let pts {
      if own == nil, leavesOut { know(pts, picture) }
      pictures = madeUp(before: pts, next: (pts, picture))
      delivered += pictures.count
      previous = (pts, picture)
      known.removeAll { $0.pts < pts }
    }
    delivered += 1
    pictures.append(
      GroupPicture(
        pts: pts, duration: cr_frame_duration(frame.handle.pointer), picture: picture, isKey: frame.isKey,
        isDecoded: true))
    return pictures
  }

  // MARK: - Frames that are skipped

  /// Whether a frame that no other needs may be left out: both its neighbours are there and alike.
  private func maySkip(_ facts: PacketFacts) -> Bool {
    guard leavesOut, facts.isShown, let pts = facts.pts, let next = known.firstIndex(where: { $0.pts > pts })
    else { return false }
    let before = next > 0 ? known[next - 1] : previous
    guard let before, before.pts < pts else { return false }
    return isQuiet(before.picture, known[next].picture)
  }

  /// Looks at the picture that a packet has just been decoded to, or notes that it was skipped.
  private func note(_ facts: PacketFacts) throws(MediaError) {
    guard leavesOut, let pts = facts.pts else { return }
    if peeked.handle.pointer.pointee.data.0 != nil, peeked.handle.pointer.pointee.pts == pts {
      if !known.contains(where: { $0.pts == pts }), previous.map({ $0.pts < pts }) ?? true {
        let picture = try peeked.analysisPicture()
        know(pts, picture)
        if let isRestQuiet, restStart == nil, known.last?.pts == pts, isRestQuiet(picture, taken) { restStart = pts }
      }
    } else if context.pointer.pointee.skip_frame != AVDISCARD_DEFAULT, facts.isShown, isWithin(pts) {
      skipped.append(facts)
    }
  }

  private func know(_ pts: Int64, _ picture: AnalysisPicture) {
    known.insert((pts, picture), at: known.firstIndex { $0.pts > pts } ?? known.endIndex)
  }

  /// Skipped frames before a time, each between its neighbours as far as it lies between their times.
  private func madeUp(before limit: Int64, next: (pts: Int64, picture: AnalysisPicture)?) -> [GroupPicture] {
    let due = skipped.filter { $0.pts.map { $0 < limit && isWithin($0) } ?? false }.sorted {
      ($0.pts ?? 0) < ($1.pts ?? 0)
    }
    skipped.removeAll { $0.pts.map { $0 < limit } ?? true }
    return due.compactMap { facts in
      guard let pts = facts.pts, let from = previous ?? next else { return nil }
      var picture = from.picture
      if let next, next.pts > from.pts {
        picture = picture.mixed(with: next.picture, share: Double(pts - from.pts) / Double(next.pts - from.pts))
      }
      return GroupPicture(
        pts: pts, duration: facts.duration, picture: picture, isKey: false, isDecoded: false,
        leadsOver: restStart.map { pts > $0 } ?? false)
    }
  }

  /// The frames of a group of which only the key frame was decoded.
  private func standIns() -> [GroupPicture] {
    guard let key = previous else { return [] }
    let due = held.filter { isWithin($0.pts) }.sorted { ($0.pts ?? 0) < ($1.pts ?? 0) }
    return due.map {
      GroupPicture(
        pts: $0.pts, duration: $0.duration, picture: key.picture, isKey: false, isDecoded: false, leadsOver: leadsOver)
    }
  }
}

/// What the codecs let one leave out.
enum LeanDecoding {
  /// Codecs in which every packet gives one frame, so that a missing one is noticed.
  static func onePacketPerFrame(_ codec: AVCodecID) -> Bool {
    ![AV_CODEC_ID_VP8, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1].contains(codec)
  }

  /// A width that is still five times that of the small pictures.
  private static let leastWidth: Int32 = 320

  /// Sets a decoder up, before it is opened, to leave out what a small picture does not show.
  static func prepare(_ context: UnsafeMutablePointer<AVCodecContext>, codec: UnsafePointer<AVCodec>) {
    context.pointee.skip_loop_filter = AVDISCARD_ALL
    var reduction: Int32 = 0
    while reduction < Int32(codec.pointee.max_lowres), context.pointee.width >> (reduction + 1) >= leastWidth {
      reduction += 1
    }
    context.pointee.lowres = reduction
    cr_peek(context)
  }
}
