import CFFmpeg
package import Documents

/// Copies a film with another sound in place of one of its sound tracks. Pictures and everything else go over as they are,
/// packet by packet.
package struct SoundReplacer {
  private let film: Input
  private let sound: Input
  private let replaced: Int
  private let soundStream: Int

  /// `replaced` is the number of the sound track in the film; the first one of `sound` takes its place.
  package init(film: String, replaced: Int, sound: String, limits: Limits) throws(MediaError) {
    self.film = try Input(path: film, limits: limits)
    self.sound = try Input(path: sound, limits: limits)
    self.replaced = replaced
    guard let index = self.sound.description.audio.first?.streamIndex else {
      throw MediaError(.internal, "the new sound has no sound track")
    }
    soundStream = index
  }

  /// Whether a film can be written under this name.
  package static func canWrite(_ name: String) -> Bool { av_guess_format(nil, name, nil) != nil }

  /// Writes the film to `path`, in the container that `name` says. Returns the number of streams that the container did not
  /// take, such as data tracks of cameras.
  package func write(to path: String, name: String) throws(MediaError) -> Int {
    guard let format = av_guess_format(nil, name, nil) else {
      throw MediaError(.unsupportedCodec, "no container is known by the name \(name)")
    }
    let output = try Muxer.open(path: path, format: format)
    let context = output.pointer
    var places: [Int: Int32] = [:]
    var left = 0
    for index in 0..<film.context.pointer.streamCount {
      guard let stream = film.context.pointer.stream(index) else { continue }
      let source = index == replaced ? sound.context.pointer.stream(soundStream) : stream
      guard let source, takes(format, source) else {
        left += 1
        continue
      }
      let added = try Muxer.addStream(context)
      try Status.check(avcodec_parameters_copy(added.pointee.codecpar, source.pointee.codecpar), "copy a stream")
      added.pointee.codecpar.pointee.codec_tag = 0
      added.pointee.time_base = source.pointee.time_base
      added.pointee.disposition = stream.pointee.disposition
      added.pointee.avg_frame_rate = stream.pointee.avg_frame_rate
      added.pointee.sample_aspect_ratio = stream.pointee.sample_aspect_ratio
      av_dict_copy(&added.pointee.metadata, stream.pointee.metadata, 0)
      cr_copy_side_data(added, stream)
      places[index] = added.pointee.index
    }
    av_dict_copy(&context.pointee.metadata, film.context.pointer.pointee.metadata, 0)
    try Muxer.start(context, path: path, refusal: .corrupt)
    try copy(into: context, places, path)
    try Muxer.finish(context, path: path, refusal: .corrupt)
    return left
  }

  private func takes(_ format: UnsafePointer<AVOutputFormat>, _ stream: UnsafeMutablePointer<AVStream>) -> Bool {
    let kind = stream.pointee.codecpar.pointee.codec_type
    guard kind == AVMEDIA_TYPE_VIDEO || kind == AVMEDIA_TYPE_AUDIO || kind == AVMEDIA_TYPE_SUBTITLE else {
      return false
    }
    return avformat_query_codec(format, stream.pointee.codecpar.pointee.codec_id, FF_COMPLIANCE_NORMAL) != 0
  }

  /// Feeds both files by time, as the muxer wants them.
  private func copy(
    into context: UnsafeMutablePointer<AVFormatContext>, _ places: [Int: Int32], _ path: String
  ) throws(MediaError) {
    let (picture, tone) = (try Packet(), try Packet())
    var hasPicture = try next(film, picture) { $0 != replaced && places[$0] != nil }
    var hasTone = try next(sound, tone) { $0 == soundStream }
    let begin = film.context.pointer.stream(replaced)?.pointee
    let shift = begin.map { $0.start_time == CR_NOPTS ? 0 : seconds($0.start_time, $0.time_base) } ?? 0
    while hasPicture || hasTone {
      let pictureTime = hasPicture ? time(picture, film) : .infinity
      let toneTime = hasTone ? time(tone, sound) + shift : .infinity
      if pictureTime <= toneTime, let place = places[picture.streamIndex] {
        try write(picture, film, at: place, shift: 0, context, path)
        hasPicture = try next(film, picture) { $0 != replaced && places[$0] != nil }
      } else if let place = places[replaced] {
        try write(tone, sound, at: place, shift: shift, context, path)
        hasTone = try next(sound, tone) { $0 == soundStream }
      } else {
        throw MediaError(.unsupportedCodec, "the container does not take the new sound")
      }
    }
  }

  private func next(_ input: Input, _ packet: Packet, _ wanted: (Int) -> Bool) throws(MediaError) -> Bool {
    repeat { guard try input.read(packet) else { return false } } while !wanted(packet.streamIndex)
    return true
  }

  private func seconds(_ ticks: Int64, _ base: AVRational) -> Double {
    Double(ticks) * Double(base.num) / Double(base.den)
  }

  private func time(_ packet: Packet, _ input: Input) -> Double {
    let raw = packet.handle.pointer.pointee
    let ticks = raw.dts != CR_NOPTS ? raw.dts : raw.pts
    guard ticks != CR_NOPTS, let stream = input.context.pointer.stream(packet.streamIndex) else { return -1 }
    return seconds(ticks, stream.pointee.time_base)
  }

  private func write(
    _ packet: Packet, _ input: Input, at place: Int32, shift: Double, _ context: UnsafeMutablePointer<AVFormatContext>,
    _ path: String
  ) throws(MediaError) {
    guard let from = input.context.pointer.stream(packet.streamIndex), let to = context.stream(Int(place)) else {
      return
    }
    let raw = packet.handle.pointer
    av_packet_rescale_ts(raw, from.pointee.time_base, to.pointee.time_base)
    let ticks = Int64((shift * Double(to.pointee.time_base.den) / Double(to.pointee.time_base.num)).rounded())
    if raw.pointee.pts != CR_NOPTS { raw.pointee.pts += ticks }
    if raw.pointee.dts != CR_NOPTS { raw.pointee.dts += ticks }
    raw.pointee.stream_index = place
    raw.pointee.pos = -1
    try Muxer.write(raw, to: context, path: path, refusal: .corrupt)
  }
}
