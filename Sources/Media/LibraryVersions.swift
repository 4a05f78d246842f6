import CFFmpeg

/// Versions and abilities of the FFmpeg libraries that are loaded.
package enum LibraryVersions {
  /// As FFmpeg calls itself, such as `5.1.9`, without a packager's suffix.
  package static var ffmpeg: String {
    let full = String(cString: av_version_info())
    return String(full.prefix { $0.isNumber || $0 == "." })
  }

  package static var libraries: [(name: String, version: String)] {
    func text(_ version: UInt32) -> String { "\(version >> 16).\(version >> 8 & 0xff).\(version & 0xff)" }
    return [
      ("libavformat", text(avformat_version())), ("libavcodec", text(avcodec_version())),
      ("libavutil", text(avutil_version())), ("libswscale", text(swscale_version())),
      ("libswresample", text(swresample_version())),
    ]
  }

  package static func hasDecoder(_ name: String) -> Bool { avcodec_find_decoder_by_name(name) != nil }
}
