/// What a file holds, as far as its container and the decoding pass tell.
package struct MediaDescription: Codable, Sendable, Equatable {
  /// The demuxer's name, as FFmpeg spells it.
  package var container: String
  /// The container's start on its own clock: what players call 0.
  package var startSeconds: Double
  package var durationSeconds: Double?
  package var bitRate: Int64?
  package var video: VideoDescription?
  package var audio: [AudioDescription]
  package var subtitles: [SubtitleDescription]
  package var chapters: [Chapter]
  package var tags: [String: String]

  package init(container: String, startSeconds: Double, durationSeconds: Double?, bitRate: Int64?) {
    self.container = container
    self.startSeconds = startSeconds
    self.durationSeconds = durationSeconds
    self.bitRate = bitRate
    audio = []
    subtitles = []
    chapters = []
    tags = [:]
  }

  enum CodingKeys: String, CodingKey {
    case container
    case startSeconds = "start_seconds"
    case durationSeconds = "duration_seconds"
    case bitRate = "bit_rate"
    case video, audio, subtitles, chapters, tags
  }
}

/// The video stream that is analysed. Sizes are in pixels.
package struct VideoDescription: Codable, Sendable, Equatable {
  package var streamIndex: Int
  package var codec: String
  package var profile: String?
  /// As stored.
  package var width: Int
  package var height: Int
  /// As shown: pixel aspect and rotation applied.
  package var displayWidth: Int
  package var displayHeight: Int
  /// Clockwise turn that brings the stored picture upright: 0, 90, 180 or 270.
  package var rotationDegrees: Int
  /// True where the stored picture is also mirrored left to right, before it is turned.
  package var mirrored: Bool?
  package var sampleAspectRatio: String
  package var pixelFormat: String?
  package var color: ColorDescription
  package var timeBase: String
  package var frameRate: String?
  /// Known once every frame was decoded, as are the two after it.
  package var variableFrameRate: Bool?
  package var frameCount: Int?
  package var decodeErrors: Int?
  package var language: String?
  /// SMPTE time code of the first picture, as the container tells it: `01:00:00:00`, `;` before the frames where numbers
  /// are dropped.
  package var timecode: String?

  package init(
    streamIndex: Int, codec: String, profile: String?, width: Int, height: Int, displayWidth: Int, displayHeight: Int,
    rotationDegrees: Int, mirrored: Bool?, sampleAspectRatio: String, pixelFormat: String?, color: ColorDescription,
    timeBase: String, frameRate: String?, language: String?
  ) {
    self.streamIndex = streamIndex
    self.codec = codec
    self.profile = profile
    self.width = width
    self.height = height
    self.displayWidth = displayWidth
    self.displayHeight = displayHeight
    self.rotationDegrees = rotationDegrees
    self.mirrored = mirrored
    self.sampleAspectRatio = sampleAspectRatio
    self.pixelFormat = pixelFormat
    self.color = color
    self.timeBase = timeBase
    self.frameRate = frameRate
    self.language = language
  }

  enum CodingKeys: String, CodingKey {
    case streamIndex = "stream_index"
    case codec, profile, width, height
    case displayWidth = "display_width"
    case displayHeight = "display_height"
    case rotationDegrees = "rotation_degrees"
    case mirrored
    case sampleAspectRatio = "sample_aspect_ratio"
    case pixelFormat = "pixel_format"
    case color
    case timeBase = "time_base"
    case frameRate = "frame_rate"
    case variableFrameRate = "variable_frame_rate"
    case frameCount = "frame_count"
    case decodeErrors = "decode_errors"
    case language, timecode
  }
}

/// Colour as tagged in the stream, in FFmpeg's names; what is not tagged is left out.
package struct ColorDescription: Codable, Sendable, Equatable {
  /// `tv` (limited) or `pc` (full).
  package var range: String?
  package var matrix: String?
  package var primaries: String?
  package var transfer: String?

  package init(range: String?, matrix: String?, primaries: String?, transfer: String?) {
    self.range = range
    self.matrix = matrix
    self.primaries = primaries
    self.transfer = transfer
  }
}

package struct AudioDescription: Codable, Sendable, Equatable {
  package var streamIndex: Int
  package var codec: String
  package var sampleRate: Int
  package var channels: Int
  package var channelLayout: String
  package var language: String?
  package var title: String?

  package init(
    streamIndex: Int, codec: String, sampleRate: Int, channels: Int, channelLayout: String, language: String?,
    title: String?
  ) {
    self.streamIndex = streamIndex
    self.codec = codec
    self.sampleRate = sampleRate
    self.channels = channels
    self.channelLayout = channelLayout
    self.language = language
    self.title = title
  }

  enum CodingKeys: String, CodingKey {
    case streamIndex = "stream_index"
    case codec
    case sampleRate = "sample_rate"
    case channels
    case channelLayout = "channel_layout"
    case language, title
  }
}

package struct SubtitleDescription: Codable, Sendable, Equatable {
  package var streamIndex: Int
  package var codec: String
  package var language: String?
  package var title: String?

  package init(streamIndex: Int, codec: String, language: String?, title: String?) {
    self.streamIndex = streamIndex
    self.codec = codec
    self.language = language
    self.title = title
  }

  enum CodingKeys: String, CodingKey {
    case streamIndex = "stream_index"
    case codec, language, title
  }
}

package struct Chapter: Codable, Sendable, Equatable {
  package var title: String?
  package var startSeconds: Double
  package var endSeconds: Double

  package init(title: String?, startSeconds: Double, endSeconds: Double) {
    self.title = title
    self.startSeconds = startSeconds
    self.endSeconds = endSeconds
  }

  enum CodingKeys: String, CodingKey {
    case title
    case startSeconds = "start_seconds"
    case endSeconds = "end_seconds"
  }
}
