import Documents

/// Keeps results from being written over what they are made of, whatever the names say.
struct OutputGuard {
  private let inputs: Set<FileSystem.Identity>

  init(inputs: [String]) { self.inputs = Set(inputs.compactMap { FileSystem.status($0)?.identity }) }

  func isInput(_ path: String) -> Bool { FileSystem.status(path).map { inputs.contains($0.identity) } ?? false }

  /// Throws `invalid_document` where a path leads to an input.
  func check(_ path: String) throws(ErrorRecord) {
    guard isInput(path) else { return }
    throw ErrorRecord(
      .invalidDocument, "\(path) is an input and would be replaced by the result; name another file", stage: "output")
  }
}
