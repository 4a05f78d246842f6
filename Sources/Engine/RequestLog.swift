import Documents
import Timing

/// Tells the log what happens to one request.
struct RequestLog {
  let terminal: Terminal
  let request: Request
  var warningLevel = BatchSettings.LogLevel.info

  private var path: String { request.inputName ?? request.inputPath }

  private func write(
    _ level: BatchSettings.LogLevel, _ event: LogLine.Event, _ message: String,
    _ fill: (inout LogLine) -> Void = { _ in }
  ) {
    terminal.log(level) {
      var line = LogLine(level: level, message, event: event)
      line.requestID = request.id
      line.path = path
      fill(&line)
      return line
    }
  }

  func start() { write(.info, .start, "started") }

  /// What only tells why something took as long as it did.
  private static let remarks: Set = ["few_key_frames"]

  /// What a worker says on its way that belongs into the log.
  func note(_ event: Event) {
    guard event.event == .warning else { return }
    write(Self.remarks.contains(event.code ?? "") ? .info : warningLevel, .warning, event.message ?? "") {
      ($0.stage, $0.code) = (event.stage, event.code)
    }
  }

  /// What the end of a worker was like: its stages, the limit that it reached, the signal that ended it.
  func attempt(_ outcome: WorkerProcess.Outcome, number: Int) {
    for (stage, seconds) in (outcome.timings?.stages ?? [:]).sorted(by: { $0.key < $1.key }) {
      write(.info, .stage, "\(stage) took \(seconds) s") { ($0.stage, $0.durationSeconds) = (stage, seconds) }
    }
    for error in outcome.errors where error.limit != nil || error.code == .outOfMemory {
      write(.info, .limit, error.message) {
        ($0.stage, $0.limit, $0.code, $0.attempt) = (error.stage, error.limit, error.code.rawValue, number)
      }
    }
    if let signal = outcome.signal {
      write(.info, .kill, "the worker was ended by \(signal)") { ($0.signal, $0.attempt) = (signal, number) }
    }
  }

  func retry(_ attempt: AttemptRecord) {
    let pause = attempt.pauseSeconds ?? 0
    write(.warning, .retry, "attempt \(attempt.number) failed: \(attempt.message ?? ""); trying again in \(pause) s") {
      ($0.attempt, $0.code, $0.durationSeconds) = (attempt.number, attempt.code?.rawValue, attempt.wallSeconds)
    }
  }

  func end(_ outcome: WorkerProcess.Outcome, attempts: Int, seconds: Double) {
    for error in outcome.errors {
      terminal.log(outcome.status == .partial ? .warning : .error) {
        var line = LogLine(level: outcome.status == .partial ? .warning : .error, error.message)
        (line.requestID, line.path, line.stage) = (request.id, path, error.stage)
        (line.code, line.limit) = (error.code.rawValue, error.limit)
        return line
      }
    }
    write(.info, .end, "\(outcome.status.rawValue) in \(seconds.rounded(places: 2)) s") {
      ($0.status, $0.attempt, $0.durationSeconds) = (outcome.status, attempts, seconds.rounded(places: 3))
    }
  }
}
