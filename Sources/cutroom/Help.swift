import Documents

/// Help texts, made from the same tables as the parser.
enum Help {
  static var overview: String {
    let names = Command.all.map { "  \(padded($0.name + " " + $0.usage, 26)) \($0.summary)" }
    return """
      \(Program.name) \(Program.version): turns folders of video into structured JSON

      usage: cutroom COMMAND ...

      \(names.joined(separator: "\n"))

      cutroom COMMAND --help tells more; cutroom --version prints the version.
      Exit codes: 0 all succeeded; 1 an input failed or is partial; 2 wrong usage or configuration; 3 something needed is
      missing; 4 output could not be written; 130, 143 interrupted.

      """
  }

  static func text(for command: Command) -> String {
    var text = "usage: cutroom \(command.name) \(command.usage)\(command.settings.isEmpty ? "" : " [OPTION...]")\n\n"
    text += "\(command.summary)\n\n\(command.details)\n"
    if !command.extras.isEmpty {
      text += "\n"
      for extra in command.extras {
        text += row(
          (extra.short.map { "\($0), " } ?? "") + extra.flag + (extra.placeholder.map { " \($0)" } ?? ""), extra.help,
          nil)
      }
    }
    for group in Setting.Group.allCases {
      let own = command.settings.filter { $0.group == group }
      guard !own.isEmpty else { continue }
      text += "\n\(group.rawValue):\n"
      for setting in own {
        text += row(setting.flag + (setting.placeholder.map { " \($0)" } ?? ""), setting.help, setting.defaultText)
      }
    }
    return text
  }

  private static func row(_ left: String, _ help: String, _ defaultText: String?) -> String {
    let full = help + (defaultText.map { " Default: \($0)." } ?? "")
    let width = 32
    let lines = wrapped(full, 76)
    let first = left.count >= width ? "  \(left)\n  \(padded("", width))" : "  \(padded(left, width))"
    return first + lines.joined(separator: "\n  " + padded("", width)) + "\n"
  }

  private static func wrapped(_ text: String, _ width: Int) -> [String] {
    var lines = [""]
    for word in text.split(separator: " ") {
      if lines[lines.count - 1].count + word.count + 1 > width { lines.append("") }
      lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
    }
    return lines
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
