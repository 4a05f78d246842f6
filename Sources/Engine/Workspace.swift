package import Documents
import Glibc

/// A folder of one request: private, and gone when the request is over, however it ended.
///
/// It is locked while the process that made it lives: for a worker that is its parent, which outlives it. What dead
/// processes left is found by its free lock and removed at the next start, whatever machine or container they ran in.
final class Workspace: Sendable {
  static let prefix = "cutroom-"

  /// The whole of it.
  let root: String
  /// Where results are built.
  let path: String
  /// Where entries for the cache wait for the parent.
  let cache: String
  /// What was finished before the rest of the work: kept where the worker is ended in the middle of that.
  var checkpoint: String { Path.join(root, "checkpoint.json") }
  /// Held while this object lives; -1 for a workspace that another process made.
  private let lock: Int32

  /// The workspace a request brings with it, or a new one where its settings say.
  static func of(_ request: Request) throws(ErrorRecord) -> Workspace {
    if let root = request.workspace { return try Workspace(at: root) }
    return try Workspace(in: request.settings.batch.workDir)
  }

  /// Takes a folder that another process made for this one, and will remove.
  private init(at root: String) throws(ErrorRecord) {
    self.root = root
    (path, cache) = (Path.join(root, "work"), Path.join(root, "cache"))
    lock = -1
    try FileSystem.makeFolders(path)
  }

  /// Makes a workspace in `folder`, or in the system's temporary folder.
  init(in folder: String?) throws(ErrorRecord) {
    let parent = folder ?? Self.defaultFolder
    try FileSystem.makeFolders(parent)
    let made = Path.join(parent, Self.freshName())
    let lock = try LockedFolder.make(made, mode: 0o700)
    root = made
    (path, cache) = (Path.join(made, "work"), Path.join(made, "cache"))
    self.lock = lock
    try FileSystem.makeFolders(path)
  }

  deinit {
    remove()
    if lock >= 0 { close(lock) }
  }

  /// Removes the folder where this process made it, whoever still holds this: a process that ends does not let go of everything
  /// first.
  func remove() { if lock >= 0 { FileSystem.remove(root) } }

  /// Its name, which no other workspace has.
  var name: String { Path.name(root) }

  /// Removes the results that are being built.
  func empty() { for name in FileSystem.list(path) ?? [] { FileSystem.remove(file(name)) } }

  /// Bytes of all it holds at this moment.
  var bytes: Int64 { FileSystem.bytes(below: root) }

  func file(_ name: String) -> String { Path.join(path, name) }

  static var defaultFolder: String {
    guard let value = getenv("TMPDIR"), value.pointee != 0 else { return "/tmp" }
    return String(cString: value)
  }

  /// Removes what dead processes of this user left.
  static func removeLeftovers(in folder: String?) {
    let parent = folder ?? defaultFolder
    for name in FileSystem.list(parent) ?? [] where name.hasPrefix(prefix) && isWorkspaceName(name) {
      LockedFolder.removeIfLeft(Path.join(parent, name))
    }
  }

  /// `cutroom-`, the process number, for people who look, `-` and twelve letters, which make it the only one.
  static func freshName() -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz234567")
    return "\(prefix)\(getpid())-" + String((0..<12).map { _ in letters[Int.random(in: 0..<letters.count)] })
  }

  private static func isWorkspaceName(_ name: String) -> Bool {
    let parts = name.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 2 && Int32(parts[0]) != nil && parts[1].prefix { $0 != "." }.count == 12
  }
}

/// A path for one file that is gone, with its folder, when its owner is.
package final class ScratchFile: Sendable {
  private let workspace: Workspace
  package let path: String

  package init(in folder: String?) throws(ErrorRecord) {
    workspace = try Workspace(in: folder)
    path = workspace.file("result")
  }
}
