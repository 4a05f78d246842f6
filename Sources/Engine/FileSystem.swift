import Documents
import Glibc
import Timing

/// File operations whose errors say which path failed and why. Paths are strings as the system sees them.
enum FileSystem {
  static func failure(_ action: String, _ path: String) -> ErrorRecord {
    let reason = String(cString: strerror(errno))
    if errno == EMFILE {
      return ErrorRecord(
        .limitExceeded, "could not \(action) \(path): \(reason); raise --max-open-files", stage: "output",
        limit: .openFiles)
    }
    if errno == EFBIG, WorkerRoom.boundsFiles {
      return ErrorRecord(
        .limitExceeded, "could not \(action) \(path): it is larger than --max-scratch allows", stage: "output",
        limit: .scratchSize)
    }
    if errno == EFBIG {
      return ErrorRecord(
        .outputFailed, "could not \(action) \(path): \(reason); raise the limit for files (ulimit -f)", stage: "output")
    }
    // Space may come back; a missing permission does not.
    let passing = errno == ENOSPC || errno == EIO || errno == EDQUOT
    return ErrorRecord(.outputFailed, "could not \(action) \(path): \(reason)", stage: "output", retryable: passing)
  }

  /// Device and inode: the same for every name of one file.
  struct Identity: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  struct Status {
    let identity: Identity
    let isFolder: Bool
    let isRegular: Bool
    let bytes: Int64
    /// Seconds since 1970.
    let modified: Double
  }

  /// What a path leads to, links followed; nil where there is nothing.
  static func status(_ path: String) -> Status? {
    var raw = stat()
    guard stat(path, &raw) == 0 else { return nil }
    return Status(raw)
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func makeFolders(_ path: String, mode: mode_t = 0o755) throws(ErrorRecord) {
    if mkdir(path, mode) == 0 || errno == EEXIST && status(path)?.isFolder == true { return }
    guard errno == ENOENT, let parent = Path.parent(path), parent != path else {
      throw failure("make the folder", path)
    }
    try makeFolders(parent, mode: mode)
    guard mkdir(path, mode) == 0 || errno == EEXIST else { throw failure("make the folder", path) }
  }

  static func write(_ bytes: [UInt8], to path: String) throws(ErrorRecord) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure("write", path) }
    do throws(ErrorRecord) {
      try writeAll(bytes, to: descriptor, path: path)
    } catch {
      close(descriptor)
      throw error
    }
    // Some file systems say only now that there was no space.
    guard close(descriptor) == 0 else { throw failure("write", path) }
  }

  /// Opens a new or emptied file for writing.
  static func create(_ path: String) throws(ErrorRecord) -> Int32 {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure("write", path) }
    return descriptor
  }

  /// Closes a written file; some file systems say only now that there was no space.
  static func finish(_ descriptor: Int32, path: String) throws(ErrorRecord) {
    guard close(descriptor) == 0 else { throw failure("write", path) }
  }

  /// Closes a file that will not be finished.
  static func abandon(_ descriptor: Int32) { close(descriptor) }

  static func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(ErrorRecord) {
    guard let code = put(bytes, to: descriptor) else { return }
    errno = code
    throw failure("write", path)
  }

  /// Writes all of the bytes, or returns the errno that says why not.
  static func put(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
    var done = 0
    while done < bytes.count {
      let wrote = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + done, bytes.count - done) }
      if wrote < 0 {
        if errno == EINTR { continue }
        return errno
      }
      done += wrote
    }
    return nil
  }

  /// Ends the name of a file of this process that is renamed once it is whole.
  static var unfinishedSuffix: String { ".cutroom-\(getpid())" }

  /// Writes beside the target and renames, so that the path holds the old bytes or the new ones, never a part.
  static func replace(_ path: String, with bytes: [UInt8]) throws(ErrorRecord) {
    try replace(path) { file throws(ErrorRecord) in try file.add(bytes) }
  }

  /// The same for a file that is too long to be in memory whole.
  static func replace(_ path: String, fill: (GrowingFile) throws(ErrorRecord) -> Void) throws(ErrorRecord) {
    let temporary = path + unfinishedSuffix
    do throws(ErrorRecord) {
      let file = try GrowingFile(temporary)
      try fill(file)
      try file.finish()
      guard rename(temporary, path) == 0 else { throw failure("write", path) }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Moves a file to `target`, across file systems too, so that the target holds the old bytes or the new ones.
  static func place(_ source: String, at target: String) throws(ErrorRecord) {
    if rename(source, target) == 0 { return }
    guard errno == EXDEV else { throw failure("write", target) }
    let temporary = target + unfinishedSuffix
    do throws(ErrorRecord) {
      try copy(source, to: temporary)
      guard rename(temporary, target) == 0 else { throw failure("write", target) }
    } catch {
      unlink(temporary)
      throw error
    }
    unlink(source)
  }

  /// Appends a file's bytes to an open one.
  static func append(_ source: String, to descriptor: Int32, path: String) throws(ErrorRecord) {
    let from = open(source, O_RDONLY | O_CLOEXEC)
    guard from >= 0 else { throw failure("read", source) }
    defer { close(from) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let got = Glibc.read(from, &buffer, buffer.count)
      if got == 0 { return }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { throw failure("read", source) }
      try writeAll(Array(buffer[0..<got]), to: descriptor, path: path)
    }
  }

  /// Copies so many bytes of an open file to a new one; false where there are fewer.
  static func copy(from descriptor: Int32, count: Int64, to target: String) throws(ErrorRecord) -> Bool {
    let to = try create(target)
    var left = count
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    do throws(ErrorRecord) {
      while left > 0 {
        let got = Glibc.read(descriptor, &buffer, Int(min(left, Int64(buffer.count))))
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { break }
        try writeAll(Array(buffer[0..<got]), to: to, path: target)
        left -= Int64(got)
      }
    } catch {
      abandon(to)
      throw error
    }
    try finish(to, path: target)
    return left == 0
  }

  /// Copies a file of any length.
  static func copy(_ source: String, to target: String) throws(ErrorRecord) {
    let to = try create(target)
    do throws(ErrorRecord) {
      try append(source, to: to, path: target)
    } catch {
      abandon(to)
      throw error
    }
    try finish(to, path: target)
  }

  static func read(_ path: String) throws(ErrorRecord) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("read", path) }
    defer { close(descriptor) }
    return try read(descriptor, path: path)
  }

  /// Reads an open descriptor to its end.
  static func read(_ descriptor: Int32, path: String) throws(ErrorRecord) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let got = Glibc.read(descriptor, &buffer, buffer.count)
      if got == 0 { return bytes }
      if got < 0 {
        if errno == EINTR { continue }
        throw failure("read", path)
      }
      bytes += buffer[0..<got]
    }
  }

  /// Bytes of all files in a folder and below; links count as nothing.
  static func bytes(below folder: String) -> Int64 {
    (list(folder) ?? []).reduce(0) { sum, name in
      let path = Path.join(folder, name)
      var raw = stat()
      guard lstat(path, &raw) == 0 else { return sum }
      return switch raw.st_mode & S_IFMT {
      case S_IFDIR: sum + bytes(below: path)
      case S_IFREG: sum + Int64(raw.st_size)
      default: sum
      }
    }
  }

  /// Names in a folder, without `.` and `..`, sorted; nil (with errno) where it cannot be read.
  static func list(_ folder: String) -> [String]? {
    guard let stream = opendir(folder) else { return nil }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { Self.name($0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// A name as the system has it. One that is not UTF-8 cannot be spelled: the bytes that do not fit become `\u{FFFD}` and two hex
  /// digits, so that two such names are never one.
  private static func name(_ raw: UnsafePointer<CChar>) -> String {
    if let name = String(validatingCString: raw) { return name }
    return UnsafeBufferPointer(start: raw, count: strlen(raw)).reduce(into: "") { name, character in
      let byte = UInt8(bitPattern: character)
      name += byte < 0x80 ? String(UnicodeScalar(byte)) : "\u{FFFD}" + String(byte, radix: 16)
    }
  }

  /// Removes a file or a folder with all it holds; links are removed, not followed. What is gone already is fine.
  static func remove(_ path: String) {
    if unlink(path) == 0 || errno == ENOENT { return }
    for name in list(path) ?? [] { remove(Path.join(path, name)) }
    rmdir(path)
  }

  /// Copies a folder of plain files and folders.
  static func copyFolder(_ source: String, to target: String) throws(ErrorRecord) {
    try makeFolders(target)
    for name in list(source) ?? [] {
      let (from, to) = (Path.join(source, name), Path.join(target, name))
      if status(from)?.isFolder == true { try copyFolder(from, to: to) } else { try copy(from, to: to) }
    }
  }

  /// Makes a folder like another, its files linked where that can be, else copied.
  static func linkFolder(_ source: String, to target: String) throws(ErrorRecord) {
    try makeFolders(target)
    guard let names = list(source) else { throw failure("read", source) }
    for name in names {
      let (from, to) = (Path.join(source, name), Path.join(target, name))
      if status(from)?.isFolder == true {
        try linkFolder(from, to: to)
      } else if link(from, to) != 0 {
        if errno == EEXIST { unlink(to) }
        if link(from, to) != 0 { try copy(from, to: to) }
      }
    }
  }

  /// Bytes that an unprivileged process may still write where `path` lies.
  static func freeBytes(_ path: String) -> Int64? {
    var raw = statvfs()
    guard statvfs(path, &raw) == 0 else { return nil }
    return Int64(raw.f_bavail) * Int64(raw.f_frsize)
  }
}

extension FileSystem.Status {
  init(_ raw: stat) {
    identity = FileSystem.Identity(device: UInt64(raw.st_dev), inode: UInt64(raw.st_ino))
    isFolder = raw.st_mode & S_IFMT == S_IFDIR
    isRegular = raw.st_mode & S_IFMT == S_IFREG
    bytes = Int64(raw.st_size)
    modified = (Double(raw.st_mtim.tv_sec) + Double(raw.st_mtim.tv_nsec) / 1e9).roundedToMicrosecond
  }
}

/// Paths as text: joined, split and tidied without looking at the disk.
package enum Path {
  package static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// The folder a path lies in; nil for `/`.
  static func parent(_ path: String) -> String? {
    let tidy = tidied(path)
    guard tidy != "/" else { return nil }
    guard let slash = tidy.lastIndex(of: "/") else { return "." }
    return slash == tidy.startIndex ? "/" : String(tidy[..<slash])
  }

  static func name(_ path: String) -> String {
    tidied(path).split(separator: "/").last.map(String.init) ?? path
  }

  /// Without `./`, doubled and trailing slashes; `..` stays, as it may cross a link.
  static func tidied(_ path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }
    let joined = parts.joined(separator: "/")
    return path.hasPrefix("/") ? "/" + joined : joined.isEmpty ? "." : joined
  }

  /// The lower-case ending after the last dot, without it; empty where there is none.
  static func fileExtension(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  package static func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return tidied(path) }
    guard let current = getcwd(nil, 0) else { return path }
    defer { free(current) }
    return tidied(join(String(cString: current), path))
  }
}
