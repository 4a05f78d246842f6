import Documents
import Engine

extension Command {
  static let frames = Command(
    name: "frames", usage: "INPUT -o DIR", summary: "Write single frames of a video as pictures.",
    details: """
      Without --at, --frame-rule says which frames: keys, every:10s or every:250f of the film; best, first, middle, last or
      spread (--frames-per-scene N) of each scene. The picture is the one that is on the screen at the time asked for. DIR
      gets analysis.json, which --json prints as well, and the pictures in frames/, whose names sort by time.
      """,
    settings: SettingTable.all.filter {
      $0.group == .limit || $0.group == .cache
        || [
          "frame_rule", "frames_per_scene", "frame_format", "frame_width", "frame_height", "frame_enlarge",
          "frame_depth",
          "frame_quality", "min_scene_length", "speed", "threads", "work_dir", "force", "json", "request_id",
          "retries", "log_level", "log_format", "quiet",
        ].contains($0.key)
    },
    extras: [
      Extra(flag: "--output", short: "-o", placeholder: "DIR", help: "Where the pictures go."),
      Extra(
        flag: "--at", short: nil, placeholder: "LIST",
        help: "Times (12.5, 00:01:02.250) and frame numbers (f300), with commas between; may be repeated.",
        isRepeatable: true),
    ], arguments: 1...1, run: { try FramesCommand.run($0) }, startsWorkers: true)
}

/// `cutroom frames`: pictures of single frames. The film is read in a worker process, like everywhere.
enum FramesCommand {
  static func run(_ invocation: Invocation) throws -> Int32 {
    var settings = invocation.settings
    let batch = settings.batch
    guard let output = invocation.extras["--output"], !output.isEmpty else {
      throw UsageError("frames needs -o DIR: the folder for the pictures")
    }
    if invocation.arguments[0].isEmpty { throw UsageError("INPUT is empty text") }
    if let lists = invocation.lists["--at"] {
      guard !invocation.given.contains("frame_rule") else {
        throw UsageError("--at and --frame-rule both say which frames: give one of them")
      }
      do {
        settings.options.frameRule = .moments(try FrameMoment.list(lists.joined(separator: ",")))
      } catch {
        throw UsageError("--at: \(error.message)")
      }
    }
    try settings.options.checkPictures()
    settings.options.stages = settings.options.frameRule.needsScenes ? [.scenes, .frames] : [.frames]
    if !batch.force, PassingAnalysis.holdsResult(output) {
      throw UsageError("\(output) already holds a result; add --force to replace it")
    }
    let terminal = Terminal(level: batch.logLevel, format: batch.logFormat, quiet: batch.quiet)
    let analysis = try PassingAnalysis(
      inputs: invocation.arguments, settings: settings, terminal: terminal, quiet: batch.quiet || batch.json,
      output: output, warningLevel: .warning)
    guard analysis.count == 1 else { throw UsageError("frames takes one file; analyze --frame-rule takes folders") }
    var exitCode: Int32 = 0
    let signal = try analysis.run { result in
      exitCode = result.document.exitCode
      try Output.write(batch.json ? result.text : table(result.document, in: output))
    }
    return signal.map { 128 + $0 } ?? exitCode
  }

  private static func table(_ document: AnalysisDocument, in output: String) -> String {
    let rows = (document.frames ?? []).map { picture in
      [
        "\(picture.at.frame)", CSV.decimal(picture.at.seconds, places: 6), "\(picture.width)x\(picture.height)",
        Terminal.printable(Path.join(output, picture.file)),
      ]
    }
    return rows.isEmpty ? "" : TextTable.text([["frame", "seconds", "size", "file"]] + rows, leftColumns: [3])
  }
}
