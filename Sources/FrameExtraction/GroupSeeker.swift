import Documents
import Media
import Timing

/// Decodes single frames of groups of pictures, going from one group to the next by the way that costs least: by reading on,
/// or by seeking.
///
/// Where a seek leads is not believed: reading goes on until the very packet comes that the search saw, and each packet of
/// a frame that is wanted is compared as well.
final class GroupSeeker {
  /// The frames that are wanted of one group of pictures, in order of time.
  struct Job {
    let start: KeyPoint
    let frames: [SoughtFrame]
  }

  /// Something came up that a whole and well described stream does not show.
  struct Mismatch: Error {
    let reason: String
  }

  /// Packets that are read rather than jumped over: some seconds of film, as many containers seek by a search of their own. An
  /// estimate: either way leads to the same frame.
  static let worthReading = 200
  /// Packets to read in search of a key frame before the search is given up.
  private static let mostPackets = 20_000

  private let input: Input
  private let video: Int
  private let decoder: VideoDecoder
  private let packet: Packet
  private let frame: VideoFrame
  private let countsOwnErrors: Bool
  /// The place in the file of the next packet; nil where that is not known.
  private var place: Int? = 0
  /// Called now and then with the number of packets that were read since.
  private let progress: (Int) -> Void

  init(path: String, limits: Limits, threads: Int, progress: @escaping (Int) -> Void) throws(MediaError) {
    input = try Input(path: path, limits: limits)
    guard let video = input.videoStreamIndex else { throw MediaError(.noVideo, "there is no picture in this file") }
    self.video = video
    input.select(streams: [video])
    decoder = try VideoDecoder(input, threads: threads)
    packet = try Packet()
    frame = try VideoFrame()
    countsOwnErrors = threads == 1
    self.progress = progress
  }

  /// Gives each frame of the job to `receive`, each once, in order of time. Throws ``Mismatch`` where one did not come as it
  /// should, in two tries: leaving out frames that no other needs, and from one key frame earlier with all of them.
  func run(_ job: Job, _ receive: (VideoFrame, SoughtFrame) throws -> Void) throws {
    var left = job.frames
    if try decode(from: job.start, &left, leavingOut: true, receive) { return }
    let start = job.frames.first?.earlier ?? job.start
    if try decode(from: start, &left, leavingOut: false, receive) { return }
    throw Mismatch(reason: "the frame at \(left.first?.time.seconds ?? 0) s did not come up whole")
  }

  /// Decodes from a key frame on and removes what came from `left`. Returns whether all did.
  private func decode(
    from start: KeyPoint, _ left: inout [SoughtFrame], leavingOut: Bool,
    _ receive: (VideoFrame, SoughtFrame) throws -> Void
  ) throws -> Bool {
    guard try go(to: start) else { return false }
    decoder.restart()
    var trouble = troubleCount
    guard let end = left.map(\.number).max() else { return true }
    var number = start.number
    while true {
      let facts = input.facts(of: packet)
      let wanted = left.first { $0.number == number }
      if let wanted, facts.pts != wanted.time.pts || facts.bytes != wanted.bytes {
        place = nil
        return false
      }
      decoder.leavesOutUnneeded = leavingOut && wanted == nil
      try decoder.send(packet)
      // Pictures that lead the key frame miss frames that were not decoded, and complain.
      if facts.pts ?? .min < start.pts { trouble = troubleCount }
      guard try take(&left, receive, trouble) else { return false }
      place = number + 1
      if number == end { break }
      guard try readNext() else {
        place = nil
        return false
      }
      number += 1
    }
    try decoder.send(nil)
    return try take(&left, receive, trouble) && left.isEmpty
  }

  private var troubleCount: Int {
    decoder.failedCalls + (countsOwnErrors ? LibraryLog.decoderErrorsOfThread : LibraryLog.decoderErrors.count)
  }

  /// Takes the frames that are ready. Returns false where something is wrong with them.
  private func take(
    _ left: inout [SoughtFrame], _ receive: (VideoFrame, SoughtFrame) throws -> Void, _ trouble: Int
  ) throws -> Bool {
    while try decoder.receiveUncounted(frame) {
      guard let index = left.firstIndex(where: { $0.time.pts == frame.pts }) else { continue }
      guard !frame.isDamaged, troubleCount == trouble else { return false }
      try receive(frame, left.remove(at: index))
    }
    return troubleCount == trouble
  }

  // MARK: - The way to a key frame

  /// Reads or seeks until `packet` is the key frame's. Returns false where no way leads there.
  private func go(to start: KeyPoint) throws -> Bool {
    if let place, place <= start.number, start.number - place < Self.worthReading {
      for _ in place...start.number { guard try readNext() else { return try jump(to: start) } }
      if isPacket(of: start) { return true }
    }
    return try jump(to: start)
  }

  private func jump(to start: KeyPoint) throws -> Bool {
    place = nil
    // Containers seek by times of decoding or of presentation, and some lead a little past the place.
    let second = input.clock(stream: video).ticks(1)
    let early = (start.dts ?? start.pts) &- second
    for target in [start.pts, start.dts ?? start.pts, early, early &- 10 &* second] {
      guard input.seek(to: target) else { continue }
      if try readOn(to: start) { return true }
    }
    return false
  }

  private func readOn(to start: KeyPoint) throws -> Bool {
    for _ in 0..<Self.mostPackets {
      guard try readNext() else { return false }
      if isPacket(of: start) { return true }
      let facts = input.facts(of: packet)
      if facts.isKey, let pts = facts.pts, pts > start.pts { return false }
    }
    return false
  }

  private func isPacket(of start: KeyPoint) -> Bool {
    let facts = input.facts(of: packet)
    return facts.isKey && facts.pts == start.pts && facts.bytes == start.bytes
  }

  /// Reads the next packet of the video. Returns false at the end of the file.
  private func readNext() throws -> Bool {
    while try input.read(packet) {
      guard packet.streamIndex == video else { continue }
      progress(1)
      return true
    }
    return false
  }
}
