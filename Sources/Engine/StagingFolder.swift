import CSandbox
import Documents
import Glibc

/// A folder of results on their way, beside the place they go to: locked while its process lives, and gone with this object
/// where it was not put into place.
final class StagingFolder {
  let path: String
  private let lock: Int32
  private let exchange: (String, String) -> Int32

  /// Makes the folder. `exchange` swaps two names at once, and fails where the file system cannot.
  init(_ path: String, exchange: @escaping (String, String) -> Int32 = { cr_exchange($0, $1) }) throws(ErrorRecord) {
    lock = try LockedFolder.make(path, mode: 0o755)
    self.path = path
    self.exchange = exchange
  }

  deinit {
    FileSystem.remove(path)
    close(lock)
  }

  /// Takes the place of `target`, at once: at no moment is there nothing where results were.
  ///
  /// Where the file system cannot exchange two names (some network ones), the old results are moved aside first; a kill in
  /// between leaves them with a note of where they belong, by which ``clearAway(_:in:)`` puts them back.
  func replace(_ target: String) throws(ErrorRecord) {
    if rename(path, target) == 0 { return }
    guard errno == ENOTEMPTY || errno == EEXIST else { throw FileSystem.failure("write", target) }
    if exchange(path, target) == 0 { return }
    guard [EINVAL, ENOSYS, EOPNOTSUPP].contains(errno) else { throw FileSystem.failure("replace", target) }
    let old = path + Self.oldSuffix
    let oldLock = try LockedFolder.make(old, mode: 0o755)
    defer { close(oldLock) }
    try FileSystem.write(Array(Path.name(target).utf8), to: Path.join(old, Self.noteName))
    guard rename(target, Path.join(old, Self.heldName)) == 0 else {
      let failure = FileSystem.failure("replace", target)
      FileSystem.remove(old)
      throw failure
    }
    guard rename(path, target) == 0 else {
      let failure = FileSystem.failure("replace", target)
      rename(Path.join(old, Self.heldName), target)
      FileSystem.remove(old)
      throw failure
    }
    FileSystem.remove(old)
  }

  private static let oldSuffix = ".old"
  /// In the folder of what was moved aside: the name it had, and itself.
  private static let noteName = "name"
  private static let heldName = "results"

  /// Removes what a dead process left at `path`; results that it had moved aside go back where nothing took their place.
  static func clearAway(_ path: String, in folder: String) {
    LockedFolder.removeIfLeft(path) {
      let held = Path.join(path, heldName)
      guard path.hasSuffix(oldSuffix), FileSystem.exists(held),
        let note = try? FileSystem.read(Path.join(path, noteName))
      else { return }
      let name = String(decoding: note, as: UTF8.self)
      guard !name.isEmpty, !name.contains("/"), !FileSystem.exists(Path.join(folder, name)) else { return }
      rename(held, Path.join(folder, name))
    }
  }
}
