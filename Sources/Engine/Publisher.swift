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
    try install(at: output)
    return Path.join(output, "analysis.json")
  }

  /// Puts the workspace's files in place of `target`: staged beside it, then renamed, so that whoever looks sees the old
  /// results or the new ones.
  private func install(at target: String) throws(ErrorRecord) {
    guard let parent = Path.parent(target) else { throw ErrorRecord(.outputFailed, "\(target) cannot hold results") }
    try Self.checkReplaceable(target)
    try FileSystem.makeFolders(parent)
    try WorkerGuard.withoutEnding { () throws(ErrorRecord) in
      let staging = try StagingFolder(Path.join(parent, Self.stagingPrefix + workspace.name))
      for name in FileSystem.list(workspace.path) ?? [] {
        try Self.move(workspace.file(name), to: Path.join(staging.path, name))
      }
      try staging.replace(target)
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

  /// Throws `output_failed` where no file can come to stand at `target`, or where it is the input under whatever name.
  static func checkFile(_ target: String, apartFrom input: String) throws(ErrorRecord) {
    if OutputGuard(inputs: [input]).isInput(target) {
      throw ErrorRecord(.outputFailed, "\(target) is the input itself; name another file", stage: "output")
    }
    if FileSystem.status(target)?.isFolder == true {
      throw ErrorRecord(.outputFailed, "\(target) is a folder; name a file", stage: "output")
    }
    guard let parent = Path.parent(target), FileSystem.status(parent)?.isFolder == true else {
      throw ErrorRecord(.outputFailed, "\(target) cannot be written: its folder does not exist", stage: "output")
    }
  }

  /// Begins the name of everything that is on its way; the rest names its workspace, or its process.
  static let stagingPrefix = "."

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

  /// A path beside `target` to write a file at before it is installed; its ending is the target's. `owner` is the workspace it is
  /// made for, if there is one.
  static func stagingFile(for target: String, number: Int, owner: Workspace?) throws(ErrorRecord) -> String {
    if FileSystem.status(target)?.isFolder == true {
      throw ErrorRecord(.outputFailed, "\(target) is a folder; name a file", stage: "output")
    }
    let parent = Path.parent(target) ?? "."
    try FileSystem.makeFolders(parent)
    let name = owner?.name ?? Workspace.prefix + "\(getpid())"
    return Path.join(parent, "\(stagingPrefix)\(name)-\(number).\(Path.fileExtension(Path.name(target)))")
  }

  /// Renames a finished file to its target, over an earlier one.
  static func installFile(_ staged: String, at target: String) throws(ErrorRecord) {
    guard rename(staged, target) == 0 else { throw FileSystem.failure("write", target) }
  }

  /// Removes what is on its way in a folder of results for a workspace whose worker is dead.
  static func removeStaging(in folder: String, of workspace: Workspace) {
    for name in FileSystem.list(folder) ?? [] where name.hasPrefix(stagingPrefix + workspace.name) {
      FileSystem.remove(Path.join(folder, name))
    }
  }

  /// Removes what dead processes left in a folder of results, and puts back what they had moved aside.
  static func removeLeftovers(in folder: String) {
    for name in FileSystem.list(folder) ?? [] where name.hasPrefix(stagingPrefix + Workspace.prefix) {
      let path = Path.join(folder, name)
      var raw = stat()
      guard lstat(path, &raw) == 0, raw.st_uid == geteuid() else { continue }
      if raw.st_mode & S_IFMT == S_IFDIR {
        StagingFolder.clearAway(path, in: folder)
      } else if Double(time(nil)) - Double(raw.st_mtim.tv_sec) > quietSeconds {
        unlink(path)
      }
    }
  }

  /// A file that was not written to for this long is nobody's any more: files have no lock.
  private static let quietSeconds = 60.0
}
