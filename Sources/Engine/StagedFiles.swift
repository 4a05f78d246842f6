import Documents
import Glibc

/// Files on their way: each is written beside its target, and all are renamed at the end or removed.
final class StagedFiles {
  private let owner: Workspace
  private var files: [(staged: String, target: String)] = []

  init(_ owner: Workspace) { self.owner = owner }

  deinit { for file in files { unlink(file.staged) } }

  /// The path to write the file for `target` at. Throws `output_failed` where a folder stands there.
  func add(_ target: String) throws(ErrorRecord) -> String {
    let staged = try Publisher.stagingFile(for: target, number: files.count, owner: owner)
    files.append((staged, target))
    return staged
  }

  /// Puts every file into its place, over an earlier one.
  func install() throws(ErrorRecord) {
    while let file = files.first {
      try Publisher.installFile(file.staged, at: file.target)
      files.removeFirst()
    }
  }
}
