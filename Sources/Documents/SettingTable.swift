/// One thing that can be set: on the command line, in the environment, in a configuration file and in a request.
///
/// The table below is the only list: the parser, the help, the configuration and the requests all read it.
package struct Setting: Sendable {
  package enum Group: String, Sendable, CaseIterable {
    case result = "What to find"
    case clips = "How to cut clips"
    case batch = "How to run"
    case cache = "What to keep for another time"
    case limit = "Limits for each file"
    case report = "What to print"
  }

  /// As in JSON: `min_scene_length`. The flag is `--min-scene-length`, the variable `CUTROOM_MIN_SCENE_LENGTH`.
  package let key: String
  package let group: Group
  /// Names the value in the help; nil for a flag without one.
  package let placeholder: String?
  package let help: String
  /// As the help shows it.
  package let defaultText: String?
  /// Sets the value or throws a sentence that says what would be right.
  package let apply: @Sendable (inout Settings, JSONValue) throws(DocumentError) -> Void

  package var flag: String { "--" + key.split(separator: "_").joined(separator: "-") }
  package var environmentName: String { "CUTROOM_" + key.uppercased() }
}

package enum SettingTable {
  /// The setting of a key as written in JSON, or nil.
  package static func setting(_ key: String) -> Setting? { all.first { $0.key == key } }

  package static let all: [Setting] =
    resultSettings + pictureSettings + timelineSettings + clipSettings + sheetSettings + runSettings + cacheSettings
    + limitSettings + reportSettings

  private static let resultSettings: [Setting] = [
    Setting(
      key: "stages", group: .result, placeholder: "LIST",
      help: "What to look for: scenes, frames, text, audio; or none.",
      defaultText: "all"
    ) { settings, value throws(DocumentError) in
      var stages = Set<Stage>()
      let words = try value.words(separator: ",")
      for word in words where words != ["none"] { stages.insert(try value.choice(word, key: "stages")) }
      guard !words.isEmpty else { throw DocumentError("stages is empty; known: scenes, frames, text, audio, or none") }
      settings.options.stages = Stage.allCases.filter(stages.contains)
    },
    Setting(
      key: "speed", group: .result, placeholder: "exact|balanced|fast",
      help:
        "How much to decode to find scenes: every frame, what matters, or key frames and what lies around boundaries.",
      defaultText: "exact"
    ) { settings, value throws(DocumentError) in
      settings.options.speed = try value.choice(value.asTyped, key: "speed")
    },
    Setting(
      key: "min_scene_length", group: .result, placeholder: "LENGTH",
      help: "Merge scenes shorter than this into the one before: 0.6s, 15f, 00:00:00.600.", defaultText: "0"
    ) { settings, value throws(DocumentError) in
      guard let length = SceneLength(typed: value.asTyped) else {
        throw value.unfit("min_scene_length", "a length such as 0.6s, 15f or 00:00:00.600")
      }
      settings.options.minSceneLength = length
    },
    Setting(
      key: "frames_per_scene", group: .result, placeholder: "N", help: "Pictures kept of each scene, 1 to 100.",
      defaultText: "1"
    ) { settings, value throws(DocumentError) in
      settings.options.framesPerScene = try value.integer("frames_per_scene", in: 1...100)
    },
    Setting(
      key: "frame_format", group: .result, placeholder: "jpeg|png|webp|avif", help: "Format of the pictures.",
      defaultText: "jpeg"
    ) { settings, value throws(DocumentError) in
      settings.options.frameFormat = try value.choice(value.asTyped, key: "frame_format")
    },
    Setting(
      key: "frame_width", group: .result, placeholder: "PIXELS",
      help: "Width of the pictures, never more than the film's own; 0: the film's, or any with a height.",
      defaultText: "640"
    ) { settings, value throws(DocumentError) in
      settings.options.frameWidth = try value.integer("frame_width", in: 0...16384)
    },
    Setting(
      key: "frame_quality", group: .result, placeholder: "N",
      help: "Quality of JPEG, WebP and AVIF pictures, 1 to 100.",
      defaultText: "85"
    ) { settings, value throws(DocumentError) in
      settings.options.frameQuality = try value.integer("frame_quality", in: 1...100)
    },
    Setting(
      key: "languages", group: .result, placeholder: "eng+deu", help: "Languages of the text, as Tesseract names them.",
      defaultText: "eng"
    ) { settings, value throws(DocumentError) in
      let words = try value.words(separator: "+").flatMap { $0.split(separator: ",").map { JSONValue.trimmed($0) } }
      let names = words.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      guard !names.isEmpty,
        names.allSatisfy({ $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } })
      else { throw value.unfit("languages", "names such as eng or eng+deu") }
      settings.options.languages = names
    },
    Setting(
      key: "text_region", group: .result, placeholder: "full|x,y,w,h",
      help: "Where to look for text, in fractions of the picture.", defaultText: "full"
    ) { settings, value throws(DocumentError) in
      guard let region = TextRegion(typed: value.asTyped) else {
        throw value.unfit("text_region", "full, or four fractions x,y,width,height within the picture")
      }
      settings.options.textRegion = region
    },
    Setting(
      key: "text_min_confidence", group: .result, placeholder: "0..1", help: "Leave out words that are less sure.",
      defaultText: "0.6"
    ) { settings, value throws(DocumentError) in
      settings.options.textMinConfidence = try value.decimal("text_min_confidence", in: 0...1)
    },
    Setting(
      key: "text_time_limit", group: .result, placeholder: "TIME",
      help: "Give up a picture of text that takes longer to read, in processor time.", defaultText: "20s"
    ) { settings, value throws(DocumentError) in
      settings.options.textTimeLimit = try value.seconds("text_time_limit")
    },
    Setting(
      key: "silence_level", group: .result, placeholder: "DBFS", help: "Sound below this level is silence.",
      defaultText: "-60"
    ) { settings, value throws(DocumentError) in
      settings.options.silenceLevel = try value.decimal("silence_level", in: -120...0)
    },
    Setting(
      key: "silence_length", group: .result, placeholder: "LENGTH", help: "Shortest silence that is reported.",
      defaultText: "0.5s"
    ) { settings, value throws(DocumentError) in
      settings.options.silenceLength = try value.seconds("silence_length")
    },
  ]

  private static let runSettings: [Setting] = [
    Setting(
      key: "jobs", group: .batch, placeholder: "N", help: "Files at once.", defaultText: "shares the cores"
    ) { settings, value throws(DocumentError) in
      settings.batch.jobs = try value.integer("jobs", in: 1...1024)
    },
    Setting(
      key: "threads", group: .batch, placeholder: "N", help: "Decoder threads of each file.",
      defaultText: "shares the cores"
    ) { settings, value throws(DocumentError) in
      settings.batch.threads = try value.integer("threads", in: 1...64)
    },
    Setting(
      key: "extensions", group: .batch, placeholder: "LIST",
      help: "What counts as media in a folder, such as mp4,mkv; case does not matter.",
      defaultText: "\(BatchSettings.mediaExtensions.count) of them"
    ) { settings, value throws(DocumentError) in
      let list = try value.words(separator: ",").map {
        ($0.hasPrefix(".") ? String($0.dropFirst()) : $0).lowercased()
      }.filter { !$0.isEmpty }
      guard !list.isEmpty else { throw DocumentError("extensions is empty; write it like mp4,mkv") }
      settings.batch.extensions = list
    },
    flag("resume", .batch, "Go on with an output folder: what is finished, by the same options, is not done again.") {
      $0.batch.resume = $1
    },
    Setting(
      key: "retries", group: .batch, placeholder: "N",
      help: "How often to try an input again after a crash or a read error, with growing pauses.", defaultText: "2"
    ) { settings, value throws(DocumentError) in
      settings.batch.retries = try value.integer("retries", in: 0...100)
    },
    Setting(
      key: "cpus", group: .batch, placeholder: "N", help: "Processors to keep busy, over all files.",
      defaultText: "those this process may use"
    ) { settings, value throws(DocumentError) in
      settings.batch.cpus = try value.integer("cpus", in: 1...4096)
    },
    Setting(
      key: "root", group: .batch, placeholder: "DIR",
      help: "Results of files named below DIR, as in a list, mirror their path below it.", defaultText: nil
    ) { settings, value throws(DocumentError) in
      settings.batch.root = try value.nonEmpty("root")
    },
    flag("retry_failed", .batch, "With --resume, try inputs again that failed.") { $0.batch.retryFailed = $1 },
    flag("force", .batch, "Replace the results in an output folder that already holds some.") { $0.batch.force = $1 },
    flag("dataset", .batch, "Write dataset.jsonl, a line a scene, beside the results of the batch.") {
      $0.batch.dataset = $1
    },
    flag("fail_fast", .batch, "Stop at the first input that fails.") { $0.batch.failFast = $1 },
    flag("report", .batch, "Write report.html beside the results: a page that shows them.") { $0.batch.report = $1 },
    flag("dry_run", .batch, "List what would be done and stop.") { $0.batch.dryRun = $1 },
    Setting(
      key: "work_dir", group: .batch, placeholder: "DIR", help: "Where workspaces live.",
      defaultText: "the system's temporary folder"
    ) { settings, value throws(DocumentError) in
      settings.batch.workDir = try value.nonEmpty("work_dir")
    },
    Setting(
      key: "scene_stats", group: .batch, placeholder: "FILE.csv",
      help: "Write what was measured at each frame to find the scenes; for exactly one input.", defaultText: nil
    ) { settings, value throws(DocumentError) in
      settings.batch.sceneStats = try value.nonEmpty("scene_stats")
    },
  ]

  private static let limitSettings: [Setting] = [
    Setting(
      key: "timeout", group: .limit, placeholder: "TIME", help: "Wall time.",
      defaultText: "the larger of 30m and 4 × the duration"
    ) { settings, value throws(DocumentError) in
      settings.limits.timeout = try value.seconds("timeout", above: 0)
    },
    Setting(
      key: "stall_timeout", group: .limit, placeholder: "TIME", help: "Time without progress.", defaultText: "60s"
    ) { settings, value throws(DocumentError) in
      settings.limits.stallTimeout = try value.seconds("stall_timeout", above: 0)
    },
    Setting(
      key: "max_memory", group: .limit, placeholder: "SIZE", help: "Memory.", defaultText: "2g"
    ) { settings, value throws(DocumentError) in
      guard let bytes = Quantity.bytes(value.asTyped), (64 << 20...1 << 50).contains(bytes) else {
        throw value.unfit("max_memory", "a size from 64m to 1024t, such as 2g")
      }
      settings.limits.maxMemory = bytes
    },
    Setting(
      key: "max_pixels", group: .limit, placeholder: "WxH", help: "Pixels of one picture.", defaultText: "8192x8192"
    ) { settings, value throws(DocumentError) in
      guard let pixels = Quantity.pixels(value.asTyped) else {
        throw value.unfit("max_pixels", "a size such as 8192x8192")
      }
      settings.limits.maxPixels = pixels
    },
    Setting(
      key: "max_duration", group: .limit, placeholder: "TIME", help: "Length of the film.", defaultText: "24h"
    ) { settings, value throws(DocumentError) in
      settings.limits.maxDuration = try value.seconds("max_duration", above: 0)
    },
    Setting(
      key: "max_streams", group: .limit, placeholder: "N", help: "Streams of the container.", defaultText: "64"
    ) { settings, value throws(DocumentError) in
      settings.limits.maxStreams = try value.integer("max_streams", in: 1...1000)
    },
    Setting(
      key: "max_cpu", group: .limit, placeholder: "TIME", help: "Processor time.", defaultText: "none"
    ) { settings, value throws(DocumentError) in
      settings.limits.maxCPU = try value.seconds("max_cpu", above: 0)
    },
    Setting(
      key: "max_open_files", group: .limit, placeholder: "N", help: "Open files.", defaultText: "1024"
    ) { settings, value throws(DocumentError) in
      settings.limits.maxOpenFiles = try value.integer("max_open_files", in: 16...65536)
    },
    Setting(
      key: "max_output", group: .limit, placeholder: "SIZE", help: "All results.", defaultText: "none"
    ) { settings, value throws(DocumentError) in
      settings.limits.maxOutput = try value.size("max_output")
    },
    Setting(
      key: "max_scratch", group: .limit, placeholder: "SIZE", help: "What its workspace holds at any time.",
      defaultText: "none"
    ) { settings, value throws(DocumentError) in
      settings.limits.maxScratch = try value.size("max_scratch")
    },
    Setting(
      key: "sandbox", group: .limit, placeholder: "required|auto|off",
      help: "Lock the worker in, so that a file made to attack it reaches no other file and no network.",
      defaultText: "auto"
    ) { settings, value throws(DocumentError) in
      settings.limits.sandbox = try value.choice(value.asTyped, key: "sandbox")
    },
  ]

  private static let reportSettings: [Setting] = [
    flag("json", .report, "Print the JSON document on standard output; for analyze, that of the batch.") {
      $0.batch.json = $1
    },
    Setting(
      key: "request_id", group: .report, placeholder: "ID",
      help: "What events, logs and documents call this run.", defaultText: "numbers, in events and logs"
    ) { settings, value throws(DocumentError) in
      settings.batch.requestID = try value.nonEmpty("request_id")
    },
    Setting(
      key: "events", group: .report, placeholder: "FILE|-", help: "Write progress as JSON lines.", defaultText: nil
    ) { settings, value throws(DocumentError) in
      settings.batch.events = try value.nonEmpty("events")
    },
    Setting(
      key: "log_level", group: .report, placeholder: "error|warning|info|debug", help: "How much to log.",
      defaultText: "warning"
    ) { settings, value throws(DocumentError) in
      settings.batch.logLevel = try value.choice(value.asTyped, key: "log_level")
    },
    Setting(
      key: "log_format", group: .report, placeholder: "text|json", help: "How to write the log.", defaultText: "text"
    ) { settings, value throws(DocumentError) in
      settings.batch.logFormat = try value.choice(value.asTyped, key: "log_format")
    },
    flag("quiet", .report, "No progress and no table.") { $0.batch.quiet = $1 },
  ]

  static func flag(
    _ key: String, _ group: Setting.Group, _ help: String, set: @escaping @Sendable (inout Settings, Bool) -> Void
  ) -> Setting {
    Setting(key: key, group: group, placeholder: nil, help: help, defaultText: nil) {
      settings, value throws(DocumentError) in
      set(&settings, try value.bool(key))
    }
  }
}

/// Readers for single values. Text is accepted everywhere, as flags and variables have nothing else.
extension JSONValue {
  func unfit(_ key: String, _ wanted: String) -> DocumentError {
    DocumentError("\(key) should be \(wanted), not \"\(asTyped)\"")
  }

  func words(separator: Character) throws(DocumentError) -> [String] {
    switch self {
    case .null, .bool, .object: throw DocumentError("a list or text is wanted, not \(kindName)")
    case .array(let items): items.map(\.asTyped)
    default: asTyped.split(separator: separator).map { Self.trimmed($0) }
    }
  }

  static func trimmed(_ text: Substring) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ word: String, key: String
  ) throws(DocumentError) -> Choice {
    if let choice = Choice(rawValue: word) { return choice }
    let known = Choice.allCases.map(\.rawValue)
    throw DocumentError(
      "\(key): \"\(word)\" is not one of \(known.joined(separator: ", "))"
        + (Spelling.closest(to: word, among: known).map { "; did you mean \"\($0)\"?" } ?? ""))
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(DocumentError) -> Int {
    guard let number = Int(asTyped), range.contains(number) else {
      throw unfit(key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func decimal(_ key: String, in range: ClosedRange<Double>) throws(DocumentError) -> Double {
    guard let number = Double(asTyped), range.contains(number) else {
      throw unfit(key, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func seconds(_ key: String, above bound: Double? = nil) throws(DocumentError) -> Double {
    guard let seconds = Quantity.seconds(asTyped), bound.map({ seconds > $0 }) ?? true else {
      throw unfit(key, "a time such as 90, 60s, 30m or 00:01:30\(bound == nil ? "" : ", above 0")")
    }
    return seconds
  }

  func size(_ key: String) throws(DocumentError) -> Int64 {
    guard let bytes = Quantity.bytes(asTyped), bytes > 0 else { throw unfit(key, "a size such as 500m or 2g") }
    return bytes
  }

  func bool(_ key: String) throws(DocumentError) -> Bool {
    switch asTyped.lowercased() {
    case "true", "1", "yes", "on": return true
    case "false", "0", "no", "off": return false
    default: throw unfit(key, "true or false")
    }
  }

  func nonEmpty(_ key: String) throws(DocumentError) -> String {
    guard case .string(let text) = self, !text.isEmpty else { throw unfit(key, "text that is not empty") }
    return text
  }
}
