import Glibc

/// A thread of the system's, for work that blocks: such work would starve Swift's cooperative threads.
final class PlainThread: @unchecked Sendable {
  private var handle = pthread_t()
  private let started: Bool

  /// Runs `body` at once on a new thread, or on this one where the system has no thread left.
  init(_ body: @escaping @Sendable () -> Void) {
    let task = Unmanaged.passRetained(Task(body))
    started =
      pthread_create(
        &handle, nil,
        { context in
          guard let context else { return nil }
          Unmanaged<Task>.fromOpaque(context).takeRetainedValue().body()
          return nil
        }, task.toOpaque()) == 0
    if !started {
      task.release()
      body()
    }
  }

  /// Waits for the end. Call once.
  func join() { if started { pthread_join(handle, nil) } }

  private final class Task {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

/// The signals that ask a batch to stop, taken in turn instead of interrupting.
enum Signals {
  private static var stopping: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, signal) }
    return set
  }

  /// Runs `body` with the signals held back for ``wait(milliseconds:)``.
  static func whileBlocked<R>(_ body: () -> R) -> R {
    var (set, old) = (stopping, sigset_t())
    pthread_sigmask(SIG_BLOCK, &set, &old)
    defer { pthread_sigmask(SIG_SETMASK, &old, nil) }
    return body()
  }

  /// The next signal, or nil when none came in time.
  static func wait(milliseconds: Int) -> Int32? {
    var set = stopping
    var time = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
    let signal = sigtimedwait(&set, nil, &time)
    return signal > 0 ? signal : nil
  }
}
