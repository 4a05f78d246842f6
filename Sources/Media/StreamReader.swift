import CFFmpeg
import Documents
import Timing

/// Describes an open container in the words of the documents.
struct StreamReader {
  let context: UnsafeMutablePointer<AVFormatContext>
  let startMicroseconds: Int64

  func describe(video: Int?, orientation: Orientation) -> MediaDescription {
    let raw = context.pointee
    var media = MediaDescription(
      container: String(cString: raw.iformat.pointee.name), startSeconds: Double(startMicroseconds) / 1e6,
      durationSeconds: raw.duration == CR_NOPTS || raw.duration < 0 ? nil : Double(raw.duration) / 1e6,
      bitRate: raw.bit_rate > 0 ? raw.bit_rate : nil)
    media.tags = tags(raw.metadata)
    if let video, let stream = context.stream(video) {
      media.video = describe(video: stream, orientation: orientation)
      media.video?.timecode = timecode(of: stream)
    }
    for index in 0..<context.streamCount {
      guard let stream = context.stream(index) else { continue }
      let parameters = stream.pointee.codecpar.pointee
      let tags = tags(stream.pointee.metadata)
      switch parameters.codec_type {
      case AVMEDIA_TYPE_AUDIO: media.audio.append(describe(audio: stream, tags: tags))
      case AVMEDIA_TYPE_SUBTITLE:
        media.subtitles.append(
          SubtitleDescription(
            streamIndex: index, codec: codecName(parameters.codec_id), language: language(tags), title: tags["title"])
        )
      default: break
      }
    }
    media.chapters = chapters
    return media
  }

  private func describe(
    video stream: UnsafeMutablePointer<AVStream>, orientation: Orientation
  ) -> VideoDescription {
    let parameters = stream.pointee.codecpar.pointee
    let aspect = av_guess_sample_aspect_ratio(context, stream, nil)
    let (width, height) = (Int(parameters.width), Int(parameters.height))
    let shown = DisplaySize(
      width: width, height: height, aspect: (Int(aspect.num), Int(aspect.den)), orientation: orientation)
    let rate = av_guess_frame_rate(context, stream, nil)
    return VideoDescription(
      streamIndex: Int(stream.pointee.index), codec: codecName(parameters.codec_id),
      profile: avcodec_profile_name(parameters.codec_id, parameters.profile).map { String(cString: $0) },
      width: width, height: height, displayWidth: shown.width, displayHeight: shown.height,
      rotationDegrees: orientation.clockwiseDegrees, mirrored: orientation.mirrored ? true : nil,
      sampleAspectRatio: aspect.num > 0 && aspect.den > 0 ? "\(aspect.num):\(aspect.den)" : "1:1",
      pixelFormat: av_get_pix_fmt_name(AVPixelFormat(parameters.format)).map { String(cString: $0) },
      color: color(parameters), timeBase: "\(stream.pointee.time_base.num)/\(stream.pointee.time_base.den)",
      frameRate: rate.num > 0 && rate.den > 0 ? "\(rate.num)/\(rate.den)" : nil,
      language: language(tags(stream.pointee.metadata)))
  }

  private func color(_ parameters: AVCodecParameters) -> ColorDescription {
    ColorDescription(
      range: parameters.color_range == AVCOL_RANGE_UNSPECIFIED
        ? nil : av_color_range_name(parameters.color_range).map { String(cString: $0) },
      matrix: parameters.color_space == AVCOL_SPC_UNSPECIFIED
        ? nil : av_color_space_name(parameters.color_space).map { String(cString: $0) },
      primaries: parameters.color_primaries == AVCOL_PRI_UNSPECIFIED
        ? nil : av_color_primaries_name(parameters.color_primaries).map { String(cString: $0) },
      transfer: parameters.color_trc == AVCOL_TRC_UNSPECIFIED
        ? nil : av_color_transfer_name(parameters.color_trc).map { String(cString: $0) })
  }

  private func describe(audio stream: UnsafeMutablePointer<AVStream>, tags: [String: String]) -> AudioDescription {
    let parameters = stream.pointee.codecpar.pointee
    var layout = parameters.ch_layout
    let name = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
      cr_describe_layout(&layout, buffer.baseAddress, buffer.count)
      return buffer.baseAddress.map { String(cString: $0) } ?? ""
    }
    return AudioDescription(
      streamIndex: Int(stream.pointee.index), codec: codecName(parameters.codec_id),
      sampleRate: Int(parameters.sample_rate), channels: Int(layout.nb_channels), channelLayout: name,
      language: language(tags), title: tags["title"])
  }

  private var chapters: [Chapter] {
    (0..<Int(context.pointee.nb_chapters)).compactMap { index in
      guard let chapter = context.pointee.chapters[index]?.pointee else { return nil }
      let clock = MediaClock(
        timeBase: TimeBase(Int(chapter.time_base.num), Int(chapter.time_base.den)), startMicroseconds: startMicroseconds
      )
      return Chapter(
        title: tags(chapter.metadata)["title"], startSeconds: clock.seconds(chapter.start),
        endSeconds: clock.seconds(chapter.end))
    }
  }

  /// Where QuickTime, MXF and Matroska keep it: at the video, or at the container.
  private func timecode(of stream: UnsafeMutablePointer<AVStream>) -> String? {
    for dictionary in [stream.pointee.metadata, context.pointee.metadata] {
      // FFmpeg finds a key in upper or lower case.
      if let entry = av_dict_get(dictionary, "timecode", nil, 0) { return String(cString: entry.pointee.value) }
    }
    return nil
  }

  private func tags(_ dictionary: OpaquePointer?) -> [String: String] {
    var found: [String: String] = [:]
    var entry: UnsafeMutablePointer<AVDictionaryEntry>?
    while let next = av_dict_get(dictionary, "", entry, AV_DICT_IGNORE_SUFFIX) {
      found[String(cString: next.pointee.key)] = String(cString: next.pointee.value)
      entry = next
    }
    return found
  }

  /// `und` says that it is not known (ISO 639-2).
  private func language(_ tags: [String: String]) -> String? { tags["language"].flatMap { $0 == "und" ? nil : $0 } }

  private func codecName(_ id: AVCodecID) -> String { String(cString: avcodec_get_name(id)) }
}

/// The size at which a stored picture is shown: pixel aspect and orientation applied.
package struct DisplaySize: Sendable, Equatable {
  /// Longest side of a pixel over its shortest.
  static let mostStretch = 32.0

  package let width: Int
  package let height: Int

  package init(width: Int, height: Int, aspect: (Int, Int), orientation: Orientation) {
    var (shownWidth, shownHeight) = (width, height)
    // A pixel stretched further than this is a mistake, and would make a picture of any size.
    let stretch = aspect.0 > 0 && aspect.1 > 0 ? Double(aspect.0) / Double(aspect.1) : 1
    if stretch > 1 / Self.mostStretch, stretch < Self.mostStretch {
      // The wider side of the pixel stretches, so that nothing is lost.
      if stretch > 1 {
        shownWidth = max(1, Int((Double(width) * stretch).rounded()))
      } else {
        shownHeight = max(1, Int((Double(height) / stretch).rounded()))
      }
    }
    self.width = orientation.swapsSides ? shownHeight : shownWidth
    self.height = orientation.swapsSides ? shownWidth : shownHeight
  }
}
