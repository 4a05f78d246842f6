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
    try settings.options.checkPictures()
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
  /// Options that shape how a file is done, not what is found.
  private enum RunKeys: String, CodingKey {
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
    let options = top.superEncoder(forKey: .options)
    try settings.options.encodeChoices(to: options)
    var run = options.container(keyedBy: RunKeys.self)
    try run.encodeIfPresent(settings.batch.threads, forKey: .threads)
    try run.encodeIfPresent(settings.batch.workDir, forKey: .workDir)
    try run.encodeIfPresent(settings.batch.sceneStats, forKey: .sceneStats)
    try run.encodeIfPresent(settings.batch.cacheDir, forKey: .cacheDir)
    try run.encodeIfPresent(settings.batch.requestID, forKey: .requestID)
    try top.encode(settings.limits, forKey: .limits)
  }
}
