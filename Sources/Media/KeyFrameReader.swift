import CFFmpeg
package import Documents
import Timing

/// Fetches pictures of a film near given times, at the cost of a key frame each where that is near enough.
///
/// Times have to rise from call to call. A key frame is taken where one lies up to `tolerance` from the time: the last one
/// before it, else the first one after it. Where there is none, frames are decoded up to the one on the screen. A container that
/// cannot seek, or frames without timestamps, mean that the film is decoded through.
package final class KeyFrameReader {
  private let path: String
  private let limits: Limits
  private let progress: (Double) -> Void
  private let input: Input
  private let stream: UnsafeMutablePointer<AVStream>
  private let video: Int
  private let context: Owned<UnsafeMutablePointer<AVCodecContext>>
  private let packet: Packet
  private let candidate: Packet
  private let frame: VideoFrame
  private var canSeek: Bool
  private var through: DecodingThrough?
  /// The key frame that the last search found before its time.
  private var keyBefore = Int64.min
  /// The key frame in ``frame``.
  private var held: Int64?

  /// Throws as ``Input`` and ``VideoDecoder`` do; `no_video` where there is no picture. `progress` is told the second of
  /// the film that was reached, also while frames are decoded on the way.
  package init(path: String, limits: Limits, progress: @escaping (Double) -> Void) throws(MediaError) {
    let input = try Input(path: path, limits: limits)
    guard let index = input.videoStreamIndex, let stream = input.context.pointer.stream(index) else {
      throw MediaError(.noVideo, "the file has no video stream")
    }
    context = try CodecContext.open(stream: stream, threads: 1, limits: limits, isWatched: true)
    packet = try Packet()
    candidate = try Packet()
    frame = try VideoFrame()
    input.select(streams: [index])
    video = index
    // Raw streams make their timestamps up while they are read.
    canSeek = input.context.pointer.pointee.iformat.pointee.flags & AVFMT_NOTIMESTAMPS == 0
    self.stream = stream
    self.input = input
    self.path = path
    self.limits = limits
    self.progress = progress
  }

  /// Gives the picture near a time, in seconds since the film's start, to `body`. Returns false where the film's
  /// pictures end before it.
  package func visit(_ seconds: Double, tolerance: Double, _ body: (VideoFrame) throws -> Void) throws -> Bool {
    let clock = input.clock(stream: video)
    let start = Double(input.startMicroseconds) / 1e6
    let wanted = clock.ticks(start + seconds)
    progress(seconds)
    let reach = clock.ticks(tolerance)
    if canSeek, try findKey(wanted, reach) {
      try body(frame)
      return true
    }
    guard let found = try decodeThrough(to: wanted) else { return false }
    try body(found)
    return true
  }

  /// Where the film's pictures end, in seconds since its start; known once a time past their end was asked for.
  package var end: Double? {
    through?.endOfFilm.map { input.clock(stream: video).seconds($0) }
  }

  /// Goes on decoding where the decoder under way is behind the key frame before `wanted`, else begins there.
  private func decodeThrough(to wanted: Int64) throws -> VideoFrame? {
    if let through, !canSeek || through.position >= keyBefore { return try through.frame(at: wanted) }
    // A container without an index may land behind what it is asked for.
    let margin = input.clock(stream: video).ticks(Self.margin)
    let starts = canSeek ? [keyBefore, keyBefore - margin, nil] : [nil]
    for start in starts {
      let begun = try DecodingThrough(path: path, limits: limits, from: start, progress)
      if start == nil { canSeek = false }
      if start != nil, begun.position > wanted { continue }
      through = begun
      return try begun.frame(at: wanted)
    }
    return nil
  }

  /// Seconds that are tried before a key frame that was not landed on.
  private static let margin = 3.0

  /// Decodes the key frame near a timestamp into ``frame``. Returns false where there is none that could be.
  private func findKey(_ wanted: Int64, _ reach: Int64) throws -> Bool {
    guard input.seek(to: wanted) else {
      canSeek = false
      return false
    }
    guard let key = try nextKey() else { return try searchKey(wanted, reach) }
    guard let landed = key else {
      canSeek = false
      return false
    }
    if landed <= wanted {
      keyBefore = landed
      if landed >= wanted - reach { return try decode(landed) }
      guard av_seek_frame(input.context.pointer, Int32(video), wanted, 0) >= 0, let after = try nextKey() ?? nil,
        after > wanted, after <= wanted + reach
      else { return false }
      return try decode(after)
    }
    return try searchKey(wanted, reach)
  }

  /// The same in a container that did not land before `wanted`: reads all key frames from `reach` before it on.
  private func searchKey(_ wanted: Int64, _ reach: Int64) throws -> Bool {
    guard input.seek(to: wanted - reach) else { return false }
    var best: Int64?
    while let pts = try nextKey() ?? nil, pts <= wanted + reach, best == nil || pts <= wanted {
      best = pts
      av_packet_unref(candidate.handle.pointer)
      av_packet_move_ref(candidate.handle.pointer, packet.handle.pointer)
    }
    keyBefore = min(best ?? wanted - reach, wanted)
    guard let best, best >= wanted - reach else { return false }
    av_packet_unref(packet.handle.pointer)
    av_packet_move_ref(packet.handle.pointer, candidate.handle.pointer)
    return try decode(best)
  }

  /// Reads up to a key frame: its timestamp, if it has one. Nil at the end of the film.
  private func nextKey() throws(MediaError) -> Int64?? {
    while try input.read(packet) {
      let raw = packet.handle.pointer.pointee
      guard packet.streamIndex == video, raw.flags & AV_PKT_FLAG_KEY != 0 else { continue }
      // What an edit list cuts off is not shown.
      if raw.flags & AV_PKT_FLAG_DISCARD != 0 { continue }
      return .some(raw.pts == CR_NOPTS ? nil : raw.pts)
    }
    return nil
  }

  /// Decodes the key frame in ``packet`` by itself.
  private func decode(_ pts: Int64) throws(MediaError) -> Bool {
    if held == pts { return true }
    held = nil
    avcodec_flush_buffers(context.pointer)
    for packet in [packet.handle.pointer, nil] {
      let code = avcodec_send_packet(context.pointer, packet)
      if code == CR_ENOMEM { throw MediaError(.outOfMemory, "not enough memory to decode the video") }
      if code < 0 { return false }
    }
    guard avcodec_receive_frame(context.pointer, frame.handle.pointer) >= 0 else { return false }
    frame.prepare(format: input.context.pointer, stream: stream, orientation: input.orientation)
    guard !frame.isDamaged, Int64(frame.width) * Int64(frame.height) <= limits.maxPixels else { return false }
    held = pts
    return true
  }
}

/// A decoder on its way through a film, frame after frame.
private final class DecodingThrough {
  private let input: Input
  private let decoder: VideoDecoder
  private let packet: Packet
  /// The frame on the screen and its end, and the one after it.
  private var shown: VideoFrame
  private var shownEnd: Int64?
  private var next: VideoFrame
  private var nextTime: FrameTime?
  private var isDrained = false
  private let progress: (Double) -> Void

  /// Begins at the key frame before a timestamp; nil: at the start of the film.
  init(path: String, limits: Limits, from pts: Int64?, _ progress: @escaping (Double) -> Void) throws {
    self.progress = progress
    input = try Input(path: path, limits: limits)
    decoder = try VideoDecoder(input, threads: 1)
    packet = try Packet()
    shown = try VideoFrame()
    next = try VideoFrame()
    if let video = input.videoStreamIndex { input.select(streams: [video]) }
    if let pts { _ = input.seek(to: pts) }
    try advance()
  }

  /// Where the last frame ends; nil while there are more.
  var endOfFilm: Int64? { nextTime == nil ? shownEnd : nil }

  /// Timestamp of the next frame; past every other at the end of the film.
  var position: Int64 { nextTime?.pts ?? .max }

  /// The frame on the screen at a timestamp that is not before the last one asked for; the first one where that comes
  /// later. Nil where the last frame has ended.
  func frame(at wanted: Int64) throws -> VideoFrame? {
    while let time = nextTime, time.pts <= wanted {
      swap(&shown, &next)
      shownEnd = time.pts &+ time.duration
      try advance()
    }
    guard let end = shownEnd else { return nextTime == nil ? nil : next }
    return nextTime == nil && wanted >= end ? nil : shown
  }

  private func advance() throws {
    while true {
      nextTime = try decoder.receive(next)
      if let nextTime { progress(nextTime.seconds) }
      if nextTime != nil || isDrained { return }
      isDrained = try !input.read(packet)
      if !isDrained, packet.streamIndex != input.videoStreamIndex { continue }
      try decoder.send(isDrained ? nil : packet)
    }
  }
}
