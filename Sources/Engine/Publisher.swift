import Documents
import Glibc

/// Moves finished results into the output folder, whole or not at all.
struct Publisher {
  let workspace: Workspace

  /// Writes the document into the workspace and puts the workspace's files in place of the folder `output`. Returns the
  /// document's path there.
  func publish(_ document: AnalysisDocument, to output: String) throws(ErrorRecord) -> String {
    if document.frames?.isEmpty ?? true { FileSystem.remove(workspace.file("frames")) }
    let text: String
    do {
      text = try DocumentEncoder.pretty(document)
    } catch {
      throw ErrorRecord(.internal, "the document could not be written: \(error)", stage: "output")
    }
    try FileSystem.write(Array(text.utf8), to: workspace.file("analysis.json"))
    try Self.install(workspace.path, at: output)
    return Path.join(output, "analysis.json")
  }

  /// Puts a copy of `source` in place of `target`: staged beside it, then renamed, so that whoever looks sees the old
  /// results or the new ones.
  static func install(_ source: String, at target: String) throws(ErrorRecord) {
    guard let parent = Path.parent(target) else { throw ErrorRecord(.outputFailed, "\(target) cannot hold results") }
    try checkReplaceable(target)
    try FileSystem.makeFolders(parent)
    let staging = Path.join(parent, "\(stagingPrefix)\(getpid())-\(Path.name(target).utf8.count)")
    FileSystem.remove(staging)
    do throws(ErrorRecord) {
      try FileSystem.makeFolders(staging)
      for name in FileSystem.list(source) ?? [] { try move(Path.join(source, name), to: Path.join(staging, name)) }
      try swap(staging, target)
    } catch {
      FileSystem.remove(staging)
      throw error
    }
  }

  /// Throws `output_failed` where something other than earlier results stands at `target`: it is never replaced.
  static func checkReplaceable(_ target: String) throws(ErrorRecord) {
    guard let status = FileSystem.status(target) else { return }
    guard status.isFolder else {
      throw ErrorRecord(.outputFailed, "\(target) is a file; name a folder for the results", stage: "output")
    }
    let names = FileSystem.list(target) ?? []
    guard names.isEmpty || names.contains("analysis.json") else {
      throw ErrorRecord(
        .outputFailed, "\(target) holds files that are no results of an analysis; name another folder", stage: "output")
    }
  }

  /// Throws `output_failed` where no file can come to stand at `target`.
  static func checkFile(_ target: String) throws(ErrorRecord) {
    if FileSystem.status(target)?.isFolder == true {
      throw ErrorRecord(.outputFailed, "\(target) is a folder; name a file", stage: "output")
    }
    guard let parent = Path.parent(target), FileSystem.status(parent)?.isFolder == true else {
      throw ErrorRecord(.outputFailed, "\(target) cannot be written: its folder does not exist", stage: "output")
    }
  }

  static let stagingPrefix = ".cutroom-"

  /// Renames within a file system, copies across two.
  private static func move(_ source: String, to target: String) throws(ErrorRecord) {
    if rename(source, target) == 0 { return }
    guard errno == EXDEV else { throw FileSystem.failure("write", target) }
    if FileSystem.status(source)?.isFolder == true {
      try FileSystem.copyFolder(source, to: target)
    } else {
      try FileSystem.copy(source, to: target)
    }
  }

  private static func swap(_ staging: String, _ target: String) throws(ErrorRecord) {
    if rename(staging, target) == 0 { return }
    guard errno == ENOTEMPTY || errno == EEXIST else { throw FileSystem.failure("write", target) }
    let old = staging + ".old"
    FileSystem.remove(old)
    guard rename(target, old) == 0, rename(staging, target) == 0 else {
      rename(old, target)
      throw FileSystem.failure("replace", target)
    }
    FileSystem.remove(old)
  }

  /// A path beside `target` to write a file at before it is installed; its ending is the target's.
  static func stagingFile(for target: String, number: Int) throws(ErrorRecord) -> String {
    if FileSystem.status(target)?.isFolder == true {
      throw ErrorRecord(.outputFailed, "\(target) is a folder; name a file", stage: "output")
    }
    let parent = Path.parent(target) ?? "."
    try FileSystem.makeFolders(parent)
    return Path.join(parent, "\(stagingPrefix)\(getpid())-\(number).\(Path.fileExtension(Path.name(target)))")
  }

  /// Renames a finished file to its target, over an earlier one.
  static func installFile(_ staged: String, at target: String) throws(ErrorRecord) {
    guard rename(staged, target) == 0 else { throw FileSystem.failure("write", target) }
  }

  /// Removes what a process left in a folder of results when it died while publishing.
  static func removeStaging(in folder: String, of process: pid_t? = nil) {
    let prefix = stagingPrefix + (process.map { "\($0)-" } ?? "")
    for name in FileSystem.list(folder) ?? [] where name.hasPrefix(prefix) {
      FileSystem.remove(Path.join(folder, name))
    }
  }
}
