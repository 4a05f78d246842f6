import Documents
import Glibc
import Synchronization
import Timing

/// Shows how a batch goes on: on a terminal a line a running file and a total, otherwise a plain line now and then.
final class ProgressDisplay: Sendable {
  private struct Running {
    var path: String
    var begun = Clock.now
    var fraction = 0.0
    var frames = 0
    var mediaSeconds = 0.0
  }

  private struct State {
    var running: [Int: Running] = [:]
    var done = 0
    var failed = 0
    var mediaSeconds = 0.0
    var lastPlainLine = Clock.now
    var lastDrawn = -Double.infinity
  }

  /// Seconds between two plain lines.
  private static let plainInterval = 10.0
  /// Seconds between two drawings.
  private static let drawInterval = 0.1

  private let terminal: Terminal
  private let total: Int
  private let quiet: Bool
  private let begun = Clock.now
  private let state = Mutex(State())

  init(terminal: Terminal, total: Int, quiet: Bool) {
    self.terminal = terminal
    self.total = total
    self.quiet = quiet
  }

  func begin(_ index: Int, _ path: String) {
    state.withLock { $0.running[index] = Running(path: path) }
  }

  func update(_ index: Int, _ event: Event) {
    guard event.event == .progress else { return }
    state.withLock { state in
      state.running[index]?.fraction = event.progress ?? 0
      state.running[index]?.frames = event.frames ?? 0
      state.running[index]?.mediaSeconds = event.mediaSeconds ?? 0
    }
  }

  func end(_ index: Int, _ status: Status, mediaSeconds: Double?) {
    state.withLock { state in
      state.running[index] = nil
      state.done += 1
      if status != .succeeded { state.failed += 1 }
      state.mediaSeconds += mediaSeconds ?? 0
    }
  }

  /// Draws the display anew, or prints a plain line if one is due.
  func refresh() {
    guard !quiet else { return }
    let now = Clock.now
    if terminal.isInteractive {
      let drawn = state.withLock { state -> [String]? in
        guard now - state.lastDrawn >= Self.drawInterval else { return nil }
        state.lastDrawn = now
        return self.lines(state, now)
      }
      if let drawn { terminal.show(drawn) }
    } else if let line = state.withLock({ plainLine(&$0, now) }) {
      terminal.line(line)
    }
  }

  func clear() { terminal.show([]) }

  private func plainLine(_ state: inout State, _ now: Double) -> String? {
    guard now - state.lastPlainLine >= Self.plainInterval else { return nil }
    state.lastPlainLine = now
    return totalLine(state, now)
  }

  private func lines(_ state: State, _ now: Double) -> [String] {
    let files = state.running.sorted { $0.key < $1.key }.map { _, file in
      let elapsed = max(0.001, now - file.begun)
      let percent = Self.right("\(Int(file.fraction * 100))%", 4)
      return "\(percent) \(Self.bar(file.fraction)) \(Terminal.printable(file.path))  "
        + "\(file.frames) frames, \((file.mediaSeconds / elapsed).rounded(places: 1))× speed"
    }
    return files + [totalLine(state, now)]
  }

  private func totalLine(_ state: State, _ now: Double) -> String {
    let media = state.mediaSeconds + state.running.values.reduce(0) { $0 + $1.mediaSeconds }
    let elapsed = max(0.001, now - begun)
    var text = "\(state.done) of \(total) files"
    if state.failed > 0 { text += ", \(state.failed) not whole" }
    text += ", \(Self.time(elapsed)) so far, \((media / elapsed).rounded(places: 1))× speed"
    let finished = Double(state.done) + state.running.values.reduce(0) { $0 + $1.fraction }
    if finished > 0.02, Int(finished) < total {
      text += ", about \(Self.time(elapsed / finished * (Double(total) - finished))) left"
    }
    return text
  }

  private static func bar(_ fraction: Double) -> String {
    let full = Int((min(1, max(0, fraction)) * 20).rounded())
    return String(repeating: "█", count: full) + String(repeating: "░", count: 20 - full)
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  static func time(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole)s" }
    if whole < 3600 { return "\(whole / 60)m\(right("\(whole % 60)", 2))s" }
    return "\(whole / 3600)h\(right("\(whole / 60 % 60)", 2))m"
  }
}
