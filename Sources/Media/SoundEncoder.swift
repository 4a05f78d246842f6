import CFFmpeg
import Documents

/// Finds and opens FFmpeg's encoder for a codec.
enum SoundEncoder {
  private static func name(_ codec: SoundCodec) -> String {
    switch codec {
    case .mp3: "libmp3lame"
    case .opus: "libopus"
    case .vorbis: "libvorbis"
    default: codec.rawValue
    }
  }

  static func identifier(_ codec: SoundCodec) -> AVCodecID {
    switch codec {
    case .pcm16: AV_CODEC_ID_PCM_S16LE
    case .pcm24: AV_CODEC_ID_PCM_S24LE
    case .pcmFloat: AV_CODEC_ID_PCM_F32LE
    case .flac: AV_CODEC_ID_FLAC
    case .mp3: AV_CODEC_ID_MP3
    case .aac: AV_CODEC_ID_AAC
    case .opus: AV_CODEC_ID_OPUS
    case .vorbis: AV_CODEC_ID_VORBIS
    }
  }

  static func find(_ codec: SoundCodec) throws(MediaError) -> UnsafePointer<AVCodec> {
    guard let found = avcodec_find_encoder_by_name(name(codec)) else {
      throw MediaError(.unsupportedCodec, "this FFmpeg cannot write \(codec.rawValue) (no encoder \(name(codec)))")
    }
    return found
  }

  /// The lowest rate the codec takes that is not below the wanted one, else its highest.
  static func rate(_ codec: UnsafePointer<AVCodec>, wanted: Int) -> Int {
    guard var next = codec.pointee.supported_samplerates else { return wanted }
    var rates: [Int] = []
    while next.pointee != 0 {
      rates.append(Int(next.pointee))
      next += 1
    }
    return rates.filter { $0 >= wanted }.min() ?? rates.max() ?? wanted
  }

  /// Opens an encoder for the first of these layouts that it takes: the wanted one, the usual one of as many channels, stereo.
  static func open(
    _ codec: UnsafePointer<AVCodec>, file: SoundFile, rate: Int, layout: AVChannelLayout,
    container: UnsafePointer<AVOutputFormat>
  ) throws(MediaError) -> Owned<UnsafeMutablePointer<AVCodecContext>> {
    var usual = AVChannelLayout()
    av_channel_layout_default(&usual, layout.nb_channels)
    do {
      return try open(codec, file, rate, layout, container)
    } catch let error where error.code == .outputFailed {
      do {
        return try open(codec, file, rate, usual, container)
      } catch {
        guard layout.nb_channels > 2 else { throw error }
        av_channel_layout_default(&usual, 2)
        return try open(codec, file, rate, usual, container)
      }
    }
  }

  private static func open(
    _ codec: UnsafePointer<AVCodec>, _ file: SoundFile, _ rate: Int, _ layout: AVChannelLayout,
    _ container: UnsafePointer<AVOutputFormat>
  ) throws(MediaError) -> Owned<UnsafeMutablePointer<AVCodecContext>> {
    let context = try Owned(avcodec_alloc_context3(codec), "an encoder") { pointer in
      var context: UnsafeMutablePointer<AVCodecContext>? = pointer
      avcodec_free_context(&context)
    }
    let raw = context.pointer
    raw.pointee.sample_rate = Int32(rate)
    raw.pointee.time_base = AVRational(num: 1, den: Int32(rate))
    var layout = layout
    try Status.check(av_channel_layout_copy(&raw.pointee.ch_layout, &layout), "set up the sound")
    raw.pointee.sample_fmt = sampleFormat(codec, isDeep: file.isDeep)
    if file.isDeep { raw.pointee.bits_per_raw_sample = 24 }
    raw.pointee.flags |= AV_CODEC_FLAG_BITEXACT
    raw.pointee.thread_count = 1
    if container.pointee.flags & AVFMT_GLOBALHEADER != 0 { raw.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
    shape(raw, file)
    if file.framesStandAlone, file.codec == .mp3 { av_opt_set_int(raw.pointee.priv_data, "reservoir", 0, 0) }
    try Status.check(
      avcodec_open2(raw, codec, nil),
      "encode \(file.codec.rawValue) with \(layout.nb_channels) channels at \(rate) Hz"
        + (file.bitRate.map { " and \($0) bits a second" } ?? ""), as: .outputFailed)
    return context
  }

  /// Bit rate or quality, with the defaults that README and articles state.
  private static func shape(_ raw: UnsafeMutablePointer<AVCodecContext>, _ file: SoundFile) {
    if let bitRate = file.bitRate { raw.pointee.bit_rate = Int64(bitRate) }
    switch (file.codec, file.quality) {
    case (.mp3, let quality?):
      // LAME's scale runs from 0, the best, to 9.
      useQuality(raw, (10 - quality) * 0.9)
    case (.vorbis, let quality) where file.bitRate == nil: useQuality(raw, quality ?? 5)
    case (.flac, let quality?): raw.pointee.compression_level = Int32((quality * 1.2).rounded())
    case (.opus, let quality?): av_opt_set_int(raw.pointee.priv_data, "compression_level", Int64(quality), 0)
    default: break
    }
    guard file.bitRate == nil else { return }
    switch (file.codec, file.quality) {
    case (.mp3, nil): raw.pointee.bit_rate = file.channels == 1 ? 96_000 : 192_000
    case (.aac, _): raw.pointee.bit_rate = [1: 96_000, 2: 160_000][file.channels] ?? 384_000
    case (.opus, _): raw.pointee.bit_rate = [1: 64_000, 2: 128_000][file.channels] ?? 256_000
    default: break
    }
  }

  private static func useQuality(_ raw: UnsafeMutablePointer<AVCodecContext>, _ quality: Double) {
    raw.pointee.flags |= AV_CODEC_FLAG_QSCALE
    raw.pointee.global_quality = Int32((quality * Double(FF_QP2LAMBDA)).rounded())
  }

  /// The encoder's float format where it has one, else its first; 32-bit integers where they are wanted deep.
  private static func sampleFormat(_ codec: UnsafePointer<AVCodec>, isDeep: Bool) -> AVSampleFormat {
    guard var next = codec.pointee.sample_fmts else { return AV_SAMPLE_FMT_FLT }
    let first = next.pointee
    while next.pointee != AV_SAMPLE_FMT_NONE {
      if isDeep, next.pointee == AV_SAMPLE_FMT_S32 || next.pointee == AV_SAMPLE_FMT_S32P { return next.pointee }
      if next.pointee == AV_SAMPLE_FMT_FLT || next.pointee == AV_SAMPLE_FMT_FLTP { return next.pointee }
      next += 1
    }
    return first
  }
}
