import Documents
import Engine

/// `cutroom text`: the texts that one film shows. It is read in a worker process, like everywhere.
enum TextCommand {
  static func run(_ invocation: Invocation) throws -> Int32 {
    let (json, srt) = (invocation.extras["--json"] != nil, invocation.extras["--srt"] != nil)
    if json, srt { throw UsageError("--json and --srt would both write to standard output; give one of them") }
    let path = invocation.arguments[0]
    if path.isEmpty { throw UsageError("INPUT is empty text") }
    let terminal = Terminal(level: .warning, format: .text, quiet: true)
    if let missing = Doctor.missingLanguage(invocation.settings.options.languages) {
      terminal.log(.error, missing.message)
      return 3
    }
    let outcome = try TextSearch(path: path, settings: invocation.settings).run()
    for error in outcome.errors { terminal.log(.error, error.message, path: path) }
    guard let document = outcome.document else { return 1 }
    for warning in document.warnings { terminal.log(.warning, warning.message, path: path) }
    if json {
      try Output.write(DocumentEncoder.pretty(document))
    } else if let tracks = document.textTracks {
      try Output.write(srt ? outcome.subRip : table(tracks))
    }
    return document.status == .succeeded ? 0 : 1
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
