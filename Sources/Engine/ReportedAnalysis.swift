import Documents
import FoundationEssentials

/// What the report shows of an analysis document: only that is read, so that what other versions of the program write beside it
/// does no harm.
struct ReportedAnalysis: Decodable {
  var schemaVersion: Int
  var status: Status
  var media: ReportedMedia?
  var scenes: [ReportedScene]?
  var frames: [ReportedFrame]?
  var textTracks: [ReportedText]?
  var audio: [AudioAnalysis]?
  var waveforms: [ReportedWaveform]?
  var outputs: [ReportedOutput]?
  var warnings: [ReportedMessage]?
  var errors: [ReportedMessage]?
  var timings: ReportedTimings?

  enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case status, media, scenes, frames
    case textTracks = "text_tracks"
    case audio, waveforms, outputs, warnings, errors, timings
  }

  /// Largest document that is read; one of 100,000 scenes with words and boxes stays below.
  static let maximumBytes: Int64 = 512 << 20

  /// Reads a document. Throws a sentence that says what is wrong with it.
  static func read(_ path: String) throws(DocumentError) -> ReportedAnalysis {
    guard let status = FileSystem.status(path) else { throw DocumentError("the document is missing") }
    guard status.isRegular else { throw DocumentError("the document is not a file") }
    guard status.bytes <= maximumBytes else { throw DocumentError("the document is larger than any analysis") }
    guard let bytes = try? FileSystem.read(path) else { throw DocumentError("the document cannot be read") }
    guard !bytes.isEmpty else { throw DocumentError("the document is empty") }
    do {
      let document = try JSONDecoder().decode(ReportedAnalysis.self, from: Data(bytes))
      guard document.schemaVersion == 1 else {
        throw DocumentError("the document has schema version \(document.schemaVersion), which is not known")
      }
      return document
    } catch let error as DocumentError {
      throw error
    } catch {
      throw DocumentError("the document is damaged: \(reason(error))")
    }
  }

  private static func reason(_ error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
      context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: "/")
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      return "\((context.codingPath.isEmpty ? "" : place(context) + "/") + key.stringValue) is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      return "\(place(context)) is of the wrong kind"
    case DecodingError.dataCorrupted(let context):
      return context.codingPath.isEmpty ? "it is not valid JSON" : "\(place(context)) has an unknown value"
    default: return "it cannot be understood"
    }
  }
}

struct ReportedMedia: Decodable {
  var container: String?
  var durationSeconds: Double?
  var video: ReportedVideo?
  var audio: [ReportedAudio]?
  var chapters: [Chapter]?

  enum CodingKeys: String, CodingKey {
    case container
    case durationSeconds = "duration_seconds"
    case video, audio, chapters
  }
}

struct ReportedVideo: Codable {
  var codec: String
  var displayWidth: Int
  var displayHeight: Int
  var frameRate: String?
  var variableFrameRate: Bool?

  enum CodingKeys: String, CodingKey {
    case codec
    case displayWidth = "display_width"
    case displayHeight = "display_height"
    case frameRate = "frame_rate"
    case variableFrameRate = "variable_frame_rate"
  }
}

struct ReportedAudio: Decodable {
  var streamIndex: Int
  var codec: String
  var sampleRate: Int?
  var channels: Int?
  var channelLayout: String?
  var language: String?
  var title: String?

  enum CodingKeys: String, CodingKey {
    case streamIndex = "stream_index"
    case codec
    case sampleRate = "sample_rate"
    case channels
    case channelLayout = "channel_layout"
    case language, title
  }
}

struct ReportedInstant: Decodable {
  var seconds: Double
  var frame: Int?
}

struct ReportedScene: Decodable {
  struct Transition: Decodable {
    var kind: String
    var confidence: Double?
  }

  var id: Int
  var start: ReportedInstant
  var end: ReportedInstant
  var blank: Bool?
  var transitionIn: Transition

  enum CodingKeys: String, CodingKey {
    case id, start, end, blank
    case transitionIn = "transition_in"
  }
}

struct ReportedFrame: Decodable {
  var sceneID: Int?
  var at: ReportedInstant
  var file: String

  enum CodingKeys: String, CodingKey {
    case sceneID = "scene_id"
    case at, file
  }
}

struct ReportedText: Decodable {
  var text: String
  var language: String?
  var confidence: Double?
  var start: ReportedInstant
  var end: ReportedInstant
}

/// A picture of the sound; its edges stand for `startSeconds` and `endSeconds`, or the film's where they are absent.
struct ReportedWaveform: Codable {
  var streamIndex: Int
  var file: String
  var startSeconds: Double?
  var endSeconds: Double?

  enum CodingKeys: String, CodingKey {
    case streamIndex = "stream_index"
    case file
    case startSeconds = "start_seconds"
    case endSeconds = "end_seconds"
  }
}

struct ReportedOutput: Codable {
  var kind: String
  var path: String
}

/// An error or a warning.
struct ReportedMessage: Codable {
  var code: String
  var stage: String?
  var message: String
}

struct ReportedTimings: Codable {
  var wallSeconds: Double?
  var cpuSeconds: Double?
  var peakMemoryBytes: Int64?

  enum CodingKeys: String, CodingKey {
    case wallSeconds = "wall_seconds"
    case cpuSeconds = "cpu_seconds"
    case peakMemoryBytes = "peak_memory_bytes"
  }
}
