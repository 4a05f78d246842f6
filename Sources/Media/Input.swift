import CFFmpeg
import Glibc
package import Documents
package import Timing

/// One media file, open for reading: what it holds, and its packets one after the other.
///
/// Nothing but the file itself can be reached through it: the demuxer reads from a descriptor that is already open, and
/// playlists, external references and linked segments are refused with `forbidden_reference`.
package final class Input {
  package let description: MediaDescription
  /// The container's start in microseconds on its own clock: what players call 0.
  package let startMicroseconds: Int64
  package let bytes: Int64
  package let path: String
  package let videoStreamIndex: Int?
  package let orientation: Orientation

  let context: Owned<UnsafeMutablePointer<AVFormatContext>>
  package let limits: Limits
  let source: FileSource
  private let io: Owned<UnsafeMutablePointer<AVIOContext>>
  private let refusals: Owned<UnsafeMutablePointer<Int32>>
  /// What was read of each stream so far.
  private(set) var readings: [StreamReading]

  /// Opens and probes a file. Throws `not_found`, `unreadable`, `not_media`, `corrupt`, `limit_exceeded`,
  /// `forbidden_reference` or `out_of_memory`. Limits on streams, pixels and duration are checked before any decoder
  /// gets a picture to allocate.
  package convenience init(path: String, limits: Limits) throws(MediaError) {
    try self.init(path: path, limits: limits, again: nil)
  }

  /// Opens the same file once more, to read its packets from the start. Throws as the first opening does.
  ///
  /// Looking into the streams decodes some frames of each. Containers whose header tells all that packets need are spared
  /// that where what the header tells is what was found the first time. Packets of Matroska files may have other decoding timestamps
  /// then, as they are reckoned from what is found.
  package convenience init(again known: Input) throws(MediaError) {
    try self.init(path: known.path, limits: known.limits, again: known)
  }

  private init(path: String, limits: Limits, again known: Input?) throws(MediaError) {
    let source = try FileSource(path: path)
    let io = try Owned(source.makeContext(), "the reader") { pointer in
      var context: UnsafeMutablePointer<AVIOContext>? = pointer
      av_free(pointer.pointee.buffer)
      avio_context_free(&context)
    }
    let refusals = try Owned(UnsafeMutablePointer<Int32>.allocate(capacity: 1), "a counter") { $0.deallocate() }
    refusals.pointer.initialize(to: 0)
    let context = try Self.open(path: path, source: source, io: io.pointer, refusals: refusals.pointer, limits: limits)
    try Self.checkStreams(context.pointer, limits: limits)
    let isKnown = known.map { Self.tellsTheSame(context.pointer, $0.context.pointer) } ?? false
    if !isKnown {
      try Self.findStreams(context.pointer, limits: limits, refusals: refusals.pointer)
      try Self.checkStreams(context.pointer, limits: limits)
    }

    let start = context.pointer.pointee.start_time
    startMicroseconds = known?.startMicroseconds ?? (start == CR_NOPTS ? 0 : start)
    let video = isKnown ? known?.videoStreamIndex : Self.bestVideoStream(context.pointer)
    videoStreamIndex = video
    orientation =
      video.flatMap { context.pointer.stream($0) }.flatMap { cr_stream_display_matrix($0) }
      .map { Orientation(matrix: $0) } ?? .upright
    description =
      known?.description
      ?? StreamReader(context: context.pointer, startMicroseconds: startMicroseconds)
      .describe(video: video, orientation: orientation)
    bytes = source.size
    self.path = path
    readings = Array(repeating: StreamReading(), count: context.pointer.streamCount)
    self.limits = limits
    self.source = source
    self.io = io
    self.refusals = refusals
    self.context = context
  }

  private static func open(
    path: String, source: FileSource, io: UnsafeMutablePointer<AVIOContext>, refusals: UnsafeMutablePointer<Int32>,
    limits: Limits
  ) throws(MediaError) -> Owned<UnsafeMutablePointer<AVFormatContext>> {
    guard let context = avformat_alloc_context() else {
      throw MediaError(.outOfMemory, "not enough memory to open the file")
    }
    context.pointee.pb = io
    context.pointee.max_streams = Int32(limits.maxStreams) + 1
    if holdsPlainSamples(source) { context.pointee.max_probe_packets = 1 }
    cr_refuse_nested(context, refusals)
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    // No protocol at all: what a demuxer opens by itself, past io_open, fails as well.
    av_dict_set(&options, "protocol_whitelist", "none", 0)
    var opened: UnsafeMutablePointer<AVFormatContext>? = context
    let code = avformat_open_input(&opened, path, nil, &options)
    if refusals.pointee > 0 { throw forbidden }
    guard code >= 0 else {
      if LibraryLog.errorLines.contains(where: { $0.contains("max_streams") }) { throw tooManyStreams(limits) }
      if LibraryLog.errorLines.contains(where: { $0.contains("not on whitelist") || $0.contains("Unsafe file name") }) {
        throw forbidden
      }
      switch code {
      case CR_ENOMEM: throw lacksMemory(source, limits)
      case CR_EIO where source.readError != 0:
        throw MediaError(
          .unreadable, "the file cannot be read: \(String(cString: strerror(source.readError)))", mayPass: true)
      // Demuxers say so where an element reaches past the end, too.
      case CR_EIO: throw MediaError(.corrupt, "the header is damaged, or the file was cut off within it")
      default:
        if ContainerStructure(source: source).startsWithBox {
          throw MediaError(
            .corrupt,
            "the file was cut off, or never finished: its index (the moov atom) is missing, so nothing can be read")
        }
        throw MediaError(.notMedia, "this is not audio or video in any format FFmpeg knows (\(Status.text(code)))")
      }
    }
    let owned = try Owned(opened, "the file") { pointer in
      var context: UnsafeMutablePointer<AVFormatContext>? = pointer
      avformat_close_input(&context)
    }
    // FFmpeg draws any text file as a film of a terminal.
    if String(cString: owned.pointer.pointee.iformat.pointee.name) == "tty" {
      throw MediaError(.notMedia, "this is a text file, neither audio nor video")
    }
    return owned
  }

  /// An index takes a few times the bytes that it has in the file. Where far more than that was asked for, it is damaged, and more
  /// memory would not help.
  private static func lacksMemory(_ source: FileSource, _ limits: Limits) -> MediaError {
    guard source.size < limits.maxMemory / 16 else {
      return MediaError(.outOfMemory, "not enough memory to open the file")
    }
    return MediaError(.corrupt, "the header asks for more memory than an index of \(source.size) bytes can need")
  }

  /// Whether a file is a WAV without a sign of DTS. In the samples of a WAV FFmpeg looks for other codecs, which costs more
  /// than all else that opening does, and DTS is the one it may find (ETSI TS 102 114 names its four sync words).
  private static func holdsPlainSamples(_ source: FileSource) -> Bool {
    let start = source.bytes(at: 0, count: 16_384)
    guard start.starts(with: "RIFF".utf8), start.count > 44 else { return false }
    let syncWords: Set<UInt32> = [0x7ffe_8001, 0xfe7f_0180, 0x1fff_e800, 0xff1f_00e8]
    var word: UInt32 = 0
    for byte in start {
      word = word << 8 | UInt32(byte)
      // Cheap first: all of them hold a byte of ones or nearly.
      if word >> 24 >= 0x1f, syncWords.contains(word) { return false }
    }
    return true
  }

  private static let forbidden = MediaError(
    .forbiddenReference,
    "the file refers to other files or to the network (a playlist, or an external reference), which is never followed; "
      + "analyse the files it names instead")

  private static func tooManyStreams(_ limits: Limits) -> MediaError {
    MediaError(
      .limitExceeded, "the file has more than \(limits.maxStreams) streams; raise --max-streams to read it",
      limit: .streams)
  }

  /// Lets FFmpeg look into the streams, with every probing decoder bound to the pixel limit.
  private static func findStreams(
    _ context: UnsafeMutablePointer<AVFormatContext>, limits: Limits, refusals: UnsafeMutablePointer<Int32>
  ) throws(MediaError) {
    var options = (0..<context.streamCount).map { _ -> OpaquePointer? in
      var dictionary: OpaquePointer?
      // The option is a 32-bit number.
      av_dict_set_int(&dictionary, "max_pixels", min(limits.maxPixels, Int64(Int32.max)), 0)
      av_dict_set_int(&dictionary, "threads", 1, 0)
      return dictionary
    }
    let code = options.withUnsafeMutableBufferPointer { avformat_find_stream_info(context, $0.baseAddress) }
    for index in options.indices { av_dict_free(&options[index]) }
    if refusals.pointee > 0 { throw forbidden }
    try Status.check(code, "read the streams of the file", as: .corrupt)
    guard context.streamCount > 0 else { throw MediaError(.notMedia, "the file holds neither picture nor sound") }
  }

  /// Demuxers that know their streams from the header, with all that a decoder needs to begin.
  private static let headed = ["matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2"]

  /// Whether the header of a file alone, that was opened a second time, tells of the streams that were found the first time.
  private static func tellsTheSame(
    _ context: UnsafeMutablePointer<AVFormatContext>, _ known: UnsafeMutablePointer<AVFormatContext>
  ) -> Bool {
    guard headed.contains(String(cString: context.pointee.iformat.pointee.name)),
      context.streamCount == known.streamCount
    else { return false }
    return (0..<context.streamCount).allSatisfy { index in
      guard let own = context.stream(index)?.pointee, let other = known.stream(index)?.pointee else { return false }
      let (ours, theirs) = (own.codecpar.pointee, other.codecpar.pointee)
      return ours.codec_id == theirs.codec_id && ours.codec_type == theirs.codec_type && ours.width == theirs.width
        && ours.height == theirs.height && own.time_base.num == other.time_base.num
        && own.time_base.den == other.time_base.den
    }
  }

  private static func checkStreams(
    _ context: UnsafeMutablePointer<AVFormatContext>, limits: Limits
  ) throws(MediaError) {
    if context.streamCount > limits.maxStreams { throw tooManyStreams(limits) }
    for index in 0..<context.streamCount {
      guard let stream = context.stream(index), stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO else {
        continue
      }
      let (width, height) = (stream.pointee.codecpar.pointee.width, stream.pointee.codecpar.pointee.height)
      guard width >= 0, height >= 0 else {
        throw MediaError(.corrupt, "the header is damaged: it speaks of a picture of \(width)×\(height)")
      }
      if Int64(width) * Int64(height) > limits.maxPixels {
        throw MediaError(
          .limitExceeded, "the picture of \(width)×\(height) is over --max-pixels (\(limits.maxPixels) pixels)",
          limit: .pixels)
      }
    }
    let duration = context.pointee.duration
    if duration != CR_NOPTS, Double(duration) / 1e6 > limits.maxDuration {
      throw MediaError(
        .limitExceeded,
        "the film says it is \(Int(Double(duration) / 1e6)) s long, over --max-duration (\(Int(limits.maxDuration)) s)",
        limit: .duration)
    }
  }

  /// The stream the ffmpeg command would take: most pixels, default streams and streams with packets first, attached
  /// pictures last.
  private static func bestVideoStream(_ context: UnsafeMutablePointer<AVFormatContext>) -> Int? {
    var best: (index: Int, score: Int64)?
    for index in 0..<context.streamCount {
      guard let stream = context.stream(index), stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO,
        stream.pointee.disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS) == 0
      else { continue }
      let parameters = stream.pointee.codecpar.pointee
      var score = Int64(parameters.width) * Int64(parameters.height)
      if stream.pointee.event_flags & AVSTREAM_EVENT_FLAG_NEW_PACKETS != 0 { score += 100_000_000 }
      if stream.pointee.disposition & AV_DISPOSITION_DEFAULT != 0 { score += 5_000_000 }
      if best.map({ score > $0.score }) ?? true { best = (index, score) }
    }
    return best?.index
  }

  package var streamCount: Int { context.pointer.streamCount }

  /// Frames a second of the video, as container and stream tell; nil where they do not.
  package var frameRate: Double? {
    guard let index = videoStreamIndex, let stream = context.pointer.stream(index) else { return nil }
    let rate = av_guess_frame_rate(context.pointer, stream, nil)
    return rate.num > 0 && rate.den > 0 ? Double(rate.num) / Double(rate.den) : nil
  }

  /// Seconds on the container's clock for a stream's timestamps.
  package func clock(stream index: Int) -> MediaClock {
    let base = context.pointer.stream(index)?.pointee.time_base ?? AVRational(num: 1, den: 1_000_000)
    return MediaClock(timeBase: TimeBase(Int(base.num), Int(base.den)), startMicroseconds: startMicroseconds)
  }

  /// The codec of the video; that of nothing where there is none.
  var videoCodec: AVCodecID {
    videoStreamIndex.flatMap { context.pointer.stream($0) }.map { $0.pointee.codecpar.pointee.codec_id }
      ?? AV_CODEC_ID_NONE
  }

  /// Pixels of a frame of the video, as the container tells; 0 where it does not.
  var videoArea: Int {
    videoStreamIndex.flatMap { context.pointer.stream($0) }.map {
      Int($0.pointee.codecpar.pointee.width) * Int($0.pointee.codecpar.pointee.height)
    } ?? 0
  }

  /// Numbers the frames of a stream.
  package func frameClock(stream index: Int) -> FrameClock {
    let clock = clock(stream: index)
    let rate = context.pointer.stream(index).map { av_guess_frame_rate(context.pointer, $0, nil) }
    let duration = rate.map { $0.num > 0 && $0.den > 0 ? max(1, clock.ticks(Double($0.den) / Double($0.num))) : 1 }
    return FrameClock(
      clock: clock, start: clock.ticks(Double(startMicroseconds) / 1e6), fallbackDuration: duration ?? 1)
  }

  /// Reads only these streams from now on; packets of other pictures and sounds are thrown away unparsed.
  package func select(streams wanted: Set<Int>) {
    for index in 0..<context.pointer.streamCount where !wanted.contains(index) {
      guard let stream = context.pointer.stream(index) else { continue }
      let kind = stream.pointee.codecpar.pointee.codec_type
      if kind == AVMEDIA_TYPE_VIDEO || kind == AVMEDIA_TYPE_AUDIO { stream.pointee.discard = AVDISCARD_ALL }
    }
  }

  /// Reads the next packet. Returns false at the end of the file; throws `unreadable` where the disk fails and
  /// `forbidden_reference` where the file tries to reach out.
  package func read(_ packet: Packet) throws(MediaError) -> Bool {
    av_packet_unref(packet.handle.pointer)
    while true {
      let code = av_read_frame(context.pointer, packet.handle.pointer)
      if refusals.pointer.pointee > 0 { throw Self.forbidden }
      if code >= 0 { break }
      if code == CR_EAGAIN { continue }
      if code == CR_ENOMEM, !Self.hasRoom { throw MediaError(.outOfMemory, "not enough memory to read the file") }
      if source.readError != 0 {
        throw MediaError(
          .unreadable, "the file cannot be read to its end: \(String(cString: strerror(source.readError)))",
          mayPass: true)
      }
      return false
    }
    note(packet)
    return true
  }

  /// Whether there is memory for any packet that is no damage: where there is, one that found none was said to be of a size that
  /// nothing has.
  private static var hasRoom: Bool {
    let most = malloc(1 << 29)
    free(most)
    return most != nil
  }

  /// Goes to the key frame of the video at or before a timestamp, or near it: what is decoded next tells. Returns false
  /// where the container cannot seek.
  package func seek(to pts: Int64) -> Bool {
    guard let index = videoStreamIndex else { return false }
    return av_seek_frame(context.pointer, Int32(index), pts, AVSEEK_FLAG_BACKWARD) >= 0
  }

  /// What a packet of the video says of its frame.
  package func facts(of packet: Packet) -> PacketFacts { PacketFacts(packet.handle.pointer, codec: videoCodec) }

  private func note(_ packet: Packet) {
    let index = packet.streamIndex
    // Streams may appear while a transport stream is read.
    guard readings.indices.contains(index) else { return }
    let raw = packet.handle.pointer.pointee
    readings[index].packets += 1
    readings[index].lastIsDamaged = raw.flags & AV_PKT_FLAG_CORRUPT != 0
    let time = raw.pts != CR_NOPTS ? raw.pts : raw.dts
    if time != CR_NOPTS { readings[index].end = max(readings[index].end ?? .min, time &+ max(0, raw.duration)) }
  }

  /// Position in the file from 0 to 1, for progress where the duration is not known.
  package var fractionRead: Double {
    let position = io.pointer.pointee.pos
    return bytes > 0 ? min(1, Double(max(0, position)) / Double(bytes)) : 0
  }
}

extension UnsafeMutablePointer<AVFormatContext> {
  var streamCount: Int { Int(pointee.nb_streams) }

  func stream(_ index: Int) -> UnsafeMutablePointer<AVStream>? {
    index >= 0 && index < streamCount ? pointee.streams[index] : nil
  }
}

/// A reusable buffer for one packet of compressed data.
package final class Packet {
  let handle: Owned<UnsafeMutablePointer<AVPacket>>

  package init() throws(MediaError) {
    handle = try Owned(av_packet_alloc(), "a packet") { pointer in
      var packet: UnsafeMutablePointer<AVPacket>? = pointer
      av_packet_free(&packet)
    }
  }

  package var streamIndex: Int { Int(handle.pointer.pointee.stream_index) }

  /// A packet with the contents of this one, which is empty afterwards.
  func moved() throws(MediaError) -> Packet {
    let packet = try Packet()
    av_packet_move_ref(packet.handle.pointer, handle.pointer)
    // What the demuxer may reuse is copied.
    try Status.check(av_packet_make_refcounted(packet.handle.pointer), "keep a packet")
    return packet
  }
}

/// What was read of one stream.
struct StreamReading {
  var packets = 0
  /// Where its last packet ends, in its time base.
  var end: Int64?
  /// Whether the last packet read was cut short.
  var lastIsDamaged = false
}
