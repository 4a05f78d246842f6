import Documents
import Glibc
package import Media

/// Runs jobs one after the other on a thread of its own, or at once on the caller's where it may have none.
///
/// Tesseract blocks for a tenth of a second and more, so it belongs neither on Swift's cooperative threads nor, where a
/// second thread is allowed, on the one that decodes.
package final class ReadingThread: @unchecked Sendable {
  package typealias Job = @Sendable () -> Void

  /// Jobs that may wait before ``submit(_:)`` makes the caller wait: each holds a picture.
  static let capacity = 8

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var waiting: [Job] = []
  private var running = false
  private var closed = false
  private var thread: pthread_t?

  /// Starts the thread if `separate`; else every job runs within ``submit(_:)``.
  package init(separate: Bool) throws(MediaError) {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
    guard separate else { return }
    var handle = pthread_t()
    let code = pthread_create(
      &handle, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<ReadingThread>.fromOpaque(context).takeUnretainedValue().loop()
        return nil
      }, Unmanaged.passUnretained(self).toOpaque())
    guard code == 0 else {
      throw MediaError(.internal, "no thread for reading text: \(String(cString: strerror(code)))")
    }
    thread = handle
  }

  deinit {
    close()
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  package func submit(_ job: @escaping Job) {
    guard thread != nil else { return job() }
    pthread_mutex_lock(mutex)
    while waiting.count >= Self.capacity { pthread_cond_wait(changed, mutex) }
    waiting.append(job)
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
  }

  /// Waits until every job has run.
  package func drain() {
    guard thread != nil else { return }
    pthread_mutex_lock(mutex)
    while running || !waiting.isEmpty { pthread_cond_wait(changed, mutex) }
    pthread_mutex_unlock(mutex)
  }

  /// Lets waiting jobs run and ends the thread.
  package func close() {
    guard let handle = thread else { return }
    pthread_mutex_lock(mutex)
    closed = true
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
    pthread_join(handle, nil)
    thread = nil
  }

  private func loop() {
    pthread_mutex_lock(mutex)
    while true {
      while waiting.isEmpty, !closed { pthread_cond_wait(changed, mutex) }
      guard !waiting.isEmpty else { break }
      let job = waiting.removeFirst()
      running = true
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(mutex)
      job()
      pthread_mutex_lock(mutex)
      running = false
      pthread_cond_broadcast(changed)
    }
    pthread_mutex_unlock(mutex)
  }
}
