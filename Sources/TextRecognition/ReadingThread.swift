import Documents
import Media

/// Runs jobs one after the other on a thread of its own, or at once on the caller's where it may have none.
///
/// Tesseract blocks for a tenth of a second and more, so it belongs neither on Swift's cooperative threads nor, where a
/// second thread is allowed, on the one that decodes.
final class ReadingThread {
  typealias Job = @Sendable () -> Void

  /// Jobs that may wait, and bytes of the pictures they hold, before ``submit(holding:_:)`` makes the caller wait: the blocks of a page
  /// end together, and the next page is to be decoded while they are read.
  static let mostJobs = 64
  static let mostBytes = 16 << 20

  /// What the caller and the thread share.
  private final class Shared: @unchecked Sendable {
    let monitor = Monitor()
    var waiting: [(bytes: Int, job: Job)] = []
    var bytes = 0
    var isRunning = false
    var isClosed = false
  }

  private let shared = Shared()
  private var thread: PlainThread?

  /// Starts the thread if `separate`; else every job runs within ``submit(holding:_:)``.
  init(separate: Bool) throws(MediaError) {
    guard separate else { return }
    thread = PlainThread { [shared] in Self.work(shared) }
    if thread == nil { throw MediaError(.internal, "the system has no thread left to read text with") }
  }

  deinit { close() }

  /// Runs a job that holds so many bytes of pictures, in its turn.
  func submit(holding bytes: Int, _ job: @escaping Job) {
    guard thread != nil else { return job() }
    shared.monitor.wait { [shared] () -> Void? in
      let hasRoom = shared.waiting.count < Self.mostJobs && shared.bytes + bytes <= Self.mostBytes
      guard hasRoom || shared.waiting.isEmpty else { return nil }
      shared.bytes += bytes
      return shared.waiting.append((bytes, job))
    }
  }

  /// Waits until every job has run.
  func drain() {
    guard thread != nil else { return }
    shared.monitor.wait { [shared] () -> Void? in shared.isRunning || !shared.waiting.isEmpty ? nil : () }
  }

  /// Lets waiting jobs run and ends the thread.
  func close() {
    guard let thread else { return }
    shared.monitor.change { shared.isClosed = true }
    thread.join()
    self.thread = nil
  }

  private static func work(_ shared: Shared) {
    while let job = nextJob(shared) {
      job()
      shared.monitor.change { shared.isRunning = false }
    }
  }

  private static func nextJob(_ shared: Shared) -> Job? {
    shared.monitor.wait { () -> Job?? in
      if !shared.waiting.isEmpty {
        shared.isRunning = true
        let next = shared.waiting.removeFirst()
        shared.bytes -= next.bytes
        return next.job
      }
      return shared.isClosed ? .some(nil) : nil
    }
  }
}
