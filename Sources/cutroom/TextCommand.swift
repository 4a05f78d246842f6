import Documents
import Engine

/// `cutroom text`: the texts that one film shows. It is read in a worker process, like everywhere.
enum TextCommand {
  static func run(_ invocation: Invocation) throws -> Int32 {
    let (json, srt) = (invocation.settings.batch.json, invocation.extras["--srt"] != nil)
    if json, srt { throw UsageError("--json and --srt would both write to standard output; give one of them") }
    let path = invocation.arguments[0]
    if path.isEmpty { throw UsageError("INPUT is empty text") }
    var settings = invocation.settings
    let batch = settings.batch
    let terminal = Terminal(level: batch.logLevel, format: batch.logFormat, quiet: batch.quiet)
    if let missing = Doctor.missingLanguage(settings.options.languages) {
      terminal.log(.error, missing.message)
      return 3
    }
    settings.options.stages = [.text]
    let analysis = try PassingAnalysis(
      inputs: [path], settings: settings, terminal: terminal, quiet: batch.quiet || json || srt, warningLevel: .warning)
    guard analysis.count == 1 else { throw UsageError("text takes one file; analyze --stages text takes folders") }
    var exitCode: Int32 = 0
    let signal = try analysis.run { result in
      exitCode = result.document.exitCode
      if json {
        try Output.write(result.text)
      } else if let tracks = result.document.textTracks {
        try Output.write(srt ? result.subRip : table(tracks))
      }
    }
    return signal.map { 128 + $0 } ?? exitCode
  }

  /// A line for each line of text; what a film shows must not steer the terminal.
  private static func table(_ tracks: [TextTrack]) -> String {
    guard !tracks.isEmpty else { return "no text found\n" }
    return tracks.map { track in
      let times = "\(time(track.start.seconds))  \(time(track.end.seconds))  "
      let confidence = String(Int((track.confidence * 100).rounded()))
      let head = times + String(repeating: " ", count: max(0, 3 - confidence.count)) + confidence + " %  "
      let lines = track.text.split(separator: "\n").map { Terminal.printable(String($0)) }
      return head + lines.joined(separator: "\n" + String(repeating: " ", count: head.count)) + "\n"
    }.joined()
  }

  /// As 00:01:02.345.
  private static func time(_ seconds: Double) -> String {
    let total = Int((max(0, seconds) * 1000).rounded())
    func padded(_ number: Int, _ digits: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    return padded(total / 3_600_000, 2) + ":" + padded(total / 60_000 % 60, 2) + ":" + padded(total / 1000 % 60, 2)
      + "." + padded(total % 1000, 3)
  }
}
