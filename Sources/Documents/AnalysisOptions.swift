/// Every option that shapes the result of an analysis: the `params` of its document.
package struct AnalysisOptions: Codable, Sendable, Equatable {
  package enum PictureFormat: String, Codable, Sendable, CaseIterable { case jpeg, png, webp, avif }

  package var stages = Stage.allCases
  package var speed = Speed.exact
  package var minSceneLength = SceneLength.none
  package var framesPerScene = 1
  package var frameRule = FrameRule.best
  package var frameFormat = PictureFormat.jpeg
  /// In pixels. 0 keeps the film's own width, or what follows from a height.
  package var frameWidth = 640
  /// In pixels; 0 is what follows from the width.
  package var frameHeight = 0
  /// Whether a picture may become larger than the film.
  package var frameEnlarge = false
  /// Bits of each colour: 8, or 16 in PNG.
  package var frameDepth = 8
  /// From 1 to 100; no meaning for PNG.
  package var frameQuality = 85
  package var languages = ["eng"]
  package var textRegion = TextRegion.full
  /// Words below it are left out, from 0 to 1.
  package var textMinConfidence = 0.6
  /// Seconds of processor time after which a picture that is being read is given up.
  package var textTimeLimit = 20.0
  /// Sound is silent where every sample lies below this level, in dBFS.
  package var silenceLevel = -60.0
  /// Shortest silence that is reported, in seconds.
  package var silenceLength = 0.5
  /// Files for other programs that are made of the scenes.
  package var timelines: [TimelineFormat] = []
  package var timecode = TimecodeCounting.auto
  package var clips = ClipMode.off
  package var clipCodec = ClipCodec.h264
  /// The encoder's constant rate factor; nil is the codec's default.
  package var clipQuality: Int?
  /// Bits a second of the picture.
  package var clipBitRate: Int?
  package var clipSound = ClipSound.auto
  /// Bits a second of each sound track; nil is the codec's default.
  package var clipSoundBitRate: Int?
  package var contactSheet = false
  package var sprites = false
  /// Seconds from one sprite to the next.
  package var spriteInterval = 10.0
  /// In pixels; never enlarges.
  package var spriteWidth = 160
  package var preview = false
  package var waveform = false

  package init() {}

  /// Whether anything is made of what the stages find.
  package var hasProducts: Bool {
    clips != .off || !timelines.isEmpty || contactSheet || sprites || preview || waveform
  }

  enum CodingKeys: String, CodingKey {
    case stages, speed
    case minSceneLength = "min_scene_length"
    case framesPerScene = "frames_per_scene"
    case frameRule = "frame_rule"
    case frameFormat = "frame_format"
    case frameWidth = "frame_width"
    case frameHeight = "frame_height"
    case frameEnlarge = "frame_enlarge"
    case frameDepth = "frame_depth"
    case frameQuality = "frame_quality"
    case languages
    case textRegion = "text_region"
    case textMinConfidence = "text_min_confidence"
    case textTimeLimit = "text_time_limit"
    case silenceLevel = "silence_level"
    case silenceLength = "silence_length"
    case timelines, timecode
    case clips
    case clipCodec = "clip_codec"
    case clipQuality = "clip_quality"
    case clipBitRate = "clip_bit_rate"
    case clipSound = "clip_sound"
    case clipSoundBitRate = "clip_sound_bit_rate"
    case contactSheet = "contact_sheet"
    case sprites
    case spriteInterval = "sprite_interval"
    case spriteWidth = "sprite_width"
    case preview, waveform
  }

  package func encode(to encoder: any Encoder) throws {
    var all = encoder.container(keyedBy: CodingKeys.self)
    try all.encode(stages, forKey: .stages)
    try encodeChoices(to: encoder)
  }

  /// Everything but the stages, which a request names beside its options.
  func encodeChoices(to encoder: any Encoder) throws {
    var choices = encoder.container(keyedBy: CodingKeys.self)
    try choices.encode(speed, forKey: .speed)
    try choices.encode(minSceneLength, forKey: .minSceneLength)
    try choices.encode(framesPerScene, forKey: .framesPerScene)
    try choices.encode(frameRule, forKey: .frameRule)
    try choices.encode(frameFormat, forKey: .frameFormat)
    try choices.encode(frameWidth, forKey: .frameWidth)
    try choices.encode(frameHeight, forKey: .frameHeight)
    try choices.encode(frameEnlarge, forKey: .frameEnlarge)
    try choices.encode(frameDepth, forKey: .frameDepth)
    try choices.encode(frameQuality, forKey: .frameQuality)
    try choices.encode(languages, forKey: .languages)
    try choices.encode(textRegion, forKey: .textRegion)
    try choices.encode(textMinConfidence, forKey: .textMinConfidence)
    try choices.encode(textTimeLimit, forKey: .textTimeLimit)
    try choices.encode(silenceLevel, forKey: .silenceLevel)
    try choices.encode(silenceLength, forKey: .silenceLength)
    try choices.encode(timelines, forKey: .timelines)
    try choices.encode(timecode, forKey: .timecode)
    try choices.encode(clips, forKey: .clips)
    try choices.encode(clipCodec, forKey: .clipCodec)
    try choices.encodeIfPresent(clipQuality, forKey: .clipQuality)
    try choices.encodeIfPresent(clipBitRate, forKey: .clipBitRate)
    try choices.encode(clipSound, forKey: .clipSound)
    try choices.encodeIfPresent(clipSoundBitRate, forKey: .clipSoundBitRate)
    try choices.encode(contactSheet, forKey: .contactSheet)
    try choices.encode(sprites, forKey: .sprites)
    try choices.encode(spriteInterval, forKey: .spriteInterval)
    try choices.encode(spriteWidth, forKey: .spriteWidth)
    try choices.encode(preview, forKey: .preview)
    try choices.encode(waveform, forKey: .waveform)
  }
}

/// How much is decoded to find the scenes.
package enum Speed: String, Codable, Sendable, CaseIterable {
  /// Every frame.
  case exact
  /// Every frame that others need, and the rest where something happens; without what the eye of the detector does not
  /// need.
  case balanced
  /// Key frames, and the groups of pictures in which a boundary may lie.
  case fast
}

/// A length below which a scene is merged: frames or seconds, written `15f` or `0.6s`.
package enum SceneLength: Codable, Sendable, Equatable {
  case none
  case frames(Int)
  case seconds(Double)

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let length = SceneLength(typed: text) else {
      throw DocumentError("\"\(text)\" is not a scene length")
    }
    self = length
  }

  package init?(typed text: String) {
    if text.hasSuffix("f"), let frames = Int(text.dropLast()), frames >= 0 {
      self = frames == 0 ? .none : .frames(frames)
    } else if let seconds = Quantity.seconds(text), seconds >= 0 {
      self = seconds == 0 ? .none : .seconds(seconds)
    } else {
      return nil
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .none: try container.encode("0")
    case .frames(let count): try container.encode("\(count)f")
    case .seconds(let seconds): try container.encode(Quantity.text(seconds: seconds))
    }
  }
}

/// The part of the displayed picture that is searched for text.
package enum TextRegion: Codable, Sendable, Equatable {
  case full
  case box(Box)

  package init?(typed text: String) {
    if text == "full" {
      self = .full
      return
    }
    let words = text.split(separator: ",", omittingEmptySubsequences: false)
    let parts = words.compactMap { Double($0) }
    guard words.count == 4, parts.count == 4, parts.allSatisfy({ (0...1).contains($0) }), parts[2] > 0, parts[3] > 0,
      parts[0] + parts[2] <= 1.000001, parts[1] + parts[3] <= 1.000001
    else { return nil }
    self = .box(Box(x: parts[0], y: parts[1], width: parts[2], height: parts[3]))
  }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let region = TextRegion(typed: text) else { throw DocumentError("\"\(text)\" is not a text region") }
    self = region
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .full: try container.encode("full")
    case .box(let box): try container.encode("\(box.x),\(box.y),\(box.width),\(box.height)")
    }
  }
}

/// How much one input may cost before it is given up.
package struct Limits: Encodable, Sendable, Equatable {
  /// Wall seconds; nil: the larger of 30 minutes and 4 times the input's duration.
  package var timeout: Double?
  /// Seconds without progress.
  package var stallTimeout = 60.0
  /// Bytes of memory of the worker.
  package var maxMemory: Int64 = 2 << 30
  /// Pixels of one picture.
  package var maxPixels: Int64 = 8192 * 8192
  /// Seconds of film.
  package var maxDuration = 24.0 * 3600
  package var maxStreams = 64
  /// Seconds of processor time; nil: no limit.
  package var maxCPU: Double?
  /// Files, folders and pipes that the worker has open at once.
  package var maxOpenFiles = 1024
  /// Bytes of results; nil: no limit.
  package var maxOutput: Int64?
  /// Bytes that the workspace may hold at any time; nil: no limit.
  package var maxScratch: Int64?
  package var sandbox = SandboxMode.auto

  package init() {}

  enum CodingKeys: String, CodingKey {
    case timeout
    case stallTimeout = "stall_timeout"
    case maxMemory = "max_memory"
    case maxPixels = "max_pixels"
    case maxDuration = "max_duration"
    case maxStreams = "max_streams"
    case maxCPU = "max_cpu"
    case maxOpenFiles = "max_open_files"
    case maxOutput = "max_output"
    case maxScratch = "max_scratch"
    case sandbox
  }
}

/// Whether a worker is locked in before it opens its input.
package enum SandboxMode: String, Codable, Sendable, CaseIterable {
  /// As far as this system can, or not at all.
  case required
  /// As far as this system can; a warning says where that is less than whole.
  case auto
  case off
}
