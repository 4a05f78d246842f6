package import Foundation

/// How a command ended and what it wrote.
package struct Outcome: Sendable {
  /// The exit code; 128 plus the signal's number where a signal ended it.
  package let exitCode: Int32
  package let output: Data
  package let errors: String
  package let seconds: Double

  package var text: String { String(decoding: output, as: UTF8.self) }
  package var lines: [String] { text.split(separator: "\n").map(String.init) }
}

package struct CommandFailure: Error, CustomStringConvertible {
  package let description: String
}

/// A command that has been started. Its output goes to files, so that it never waits for a reader.
package final class RunningCommand {
  private let process = Process()
  private let folder: TemporaryFolder
  private let ended = DispatchSemaphore(value: 0)
  private let started = Date()
  private let name: String

  package var processIdentifier: Int32 { process.processIdentifier }
  package var isRunning: Bool { process.isRunning }

  package init(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:], input: Data = Data(),
    in workingFolder: String? = nil
  ) throws {
    folder = try TemporaryFolder()
    name = ([executable] + arguments).joined(separator: " ")
    for file in ["out", "err"] { try folder.write(Data(), to: file) }
    try folder.write(input, to: "in")
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment
      .filter { !$0.key.hasPrefix("CUTROOM_") }
      // What an earlier test found must not be what this one sees; --cache-dir asks for it nevertheless.
      .merging(["CUTROOM_NO_CACHE": "true"]) { $1 }
      .merging(environment) { $1 }
    if let workingFolder { process.currentDirectoryURL = URL(fileURLWithPath: workingFolder) }
    let handles = try [
      FileHandle(forReadingFrom: URL(fileURLWithPath: folder("in"))),
      FileHandle(forWritingTo: URL(fileURLWithPath: folder("out"))),
      FileHandle(forWritingTo: URL(fileURLWithPath: folder("err"))),
    ]
    process.standardInput = handles[0]
    process.standardOutput = handles[1]
    process.standardError = handles[2]
    process.terminationHandler = { [ended] _ in ended.signal() }
    try process.run()
    // Foundation's Process lives on after its end; its descriptors must not.
    for handle in handles { try handle.close() }
  }

  package func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// What the command has written to standard error by now.
  package var errorsSoFar: String {
    (try? contents(of: folder("err"))).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Waits for the end; past the time limit the command is killed and this throws.
  package func wait(upTo timeLimit: Double = 120) throws -> Outcome {
    guard ended.wait(timeout: .now() + timeLimit) == .success else {
      send(SIGKILL)
      ended.wait()
      throw CommandFailure(description: "still running after \(timeLimit) s: \(name)")
    }
    return Outcome(
      exitCode: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
      output: try contents(of: folder("out")),
      errors: String(decoding: try contents(of: folder("err")), as: UTF8.self),
      seconds: Date().timeIntervalSince(started))
  }
}

/// Runs a command to its end.
package func run(
  _ executable: String, _ arguments: [String], environment: [String: String] = [:], input: Data = Data(),
  in workingFolder: String? = nil, timeLimit: Double = 120
) throws -> Outcome {
  try RunningCommand(executable, arguments, environment: environment, input: input, in: workingFolder)
    .wait(upTo: timeLimit)
}

/// Runs a command that a test leans on, and throws where it fails.
package func tool(_ executable: String, _ arguments: [String]) throws -> Outcome {
  let outcome = try run("/usr/bin/\(executable)", arguments)
  guard outcome.exitCode == 0 else {
    throw CommandFailure(
      description: "\(executable) \(arguments.joined(separator: " ")): \(outcome.exitCode)\n\(outcome.errors)")
  }
  return outcome
}

/// Looks again every few milliseconds until `found` gives something; throws once the time limit has passed.
package func eventually<Found>(
  within timeLimit: Double = 60, _ what: String, _ found: () throws -> Found?
) throws -> Found {
  let deadline = Date().addingTimeInterval(timeLimit)
  while Date() < deadline {
    if let found = try found() { return found }
    usleep(5000)
  }
  throw CommandFailure(description: "never happened within \(timeLimit) s: \(what)")
}
