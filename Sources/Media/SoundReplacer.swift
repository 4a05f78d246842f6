import CFFmpeg
package import Documents

/// Copies a film with another sound in place of one of its sound tracks. Pictures and everything else go over as they are,
/// packet by packet; the new sound is heard when the old one was, to the sample where the container counts so finely.
package final class SoundReplacer {
  /// Streams that the container did not take, such as data tracks of cameras.
  package private(set) var streamsLeftOut = 0

  private let film: Input
  private let file: ClipFile
  private let encoder: SoundPacketEncoder
  /// Where the streams of the film go.
  private let places: [Int: Int]
  private let soundPlace: Int
  /// The film's packet that was read ahead.
  private let picture: Packet
  private var hasPicture = false
  /// Packets of the new sound to leave out, before the first that is written.
  private var dropped = 0

  /// Opens `path`, in the container that `name` says, and writes the header. The new sound takes the place of the track that
  /// `sound` reads, and begins when that does.
  package init(
    film path: String, sound: SoundReader, as soundFile: SoundFile, to target: String, name: String, limits: Limits
  ) throws(MediaError) {
    guard let format = av_guess_format(nil, name, nil) else {
      throw MediaError(.unsupportedCodec, "no container is known by the name \(name)")
    }
    let film = try Input(path: path, limits: limits)
    let file = try ClipFile(path: target, format: format)
    let encoder = try SoundPacketEncoder(
      soundFile, layout: sound.layout, firstSample: sound.firstSample, container: format)
    var places: [Int: Int] = [:]
    for index in 0..<film.context.pointer.streamCount {
      guard let stream = film.context.pointer.stream(index) else { continue }
      let isReplaced = index == sound.streamIndex
      let codec =
        isReplaced ? SoundEncoder.identifier(soundFile.codec) : stream.pointee.codecpar.pointee.codec_id
      guard Self.takes(format, stream.pointee.codecpar.pointee.codec_type, codec) else { continue }
      let place = try file.addStream(like: stream, encodedBy: isReplaced ? encoder.encoder.pointer : nil)
      file[place]?.pointee.avg_frame_rate = stream.pointee.avg_frame_rate
      file[place]?.pointee.sample_aspect_ratio = stream.pointee.sample_aspect_ratio
      places[index] = place
    }
    guard let soundPlace = places[sound.streamIndex] else {
      throw MediaError(
        .unsupportedCodec,
        "\(name): this container does not take \(soundFile.codec.rawValue) sound; choose another --codec")
    }
    streamsLeftOut = film.context.pointer.streamCount - places.count
    file.describe(like: film.context.pointer)
    try file.start()
    film.select(streams: Set(places.keys).subtracting([sound.streamIndex]))
    self.film = film
    self.file = file
    self.encoder = encoder
    self.places = places.filter { $0.key != sound.streamIndex }
    self.soundPlace = soundPlace
    picture = try Packet()
    if Self.placesByContent(name) { try placeByContent(soundFile, from: sound.firstSample) }
    try readOn()
  }

  /// Whether a film can be written under this name.
  package static func canWrite(_ name: String) -> Bool { av_guess_format(nil, name, nil) != nil }

  /// Whether a container by this name has no timestamps, so that sound and pictures begin together.
  package static func placesByContent(_ name: String) -> Bool {
    av_guess_format(nil, name, nil).map { String(cString: $0.pointee.name) == "avi" } ?? false
  }

  /// Whether a container by this name takes sound of a codec.
  package static func takes(_ codec: SoundCodec, name: String) -> Bool {
    av_guess_format(nil, name, nil).map { takes($0, AVMEDIA_TYPE_AUDIO, SoundEncoder.identifier(codec)) } ?? false
  }

  /// Sound in a program stream (ISO/IEC 13818-1, DVD); FFmpeg's muxer does not tell, and refuses others when it writes the header.
  private static let programStreams: Set<String> = ["mpeg", "vcd", "svcd", "dvd", "vob"]
  private static let programStreamSounds: Set<AVCodecID.RawValue> = Set(
    [AV_CODEC_ID_MP1, AV_CODEC_ID_MP2, AV_CODEC_ID_MP3, AV_CODEC_ID_AC3, AV_CODEC_ID_DTS, AV_CODEC_ID_PCM_DVD]
      .map(\.rawValue))

  private static func takes(
    _ format: UnsafePointer<AVOutputFormat>, _ kind: AVMediaType, _ codec: AVCodecID
  ) -> Bool {
    guard kind == AVMEDIA_TYPE_VIDEO || kind == AVMEDIA_TYPE_AUDIO || kind == AVMEDIA_TYPE_SUBTITLE else {
      return false
    }
    if kind == AVMEDIA_TYPE_AUDIO, programStreams.contains(String(cString: format.pointee.name)) {
      return programStreamSounds.contains(codec.rawValue)
    }
    return avformat_query_codec(format, codec, FF_COMPLIANCE_NORMAL) != 0
  }

  /// Adds interleaved samples of the new sound; full scale is ±1.
  package func write(_ samples: UnsafePointer<Float>, frames: Int) throws(MediaError) {
    try encoder.write(samples, frames: frames, put)
  }

  /// Encodes what is left of the sound, copies what is left of the film and writes the end of the file.
  package func finish() throws(MediaError) {
    try encoder.finish(put)
    while hasPicture { try copyPacket() }
    try file.finish()
  }

  /// Silence comes before a sound that begins after the pictures; of one that begins before them, or whose decoder begins with the
  /// encoder's delay, as many packets are left out as it takes, and the silence fills the rest of the last one.
  private func placeByContent(_ sound: SoundFile, from first: Int64) throws(MediaError) {
    let base = encoder.timeBase
    let begin = av_rescale_q(first, AVRational(num: 1, den: Int32(sound.sampleRate)), base)
    let stream = film.videoStreamIndex.flatMap { film.context.pointer.stream($0)?.pointee }
    let pictures = stream.map { $0.start_time == CR_NOPTS ? 0 : av_rescale_q($0.start_time, $0.time_base, base) } ?? 0
    let lead = begin - encoder.padding - pictures
    let size = Int64(encoder.frameSize)
    dropped = lead < 0 ? Int((-lead + size - 1) / size) : 0
    let silence = lead + Int64(dropped) * size
    encoder.begin(at: begin - silence)
    var left = Int(av_rescale_q(silence, base, AVRational(num: 1, den: Int32(sound.sampleRate))))
    let block = [Float](repeating: 0, count: encoder.frameSize * sound.channels)
    while left > 0 {
      let count = min(left, encoder.frameSize)
      try encoder.write(block, frames: count, put)
      left -= count
    }
  }

  /// Writes a packet of the sound, after what of the film comes before it.
  private func put(_ packet: Packet) throws(MediaError) {
    if dropped > 0 {
      dropped -= 1
      return
    }
    while hasPicture, isDue(before: packet) { try copyPacket() }
    try file.write(packet, to: soundPlace, timeBase: encoder.timeBase)
  }

  private func isDue(before sound: Packet) -> Bool {
    let raw = picture.handle.pointer.pointee
    let time = raw.dts != CR_NOPTS ? raw.dts : raw.pts
    guard time != CR_NOPTS else { return true }
    return av_compare_ts(time, timeBase, sound.handle.pointer.pointee.dts, encoder.timeBase) <= 0
  }

  private var timeBase: AVRational {
    film.context.pointer.stream(picture.streamIndex)?.pointee.time_base ?? AVRational(num: 1, den: 1_000_000)
  }

  private func copyPacket() throws(MediaError) {
    if let place = places[picture.streamIndex] { try file.write(picture, to: place, timeBase: timeBase) }
    try readOn()
  }

  private func readOn() throws(MediaError) {
    repeat { hasPicture = try film.read(picture) } while hasPicture && places[picture.streamIndex] == nil
  }
}
