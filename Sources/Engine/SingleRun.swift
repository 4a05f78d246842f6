package import Documents
import Glibc
import Synchronization

/// Carries out one request document in a worker process, for schedulers: what may pass is tried again here, and the exit code says
/// whether it is worth trying again later.
package struct SingleRun {
  package struct Outcome: Sendable {
    package var status: Status
    package var document: String?
    package var errors: [ErrorRecord]
    /// 0 succeeded; 75 failed in a way that may pass (sysexits' EX_TEMPFAIL); 1 failed for good, or partial; 4 results could not
    /// be written; 130, 143 interrupted.
    package var exitCode: Int32
  }

  private let request: Request
  private let retries: Int
  private let terminal: Terminal
  private let events: EventStream?

  package init(_ request: Request, retries: Int, terminal: Terminal, events: EventStream?) {
    self.request = request
    self.retries = retries
    self.terminal = terminal
    self.events = events
  }

  package func run() -> Outcome {
    Workspace.removeLeftovers(in: request.settings.batch.workDir)
    let caught = Mutex<Int32?>(nil)
    let isCanceled: () -> Bool = {
      if let signal = Signals.wait(milliseconds: 0) { caught.withLock { $0 = $0 ?? signal } }
      return caught.withLock { $0 != nil }
    }
    let run = RequestRun(
      request: request, log: RequestLog(terminal: terminal, request: request), retries: retries,
      isCanceled: isCanceled, isStopping: isCanceled, onEvent: { _, line in events?.write(line) })
    let (outcome, _) = Signals.whileBlocked { run.run() }
    let signal = caught.withLock { $0 }
    if let failure = events?.failure { terminal.log(.error, failure.message) }
    return Outcome(
      status: outcome.status, document: outcome.document, errors: outcome.errors,
      exitCode: signal.map { 128 + $0 } ?? (events?.failure == nil ? Self.exitCode(outcome) : 4))
  }

  static func exitCode(_ outcome: WorkerProcess.Outcome) -> Int32 {
    if outcome.status == .succeeded { return 0 }
    if !outcome.errors.isEmpty, outcome.errors.allSatisfy(\.retryable) { return 75 }
    return outcome.errors.contains { $0.code == .outputFailed } ? 4 : 1
  }
}
