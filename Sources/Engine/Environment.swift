import Glibc

/// The process's environment and small files named in it.
package enum Environment {
  package static var variables: [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
      entry += 1
    }
    return variables
  }

  package static func read(_ path: String) throws -> [UInt8] { try FileSystem.read(path) }

  /// Puts text into place whole, in a folder that is made where it is missing.
  package static func write(_ text: String, to path: String) throws {
    if let folder = Path.parent(path) { try FileSystem.makeFolders(folder) }
    try FileSystem.replace(path, with: Array(text.utf8))
  }
}
