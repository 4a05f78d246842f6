import Documents
import Engine
import Glibc

/// `cutroom analyze`: a batch over files and folders.
enum AnalyzeCommand {
  /// `name` is the command as it was typed.
  static func run(_ invocation: Invocation, as name: String = "analyze") throws -> Int32 {
    let batch = invocation.settings.batch
    guard let output = invocation.extras["--output"], !output.isEmpty else {
      throw UsageError("\(name) needs -o DIR: the folder for the results")
    }
    if invocation.arguments.contains("") { throw UsageError("an INPUT is empty text") }
    if batch.json, batch.events == "-" {
      throw UsageError("--json and --events - would both write to standard output; give --events a file")
    }
    if batch.resume, batch.force { throw UsageError("--resume goes on and --force begins anew; give one of them") }
    if batch.retryFailed, !batch.resume { throw UsageError("--retry-failed goes with --resume") }
    try invocation.settings.options.checkPictures()
    try invocation.settings.options.checkClips()
    let terminal = Terminal(level: batch.logLevel, format: batch.logFormat, quiet: batch.quiet)
    if invocation.settings.options.stages.contains(.text),
      let missing = Doctor.missingLanguage(invocation.settings.options.languages)
    {
      terminal.log(.error, missing.message)
      return 3
    }
    if let missing = Doctor.missingClipEncoder(invocation.settings.options) {
      terminal.log(.error, missing.message)
      return 3
    }
    if batch.dryRun { return try dryRun(invocation, output) }
    let events = try batch.events.map { try EventStream($0) }
    let runner = try Batch(
      inputs: invocation.arguments, output: output, settings: invocation.settings, terminal: terminal,
      events: events)
    let outcome = try runner.run()
    if outcome.document.results.isEmpty, outcome.exitCode == 0 {
      terminal.log(.warning, "no media files found in \(invocation.arguments.joined(separator: ", "))")
    }
    if batch.json {
      try Output.write(DocumentEncoder.pretty(outcome.document))
    } else if !batch.quiet, batch.events != "-" {
      try Output.write(ResultTable.text(outcome.document, output: output))
      if let report = outcome.report { try Output.write("report: \(report)\n") }
    }
    return outcome.exitCode
  }

  private static func dryRun(_ invocation: Invocation, _ output: String) throws -> Int32 {
    let plan = try BatchInputs(invocation.arguments, output: output, settings: invocation.settings).plan
    try Output.write(
      plan.map { "\(Terminal.printable($0.path)) -> \(Terminal.printable(Path.join(output, $0.folder)))\n" }.joined())
    return 0
  }
}

/// Standard output.
enum Output {
  /// Writes all of it; a reader that left early, such as `head`, is no error.
  static func write(_ text: String) throws {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let wrote = bytes.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress! + done, bytes.count - done) }
      if wrote < 0 {
        if errno == EINTR { continue }
        if errno == EPIPE { return }
        throw ErrorRecord(.outputFailed, "standard output cannot be written: \(String(cString: strerror(errno)))")
      }
      done += wrote
    }
  }
}
