package import Documents
import Glibc
import Timing

/// Tries one request again where what went wrong may pass: a crash, a worker that was killed from outside, a disk that could not
/// be read. What the input itself is, or a limit says, does not change by trying again.
package struct Attempts {
  /// Seconds before the second attempt; every further pause is twice as long, up to ``longestPause``.
  private static let firstPause = 0.5
  private static let longestPause = 30.0
  /// A pause is this much shorter or longer by chance, so that many that failed together do not come back together.
  private static let jitter = 0.5

  private let retries: Int
  private let isStopping: () -> Bool
  private let onRetry: (AttemptRecord) -> Void

  /// `onRetry` is told of each attempt that failed and is followed by another.
  package init(
    retries: Int, isStopping: @escaping () -> Bool, onRetry: @escaping (AttemptRecord) -> Void
  ) {
    self.retries = retries
    self.isStopping = isStopping
    self.onRetry = onRetry
  }

  /// Runs `once` until it succeeds, fails for good, or has been tried again as often as allowed. Returns the last outcome and,
  /// in order, every attempt that was made.
  package func run(_ once: () -> WorkerProcess.Outcome) -> (WorkerProcess.Outcome, [AttemptRecord]) {
    var attempts: [AttemptRecord] = []
    while true {
      let begun = Clock.now
      let outcome = once()
      var record = AttemptRecord(
        number: attempts.count + 1, status: outcome.status, wallSeconds: (Clock.now - begun).rounded(places: 3))
      record.code = outcome.errors.first?.code
      record.message = outcome.errors.first?.message
      guard [.failed, .partial].contains(outcome.status), attempts.count < retries, Self.mayPass(outcome.errors),
        !isStopping()
      else {
        return (outcome, attempts + [record])
      }
      let pause = Self.pause(after: attempts.count + 1)
      record.pauseSeconds = pause.rounded(places: 3)
      attempts.append(record)
      onRetry(record)
      wait(pause)
    }
  }

  /// Whether trying again may help: every error says so, and is of a kind that time can heal.
  static func mayPass(_ errors: [ErrorRecord]) -> Bool {
    !errors.isEmpty
      && errors.allSatisfy { $0.retryable && [.workerCrashed, .unreadable, .internal].contains($0.code) }
  }

  static func pause(after attempt: Int) -> Double {
    let even = min(longestPause, firstPause * Double(1 << min(20, attempt - 1)))
    return even * Double.random(in: 1 - jitter...1 + jitter)
  }

  /// Sleeps in pieces, so that an interruption is not kept waiting.
  private func wait(_ seconds: Double) {
    let end = Clock.now + seconds
    while Clock.now < end, !isStopping() { usleep(50_000) }
  }
}
