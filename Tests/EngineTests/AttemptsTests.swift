import Documents
@testable import Engine
import Testing

@Suite struct AttemptsTests {
  private func outcome(_ code: ErrorCode? = nil, retryable: Bool = true) -> WorkerProcess.Outcome {
    guard let code else { return WorkerProcess.Outcome(status: .succeeded, errors: []) }
    return WorkerProcess.Outcome(status: .failed, errors: [ErrorRecord(code, "-", retryable: retryable)])
  }

  private func run(_ outcomes: [WorkerProcess.Outcome], retries: Int) -> (count: Int, log: [AttemptRecord], told: Int) {
    var left = outcomes
    var told = 0
    let attempts = Attempts(retries: retries, isStopping: { false }) { _ in told += 1 }
    let (_, log) = attempts.run { left.removeFirst() }
    return (outcomes.count - left.count, log, told)
  }

  @Test func aCrashIsTriedAgainUntilItPasses() {
    let (count, log, told) = run([outcome(.workerCrashed), outcome(), outcome()], retries: 2)
    #expect(count == 2)
    #expect(told == 1)
    #expect(log.map(\.code) == [.workerCrashed, nil])
    #expect(log[0].pauseSeconds != nil)
    #expect(log[1].pauseSeconds == nil)
  }

  @Test func noMoreOftenThanAllowed() {
    #expect(run([outcome(.workerCrashed), outcome()], retries: 0).count == 1)
    #expect(run(Array(repeating: outcome(.workerCrashed), count: 3), retries: 1).count == 2)
  }

  @Test(arguments: [ErrorCode.notMedia, .corrupt, .timedOut, .outOfMemory, .limitExceeded, .canceled, .outputFailed])
  func whatTheInputIsDoesNotChange(code: ErrorCode) {
    #expect(run([outcome(code), outcome()], retries: 3).count == 1)
    #expect(run([outcome(.unreadable, retryable: false), outcome()], retries: 3).count == 1)
  }

  @Test func anInterruptionEndsIt() {
    var count = 0
    let attempts = Attempts(retries: 9, isStopping: { true }) { _ in }
    _ = attempts.run {
      count += 1
      return outcome(.workerCrashed)
    }
    #expect(count == 1)
  }

  @Test func pausesGrowAndAreBounded() {
    for _ in 0..<100 {
      #expect((0.25...0.75).contains(Attempts.pause(after: 1)))
      #expect((1.0...3.0).contains(Attempts.pause(after: 3)))
      #expect((15.0...45.0).contains(Attempts.pause(after: 60)))
    }
    #expect(Set((0..<20).map { _ in Attempts.pause(after: 1) }).count > 10)
  }
}
