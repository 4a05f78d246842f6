import Glibc

/// Finds the film of a result, and how a page in the output folder can point at it.
///
/// Paths in results are as they were typed, and may be relative to where the batch was started. A relative one is looked for from the
/// current folder, then from the output folder and each folder above it; the first regular file of the recorded size is the
/// film. The address is relative to the output folder, so that both can be moved together, unless they have no folder in
/// common but the root.
struct FilmAddress {
  private let folder: String
  private let places: [String]

  init(from folder: String) {
    self.folder = Self.resolved(Path.absolute(folder))
    var places = [Path.absolute(".")]
    var place: String? = self.folder
    while let folder = place {
      places.append(folder)
      place = Path.parent(folder)
    }
    self.places = places
  }

  /// The film's address, not yet encoded as a URL: absolute where it begins with `/`; nil where the film is not found.
  func address(of path: String, bytes: Int64?) -> String? {
    let candidates = path.hasPrefix("/") ? [path] : places.map { Path.join($0, path) }
    let film = candidates.first { candidate in
      guard let status = FileSystem.status(candidate), status.isRegular else { return false }
      return bytes.map { $0 == status.bytes } ?? true
    }
    return film.map { relative(Self.resolved(Path.absolute($0))) }
  }

  /// Browsers take `..` out of an address without looking at the disk, which is wrong behind a link.
  private static func resolved(_ path: String) -> String {
    guard path.split(separator: "/").contains(".."), let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private func relative(_ film: String) -> String {
    let from = folder.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)
    let to = film.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)
    let common = zip(from, to).prefix { $0 == $1 }.count
    guard common > 0 else { return film }
    let up = Array(repeating: "..", count: from.count - common)
    return (up + to.dropFirst(common).map { String(decoding: $0, as: UTF8.self) }).joined(separator: "/")
  }
}
