package import Documents
import Glibc

/// A folder of one request: private, and gone when the request is over, however it ended.
///
/// The folder is named after its process and locked while that lives; what a dead process left is found by its free lock
/// and removed at the next start.
final class Workspace: Sendable {
  static let prefix = "cutroom-"
  /// A folder younger than this may not be locked yet by the process that is just making it.
  static let settlingSeconds = 10.0

  let path: String
  private let lock: Int32

  /// Makes a workspace in `folder`, or in the system's temporary folder.
  init(in folder: String?) throws(ErrorRecord) {
    let parent = folder ?? Self.defaultFolder
    try FileSystem.makeFolders(parent)
    var template = Array(Path.join(parent, "\(Self.prefix)\(getpid())-XXXXXX").utf8CString)
    // mkdtemp makes it with mode 0700.
    guard mkdtemp(&template) != nil else { throw FileSystem.failure("make a workspace in", parent) }
    let made = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    let lock = open(made, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      FileSystem.remove(made)
      throw FileSystem.failure("lock the workspace", made)
    }
    path = made
    self.lock = lock
  }

  deinit {
    remove()
    close(lock)
  }

  /// Removes the folder, whoever still holds this: a process that ends does not let go of everything first.
  func remove() { FileSystem.remove(path) }

  func file(_ name: String) -> String { Path.join(path, name) }

  static var defaultFolder: String {
    guard let value = getenv("TMPDIR"), value.pointee != 0 else { return "/tmp" }
    return String(cString: value)
  }

  /// Removes the workspace of a process that is known to be dead.
  static func removeLeftover(of process: pid_t, in folder: String?) {
    let parent = folder ?? defaultFolder
    for name in FileSystem.list(parent) ?? [] where name.hasPrefix("\(prefix)\(process)-") {
      FileSystem.remove(Path.join(parent, name))
    }
  }

  /// Bytes in the workspace of a process.
  static func bytes(of process: pid_t, in folder: String?) -> Int64 {
    let parent = folder ?? defaultFolder
    return (FileSystem.list(parent) ?? []).filter { $0.hasPrefix("\(prefix)\(process)-") }
      .reduce(0) { $0 + FileSystem.bytes(below: Path.join(parent, $1)) }
  }

  /// Removes what dead processes of this user left.
  static func removeLeftovers(in folder: String?) {
    let parent = folder ?? defaultFolder
    for name in FileSystem.list(parent) ?? [] where name.hasPrefix(prefix) && isWorkspaceName(name) {
      let path = Path.join(parent, name)
      var raw = stat()
      guard lstat(path, &raw) == 0, raw.st_mode & S_IFMT == S_IFDIR, raw.st_uid == geteuid() else { continue }
      guard Double(time(nil)) - Double(raw.st_mtim.tv_sec) > settlingSeconds else { continue }
      let lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
      guard lock >= 0 else { continue }
      if flock(lock, LOCK_EX | LOCK_NB) == 0 { FileSystem.remove(path) }
      close(lock)
    }
  }

  /// `cutroom-`, a process number, `-` and six letters.
  private static func isWorkspaceName(_ name: String) -> Bool {
    let parts = name.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 2 && Int32(parts[0]) != nil && parts[1].count == 6
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
