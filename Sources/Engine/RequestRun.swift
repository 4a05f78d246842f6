import Documents
import Glibc

/// Carries one request to its end: a worker, another one where what went wrong may pass, and events and log lines that tell it in
/// the order in which it was.
///
/// There is a `started` event, and one `finished` event, the last: that of an attempt that is followed by another is replaced by `retrying`.
struct RequestRun {
  let request: Request
  let log: RequestLog
  let retries: Int
  /// Ends a running worker.
  let isCanceled: () -> Bool
  /// Begins no further attempt.
  let isStopping: () -> Bool
  /// Gets every event, and the line that it is written as.
  let onEvent: (Event, String) -> Void
  var onProcess: (Int32, Bool) -> Void = { _, _ in }

  /// Returns the last outcome, and every attempt that was made, in order.
  func run() -> (WorkerProcess.Outcome, [AttemptRecord]) {
    let begun = Clock.now
    log.start()
    var finished: (event: Event, line: String)?
    var hasStarted = false
    var number = 0
    let attempts = Attempts(retries: retries, isStopping: isStopping) { attempt in
      log.retry(attempt)
      finished = nil
      tell(retrying(attempt))
    }
    let (outcome, records) = attempts.run {
      number += 1
      let outcome = WorkerProcess(
        request,
        onEvent: { event, line in
          log.note(event)
          hasStarted = hasStarted || event.event == .started
          if event.event == .finished { finished = (event, line) } else { onEvent(event, line) }
        }, onProcess: onProcess, isCanceled: isCanceled
      ).run()
      log.attempt(outcome, number: number)
      return outcome
    }
    // A worker that did not live to tell its end, or whose end was another than it said.
    if let finished, outcome.saidSo {
      onEvent(finished.event, finished.line)
    } else {
      if !hasStarted { tell(Self.event(.started, of: request)) }
      tell(Self.end(outcome, of: request))
    }
    log.end(outcome, attempts: number, seconds: Clock.now - begun)
    return (outcome, records)
  }

  /// Ends the request before it began, for what is wrong with its input.
  func refuse(_ problem: ErrorRecord) -> WorkerProcess.Outcome {
    let outcome = WorkerProcess.Outcome(status: .failed, errors: [problem])
    log.start()
    tell(Self.event(.started, of: request))
    tell(Self.end(outcome, of: request))
    log.end(outcome, attempts: 0, seconds: 0)
    return outcome
  }

  /// The `finished` event of a request whose worker could not write it.
  static func end(_ outcome: WorkerProcess.Outcome, of request: Request) -> Event {
    var event = event(.finished, of: request)
    event.status = outcome.status
    event.document = outcome.document
    event.errors = outcome.errors
    event.result = outcome.summary
    event.timings = outcome.timings
    return event
  }

  private func retrying(_ attempt: AttemptRecord) -> Event {
    var event = Self.event(.retrying, of: request)
    event.attempt = attempt.number
    event.pauseSeconds = attempt.pauseSeconds
    event.code = attempt.code?.rawValue
    event.message = attempt.message
    return event
  }

  private static func event(_ kind: Event.Kind, of request: Request) -> Event {
    var event = Event(kind, requestID: request.id, time: Clock.timestamp)
    event.path = request.inputName ?? request.inputPath
    return event
  }

  private func tell(_ event: Event) {
    if let line = try? DocumentEncoder.line(event) { onEvent(event, line) }
  }
}
