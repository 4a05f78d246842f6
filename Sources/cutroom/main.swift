import Documents
import Engine
import Glibc

/// Finds the command, runs it and maps what it throws to an exit code.
enum Main {
  static func run(_ words: [String]) -> Int32 {
    // A reader that goes away is an error of the write, not a reason to die.
    signal(SIGPIPE, SIG_IGN)
    // So is a file that grows past what the system allows.
    signal(SIGXFSZ, SIG_IGN)
    do {
      return try dispatch(words)
    } catch let error as UsageError {
      return fail(error.message, 2, help: true)
    } catch let error as DocumentError {
      return fail(error.message, 2, help: true)
    } catch let error as ErrorRecord {
      return fail(error.message, error.code == .outputFailed ? 4 : 1, help: false)
    } catch {
      return fail("\(error)", 1, help: false)
    }
  }

  private static func dispatch(_ words: [String]) throws -> Int32 {
    guard let name = words.first else {
      try Output.write(Help.overview)
      return 2
    }
    if ["--help", "-h", "help"].contains(name) { return try help(words.dropFirst().first) }
    if ["--version", "-V", "version"].contains(name) {
      try Output.write("\(Program.name) \(Program.version)\n")
      return 0
    }
    let command = try find(name)
    if words.dropFirst().prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
      return try help(name)
    }
    if command.startsWorkers { ForkServer.shared.launch() }
    defer { ForkServer.shared.end() }
    let parser = CommandLineParser(
      command: command, environment: Environment.variables, readFile: { try Environment.read($0) })
    return try command.run(try parser.parse(Array(words.dropFirst())))
  }

  private static func find(_ name: String) throws -> Command {
    if let command = Command.all.first(where: { $0.name == name }) { return command }
    throw UsageError("unknown command \"\(name)\"\(Spelling.hint(for: name, among: Command.all.map(\.name)))")
  }

  private static func help(_ name: String?) throws -> Int32 {
    try Output.write(name.map { Help.text(for: try find($0)) } ?? Help.overview)
    return 0
  }

  private static func fail(_ message: String, _ code: Int32, help: Bool) -> Int32 {
    let terminal = Terminal(level: .error, format: .text, quiet: true)
    terminal.log(.error, message)
    if help { terminal.line("cutroom --help tells what is right") }
    return code
  }
}

// Nothing is left to write, and what the libraries would tidy up the system takes back as a whole, sooner.
_exit(Main.run(Array(CommandLine.arguments.dropFirst())))
