package import Foundation

/// The package's root folder, found from this file's place in it.
package let packageRoot = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

/// The program under test: `CUTROOM_BINARY`, else the release build of this package.
package let cutroomBinary =
  ProcessInfo.processInfo.environment["CUTROOM_BINARY"].map { URL(fileURLWithPath: $0).path }
  ?? "\(packageRoot)/.build/release/cutroom"

/// Runs the program under test to its end.
package func cutroom(
  _ arguments: [String], environment: [String: String] = [:], input: Data = Data(), in folder: String? = nil,
  timeLimit: Double = 120
) throws -> Outcome {
  try run(cutroomBinary, arguments, environment: environment, input: input, in: folder, timeLimit: timeLimit)
}

/// One run of `cutroom analyze` and what stands in its output folder.
package struct Batch: Sendable {
  package let outcome: Outcome
  package let output: String
  /// The folder that holds it all, where it should live as long as this.
  private let kept: TemporaryFolder?

  /// Analyses `inputs` into the folder `output`, which is made by the program.
  package init(
    _ inputs: [String], into output: String, _ options: [String] = [], environment: [String: String] = [:],
    in folder: String? = nil, keeping kept: TemporaryFolder? = nil, timeLimit: Double = 180
  ) throws {
    self.kept = kept
    outcome = try cutroom(
      ["analyze"] + inputs + ["-o", output] + options, environment: environment, in: folder, timeLimit: timeLimit)
    self.output = output
  }

  /// The analysis document of the input that is mirrored as `name`.
  package func document(_ name: String) throws -> JSON {
    try JSON(contents(of: "\(output)/\(name)/analysis.json"))
  }

  /// The lines of results.jsonl.
  package var results: [JSON] {
    get throws { try TestSupport.results(in: output) }
  }

  /// The line of results.jsonl whose path ends with `name`.
  package func result(_ name: String) throws -> JSON {
    try results.last { $0.path.string?.hasSuffix(name) == true } ?? .missing
  }

  /// The batch document.
  package var summary: JSON {
    get throws { try JSON(contents(of: "\(output)/batch.json")) }
  }
}

/// The lines of the results.jsonl of an output folder.
package func results(in output: String) throws -> [JSON] {
  try jsonLines(contents(of: "\(output)/results.jsonl"))
}

/// The values of a file of JSON lines.
package func jsonLines(_ data: Data) throws -> [JSON] {
  try data.split(separator: UInt8(ascii: "\n")).map { try JSON(Data($0)) }
}
