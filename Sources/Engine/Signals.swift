import Glibc

/// The signals that ask a batch to stop, taken in turn instead of interrupting.
enum Signals {
  private static var stopping: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, signal) }
    return set
  }

  /// Runs `body` with the signals held back for ``wait(milliseconds:)``.
  static func whileBlocked<R, E>(_ body: () throws(E) -> R) throws(E) -> R {
    var (set, old) = (stopping, sigset_t())
    pthread_sigmask(SIG_BLOCK, &set, &old)
    defer { pthread_sigmask(SIG_SETMASK, &old, nil) }
    return try body()
  }

  /// The next signal, or nil when none came in time.
  static func wait(milliseconds: Int) -> Int32? {
    var set = stopping
    var time = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
    let signal = sigtimedwait(&set, nil, &time)
    return signal > 0 ? signal : nil
  }
}
