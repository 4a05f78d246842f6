package import Documents
import Glibc
import Synchronization

/// Carries out one request document in a worker process, for schedulers: what may pass is tried again here, and the exit code says
/// whether it is worth trying again later.
package struct SingleRun {
  package struct Outcome: Sendable {
    package var status: Status
    /// The path of the document.
    package var document: String?
    /// The document itself, of an operation that was given no place for it.
    package var text: String?
    package var errors: [ErrorRecord]
    /// 0 succeeded; 75 failed in a way that may pass (sysexits' EX_TEMPFAIL); 1 failed for good, or partial; 4 results could not
    /// be written; 2 the request is not as it should be; 130, 143 interrupted.
    package var exitCode: Int32
  }

  /// As the worker gets it: a document that the worker hands over is not its to write.
  private let request: Request
  /// Where the document of a probe or a measurement goes.
  private let target: String?
  private let retries: Int
  private let terminal: Terminal
  private let events: EventStream?

  package init(_ request: Request, retries: Int, terminal: Terminal, events: EventStream?) {
    let handsOver = request.operation == .probe || request.operation == .loudness
    target = handsOver ? request.output.flatMap { $0.isEmpty ? nil : $0 } : nil
    self.request = handsOver ? request.withoutOutput : request
    self.retries = retries
    self.terminal = terminal
    self.events = events
  }

  package func run() -> Outcome {
    do throws(ErrorRecord) {
      if let target { try Publisher.checkFile(target, apartFrom: request.inputPath) }
    } catch {
      terminal.log(.error, error.message, path: request.inputPath)
      return Outcome(status: .failed, errors: [error], exitCode: 4)
    }
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
    var result = Outcome(
      status: outcome.status, document: outcome.document, errors: outcome.errors,
      exitCode: signal.map { 128 + $0 } ?? (events?.failure == nil ? Self.exitCode(outcome) : 4))
    do {
      guard let text = try document(of: outcome) else { return result }
      guard let target else {
        result.text = text
        return result
      }
      try Environment.write(text, to: target)
      result.document = target
    } catch {
      let record = ErrorRecord(describing: error, stage: "output")
      terminal.log(.error, record.message, path: request.inputPath)
      result.status = .failed
      result.errors.append(record)
      result.exitCode = 4
    }
    return result
  }

  /// What the worker found and wrote nowhere, as the commands of the same name print it; also of an input that failed.
  private func document(of outcome: WorkerProcess.Outcome) throws -> String? {
    let name = request.inputName ?? request.inputPath
    switch request.operation {
    case .analyze, .mix: return nil
    case .probe:
      let failed = ProbeDocument(
        status: outcome.status, engine: Engine.version, input: InputDescription(path: name), media: nil,
        errors: outcome.errors)
      return try DocumentEncoder.pretty(outcome.probe ?? failed)
    case .loudness, .normalize:
      var failed = SoundResult(path: name, status: outcome.status)
      failed.errors = outcome.errors
      return try DocumentEncoder.pretty(
        SoundDocument(
          kind: request.operation == .loudness ? .loudness : .normalize, status: outcome.status,
          engine: Engine.version, album: nil, results: [outcome.sound ?? failed]))
    }
  }

  static func exitCode(_ outcome: WorkerProcess.Outcome) -> Int32 {
    if outcome.status == .succeeded { return 0 }
    if outcome.errors.contains(where: { $0.code == .invalidDocument }) { return 2 }
    if !outcome.errors.isEmpty, outcome.errors.allSatisfy(\.retryable) { return 75 }
    return outcome.errors.contains { $0.code == .outputFailed } ? 4 : 1
  }
}

extension Request {
  /// The same with no place for results.
  fileprivate var withoutOutput: Request {
    var copy = self
    copy.output = nil
    return copy
  }
}
