import CFFmpeg
import Synchronization

/// Counts and keeps what FFmpeg's libraries say in their log, which is where they report much damage.
///
/// The log is one for the whole process; a worker opens one file, so what is said is said of that file.
package enum LibraryLog {
  private struct State {
    var videoDecoderErrors = 0
    var lines: [String] = []
  }

  private static let state = Mutex(State())
  private static let kept = 20

  /// Starts listening; nothing goes to standard error from then on.
  package static func start() {
    cr_set_log_sink { level, kind, line in
      guard let line else { return }
      LibraryLog.record(level: level, kind: kind, line: String(cString: line))
    }
  }

  private static func record(level: Int32, kind: Int32, line: String) {
    guard level <= AV_LOG_ERROR else { return }
    state.withLock { state in
      if kind == 1 { state.videoDecoderErrors += 1 }
      let text = line.trimmingNewline
      if state.lines.count < kept, !state.lines.contains(text) { state.lines.append(text) }
    }
  }

  /// Error lines of video decoders so far.
  package static var videoDecoderErrors: Int { state.withLock { $0.videoDecoderErrors } }

  /// The first error lines, each once.
  package static var errorLines: [String] { state.withLock { $0.lines } }

  package static func reset() { state.withLock { $0 = State() } }
}

extension String {
  fileprivate var trimmingNewline: String {
    var text = self
    while let last = text.last, last.isNewline || last == " " { text.removeLast() }
    return text
  }
}
