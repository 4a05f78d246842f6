import Documents
import Glibc

/// Folders that are locked while their process lives: a free lock says that it is dead, whatever machine, container or boot it
/// belonged to, which a process number does not.
enum LockedFolder {
  /// A folder under this suffix may not be locked yet, as its process is just making it; an older one was left.
  private static let settlingSeconds = 10.0
  private static let unlockedSuffix = ".new"

  /// Makes a folder that has its lock before it has its name. Returns the descriptor that holds the lock.
  static func make(_ path: String, mode: mode_t) throws(ErrorRecord) -> Int32 {
    let unlocked = path + unlockedSuffix
    guard mkdir(unlocked, mode) == 0 else { throw FileSystem.failure("make the folder", path) }
    let lock = open(unlocked, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0, rename(unlocked, path) == 0 else {
      let failure = FileSystem.failure("make the folder", path)
      if lock >= 0 { close(lock) }
      rmdir(unlocked)
      throw failure
    }
    return lock
  }

  /// Removes a folder of this user whose process is dead; `before` is called first, with the folder locked.
  static func removeIfLeft(_ path: String, before: () -> Void = {}) {
    var raw = stat()
    guard lstat(path, &raw) == 0, raw.st_mode & S_IFMT == S_IFDIR, raw.st_uid == geteuid() else { return }
    if path.hasSuffix(unlockedSuffix), Double(time(nil)) - Double(raw.st_mtim.tv_sec) <= settlingSeconds { return }
    let lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    guard lock >= 0 else { return }
    defer { close(lock) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { return }
    before()
    FileSystem.remove(path)
  }
}
