import Glibc

/// A thread of the system's, for work that blocks: such work would starve Swift's cooperative threads.
package final class PlainThread: @unchecked Sendable {
  private var handle = pthread_t()

  /// Runs `body` on a new thread; nil where the system has no thread left.
  package init?(_ body: @escaping @Sendable () -> Void) {
    let task = Unmanaged.passRetained(Task(body))
    let code = pthread_create(
      &handle, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<Task>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, task.toOpaque())
    if code != 0 {
      task.release()
      return nil
    }
  }

  /// Waits for the end. Call once.
  package func join() { pthread_join(handle, nil) }

  private final class Task {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

/// A lock with a condition: whoever changes what it guards says so, and whoever waits looks again.
package final class Monitor: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  package init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Runs `body` alone, and wakes whoever waits.
  package func change<R>(_ body: () -> R) -> R {
    pthread_mutex_lock(mutex)
    defer {
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(mutex)
    }
    return body()
  }

  /// Waits until `body` returns a value; it runs alone, at once and after every change.
  package func wait<R>(_ body: () -> R?) -> R {
    pthread_mutex_lock(mutex)
    defer {
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(mutex)
    }
    while true {
      if let value = body() { return value }
      pthread_cond_wait(changed, mutex)
    }
  }
}
