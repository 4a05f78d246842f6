import Documents
import Engine
import Schemas

/// A command of the program: its name, what it takes, and the settings it listens to.
struct Command: Sendable {
  let name: String
  /// What stands behind the name in the usage line.
  let usage: String
  let summary: String
  let details: String
  /// Settings of the table that are options of this command.
  let settings: [Setting]
  /// Options that are no settings: they exist on the command line alone.
  let extras: [Extra]
  /// How many arguments it takes.
  let arguments: ClosedRange<Int>
  let run: @Sendable (Invocation) throws -> Int32
  /// Whether it has workers do its work.
  var startsWorkers = false

  /// An option that names what the settings of one run are for, and so cannot stand in a configuration.
  struct Extra: Sendable {
    let flag: String
    let short: String?
    /// Names the value in the help; nil for an option without one.
    let placeholder: String?
    let help: String
    /// Whether it may be given more than once.
    var isRepeatable = false
  }

  static let all: [Command] = [
    analyze, scenes, frames, text, sprites, mix, loudness, normalize, report, probe, doctor, schema,
    plan, merge, runOne, cache, worker, forkServer,
  ]

  static let analyze = Command(
    name: "analyze", usage: "INPUT... -o DIR",
    summary: "Find scenes, pictures, on-screen text and loudness in videos.",
    details: """
      INPUT is a file, a folder that is searched with all it holds, or @LIST, a file with one path a line.
      DIR gets a folder for each input with analysis.json and pictures, results.jsonl and batch.json.
      Every option can also stand in --config FILE as JSON (min_scene_length) and in the environment
      (CUTROOM_MIN_SCENE_LENGTH); a flag beats the environment, which beats the file, which beats the default.
      """,
    settings: SettingTable.all,
    extras: [
      Extra(flag: "--output", short: "-o", placeholder: "DIR", help: "Where the results go."),
      Extra(flag: "--config", short: nil, placeholder: "FILE", help: "Read options from a JSON file."),
    ], arguments: 1...Int.max, run: { try AnalyzeCommand.run($0) }, startsWorkers: true)

  static let scenes = Command(
    name: "scenes", usage: "INPUT...",
    summary: "Print where the scenes of videos begin and end.",
    details: """
      INPUT is a file, a folder that is searched with all it holds, or @LIST, a file with one path a line.
      Prints a table. --json prints the analysis document instead; of several inputs, a document a line. --csv prints a
      line a scene; of several inputs, the path comes first. --as prints the scenes of one film for another program: an
      editor, a player or an encoder.
      """,
    settings: SettingTable.all.filter {
      $0.group == .limit || $0.group == .cache
        || [
          "min_scene_length", "speed", "threads", "extensions", "work_dir", "scene_stats", "json", "request_id",
          "retries", "log_level", "log_format", "quiet", "timecode",
        ]
        .contains($0.key)
    },
    extras: [
      Extra(flag: "--csv", short: nil, placeholder: nil, help: "Print comma-separated values (RFC 4180)."),
      Extra(
        flag: "--as", short: nil, placeholder: "FORMAT",
        help: "Print a timeline: \(TimelineFormat.allCases.map(\.rawValue).joined(separator: ", "))."),
    ],
    arguments: 1...Int.max, run: { try ScenesCommand.run($0) }, startsWorkers: true)

  static let mix = Command(
    name: "mix", usage: "MIX.json -o FILE", summary: "Mix and master sound after a mix document.",
    details: """
      FILE is WAV, FLAC, MP3, M4A, Opus, Ogg or Matroska by its name; a report of the mix is written beside it. Sources are
      relative to the mix document. `cutroom schema mix` prints the document's schema, `cutroom schema mix-report` the report's.
      --dry-run prints where every clip lands, as a report, and writes nothing.
      """,
    settings: SettingTable.all.filter {
      $0.group == .limit || ["dry_run", "work_dir", "json", "log_level", "log_format", "quiet"].contains($0.key)
    },
    extras: [
      Extra(flag: "--output", short: "-o", placeholder: "FILE", help: "The sound file to write."),
      Extra(
        flag: "--source-root", short: nil, placeholder: "DIR",
        help: "Sources must lie in this folder; may be repeated.",
        isRepeatable: true),
      Extra(
        flag: "--report", short: nil, placeholder: "FILE", help: "Where the report goes. Default: FILE.mix-report.json."
      ),
      Extra(flag: "--waveform", short: nil, placeholder: "FILE", help: "Also draw the programme as PNG."),
    ], arguments: 1...1, run: { try MixCommand.run($0) }, startsWorkers: true)

  private static let soundSettings = SettingTable.all.filter {
    $0.group == .limit || ["work_dir", "extensions", "json", "log_level", "log_format", "quiet"].contains($0.key)
  }

  static let loudness = Command(
    name: "loudness", usage: "INPUT...", summary: "Measure loudness and true peak of sounds.",
    details: """
      INPUT is a file, a folder that is searched with all it holds, or @LIST, a file with one path a line. Several inputs are
      also measured together, as an album. --json prints the document that `cutroom schema loudness` describes.
      """, settings: soundSettings, extras: [], arguments: 1...Int.max, run: { try LoudnessCommand.run($0) },
    startsWorkers: true)

  static let normalize = Command(
    name: "normalize", usage: "INPUT... -o DIR", summary: "Bring sounds, or the sound of videos, to a loudness.",
    details: """
      One gain wherever the peak allows it, else a true-peak limiter; measured on the decoded result. The pictures of a video
      are copied, and the sound stays in step with them. DIR gets the inputs' tree and normalize.json, the document that
      `cutroom schema normalize` describes. An input is never replaced, and another file with --force alone.
      """, settings: soundSettings + SettingTable.all.filter { $0.key == "force" },
    extras: [
      Extra(flag: "--output", short: "-o", placeholder: "DIR", help: "Where the results go."),
      Extra(
        flag: "--target", short: nil, placeholder: "LUFS|PRESET",
        help: "Integrated loudness, or podcast, streaming, ebu-r128 or atsc-a85. Default: ebu-r128."),
      Extra(
        flag: "--true-peak", short: nil, placeholder: "DBTP", help: "Highest true peak. Default: the preset's, else -1."
      ),
      Extra(
        flag: "--as", short: nil, placeholder: "each|album",
        help: "album changes all by one gain, so that their differences stay. Default: each."),
      Extra(flag: "--codec", short: nil, placeholder: "CODEC", help: "How to encode. Default: as the input."),
      Extra(flag: "--bit-rate", short: nil, placeholder: "N", help: "Bits a second of a lossy codec."),
    ], arguments: 1...Int.max, run: { try NormalizeCommand.run($0) }, startsWorkers: true)

  static let text = Command(
    name: "text", usage: "INPUT", summary: "Print the texts that a film shows, and when.",
    details: "A table of times, confidences and texts; --json prints the analysis document, --srt subtitles.",
    settings: SettingTable.all.filter {
      $0.group == .limit || $0.group == .cache
        || [
          "languages", "text_region", "text_min_confidence", "text_time_limit", "threads", "work_dir", "request_id",
          "retries", "log_level", "log_format", "quiet", "json",
        ].contains($0.key)
    },
    extras: [Extra(flag: "--srt", short: nil, placeholder: nil, help: "Print SubRip subtitles.")],
    arguments: 1...1, run: { try TextCommand.run($0) }, startsWorkers: true)

  static let probe = Command(
    name: "probe", usage: "INPUT", summary: "Print what a file holds, as JSON.",
    details: "Streams, sizes, rates, colour, duration, chapters and tags, without decoding the film.",
    settings: SettingTable.all.filter { $0.group == .limit }, extras: [], arguments: 1...1,
    run: { try ProbeCommand.run($0) }, startsWorkers: true)

  static let doctor = Command(
    name: "doctor", usage: "", summary: "Check libraries, languages, codecs and disk.",
    details: "Prints what this installation can do and says what is missing. Exit code 3 if something needed is.",
    settings: SettingTable.all.filter { ["json", "work_dir"].contains($0.key) }, extras: [], arguments: 0...0,
    run: { DoctorCommand.run($0) })

  static let schema = Command(
    name: "schema", usage: "NAME", summary: "Print the JSON Schema of a document.",
    details: "NAME is one of these:\n\(SchemaText.names.joined(separator: ", ")).", settings: [], extras: [],
    arguments: 1...1,
    run: { try SchemaCommand.run($0) })

  static let runOne = Command(
    name: "run-one", usage: "--request FILE|-", summary: "Carry out one request document and say whether to try again.",
    details: """
      For schedulers. Exit code 0: succeeded; 1: failed for good, or partial; 75: failed in a way that may pass, worth trying
      again elsewhere or later; 2 and 3: the request or the installation is not as it should be; 4: results could not be
      written. Prints the path of the document; of probe and loudness without an output, and of normalize, the document itself;
      --events - prints events as JSON lines instead. `cutroom schema request` describes the request.
      """,
    settings: SettingTable.all.filter {
      $0.group == .cache || ["retries", "events", "log_level", "log_format", "quiet"].contains($0.key)
    },
    extras: [Extra(flag: "--request", short: nil, placeholder: "FILE|-", help: "The request document.")],
    arguments: 0...0, run: { try RunOneCommand.run($0) }, startsWorkers: true)

  static let plan = Command(
    name: "plan", usage: "INPUT... --shards N -o DIR", summary: "Divide inputs into lists of about equal work.",
    details: """
      DIR gets shard-0.txt and so on, for `cutroom analyze @DIR/shard-0.txt --root FOLDER -o OUT/0` on as many machines;
      `cutroom merge OUT/* -o ALL` joins the results. Lists hold absolute paths; sizes of files stand for the work.
      Lists of an earlier plan in DIR are removed.
      """,
    settings: SettingTable.all.filter { ["extensions", "quiet"].contains($0.key) },
    extras: [
      Extra(flag: "--shards", short: nil, placeholder: "N", help: "How many lists."),
      Extra(flag: "--output", short: "-o", placeholder: "DIR", help: "Where the lists go."),
    ], arguments: 1...Int.max, run: { try PlanCommand.run($0) })

  static let merge = Command(
    name: "merge", usage: "DIR... -o DIR", summary: "Join the results of several batches into one.",
    details: """
      Each DIR is an output folder of `analyze`, made with the same options. Files are linked, or copied across file systems;
      the folders stay as they are. Of an input that is in several, the better result counts, of equal ones the later folder's.
      """,
    settings: SettingTable.all.filter { ["force", "json", "quiet"].contains($0.key) },
    extras: [Extra(flag: "--output", short: "-o", placeholder: "DIR", help: "Where the joined results go.")],
    arguments: 1...Int.max, run: { try MergeCommand.run($0) })

  static let worker = Command(
    name: "worker", usage: "< REQUEST", summary: "Carry out one request document from standard input.",
    details: """
      Prints events as JSON lines. This is what every other command starts for each file. Exit code 0: succeeded;
      1: failed or partial; 2: the request is not as it should be; 4: results could not be written.
      """, settings: [], extras: [], arguments: 0...0, run: { _ in WorkerCommand.run() })

  static let forkServer = Command(
    name: "fork-server", usage: "", summary: "Fork the workers of a command (which starts it).",
    details: "Takes what it is to do from a socket that the command left open for it.", settings: [], extras: [],
    arguments: 0...0, run: { _ in ForkServerLoop.run() })
}

/// A command with what the user gave it.
struct Invocation {
  var arguments: [String] = []
  var settings = Settings()
  /// Values of the ``Command/Extra`` options, by flag.
  var extras: [String: String] = [:]
  /// Values of those that may be given more than once.
  var lists: [String: [String]] = [:]
  /// Keys of the settings that were given as options.
  var given: Set<String> = []
}

/// Wrong usage: exit code 2, with a pointer to the help.
struct UsageError: Error {
  let message: String
  init(_ message: String) { self.message = message }
}
