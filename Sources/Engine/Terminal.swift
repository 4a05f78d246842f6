package import Documents
import Glibc
import Synchronization

/// Standard error: log lines, and on a terminal the progress display below them.
package final class Terminal: Sendable {
  private struct State {
    var shownLines = 0
  }

  package let isInteractive: Bool
  private let level: BatchSettings.LogLevel
  private let format: BatchSettings.LogFormat
  private let state = Mutex(State())

  package init(level: BatchSettings.LogLevel, format: BatchSettings.LogFormat, quiet: Bool) {
    self.level = level
    self.format = format
    isInteractive =
      isatty(STDERR_FILENO) == 1 && !quiet
      && getenv("TERM").map { String(cString: $0) } ?? "dumb" != "dumb"
  }

  /// Writes a log line if its level is wanted. `path` names the file it speaks of.
  package func log(_ level: BatchSettings.LogLevel, _ message: String, path: String? = nil) {
    log(level) {
      var line = LogLine(level: level, message)
      line.path = path
      return line
    }
  }

  /// Writes a log line if its level is wanted; it is made only then.
  func log(_ level: BatchSettings.LogLevel, _ make: () -> LogLine) {
    guard level <= self.level else { return }
    var record = make()
    record.time = Clock.timestamp
    line(format == .json ? Self.json(record) : Self.text(level, record.message, record.path))
  }

  /// Writes a line above the progress display.
  package func line(_ text: String) {
    state.withLock { state in
      Self.write(Self.clearing(state.shownLines) + text + "\n")
      state.shownLines = 0
    }
  }

  /// Replaces the progress display; without a terminal nothing happens.
  func show(_ lines: [String]) {
    guard isInteractive else { return }
    let width = Self.width
    state.withLock { state in
      Self.write(Self.clearing(state.shownLines) + lines.map { Self.fitted($0, width) + "\n" }.joined())
      state.shownLines = lines.count
    }
  }

  private static func clearing(_ lines: Int) -> String { lines == 0 ? "" : "\u{1B}[\(lines)A\r\u{1B}[J" }

  private static func write(_ text: String) {
    try? FileSystem.writeAll(Array(text.utf8), to: STDERR_FILENO, path: "standard error")
  }

  private static var width: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : 80
  }

  private static func fitted(_ line: String, _ width: Int) -> String {
    line.count < width ? line : String(line.prefix(width - 2)) + "…"
  }

  /// A name on one line, with control characters shown as `?`: a file name may hold a line feed or an escape.
  package static func printable(_ name: String) -> String {
    String(name.map { $0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f } ? "?" : $0 })
  }

  private static func text(_ level: BatchSettings.LogLevel, _ message: String, _ path: String?) -> String {
    "cutroom: \(level.rawValue): " + (path.map { printable($0) + ": " } ?? "") + printable(message)
  }

  private static func json(_ line: LogLine) -> String { (try? DocumentEncoder.line(line)) ?? line.message }
}
