import Documents
import Glibc
import Synchronization

/// Ends a worker, and removes its workspace, when it is told to stop or when its parent is gone.
enum WorkerGuard {
  private final class Target: Sendable {
    let workspace: String?
    let lifeline: Int32?

    init(workspace: String?, lifeline: Int32?) {
      self.workspace = workspace
      self.lifeline = lifeline
    }

    func end(_ code: Int32) -> Never {
      ending.withLock { _ in
        // The other threads are still at work in there.
        for _ in 0..<10 {
          guard let workspace, FileSystem.exists(workspace) else { break }
          FileSystem.remove(workspace)
        }
        _exit(code)
      }
    }
  }

  private static let ending = Mutex(())

  /// Runs `body`, which puts results into place, without being ended in the middle: it is short, and half of it would be left.
  static func withoutEnding(_ body: () throws(ErrorRecord) -> Void) throws(ErrorRecord) {
    let result: Result<Void, ErrorRecord> = ending.withLock { _ in
      do throws(ErrorRecord) {
        return .success(try body())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  static func start(removing workspace: String?) {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let lifeline = getenv(Worker.lifelineVariable).flatMap { Int32(String(cString: $0)) }
    let target = Target(workspace: workspace, lifeline: lifeline)
    watch(target) { target in
      var signals = sigset_t()
      sigemptyset(&signals)
      for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, signal) }
      var signal: Int32 = 0
      sigwait(&signals, &signal)
      target.end(128 + signal)
    }
    guard lifeline != nil else { return }
    watch(target) { target in
      var byte: UInt8 = 0
      while let lifeline = target.lifeline {
        let got = read(lifeline, &byte, 1)
        if got == 0 || got < 0 && errno != EINTR { break }
      }
      target.end(137)
    }
  }

  private final class Task {
    let target: Target
    let body: @Sendable (Target) -> Void

    init(_ target: Target, _ body: @escaping @Sendable (Target) -> Void) {
      self.target = target
      self.body = body
    }
  }

  /// Runs `body` on a detached thread.
  private static func watch(_ target: Target, _ body: @escaping @Sendable (Target) -> Void) {
    var thread = pthread_t()
    let task = Unmanaged.passRetained(Task(target, body))
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let task = Unmanaged<Task>.fromOpaque(context).takeRetainedValue()
        task.body(task.target)
        return nil
      }, task.toOpaque())
    if code == 0 { pthread_detach(thread) } else { task.release() }
  }
}
