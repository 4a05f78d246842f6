import Foundation

/// A headless Chromium that opens a page and goes through steps, driven by Tests/Browser/drive.py.
package enum Browser {
  package enum Step {
    case open(String)
    case media([String: Any])
    /// Its value becomes one of the visit's ``Visit/values``.
    case evaluate(String)
    /// Waits until an expression is true; that it never was is an error.
    case until(String)
    case key(String)
    case click(String)
    /// Writes a PNG of the window.
    case screenshot(String)
    /// The accessibility tree, a list of [role, name], becomes one of the visit's ``Visit/values``.
    case tree

    fileprivate var json: [String: Any] {
      switch self {
      case .open(let address): ["open": address]
      case .media(let features): ["media": features]
      case .evaluate(let expression): ["evaluate": expression]
      case .until(let expression): ["until": expression]
      case .key(let name): ["key": name]
      case .click(let selector): ["click": selector]
      case .screenshot(let path): ["screenshot": path]
      case .tree: ["tree": 0]
      }
    }
  }

  /// What came of the steps.
  package struct Visit {
    /// Of the steps that have one, in order.
    package let values: [JSON]
    /// Errors and warnings of the page.
    package let console: [String]
  }

  /// Pictures of pages that tests keep.
  package static let pictures = "\(packageRoot)/.build/report-pictures"

  /// The address of a file.
  package static func address(_ path: String) -> String { URL(fileURLWithPath: path).absoluteString }

  /// Goes through the steps. Most of that is waiting, so it holds up no other test.
  package static func visit(_ steps: [Step]) async throws -> Visit {
    guard exists("/usr/bin/chromium") else {
      throw CommandFailure(description: "chromium is not installed; tools/setup test installs it")
    }
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true)
    try folder.write(JSONSerialization.data(withJSONObject: steps.map(\.json)), to: "steps.json")
    let words = ["\(packageRoot)/Tests/Browser/drive.py", folder("steps.json")]
    let outcome = try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(with: Result { try run("/usr/bin/python3", words) }) }
    }
    guard outcome.exitCode == 0 else { throw CommandFailure(description: outcome.errors) }
    let result = try JSON(outcome.output)
    var values: [JSON] = []
    for (step, value) in zip(steps, result.results.items) {
      switch step {
      case .evaluate, .tree: values.append(value)
      case .until(let expression) where value.bool != true:
        throw CommandFailure(description: "never true: \(expression)\n\(result.console.items)")
      default: break
      }
    }
    return Visit(values: values, console: result.console.items.compactMap(\.string))
  }
}
