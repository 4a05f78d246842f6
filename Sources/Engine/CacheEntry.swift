import Documents
import FoundationEssentials
import Glibc

/// One kept part as a file: a line with a checksum of all that follows, a line of JSON, and the bytes of its files.
///
/// One file, so that it comes and goes at once, is measured by its size and dated by its last use.
struct CacheEntry: Codable {
  /// A file of the part.
  struct File: Codable {
    /// Relative to the document.
    var path: String
    var bytes: Int64
  }

  static let fileExtension = ".part"
  private static let mark = "cutroom-cache"
  /// A line of JSON longer than this is damage.
  private static let longestHead = 1 << 28

  var key: CacheKey
  /// What the film was called, for people who look.
  var name: String
  var content: CachedPart
  var files: [File]

  /// Why an entry cannot be used.
  struct Damage: Error { var reason: String }

  // MARK: - Writing

  /// Writes the entry to `path`, which must not exist, with its files from `folder`.
  func write(to path: String, filesIn folder: String) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileSystem.failure("write", path) }
    defer { close(descriptor) }
    do {
      try FileSystem.writeAll(Self.firstLine(String(repeating: "0", count: 32)), to: descriptor, path: path)
      try FileSystem.writeAll(Array((DocumentEncoder.line(self) + "\n").utf8), to: descriptor, path: path)
      for file in files { try FileSystem.append(Path.join(folder, file.path), to: descriptor, path: path) }
      let start = Self.firstLine("").count + 32
      guard lseek(descriptor, off_t(start), SEEK_SET) == start, let hash = Fingerprint.rest(of: descriptor),
        case let line = Self.firstLine(Self.digits(hash)),
        pwrite(descriptor, line, line.count, 0) == line.count
      else { throw FileSystem.failure("write", path) }
    } catch {
      unlink(path)
      throw error
    }
  }

  private static func digits(_ fingerprint: String) -> String {
    fingerprint.split(separator: ":").last.map(String.init) ?? ""
  }

  private static func firstLine(_ hash: String) -> [UInt8] { Array("\(mark) \(CacheKey.currentFormat) \(hash)\n".utf8) }

  // MARK: - Reading

  /// Reads an entry that is checked from its first to its last byte; throws ``Damage``. `folder` receives its files.
  static func read(_ path: String, filesInto folder: String? = nil) throws -> CacheEntry {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw FileSystem.failure("read", path) }
    defer { close(descriptor) }
    try check(descriptor)
    let (entry, place) = try head(descriptor)
    if let folder { try entry.extract(descriptor, from: place, into: folder) }
    return entry
  }

  /// Reads what an entry says about itself, and nothing more.
  static func peek(_ path: String) throws -> CacheEntry {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw FileSystem.failure("read", path) }
    defer { close(descriptor) }
    return try head(descriptor).entry
  }

  private static var start: Int { firstLine("").count + 32 }

  private static func check(_ descriptor: Int32) throws(Damage) {
    var line = [UInt8](repeating: 0, count: start)
    guard pread(descriptor, &line, start, 0) == start else { throw Damage(reason: "it is cut off") }
    guard lseek(descriptor, off_t(start), SEEK_SET) == start, let hash = Fingerprint.rest(of: descriptor) else {
      throw Damage(reason: "it cannot be read")
    }
    guard line == firstLine(digits(hash)) else { throw Damage(reason: "its checksum is wrong") }
  }

  private static func head(_ descriptor: Int32) throws(Damage) -> (entry: CacheEntry, files: Int64) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < longestHead {
      let got = pread(descriptor, &buffer, buffer.count, off_t(start + bytes.count))
      guard got > 0 else { break }
      let piece = buffer[0..<got]
      guard let end = piece.firstIndex(of: UInt8(ascii: "\n")) else {
        bytes += piece
        continue
      }
      bytes += piece[..<end]
      guard let entry = try? JSONDecoder().decode(CacheEntry.self, from: Data(bytes)) else { break }
      return (entry, Int64(start + bytes.count + 1))
    }
    throw Damage(reason: "it has no readable head")
  }

  private func extract(_ descriptor: Int32, from start: Int64, into folder: String) throws {
    guard lseek(descriptor, off_t(start), SEEK_SET) == start else { throw Damage(reason: "it is cut off") }
    for file in files {
      guard Self.isInside(file.path) else { throw Damage(reason: "it names a file outside of its folder") }
      let target = Path.join(folder, file.path)
      if let parent = Path.parent(target) { try FileSystem.makeFolders(parent) }
      guard try FileSystem.copy(from: descriptor, count: file.bytes, to: target) else {
        throw Damage(reason: "it is cut off")
      }
    }
  }

  /// Whether a path stays within the folder it is relative to.
  private static func isInside(_ path: String) -> Bool {
    !path.isEmpty && !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
  }
}
