import CFFmpeg
import Glibc
import Synchronization

/// Counts and keeps what FFmpeg's libraries say in their log, which is where they report much damage.
///
/// The log is one for the whole process; a worker opens one file, so what is said is said of that file.
package enum LibraryLog {
  /// How many lines there were, and the first different ones.
  package struct Lines: Sendable {
    package var count = 0
    package var lines: [String] = []

    package init(count: Int = 0, lines: [String] = []) {
      self.count = count
      self.lines = lines
    }
  }

  private struct State {
    var decoderErrors: [String] = []
    var decoderErrorCount = 0
    var containerErrors: [String] = []
    var containerErrorCount = 0
    var sawCorruptPacketWarning = false
    var errors: [String] = []
    /// Error lines of video decoders, by the thread that decoded.
    var byThread: [pthread_t: Int] = [:]
  }

  private static let state = Mutex(State())
  /// An order to forget a frame that is not there any more. No picture suffers, and whether there is such a frame depends on
  /// where decoding began.
  private static let harmless = "mmco: unref short failure"
  /// Different lines that are kept of each kind.
  private static let kept = 20

  /// Starts listening; nothing goes to standard error from then on.
  package static func start() {
    cr_set_log_sink { level, kind, line in
      guard let line else { return }
      LibraryLog.record(level: level, kind: kind, line: String(cString: line))
    }
  }

  private static func record(level: Int32, kind: Int32, line: String) {
    let text = line.withoutAddress
    state.withLock { state in
      if kind == 2, text.contains("Packet corrupt") { state.sawCorruptPacketWarning = true }
      guard level <= AV_LOG_ERROR, !text.contains(harmless) else { return }
      if kind == 1 {
        state.decoderErrorCount += 1
        state.byThread[pthread_self(), default: 0] += 1
        keep(text, &state.decoderErrors)
      } else if kind == 2 {
        state.containerErrorCount += 1
        keep(text, &state.containerErrors)
      }
      keep(text, &state.errors)
    }
  }

  private static func keep(_ line: String, _ lines: inout [String]) {
    if lines.count < kept, !lines.contains(line) { lines.append(line) }
  }

  /// Error lines of the video decoder that was opened for the film: how many, and the different ones.
  package static var decoderErrors: Lines {
    state.withLock { Lines(count: $0.decoderErrorCount, lines: $0.decoderErrors) }
  }

  /// Error lines of video decoders that the calling thread ran itself: of decoders without threads of their own.
  package static var decoderErrorsOfThread: Int { state.withLock { $0.byThread[pthread_self()] ?? 0 } }

  /// Whether all that was said is said of intact streams too where frames are left out.
  package static var isQuietButForSkipping: Bool {
    state.withLock { $0.errors.allSatisfy { line in missingFrames.contains { line.contains($0) } } }
  }

  /// How decoders of H.264 and HEVC tell that a frame is not there that another wants to use; or, with a "buffer state", that one still is
  /// which a frame that was left out had the order to forget.
  private static let missingFrames = [
    "Frame num gap", "eference picture", "number of reference frames",
    "Could not find ref with POC", "co located POCs unavailable", "illegal short term buffer state",
  ]

  /// Error lines of the demuxer.
  package static var containerErrors: Lines {
    state.withLock { Lines(count: $0.containerErrorCount, lines: $0.containerErrors) }
  }

  /// Whether the demuxer warned of a cut packet: the only sign MPEG program streams give.
  static var sawCorruptPacketWarning: Bool { state.withLock { $0.sawCorruptPacketWarning } }

  /// The first error lines of whatever source, each once.
  package static var errorLines: [String] { state.withLock { $0.errors } }

  package static func reset() { state.withLock { $0 = State() } }
}

extension String {
  /// `[mov @ 0x55…] text` without the address, which differs from run to run, and without a line feed.
  fileprivate var withoutAddress: String {
    var text = self
    while let last = text.last, last.isNewline || last == " " { text.removeLast() }
    guard text.hasPrefix("["), let at = text.firstRange(of: " @ 0x"),
      let end = text[at.upperBound...].firstIndex(of: "]")
    else { return text }
    text.removeSubrange(at.lowerBound..<end)
    return text
  }
}
