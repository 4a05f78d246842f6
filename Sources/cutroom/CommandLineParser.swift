import Documents
import Engine

/// Turns words, environment and configuration file into an invocation. Flags beat the environment, which beats the file.
struct CommandLineParser {
  let command: Command
  let environment: [String: String]
  let readFile: (String) throws -> [UInt8]

  func parse(_ words: [String]) throws -> Invocation {
    var invocation = Invocation()
    var flags: [(setting: Setting, value: JSONValue)] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        invocation.arguments += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        invocation.arguments.append(word)
        continue
      }
      let (name, inline) = split(word)
      if let extra = command.extras.first(where: { $0.flag == name || $0.short == name }) {
        guard extra.placeholder != nil || inline == nil else { throw UsageError("\(name) takes no value") }
        let value = extra.placeholder == nil ? "" : try value(of: name, inline, &rest)
        invocation.extras[extra.flag] = value
        if extra.isRepeatable { invocation.lists[extra.flag, default: []].append(value) }
      } else if let setting = command.settings.first(where: { $0.flag == name }) {
        let value = setting.placeholder == nil ? inline ?? "true" : try value(of: name, inline, &rest)
        flags.append((setting, .string(value)))
        invocation.given.insert(setting.key)
      } else {
        throw UsageError("unknown option \(name)\(hint(name))")
      }
    }
    try applyFile(invocation.extras["--config"], to: &invocation.settings)
    try applyEnvironment(to: &invocation.settings)
    for (setting, value) in flags { try apply(setting, value, from: setting.flag, to: &invocation.settings) }
    try checkCount(invocation.arguments)
    return invocation
  }

  private func split(_ word: String) -> (String, String?) {
    guard word.hasPrefix("--"), let equals = word.firstIndex(of: "=") else { return (word, nil) }
    return (String(word[..<equals]), String(word[word.index(after: equals)...]))
  }

  private func value(of name: String, _ inline: String?, _ rest: inout ArraySlice<String>) throws -> String {
    guard let value = inline ?? rest.popFirst() else { throw UsageError("\(name) needs a value") }
    // What is not UTF-8 arrives as another text: two folders would become one.
    guard !value.unicodeScalars.contains("\u{FFFD}") else {
      throw UsageError("the value of \(name) is not valid UTF-8")
    }
    return value
  }

  private func hint(_ name: String) -> String {
    let known = command.settings.map(\.flag) + command.extras.map(\.flag) + ["--help"]
    return Spelling.closest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
  }

  private func applyFile(_ path: String?, to settings: inout Settings) throws {
    guard let path else { return }
    let bytes: [UInt8]
    do {
      bytes = try readFile(path)
    } catch {
      throw UsageError("the configuration \(path) cannot be read")
    }
    var reader = try ObjectReader(JSONValue.parse(bytes, name: path), place: "", documentName: path, known: nil)
    for (key, value) in reader.takeRest() {
      guard let setting = command.settings.first(where: { $0.key == key }) else {
        throw UsageError(
          "\(path): \(key) is not a known option\(Spelling.hint(for: key, among: command.settings.map(\.key)))")
      }
      try apply(setting, value, from: path, to: &settings)
    }
  }

  private func applyEnvironment(to settings: inout Settings) throws {
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("CUTROOM_") {
      if let setting = command.settings.first(where: { $0.environmentName == name }) {
        try apply(setting, .string(value), from: name, to: &settings)
      } else if !SettingTable.all.contains(where: { $0.environmentName == name }), !Self.ownVariables.contains(name) {
        let known = SettingTable.all.map(\.environmentName)
        throw UsageError(
          "the environment sets \(name), which is not a known option\(Spelling.hint(for: name, among: known))")
      }
    }
  }

  /// Variables the program sets for its own workers.
  private static let ownVariables: Set<String> = ["CUTROOM_LIFELINE"]

  private func apply(_ setting: Setting, _ value: JSONValue, from source: String, to settings: inout Settings) throws {
    do {
      try setting.apply(&settings, value)
    } catch {
      throw UsageError("\(source): \(error.message)")
    }
  }

  private func checkCount(_ arguments: [String]) throws {
    if arguments.count < command.arguments.lowerBound {
      throw UsageError("\(command.name) needs \(command.usage)")
    }
    if arguments.count > command.arguments.upperBound {
      throw UsageError("\(command.name) does not take \"\(arguments[command.arguments.upperBound])\"")
    }
  }
}
