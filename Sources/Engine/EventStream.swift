package import Documents
import Glibc
import Synchronization

/// Where the events of a run go: a file, a pipe or standard output, one JSON object a line. May be written from any thread.
package final class EventStream: Sendable {
  private let descriptor: Int32
  private let firstFailure = Mutex<ErrorRecord?>(nil)

  /// Empties or makes the file `target`; `-` is standard output. Throws `output_failed` where it cannot be written, and
  /// ``DocumentError`` where it holds something else than events, as a film does that was named by mistake.
  package init(_ target: String) throws {
    if target == "-" {
      descriptor = STDOUT_FILENO
      return
    }
    if let status = FileSystem.status(target), status.isRegular, status.bytes > 0, !Self.holdsEvents(target) {
      throw DocumentError("\(target) holds something other than events; name another file for --events")
    }
    descriptor = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw ErrorRecord(.outputFailed, "the events cannot be written to \(target): \(String(cString: strerror(errno)))")
    }
  }

  private static func holdsEvents(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var first: UInt8 = 0
    return read(descriptor, &first, 1) == 1 && first == UInt8(ascii: "{")
  }

  /// Writes an event as the worker wrote it. What cannot be written does not stop the work.
  func write(_ line: String) {
    firstFailure.withLock { failure in
      guard failure == nil, let code = FileSystem.put(Array((line + "\n").utf8), to: descriptor), code != EPIPE else {
        return
      }
      failure = ErrorRecord(.outputFailed, "the events could not be written: \(String(cString: strerror(code)))")
    }
  }

  /// Why events are missing; nil where none is, or where nobody read them any more.
  package var failure: ErrorRecord? { firstFailure.withLock { $0 } }
}
