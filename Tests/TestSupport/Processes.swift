import Foundation

/// The processes that `ancestor` started, and those that they started, whose command line holds `word`, read from /proc.
package func descendants(of ancestor: Int32, with word: String) -> [Int32] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  var children: [Int32: [Int32]] = [:]
  for process in names.compactMap({ Int32($0) }) {
    guard let status = try? contents(of: "/proc/\(process)/stat") else { continue }
    // The name stands in parentheses and may hold anything; then come the state and the parent.
    let fields = String(decoding: status, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 1, let parent = Int32(fields[1]) else { continue }
    children[parent, default: []].append(process)
  }
  var (found, next) = ([Int32](), children[ancestor] ?? [])
  while let process = next.popLast() {
    found.append(process)
    next += children[process] ?? []
  }
  return found.filter { process in
    guard let line = try? contents(of: "/proc/\(process)/cmdline") else { return false }
    return line.split(separator: 0).contains { String(decoding: $0, as: UTF8.self) == word }
  }
}

/// Whether anyone opens a file, watched with inotify from the moment this is made.
package final class OpenWatch {
  private let descriptor: Int32

  package init(_ path: String) throws {
    descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    guard descriptor >= 0, inotify_add_watch(descriptor, path, UInt32(IN_OPEN)) >= 0 else {
      throw CommandFailure(description: "cannot watch \(path)")
    }
  }

  deinit { close(descriptor) }

  /// True once the file has been opened.
  package var wasOpened: Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    return read(descriptor, &buffer, buffer.count) > 0
  }
}

/// Runs a command as the user nobody, who may do what a file's mode allows and no more; as root modes do not count.
package func runUnprivileged(_ executable: String, _ arguments: [String]) throws -> Outcome {
  guard getuid() == 0 else { return try run(executable, arguments) }
  return try run(
    "/usr/bin/setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", executable] + arguments, in: "/")
}

/// A lock on a folder or file, held as another process would hold it, until this is let go.
package final class HeldLock {
  private let descriptor: Int32

  package init(_ path: String) throws {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw CommandFailure(description: "cannot lock \(path)")
    }
  }

  deinit { close(descriptor) }
}
