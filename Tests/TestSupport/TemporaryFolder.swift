package import Foundation
import Synchronization

/// The folders there are. Those that a static property holds are never let go, so the end of the process removes them.
private let living = Mutex<Set<String>>([])

private let removeAtExit: Void = {
  atexit { for path in living.withLock({ $0 }) { remove(path) } }
}()

private func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

/// A new folder that is removed, with all it holds, when its owner lets go of it, or else at the end of the process.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init(mode: Int = 0o700) throws {
    _ = removeAtExit
    let path = "/tmp/cutroom-test-\(UUID().uuidString)"
    self.path = path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: mode])
    living.withLock { _ = $0.insert(path) }
  }

  deinit {
    remove(path)
    living.withLock { _ = $0.remove(path) }
  }

  /// The path of `name` in this folder, which need not exist.
  package func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Makes the folder `name` and returns its path.
  @discardableResult
  package func folder(_ name: String) throws -> String {
    try FileManager.default.createDirectory(atPath: self(name), withIntermediateDirectories: true)
    return self(name)
  }

  /// Writes `data` to `name` and returns its path.
  @discardableResult
  package func write(_ data: Data, to name: String) throws -> String {
    try FileManager.default.createDirectory(
      atPath: (self(name) as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try data.write(to: URL(fileURLWithPath: self(name)))
    return self(name)
  }

  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    try write(Data(text.utf8), to: name)
  }

  /// Copies the file at `source` to `name` and returns its path.
  @discardableResult
  package func copy(_ source: String, to name: String) throws -> String {
    try FileManager.default.createDirectory(
      atPath: (self(name) as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: source, toPath: self(name))
    return self(name)
  }
}

/// What stands in a folder and all below it: paths relative to it, sorted.
package func everything(in folder: String) -> [String] {
  (FileManager.default.subpaths(atPath: folder) ?? []).sorted()
}

package func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

package func size(of path: String) throws -> Int {
  try Data(contentsOf: URL(fileURLWithPath: path)).count
}

package func contents(of path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
