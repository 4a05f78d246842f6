import Documents
import Engine
import Timelines

/// `cutroom scenes`: just the boundaries, printed.
enum ScenesCommand {
  private enum Form: Equatable {
    case table, json, csv
    case timeline(TimelineFormat)
  }

  static func run(_ invocation: Invocation) throws -> Int32 {
    var settings = invocation.settings
    let batch = settings.batch
    if invocation.arguments.contains("") { throw UsageError("an INPUT is empty text") }
    let form = try form(invocation)
    settings.options.stages = [.scenes]
    let terminal = Terminal(level: batch.logLevel, format: batch.logFormat, quiet: batch.quiet)
    let analysis = try PassingAnalysis(
      inputs: invocation.arguments, settings: settings, terminal: terminal, quiet: batch.quiet || form != .table)
    if analysis.count == 0 {
      terminal.log(.warning, "no media files found in \(invocation.arguments.joined(separator: ", "))")
    }
    if case .timeline = form, analysis.count > 1 {
      throw UsageError("--as prints the timeline of one film, and there are \(analysis.count)")
    }
    let printer = Printer(form: form, several: analysis.count > 1)
    if form == .csv { try Output.write(printer.csvHeader) }
    var exitCode: Int32 = 0
    let signal = try analysis.run { result in
      exitCode = max(exitCode, result.document.exitCode)
      if case .timeline(let format) = form {
        try Output.write(timeline(result, as: format, to: terminal))
      } else {
        try Output.write(printer.text(result))
      }
    }
    return signal.map { 128 + $0 } ?? exitCode
  }

  private static func form(_ invocation: Invocation) throws -> Form {
    let wanted = [
      ("--json", invocation.settings.batch.json), ("--csv", invocation.extras["--csv"] != nil),
      ("--as", invocation.extras["--as"] != nil),
    ].filter(\.1).map(\.0)
    if wanted.count > 1 {
      throw UsageError("\(wanted.joined(separator: " and ")) are forms of one answer; give one of them")
    }
    if let name = invocation.extras["--as"] {
      guard let format = TimelineFormat(rawValue: name) else {
        let known = TimelineFormat.allCases.map(\.rawValue)
        throw UsageError("there is no timeline \"\(name)\"\(Spelling.hint(for: name, among: known))")
      }
      return .timeline(format)
    }
    return wanted == ["--csv"] ? .csv : wanted == ["--json"] ? .json : .table
  }

  /// The scenes as another program reads them; nothing where there are none.
  private static func timeline(
    _ result: PassingAnalysis.Result, as format: TimelineFormat, to terminal: Terminal
  ) -> String {
    guard let timeline = FilmTimeline(result.document, path: Path.absolute(result.path)) else {
      if result.document.errors.isEmpty { terminal.log(.warning, "there are no scenes", path: result.path) }
      return ""
    }
    let (text, warnings) = timeline.text(as: format)
    for warning in timeline.warnings + warnings { terminal.log(.warning, warning.message, path: result.path) }
    return text
  }

  /// What is printed of one input.
  private struct Printer {
    let form: Form
    /// Whether there are several inputs, so that each must be named.
    let several: Bool

    var csvHeader: String {
      CSV.record(
        (several ? ["path"] : []) + [
          "scene", "start_frame", "end_frame", "start_seconds", "end_seconds", "duration_seconds", "transition",
          "confidence", "transition_start_frame", "transition_end_frame",
        ])
    }

    func text(_ result: PassingAnalysis.Result) throws -> String {
      switch form {
      case .json: several ? try DocumentEncoder.line(result.document) + "\n" : result.text
      case .csv: (result.document.scenes ?? []).map { csvRecord($0, path: result.path) }.joined()
      case .timeline: ""
      case .table: result.document.scenes.map { table($0, path: result.path) } ?? ""
      }
    }

    private func csvRecord(_ scene: Scene, path: String) -> String {
      let transition = scene.transitionIn
      func seconds(_ value: Double) -> String { CSV.decimal(value, places: 6) }
      return CSV.record(
        (several ? [path] : []) + [
          "\(scene.id)", "\(scene.start.frame)", "\(scene.end.frame)", seconds(scene.start.seconds),
          seconds(scene.end.seconds), seconds(scene.durationSeconds), transition.kind.rawValue,
          CSV.decimal(transition.confidence, places: 3), transition.start.map { "\($0.frame)" } ?? "",
          transition.end.map { "\($0.frame)" } ?? "",
        ])
    }

    private func table(_ scenes: [Scene], path: String) -> String {
      let header = ["scene", "start", "end", "length", "frames", "transition", "confidence"]
      let rows = scenes.map { scene in
        [
          "\(scene.id)", clock(scene.start.seconds), clock(scene.end.seconds), clock(scene.durationSeconds),
          "\(scene.end.frame - scene.start.frame)",
          scene.transitionIn.kind.rawValue + (scene.blank == true ? " (plain)" : ""),
          thousandths(scene.transitionIn.confidence),
        ]
      }
      let body = TextTable.text([header] + rows, leftColumns: [5])
      return several ? "\(Terminal.printable(path))\n\(body)\n" : body
    }

    private func thousandths(_ value: Double) -> String {
      let total = Int((value * 1000).rounded())
      return "\(total / 1000).\(padded(total % 1000, 3))"
    }

    private func padded(_ number: Int, _ width: Int) -> String {
      let digits = "\(number)"
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// `1:02:03.045`, the hours left out where there are none.
    private func clock(_ seconds: Double) -> String {
      let total = Int((abs(seconds) * 1000).rounded())
      let (minutes, rest) = (total / 60_000 % 60, total % 60_000)
      let clock = padded(rest / 1000, 2) + "." + padded(rest % 1000, 3)
      let hours = total / 3_600_000
      return (seconds < 0 ? "-" : "")
        + (hours > 0 ? "\(hours):\(padded(minutes, 2)):\(clock)" : "\(minutes):\(clock)")
    }
  }
}

extension AnalysisDocument {
  /// What a command that prints a document ends with: 0 succeeded, 1 failed or partial, 4 results could not be written.
  var exitCode: Int32 {
    if errors.contains(where: { $0.code == .outputFailed }) { return 4 }
    return status == .succeeded ? 0 : 1
  }
}
