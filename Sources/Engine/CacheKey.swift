import Documents
import Glibc
import TextRecognition

/// A piece of an analysis that is kept by itself.
enum CachePart: String, Codable, CaseIterable {
  /// What was said about how the film is decoded.
  case plan
  case scenes, frames, text, audio, clips, sprites, waveform
}

/// All that a kept part depends on: content, what was asked for, and what made it.
struct CacheKey: Codable, Equatable {
  /// Grows where entries change their shape.
  static let currentFormat = 1

  var format = CacheKey.currentFormat
  var part: CachePart
  var fingerprint: String
  var bytes: Int64
  /// The demuxer: the same bytes under a name with another ending may be taken for another format.
  var container: String
  var engine: String
  /// See ``BuildIdentity``.
  var build: String
  var ffmpeg: String
  /// For text.
  var tesseract: String?
  /// For text: size and time of each language's model.
  var models: [String]?
  /// Options that shape the part, as JSON.
  var params: [String: String]

  init(_ part: CachePart, fingerprint: String, bytes: Int64, container: String, options: AnalysisOptions) throws {
    self.part = part
    self.fingerprint = fingerprint
    self.bytes = bytes
    self.container = container
    let version = Engine.version
    (engine, ffmpeg) = (version.version, version.ffmpeg)
    build = BuildIdentity.text
    params = try CacheParams(options).params(of: part)
    guard part == .text else { return }
    tesseract = version.tesseract
    models = options.languages.map { language in
      let status = LanguageModels.folder.flatMap { FileSystem.status("\($0)/\(language).traineddata") }
      return "\(language) \(status?.bytes ?? 0) \(status?.modified ?? 0)"
    }
  }

  /// The name of its entry.
  func name() throws -> String {
    let digest = Fingerprint.bytes(Array(try DocumentEncoder.line(self).utf8))
    return "\(part.rawValue)-\(digest.split(separator: ":").last ?? "")"
  }
}

/// Which options shape which part.
struct CacheParams {
  private let options: AnalysisOptions
  private let values: [String: JSONValue]

  init(_ options: AnalysisOptions) throws {
    self.options = options
    let text = Array(try DocumentEncoder.line(options).utf8)
    guard case .object(let values) = try JSONValue.parse(text, name: "the options") else {
      throw DocumentError("the options are no object")
    }
    self.values = values
  }

  /// The speed that comes to bear: reading text needs every frame.
  static func speed(_ options: AnalysisOptions) -> Speed { options.stages.contains(.text) ? .exact : options.speed }

  func params(of part: CachePart) throws -> [String: String] {
    var params: [String: String] = [:]
    for key in Self.keys(of: part, options) {
      if let value = values[key] { params[key] = try DocumentEncoder.line(value) }
    }
    switch part {
    case .plan:
      params["speed"] = options.speed.rawValue
      params["text"] = "\(options.stages.contains(.text))"
      params["full_size"] = "\(options.stages.contains(.frames) && options.frameRule == .best || options.sprites)"
    case .scenes: params["speed"] = Self.speed(options).rawValue
    case .frames:
      params["speed"] = Self.speed(options).rawValue
      // Frames that are asked for one by one are told their scenes where these are known.
      if options.frameRule != .best { params["scenes"] = "\(options.stages.contains(.scenes))" }
    case .text, .audio, .clips, .sprites, .waveform: break
    }
    return params
  }

  private static func keys(of part: CachePart, _ options: AnalysisOptions) -> [String] {
    // What is made beside the stages may lean on any of them, as on where the film was found to end.
    let whole = ["stages", "speed", "frame_rule", "sprites", "waveform", "min_scene_length"]
    switch part {
    case .plan: return []
    case .scenes: return ["min_scene_length"]
    case .frames:
      return [
        "min_scene_length", "frames_per_scene", "frame_rule", "frame_format", "frame_width", "frame_height",
        "frame_enlarge", "frame_depth", "frame_quality",
      ]
    case .text: return ["languages", "text_region", "text_min_confidence", "text_time_limit"]
    case .audio: return ["silence_level", "silence_length"]
    case .clips:
      return whole + [
        "clips", "clip_codec", "clip_quality", "clip_bit_rate", "clip_sound", "clip_sound_bit_rate",
      ]
    case .sprites: return whole + ["sprite_interval", "sprite_width"]
    case .waveform: return whole
    }
  }
}
