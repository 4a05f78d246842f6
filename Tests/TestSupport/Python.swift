import Foundation

/// The Python that has the packages of tools/requirements.txt.
package let pythonPath = "\(packageRoot)/.build/python/bin/python"

/// Runs a script of Tests/Readers with that Python, in a folder; throws where it fails.
package func reader(_ script: String, _ arguments: [String], in folder: String? = nil) throws -> Outcome {
  guard exists(pythonPath) else {
    throw CommandFailure(description: "\(pythonPath) is missing; run tools/setup test, which makes it")
  }
  let outcome = try run(pythonPath, ["\(packageRoot)/Tests/Readers/\(script)"] + arguments, in: folder)
  guard outcome.exitCode == 0 else {
    throw CommandFailure(
      description: "\(script) \(arguments.joined(separator: " ")): \(outcome.exitCode)\n\(outcome.errors)")
  }
  return outcome
}
