package import Documents
import Glibc

/// The folder that keeps parts of analyses by content: `BYTES/FINGERPRINT/PART-DIGEST.part`.
///
/// Entries come by renaming and go by unlinking, so that any number of processes may use it at once; a lock is held only to
/// count what it holds.
package struct CacheFolder: Sendable {
  package let path: String

  package init(path: String) { self.path = path }

  /// The folder that settings name, or the user's own; nil where there is to be none, or no place for it is known.
  package init?(_ settings: BatchSettings) {
    guard settings.usesCache else { return nil }
    if let path = settings.cacheDir {
      self.path = Path.absolute(path)
      return
    }
    // XDG Base Directory Specification: XDG_CACHE_HOME, else .cache below the home folder.
    if let base = Self.variable("XDG_CACHE_HOME"), base.hasPrefix("/") {
      path = Path.join(base, Program.name)
    } else if let home = Self.variable("HOME"), home.hasPrefix("/") {
      path = Path.join(home, ".cache/\(Program.name)")
    } else {
      return nil
    }
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Whether anything is kept of a film of this size: asked before the film is read for its fingerprint.
  func mayKnow(bytes: Int64) -> Bool { FileSystem.exists(Path.join(path, "\(bytes)")) }

  func film(bytes: Int64, fingerprint: String) -> String {
    Path.join(Path.join(path, "\(bytes)"), fingerprint.split(separator: ":").last.map(String.init) ?? "")
  }

  /// Where the entry of a key stands.
  func place(of key: CacheKey) throws -> String {
    Path.join(film(bytes: key.bytes, fingerprint: key.fingerprint), try key.name() + CacheEntry.fileExtension)
  }

  // MARK: - What it holds

  /// One entry as the file system tells.
  struct Item {
    let path: String
    let bytes: Int64
    /// Seconds since 1970.
    let used: Double
  }

  /// Every entry, in no order.
  func items() -> [Item] {
    films().flatMap { film in
      (FileSystem.list(film) ?? []).filter { $0.hasSuffix(CacheEntry.fileExtension) }.compactMap { name in
        let path = Path.join(film, name)
        return FileSystem.status(path).map { Item(path: path, bytes: $0.bytes, used: $0.modified) }
      }
    }
  }

  /// The folders of the films.
  func films() -> [String] {
    (FileSystem.list(path) ?? []).filter { Int64($0) != nil }.flatMap { size in
      let folder = Path.join(path, size)
      return (FileSystem.list(folder) ?? []).filter(Self.isFingerprint).map { Path.join(folder, $0) }
    }
  }

  private static func isFingerprint(_ name: String) -> Bool {
    name.utf8.count == 32 && name.allSatisfy { $0.isASCII && $0.isHexDigit }
  }

  /// Removes an entry, and the folders that it leaves empty.
  func remove(_ item: Item) {
    unlink(item.path)
    for folder in [Path.parent(item.path), Path.parent(item.path).flatMap(Path.parent)].compactMap({ $0 }) {
      // Fails where others stand in there, which is right.
      rmdir(folder)
    }
  }

  /// Says that an entry was of use just now.
  static func touch(_ path: String) { utimensat(AT_FDCWD, path, nil, 0) }

  // MARK: - How much it holds

  /// Holds the lock and the count of bytes.
  private var countPath: String { Path.join(path, "size") }

  /// Counts what was added, and where that is more than `most`, removes what was not used for longest until a tenth is free.
  func grown(by bytes: Int64, most: Int64) {
    withCount { count in
      let sum = count.map { $0 + bytes }
      guard let sum, sum <= most else { return shrink(to: most, leaving: most / 10 * 9) }
      return sum
    }
  }

  /// Removes what was not used for longest until no more than `most` bytes are left.
  func prune(to most: Int64) { withCount { _ in shrink(to: most, leaving: most) } }

  private func shrink(to most: Int64, leaving rest: Int64) -> Int64 {
    var items = items()
    var sum = items.reduce(0) { $0 + $1.bytes }
    guard sum > most else { return sum }
    items.sort { ($0.used, $0.path) < ($1.used, $1.path) }
    for item in items where sum > rest {
      remove(item)
      sum -= item.bytes
    }
    return sum
  }

  /// Lets `change` replace the count, with the lock held; it gets nil where nothing has been counted.
  private func withCount(_ change: (Int64?) -> Int64) {
    let descriptor = open(countPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 { guard errno == EINTR else { return } }
    let text = (try? FileSystem.read(descriptor, path: countPath)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let line = Array("\(change(Int64(text.prefix { $0.isNumber })))\n".utf8)
    pwrite(descriptor, line, line.count, 0)
    ftruncate(descriptor, off_t(line.count))
  }

  /// Makes the folder where it is missing, and marks it as one that need not be saved
  /// (Cache Directory Tagging Specification, https://bford.info/cachedir/).
  func prepare() throws(ErrorRecord) {
    let tag = Path.join(path, "CACHEDIR.TAG")
    guard !FileSystem.exists(tag) else { return }
    try FileSystem.makeFolders(path, mode: 0o700)
    let text =
      "Signature: 8a477f597d28d172789f06886806bc55\n# Finished stages of Cutroom, by content; may be removed at any time.\n"
    try FileSystem.replace(tag, with: Array(text.utf8))
  }
}
