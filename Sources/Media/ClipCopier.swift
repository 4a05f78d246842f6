import CFFmpeg
package import Documents

/// Copies a film into clips, packet by packet: every packet of its picture, its sounds and its subtitles into exactly one.
///
/// Each sound is read by a reader of its own, so that memory does not grow where a file is badly interleaved.
package final class ClipCopier {
  package let container: ClipContainer
  /// Streams that the container does not take, covers, attachments and data.
  package let streamsLeftOut: Int

  /// One reader and the packet it has read ahead.
  private final class Lane {
    let input: Input
    let streams: Set<Int>
    let packet: Packet
    var hasPacket = false
    /// Where the last packet of a stream ended, in its time base.
    private var following: [Int: Int64] = [:]

    init(_ input: Input, streams: Set<Int>) throws(MediaError) {
      self.input = input
      self.streams = streams
      packet = try Packet()
      input.select(streams: streams)
      try next()
    }

    func next() throws(MediaError) {
      repeat { hasPacket = try input.read(packet) } while hasPacket && !streams.contains(packet.streamIndex)
      guard hasPacket else { return }
      let raw = packet.handle.pointer
      if raw.pointee.dts == CR_NOPTS { raw.pointee.dts = guessedDecodingTime(raw.pointee) }
      following[packet.streamIndex] = raw.pointee.dts &+ max(1, raw.pointee.duration)
    }

    /// Matroska does not say when packets are decoded, and FFmpeg works it out from the second or third on: one after the other, no
    /// later than they are shown, and the first as much earlier as the codec reorders frames.
    private func guessedDecodingTime(_ packet: AVPacket) -> Int64 {
      if let next = following[Int(packet.stream_index)] { return packet.pts == CR_NOPTS ? next : min(next, packet.pts) }
      guard packet.pts != CR_NOPTS else { return 0 }
      let delay = input.context.pointer.stream(Int(packet.stream_index))?.pointee.codecpar.pointee.video_delay ?? 0
      return packet.pts - Int64(delay) * max(1, packet.duration)
    }

    /// When the packet is shown; when it is decoded, where it does not say.
    var time: Int64 {
      let raw = packet.handle.pointer.pointee
      return raw.pts == CR_NOPTS ? raw.dts : raw.pts
    }

    var timeBase: AVRational { base(packet.streamIndex) }
    func base(_ stream: Int) -> AVRational {
      input.context.pointer.stream(stream)?.pointee.time_base ?? AVRational(num: 1, den: 1_000_000)
    }
  }

  private let film: Input
  private let video: Int
  private let videoBase: AVRational
  private let carried: [Int]
  private let units: NALUnits?
  private let lanes: [Lane]
  /// Subtitles that were read before the clip they belong to was begun.
  private var held: [Packet] = []
  /// Parameter sets as the stream last announced them.
  private var extradata: [UInt8]?

  package init(path: String, limits: Limits) throws(MediaError) {
    let film = try Input(path: path, limits: limits)
    guard let video = film.videoStreamIndex, let stream = film.context.pointer.stream(video) else {
      throw MediaError(.noVideo, "the file has no video stream")
    }
    let container = try ClipContainer.forCopy(of: film)
    self.container = container
    carried = (0..<film.context.pointer.streamCount).filter { index in
      guard let kind = film.context.pointer.stream(index)?.pointee.codecpar.pointee else { return false }
      let isWanted =
        index == video || kind.codec_type == AVMEDIA_TYPE_AUDIO || kind.codec_type == AVMEDIA_TYPE_SUBTITLE
      return isWanted && container.takes(kind.codec_id)
    }
    streamsLeftOut = film.context.pointer.streamCount - carried.count
    self.film = film
    self.video = video
    videoBase = stream.pointee.time_base
    units = NALUnits(stream.pointee.codecpar.pointee)
    let sounds = carried.filter {
      film.context.pointer.stream($0)?.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO
    }
    var lanes = [try Lane(film, streams: Set(carried).subtracting(sounds))]
    for sound in sounds { lanes.append(try Lane(Input(path: path, limits: limits), streams: [sound])) }
    self.lanes = lanes
  }

  /// Writes the clip that begins at `origin` and ends before the key frame shown at `end`; nil: with the film. Call in
  /// order of time. Times are counted in ticks of the video; `progress` gets each packet's.
  package func write(
    _ path: String, from origin: Int64, to end: Int64?, progress: (Int64) -> Void
  ) throws(MediaError) {
    let file = try ClipFile(path: path, container: container)
    var places: [Int: Int] = [:]
    noteExtradata()
    for index in carried {
      guard let stream = film.context.pointer.stream(index) else { continue }
      let place = try file.addStream(like: stream)
      file[place]?.pointee.avg_frame_rate = stream.pointee.avg_frame_rate
      file[place]?.pointee.sample_aspect_ratio = stream.pointee.sample_aspect_ratio
      if index == video, let extradata, let target = file[place] { try Self.set(extradata, of: target) }
      places[index] = place
    }
    file.describe(like: film.context.pointer)
    try file.start()
    try beginWithParameterSets()
    let ready = held.filter { isBefore(end, $0, base: lanes[0].base($0.streamIndex)) }
    held.removeAll { packet in ready.contains { $0 === packet } }
    for packet in ready { try write(packet, of: lanes[0], into: file, places, origin, end) }
    while let lane = try nextLane(before: end) {
      progress(Self.ticks(lane.time, lane.timeBase, in: videoBase))
      if lane === lanes[0], lane.packet.streamIndex == video { noteExtradata() }
      try write(lane.packet, of: lane, into: file, places, origin, end)
      try lane.next()
    }
    try file.finish()
  }

  /// The lane whose packet is next in the clip; nil at its end.
  private func nextLane(before end: Int64?) throws(MediaError) -> Lane? {
    var best: Lane?
    for lane in lanes {
      while lane.hasPacket, lane === lanes[0], lane.packet.streamIndex != video,
        !isBefore(end, lane.packet, base: lane.timeBase)
      {
        held.append(try lane.packet.moved())
        try lane.next()
      }
      guard lane.hasPacket, !isPast(end, lane) else { continue }
      let isEarlier =
        best.map {
          av_compare_ts(
            lane.packet.handle.pointer.pointee.dts, lane.timeBase, $0.packet.handle.pointer.pointee.dts, $0.timeBase)
            < 0
        } ?? true
      if isEarlier { best = lane }
    }
    return best
  }

  private func isPast(_ end: Int64?, _ lane: Lane) -> Bool {
    guard let end else { return false }
    if lane.packet.streamIndex == video {
      return lane.packet.handle.pointer.pointee.flags & AV_PKT_FLAG_KEY != 0 && lane.time >= end
    }
    return av_compare_ts(lane.time, lane.timeBase, end, videoBase) >= 0
  }

  private func isBefore(_ end: Int64?, _ packet: Packet, base: AVRational) -> Bool {
    guard let end else { return true }
    let raw = packet.handle.pointer.pointee
    return av_compare_ts(raw.pts == CR_NOPTS ? raw.dts : raw.pts, base, end, videoBase) < 0
  }

  private func write(
    _ packet: Packet, of lane: Lane, into file: ClipFile, _ places: [Int: Int], _ origin: Int64,
    _ end: Int64?
  ) throws(MediaError) {
    guard let place = places[packet.streamIndex] else { return }
    if let end, file[place]?.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_SUBTITLE {
      // A subtitle that stays on the screen would make the clip longer than its pictures.
      let raw = packet.handle.pointer
      let left = Self.ticks(end, videoBase, in: lane.base(packet.streamIndex)) - raw.pointee.pts
      if raw.pointee.pts != CR_NOPTS, raw.pointee.duration > left { raw.pointee.duration = max(0, left) }
    }
    try file.write(
      packet, to: place, timeBase: lane.base(packet.streamIndex), origin: origin, originBase: videoBase)
  }

  private static func ticks(_ time: Int64, _ base: AVRational, in other: AVRational) -> Int64 {
    av_rescale_q(time, base, other)
  }

  // MARK: Parameter sets

  /// A stream may announce other parameter sets with a packet.
  private func noteExtradata() {
    guard lanes[0].hasPacket, lanes[0].packet.streamIndex == video else { return }
    var size = 0
    let data = av_packet_get_side_data(lanes[0].packet.handle.pointer, AV_PKT_DATA_NEW_EXTRADATA, &size)
    if let data, size > 0 { extradata = Array(UnsafeBufferPointer(start: data, count: size)) }
  }

  private static func set(_ extradata: [UInt8], of stream: UnsafeMutablePointer<AVStream>) throws(MediaError) {
    let bytes = try MediaAllocation.bytes(extradata.count + Int(AV_INPUT_BUFFER_PADDING_SIZE))
    for (index, byte) in extradata.enumerated() { bytes[index] = byte }
    for index in 0..<Int(AV_INPUT_BUFFER_PADDING_SIZE) { bytes[extradata.count + index] = 0 }
    av_free(stream.pointee.codecpar.pointee.extradata)
    stream.pointee.codecpar.pointee.extradata = bytes
    stream.pointee.codecpar.pointee.extradata_size = Int32(extradata.count)
  }

  /// A transport stream has its parameter sets among the pictures: where they were sent only once, the clip's first picture
  /// gets them.
  private func beginWithParameterSets() throws(MediaError) {
    let lane = lanes[0]
    guard container == .mpegts, lane.hasPacket, lane.packet.streamIndex == video, let units, units.hasStartCodes,
      !units.holdsParameterSets(lane.packet.handle.pointer),
      let parameters = film.context.pointer.stream(video)?.pointee.codecpar.pointee, let sets = parameters.extradata
    else { return }
    let (old, head) = (lane.packet.handle.pointer, Int(parameters.extradata_size))
    guard head > 0 else { return }
    let longer = try Packet()
    let raw = longer.handle.pointer
    try Status.check(av_new_packet(raw, Int32(head) + old.pointee.size), "keep a packet")
    try Status.check(av_packet_copy_props(raw, old), "keep a packet")
    raw.pointee.data.update(from: sets, count: head)
    (raw.pointee.data + head).update(from: old.pointee.data, count: Int(old.pointee.size))
    raw.pointee.stream_index = old.pointee.stream_index
    av_packet_unref(old)
    av_packet_move_ref(old, raw)
  }
}
