import CFFmpeg
package import Documents

/// The containers clips are written to.
package enum ClipContainer: String, Sendable, CaseIterable {
  case mp4, mov, matroska, webm, mpegts

  package var fileExtension: String {
    switch self {
    case .mp4, .mov, .webm: rawValue
    case .matroska: "mkv"
    case .mpegts: "ts"
    }
  }

  /// Whether it keeps the display matrix, by which a film is turned.
  var keepsOrientation: Bool { self == .mp4 || self == .mov }

  func format() throws(MediaError) -> UnsafePointer<AVOutputFormat> {
    guard let format = av_guess_format(rawValue, nil, nil) else {
      throw MediaError(.unsupportedCodec, "this FFmpeg cannot write \(rawValue) files")
    }
    return format
  }

  /// Codecs a transport stream has a type for (ISO/IEC 13818-1, ETSI TS 101 154); FFmpeg writes any as private data.
  private static let transportCodecs: Set<AVCodecID.RawValue> = Set(
    [
      AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4, AV_CODEC_ID_H264, AV_CODEC_ID_HEVC,
      AV_CODEC_ID_MP2, AV_CODEC_ID_MP3, AV_CODEC_ID_AAC, AV_CODEC_ID_AAC_LATM, AV_CODEC_ID_AC3, AV_CODEC_ID_EAC3,
      AV_CODEC_ID_DTS, AV_CODEC_ID_OPUS, AV_CODEC_ID_DVB_SUBTITLE, AV_CODEC_ID_DVB_TELETEXT,
    ].map(\.rawValue))

  /// Whether it takes a stream of this codec.
  func takes(_ codec: AVCodecID) -> Bool {
    if self == .mpegts { return Self.transportCodecs.contains(codec.rawValue) }
    // FFmpeg's muxer writes these into MP4 as an experiment alone.
    if keepsOrientation, codec == AV_CODEC_ID_FLAC || codec == AV_CODEC_ID_TRUEHD { return false }
    guard let format = av_guess_format(rawValue, nil, nil) else { return false }
    return avformat_query_codec(format, codec, FF_COMPLIANCE_NORMAL) > 0
  }

  /// Where the packets of a film go as they are: into a container of its own kind, if that is one of these and takes
  /// picture and sound, else into QuickTime where the film is turned, else into Matroska.
  ///
  /// Throws `unsupported_codec` where none takes the picture.
  static func forCopy(of input: Input) throws(MediaError) -> ClipContainer {
    var candidates = own(input)
    if input.orientation != .upright { candidates.append(.mov) }
    candidates.append(.matroska)
    let main = input.mainStreams.map { $0.pointee.codecpar.pointee.codec_id }
    if let whole = candidates.first(where: { container in main.allSatisfy { container.takes($0) } }) { return whole }
    let picture = input.videoCodec
    if let partial = candidates.first(where: { $0.takes(picture) }) { return partial }
    throw MediaError(
      .unsupportedCodec,
      "\(String(cString: avcodec_get_name(picture))) pictures cannot be copied into clips; use --clips encode")
  }

  private static func own(_ input: Input) -> [ClipContainer] {
    let names = input.description.container.split(separator: ",")
    if names.contains("mov") { return [input.description.tags["major_brand"]?.hasPrefix("qt") == true ? .mov : .mp4] }
    if names.contains("webm") { return input.path.lowercased().hasSuffix(".webm") ? [.webm] : [] }
    return names.contains("mpegts") ? [.mpegts] : []
  }

  /// Where encoded clips go: MP4 for H.264, HEVC and AV1, WebM for VP9, Matroska for FFV1, and Matroska wherever that does not
  /// take the sound; a film that is turned goes into MP4 or QuickTime, which alone can say so.
  package static func forEncoding(_ picture: ClipCodec, sounds: [SoundCodec], isTurned: Bool) -> ClipContainer {
    let usual: ClipContainer =
      switch picture {
      case .h264, .hevc, .av1: .mp4
      case .vp9: isTurned ? .mp4 : .webm
      case .ffv1: isTurned ? .mov : .matroska
      }
    if sounds.allSatisfy({ usual.takes(SoundEncoder.identifier($0)) }) { return usual }
    return isTurned ? .mov : .matroska
  }
}

extension Input {
  /// Pictures that are no cover, of the chosen stream, and every sound.
  var mainStreams: [UnsafeMutablePointer<AVStream>] {
    (0..<context.pointer.streamCount).compactMap { index in
      guard let stream = context.pointer.stream(index) else { return nil }
      let isSound = stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO
      return index == videoStreamIndex || isSound ? stream : nil
    }
  }
}
