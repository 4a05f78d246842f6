import CFFmpeg
package import Documents

/// The containers sound is written to, by the ending of a file's name.
package enum SoundContainer: String, Sendable, CaseIterable {
  case wav, flac, mp3
  case m4a = "ipod"
  case mp4, matroska, ogg, opus, adts

  package static let endings: [String: SoundContainer] = [
    "wav": .wav, "flac": .flac, "mp3": .mp3, "m4a": .m4a, "m4b": .m4a, "mp4": .mp4, "mka": .matroska, "mkv": .matroska,
    "ogg": .ogg, "oga": .ogg, "opus": .opus, "aac": .adts,
  ]

  /// The codecs the container takes; the first is the default.
  package var codecs: [SoundCodec] {
    switch self {
    case .wav: [.pcm16, .pcm24, .pcmFloat]
    case .flac: [.flac]
    case .mp3: [.mp3]
    case .m4a, .mp4, .adts: [.aac]
    case .matroska: [.flac, .opus, .vorbis, .aac, .mp3, .pcm16, .pcm24, .pcmFloat]
    case .ogg: [.vorbis, .opus, .flac]
    case .opus: [.opus]
    }
  }

  package var holdsChapters: Bool { ![.wav, .flac, .adts].contains(self) }
  package var holdsCover: Bool { ![.wav, .adts].contains(self) }
}

/// Writes a container, step by step. What the disk refuses is `output_failed`; what the muxer refuses is `refusal`: with streams that
/// come from a film as they are, it is the film that is damaged.
enum Muxer {
  static func open(
    path: String, container: SoundContainer
  ) throws(MediaError) -> Owned<UnsafeMutablePointer<AVFormatContext>> {
    guard let format = av_guess_format(container.rawValue, nil, nil) else {
      throw MediaError(.unsupportedCodec, "this FFmpeg cannot write \(container.rawValue) files")
    }
    return try open(path: path, format: format)
  }

  static func open(
    path: String, format: UnsafePointer<AVOutputFormat>
  ) throws(MediaError) -> Owned<UnsafeMutablePointer<AVFormatContext>> {
    var context: UnsafeMutablePointer<AVFormatContext>?
    let code = avformat_alloc_output_context2(&context, format, nil, path)
    let owned = try Owned(context, "the file") { pointer in
      avio_closep(&pointer.pointee.pb)
      avformat_free_context(pointer)
    }
    try Status.check(code, "write \(path)", as: .outputFailed)
    // No dates, versions and random numbers: the same mix gives the same bytes.
    owned.pointer.pointee.flags |= AVFMT_FLAG_BITEXACT
    return owned
  }

  static func addStream(
    _ context: UnsafeMutablePointer<AVFormatContext>
  ) throws(MediaError) -> UnsafeMutablePointer<AVStream> {
    guard let stream = avformat_new_stream(context, nil) else {
      throw MediaError(.outOfMemory, "not enough memory to write the file")
    }
    return stream
  }

  /// Tags, chapters and cover.
  static func describe(
    _ context: UnsafeMutablePointer<AVFormatContext>, _ stream: UnsafeMutablePointer<AVStream>, _ file: SoundFile
  ) throws(MediaError) {
    let inOgg = file.container == .ogg || file.container == .opus
    for (key, value) in file.tags.sorted(by: { $0.key < $1.key }) {
      if inOgg { av_dict_set(&stream.pointee.metadata, key, value, 0) }
      if !inOgg { av_dict_set(&context.pointee.metadata, key, value, 0) }
    }
    if file.container.holdsChapters { try add(file.chapters, context, stream, asComments: inOgg) }
    guard let cover = file.cover, file.container.holdsCover else { return }
    if inOgg {
      av_dict_set(&stream.pointee.metadata, "METADATA_BLOCK_PICTURE", cover.pictureBlock, 0)
    } else {
      try cover.describe(try addStream(context))
    }
  }

  private static func add(
    _ chapters: [Chapter], _ context: UnsafeMutablePointer<AVFormatContext>, _ stream: UnsafeMutablePointer<AVStream>,
    asComments: Bool
  ) throws(MediaError) {
    for (index, chapter) in chapters.enumerated() {
      let (start, end) = (milliseconds(chapter.startSeconds), milliseconds(chapter.endSeconds))
      if asComments {
        // FFmpeg 5.1 rounds half seconds up in these comments, and leaves them out of Vorbis.
        let name = "CHAPTER" + padded(Int64(index + 1), 3)
        let clock = [start / 3_600_000, start / 60_000 % 60, start / 1000 % 60].map { padded($0, 2) }
        av_dict_set(&stream.pointee.metadata, name, clock.joined(separator: ":") + "." + padded(start % 1000, 3), 0)
        av_dict_set(&stream.pointee.metadata, name + "NAME", chapter.title ?? "", 0)
        continue
      }
      guard let added = cr_add_chapter(context, Int64(index), start, end) else {
        throw MediaError(.outOfMemory, "not enough memory for the chapters")
      }
      if let title = chapter.title { av_dict_set(&added.pointee.metadata, "title", title, 0) }
    }
  }

  private static func milliseconds(_ seconds: Double) -> Int64 { Int64((seconds * 1000).rounded()) }

  private static func padded(_ number: Int64, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  static func start(
    _ context: UnsafeMutablePointer<AVFormatContext>, container: SoundContainer? = nil, path: String,
    refusal: ErrorCode = .outputFailed
  ) throws(MediaError) {
    try Status.check(
      avio_open(&context.pointee.pb, "file:" + path, AVIO_FLAG_WRITE), "write \(path)", as: .outputFailed)
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    // Past 4 GiB a WAV needs 64-bit sizes.
    if container == .wav { av_dict_set(&options, "rf64", "auto", 0) }
    // An MP4's edit list counts in its movie's time scale: a thousand a second would not say where the sound ends.
    if container == .m4a || container == .mp4, let stream = context.stream(0) {
      av_dict_set_int(&options, "movie_timescale", Int64(stream.pointee.codecpar.pointee.sample_rate), 0)
    }
    try check(avformat_write_header(context, &options), context, path, refusal)
  }

  static func attach(
    _ cover: CoverPicture?, to context: UnsafeMutablePointer<AVFormatContext>
  ) throws(MediaError) {
    guard let cover, context.pointee.nb_streams > 1 else { return }
    let packet = try cover.packet()
    packet.handle.pointer.pointee.stream_index = 1
    try write(packet.handle.pointer, to: context, path: "the cover")
  }

  static func write(
    _ packet: UnsafeMutablePointer<AVPacket>, to context: UnsafeMutablePointer<AVFormatContext>, path: String,
    refusal: ErrorCode = .outputFailed
  ) throws(MediaError) {
    try check(av_interleaved_write_frame(context, packet), context, path, refusal)
  }

  static func finish(
    _ context: UnsafeMutablePointer<AVFormatContext>, path: String, refusal: ErrorCode = .outputFailed
  ) throws(MediaError) {
    try check(av_write_trailer(context), context, path, refusal)
    avio_flush(context.pointee.pb)
    try checkOutput(context, path)
    try Status.check(avio_closep(&context.pointee.pb), "write \(path)", as: .outputFailed)
  }

  /// Tells what the disk refused from what the muxer did, whose codes mean little: some of its failures read "operation not permitted".
  static func check(
    _ code: Int32, _ context: UnsafeMutablePointer<AVFormatContext>, _ path: String, _ refusal: ErrorCode
  ) throws(MediaError) {
    try checkOutput(context, path)
    guard refusal != .outputFailed else {
      try Status.check(code, "write \(path)", as: .outputFailed)
      return
    }
    try Status.check(code, "put streams of the film, as they are, into another file; they are damaged", as: refusal)
  }

  /// A full disk shows in the writer, not in the call that met it.
  private static func checkOutput(
    _ context: UnsafeMutablePointer<AVFormatContext>, _ path: String
  ) throws(MediaError) {
    if let io = context.pointee.pb { try Status.check(io.pointee.error, "write \(path)", as: .outputFailed) }
  }
}
