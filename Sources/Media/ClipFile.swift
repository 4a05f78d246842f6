import CFFmpeg
import Documents

/// A film or a clip of one that is being written: its container, its streams, and the way from a film's timestamps to its own.
final class ClipFile {
  let path: String
  let format: UnsafePointer<AVOutputFormat>
  private let context: Owned<UnsafeMutablePointer<AVFormatContext>>

  convenience init(path: String, container: ClipContainer) throws(MediaError) {
    try self.init(path: path, format: container.format())
  }

  init(path: String, format: UnsafePointer<AVOutputFormat>) throws(MediaError) {
    context = try Muxer.open(path: path, format: format)
    self.format = format
    self.path = path
  }

  /// Whether the container is of the family of QuickTime, which has edit lists; whether it is of Matroska's.
  private var hasEditLists: Bool { ["mov", "mp4", "ipod", "3gp", "3g2", "psp", "f4v"].contains(formatName) }
  private var isMatroska: Bool { ["matroska", "webm"].contains(formatName) }
  private var formatName: String { String(cString: format.pointee.name) }

  /// Adds a stream like that of a film; returns its index. Without an encoder its packets come over as they are.
  func addStream(
    like stream: UnsafeMutablePointer<AVStream>, encodedBy encoder: UnsafeMutablePointer<AVCodecContext>? = nil
  ) throws(MediaError) -> Int {
    let added = try Muxer.addStream(context.pointer)
    if let encoder {
      try Status.check(
        avcodec_parameters_from_context(added.pointee.codecpar, encoder), "set up the file", as: .outputFailed)
      cr_copy_shape(added, stream)
    } else {
      let parameters = stream.pointee.codecpar
      try Status.check(avcodec_parameters_copy(added.pointee.codecpar, parameters), "copy a stream")
      let tag = parameters?.pointee.codec_tag ?? 0
      // Another container's tag means nothing here, and this one's own says where parameter sets are (hvc1 or hev1).
      let isKnown = cr_has_codec_tag(format, added.pointee.codecpar.pointee.codec_id, tag) != 0
      added.pointee.codecpar.pointee.codec_tag = isKnown ? tag : 0
      cr_copy_side_data(added, stream)
    }
    added.pointee.time_base = encoder?.pointee.time_base ?? stream.pointee.time_base
    added.pointee.disposition = stream.pointee.disposition
    av_dict_copy(&added.pointee.metadata, stream.pointee.metadata, 0)
    return Int(added.pointee.index)
  }

  subscript(stream: Int) -> UnsafeMutablePointer<AVStream>? { context.pointer.stream(stream) }

  /// Keeps title and other tags of the film.
  func describe(like film: UnsafeMutablePointer<AVFormatContext>) {
    av_dict_copy(&context.pointer.pointee.metadata, film.pointee.metadata, 0)
  }

  /// Writes the header; the streams have their final time bases then.
  func start() throws(MediaError) {
    let raw = context.pointer
    try Status.check(
      avio_open(&raw.pointee.pb, "file:" + path, AVIO_FLAG_WRITE), "write \(path)", as: .outputFailed)
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    if hasEditLists { av_dict_set_int(&options, "movie_timescale", movieTimescale, 0) }
    try Muxer.check(avformat_write_header(raw, &options), raw, path, .corrupt)
  }

  /// Edit lists count in the movie's time scale: one in which every stream's ticks are whole says to the sample where
  /// sound begins; where there is none, the finest stream's.
  private var movieTimescale: Int64 {
    let scales = (0..<context.pointer.streamCount).compactMap { index -> Int64? in
      guard let stream = context.pointer.stream(index)?.pointee else { return nil }
      let rate = Int64(stream.codecpar.pointee.sample_rate)
      return max(1, rate > 0 ? rate : Int64(stream.time_base.den))
    }
    let common = scales.reduce(Int64(1)) { a, b in
      let product = a.multipliedReportingOverflow(by: b / av_gcd(a, b))
      return product.overflow ? Int64.max : product.partialValue
    }
    return common <= Int64(Int32.max) ? common : min(Int64(Int32.max), scales.max() ?? 1000)
  }

  /// Writes a packet whose times are in `timeBase`; they are counted from `origin`, in ticks of `originBase`.
  func write(
    _ packet: Packet, to stream: Int, timeBase: AVRational, origin: Int64 = 0,
    originBase: AVRational = AVRational(num: 1, den: 1)
  ) throws(MediaError) {
    guard let target = context.pointer.stream(stream) else { throw MediaError(.internal, "no stream \(stream)") }
    let raw = packet.handle.pointer
    let own = target.pointee.time_base
    func moved(_ time: Int64) -> Int64 {
      time == CR_NOPTS ? time : Self.moved(time, timeBase, minus: origin, originBase, to: own)
    }
    let delay = delay(of: target)
    raw.pointee.pts = moved(raw.pointee.pts)
    raw.pointee.dts = moved(raw.pointee.dts)
    if raw.pointee.pts != CR_NOPTS { raw.pointee.pts += delay }
    if raw.pointee.dts != CR_NOPTS { raw.pointee.dts += delay }
    raw.pointee.duration = av_rescale_q(raw.pointee.duration, timeBase, own)
    raw.pointee.stream_index = Int32(stream)
    raw.pointee.pos = -1
    try Muxer.write(raw, to: context.pointer, path: path, refusal: .corrupt)
  }

  /// Matroska's CodecDelay is to be taken off the timestamps of sound (RFC 9559, 5.1.4.1.25). FFmpeg's muxer writes it for Opus and
  /// does not add it, which its demuxer, and every player, then takes off. Of other codecs it moves the whole film later.
  private func delay(of stream: UnsafeMutablePointer<AVStream>) -> Int64 {
    let parameters = stream.pointee.codecpar.pointee
    guard isMatroska, parameters.codec_id == AV_CODEC_ID_OPUS, parameters.sample_rate > 0 else { return 0 }
    return av_rescale_q(
      Int64(parameters.initial_padding), AVRational(num: 1, den: parameters.sample_rate), stream.pointee.time_base)
  }

  func finish() throws(MediaError) { try Muxer.finish(context.pointer, path: path, refusal: .corrupt) }

  /// A time less another, in a third time base, rounded once to the nearest tick.
  static func moved(
    _ time: Int64, _ base: AVRational, minus origin: Int64, _ originBase: AVRational, to target: AVRational
  ) -> Int64 {
    // time · n/d − origin · m/e = (time·n·e − origin·m·d) / (d·e), in ticks of t/u: times u, over t.
    let top =
      Int128(time) * Int128(base.num) * Int128(originBase.den)
      - Int128(origin) * Int128(originBase.num) * Int128(base.den)
    let divisor = Int128(base.den) * Int128(originBase.den) * Int128(target.num)
    let scaled = top * Int128(target.den)
    return Int64(clamping: (scaled >= 0 ? scaled + divisor / 2 : scaled - divisor / 2) / divisor)
  }
}
