/// One unit of work for a worker: what to do with one input, and where the results go.
package struct Request: Sendable, Equatable {
  package enum Operation: String, Sendable, CaseIterable { case analyze, probe, mix, loudness, normalize }

  package var id: String
  package var operation: Operation
  package var inputPath: String
  /// What documents call the input; its path where absent.
  package var inputName: String?
  /// The folder that receives the results; not needed for a probe.
  package var output: String?
  package var settings: Settings
  /// A folder that was made for this request, and is removed by who made it; nil: the worker makes one.
  package var workspace: String?
  /// For mix, loudness and normalize.
  package var sound = SoundOptions()

  package init(
    id: String, operation: Operation, inputPath: String, inputName: String?, output: String?, settings: Settings
  ) {
    self.id = id
    self.operation = operation
    self.inputPath = inputPath
    self.inputName = inputName
    self.output = output
    self.settings = settings
  }

  /// Reads a request document. Unknown keys and bad values are errors that name the place and the closest right word.
  package init(json: [UInt8]) throws(DocumentError) {
    var top = try ObjectReader(
      JSONValue.parse(json, name: "the request"), place: "", documentName: "the request",
      known: [
        "schema_version", "kind", "id", "operation", "input", "output", "workspace", "stages", "options", "limits",
        "sound",
      ])
    try Self.checkKind(&top)
    id = try top.text("id") ?? ""
    let word = try top.required(text: "operation")
    operation = try JSONValue.string(word).choice(word, key: "operation")
    guard let inputValue = top.take("input") else { throw DocumentError("input is missing") }
    var input = try ObjectReader(
      inputValue, place: "input", documentName: "the request", known: ["path", "name"])
    inputPath = try input.required(text: "path")
    inputName = try input.text("name")
    output = try top.text("output")
    workspace = try top.text("workspace")
    settings = Settings()
    if let stages = top.take("stages") { try SettingTable.setting("stages")?.apply(&settings, stages) }
    try Self.apply(top.take("options"), place: "options", to: &settings) {
      ($0.group == .result && $0.key != "stages") || $0.group == .clips
        || ["threads", "work_dir", "scene_stats", "cache_dir", "request_id"].contains($0.key)
    }
    try Self.apply(top.take("limits"), place: "limits", to: &settings) { $0.group == .limit }
    try settings.options.checkClips()
    if let value = top.take("sound") { sound = try SoundOptions(value) }
    try settings.checkScenes()
    if inputName?.isEmpty == true { throw DocumentError("input.name is empty") }
    if inputPath.isEmpty { throw DocumentError("input.path is empty") }
    if [.analyze, .mix, .normalize].contains(operation), (output ?? "").isEmpty {
      throw DocumentError("output is missing")
    }
  }

  private static func checkKind(_ top: inout ObjectReader) throws(DocumentError) {
    if let version = top.take("schema_version"), version != .number(1) {
      throw DocumentError("schema_version should be the number 1, not \(version.kindName) \(version.asTyped)")
    }
    if let kind = try top.text("kind"), kind != "request" {
      throw DocumentError("kind should be \"request\", not \"\(kind)\"")
    }
  }

  private static func apply(
    _ value: JSONValue?, place: String, to settings: inout Settings, where allowed: (Setting) -> Bool
  ) throws(DocumentError) {
    guard let value else { return }
    var reader = try ObjectReader(value, place: place, documentName: "the request", known: nil)
    let table = SettingTable.all.filter(allowed)
    for (key, value) in reader.takeRest() {
      guard let setting = table.first(where: { $0.key == key }) else {
        throw DocumentError("\(place).\(key) is not a known key\(Spelling.hint(for: key, among: table.map(\.key)))")
      }
      do {
        try setting.apply(&settings, value)
      } catch {
        throw DocumentError("\(place).\(error.message)")
      }
    }
  }
}

extension Request: Encodable {
  private enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case kind, id, operation, input, output, workspace, sound, stages, options, limits
  }
  private enum InputKeys: String, CodingKey { case path, name }
  private enum LimitKeys: String, CodingKey {
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
  private enum OptionKeys: String, CodingKey {
    case speed
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
    case threads
    case workDir = "work_dir"
    case sceneStats = "scene_stats"
    case cacheDir = "cache_dir"
    case requestID = "request_id"
  }

  package func encode(to encoder: any Encoder) throws {
    var top = encoder.container(keyedBy: CodingKeys.self)
    try top.encode(1, forKey: .schemaVersion)
    try top.encode("request", forKey: .kind)
    try top.encode(id, forKey: .id)
    try top.encode(operation.rawValue, forKey: .operation)
    var input = top.nestedContainer(keyedBy: InputKeys.self, forKey: .input)
    try input.encode(inputPath, forKey: .path)
    try input.encodeIfPresent(inputName, forKey: .name)
    try top.encodeIfPresent(output, forKey: .output)
    try top.encodeIfPresent(workspace, forKey: .workspace)
    if sound != SoundOptions() { try top.encode(sound, forKey: .sound) }
    if settings.options.stages.isEmpty {
      try top.encode("none", forKey: .stages)
    } else {
      try top.encode(settings.options.stages, forKey: .stages)
    }
    var options = top.nestedContainer(keyedBy: OptionKeys.self, forKey: .options)
    let chosen = settings.options
    try options.encode(chosen.speed, forKey: .speed)
    try options.encode(chosen.minSceneLength, forKey: .minSceneLength)
    try options.encode(chosen.framesPerScene, forKey: .framesPerScene)
    try options.encode(chosen.frameRule, forKey: .frameRule)
    try options.encode(chosen.frameFormat, forKey: .frameFormat)
    try options.encode(chosen.frameWidth, forKey: .frameWidth)
    try options.encode(chosen.frameHeight, forKey: .frameHeight)
    try options.encode(chosen.frameEnlarge, forKey: .frameEnlarge)
    try options.encode(chosen.frameDepth, forKey: .frameDepth)
    try options.encode(chosen.frameQuality, forKey: .frameQuality)
    try options.encode(chosen.languages, forKey: .languages)
    try options.encode(chosen.textRegion, forKey: .textRegion)
    try options.encode(chosen.textMinConfidence, forKey: .textMinConfidence)
    try options.encode(chosen.silenceLevel, forKey: .silenceLevel)
    try options.encode(chosen.silenceLength, forKey: .silenceLength)
    try options.encode(chosen.timelines, forKey: .timelines)
    try options.encode(chosen.timecode, forKey: .timecode)
    try options.encode(chosen.clips, forKey: .clips)
    try options.encode(chosen.clipCodec, forKey: .clipCodec)
    try options.encodeIfPresent(chosen.clipQuality, forKey: .clipQuality)
    try options.encodeIfPresent(chosen.clipBitRate, forKey: .clipBitRate)
    try options.encode(chosen.clipSound, forKey: .clipSound)
    try options.encodeIfPresent(chosen.clipSoundBitRate, forKey: .clipSoundBitRate)
    try options.encode(chosen.contactSheet, forKey: .contactSheet)
    try options.encode(chosen.sprites, forKey: .sprites)
    try options.encode(chosen.spriteInterval, forKey: .spriteInterval)
    try options.encode(chosen.spriteWidth, forKey: .spriteWidth)
    try options.encode(chosen.preview, forKey: .preview)
    try options.encode(chosen.waveform, forKey: .waveform)
    try options.encodeIfPresent(settings.batch.threads, forKey: .threads)
    try options.encodeIfPresent(settings.batch.workDir, forKey: .workDir)
    try options.encodeIfPresent(settings.batch.sceneStats, forKey: .sceneStats)
    try options.encodeIfPresent(settings.batch.cacheDir, forKey: .cacheDir)
    try options.encodeIfPresent(settings.batch.requestID, forKey: .requestID)
    var limits = top.nestedContainer(keyedBy: LimitKeys.self, forKey: .limits)
    try limits.encodeIfPresent(settings.limits.timeout, forKey: .timeout)
    try limits.encode(settings.limits.stallTimeout, forKey: .stallTimeout)
    try limits.encode(settings.limits.maxMemory, forKey: .maxMemory)
    try limits.encode(settings.limits.maxPixels, forKey: .maxPixels)
    try limits.encode(settings.limits.maxDuration, forKey: .maxDuration)
    try limits.encode(settings.limits.maxStreams, forKey: .maxStreams)
    try limits.encodeIfPresent(settings.limits.maxCPU, forKey: .maxCPU)
    try limits.encode(settings.limits.maxOpenFiles, forKey: .maxOpenFiles)
    try limits.encodeIfPresent(settings.limits.maxOutput, forKey: .maxOutput)
    try limits.encodeIfPresent(settings.limits.maxScratch, forKey: .maxScratch)
    try limits.encode(settings.limits.sandbox, forKey: .sandbox)
  }
}
