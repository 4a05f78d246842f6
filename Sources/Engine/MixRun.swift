package import Documents
import Glibc
import Synchronization

/// Runs one mix in a worker process and shows how it goes on.
package struct MixRun {
  package struct Outcome: Sendable {
    package var status: Status
    package var report: String?
    package var errors: [ErrorRecord]
    package var warnings: [WarningRecord]
    package var exitCode: Int32
  }

  private let request: Request
  private let terminal: Terminal

  /// Reads and checks the document before any work: throws ``DocumentError`` where it is not as it should be.
  package init(
    document path: String, output: String, sound: SoundOptions, settings: Settings, terminal: Terminal
  ) throws {
    let bytes: [UInt8]
    do {
      bytes = try FileSystem.read(path)
    } catch {
      throw DocumentError("the mix document \(path) cannot be read: \(String(cString: strerror(errno)))")
    }
    let document = try MixDocumentReader.read(bytes)
    if !sound.dryRun { _ = try SoundOutputPlan.all(document, output: output) }
    request = {
      var request = Request(
        id: "mix", operation: .mix, inputPath: path, inputName: nil, output: output, settings: settings)
      request.sound = sound
      return request
    }()
    self.terminal = terminal
  }

  package func run() -> Outcome {
    let warnings = Mutex<[WarningRecord]>([])
    let stopping = Mutex<Int32?>(nil)
    let worker = WorkerProcess(
      request,
      onEvent: { event, _ in
        guard event.event == .warning else { return }
        warnings.withLock {
          $0.append(WarningRecord(event.code ?? "", event.message ?? "", stage: event.stage))
        }
      },
      isCanceled: {
        if let signal = Signals.wait(milliseconds: 0) { stopping.withLock { $0 = signal } }
        return stopping.withLock { $0 != nil }
      })
    let outcome = Signals.whileBlocked { worker.run() }
    for error in outcome.errors { terminal.log(.error, error.message, path: request.inputPath) }
    let signal = stopping.withLock { $0 }
    return Outcome(
      status: outcome.status, report: outcome.document, errors: outcome.errors,
      warnings: warnings.withLock { $0 }, exitCode: signal.map { 128 + $0 } ?? Self.exitCode(outcome))
  }

  private static func exitCode(_ outcome: WorkerProcess.Outcome) -> Int32 {
    if outcome.status == .succeeded { return 0 }
    if outcome.errors.contains(where: { $0.code == .invalidDocument }) { return 2 }
    return outcome.errors.contains { $0.code == .outputFailed } ? 4 : 1
  }
}
