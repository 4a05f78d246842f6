package import Documents
package import Media
import Synchronization
package import Timing

/// Decodes the frames that a rule names and little else.
///
/// A look at the packets finds the frames and the key frames before them. Then groups of pictures are decoded, on several
/// threads, of which only those that hold a frame that was asked for. Where packets do not tell enough, or what comes up is
/// not what they said, every frame is decoded from the start, on one thread if there is damage.
package struct FrameFetch {
  /// A frame as it is handed out.
  package struct Found: Sendable {
    package let time: FrameTime
    package let requested: [FrameMoment]
    /// The frame that was asked for where that one is damaged and an earlier one stands for it.
    package let standsFor: FrameTime?
  }

  package struct Outcome: Sendable {
    /// In order of time.
    package var found: [Found] = []
    /// What lies past the end of the film.
    package var past: [FrameMoment] = []
    /// Whether groups of pictures were left out.
    package var wasSought = false
    /// Length of the film, where it was read to its end.
    package var end: (seconds: Double, frames: Int)?
    package var decodeErrors = 0
  }

  /// Gets frames one after the other; made once for each thread.
  package typealias Receiver = (VideoFrame, Found) throws -> Void

  private let path: String
  private let limits: Limits
  private let threads: Int
  private let rule: FrameRule
  /// Told of the packets read so far, from any thread.
  private let progress: @Sendable (Int) -> Void

  /// `rule` is one that needs no scenes.
  package init(
    path: String, limits: Limits, threads: Int, rule: FrameRule, progress: @escaping @Sendable (Int) -> Void
  ) {
    self.path = path
    self.limits = limits
    self.threads = threads
    self.rule = rule
    self.progress = progress
  }

  /// Hands every frame to a receiver. Where it has to begin anew it calls `reset` first: what was received counts no more.
  package func run(
    reset: () throws -> Void, makeReceiver: @escaping @Sendable () throws -> Receiver
  ) throws -> Outcome {
    let search = try FrameSearch(path: path, limits: limits, rule: rule, progress: progress)
    LibraryLog.reset()
    guard search.isTrusted, try HeadCheck.passes(path: path, limits: limits, head: search.head) else {
      return try decodeThrough(search, reset: reset, makeReceiver)
    }
    do {
      try seek(jobs(search.found), makeReceiver)
    } catch is GroupSeeker.Mismatch {
      try reset()
      return try decodeThrough(search, reset: reset, makeReceiver)
    }
    var outcome = Outcome(past: search.past, wasSought: true)
    outcome.found = search.found.map { Found(time: $0.time, requested: $0.requested, standsFor: nil) }
    if let count = search.frameCount, let last = search.last {
      outcome.end = (last.seconds, count)
    }
    return outcome
  }

  private func jobs(_ frames: [SoughtFrame]) -> [GroupSeeker.Job] {
    var jobs: [GroupSeeker.Job] = []
    var group: [SoughtFrame] = []
    for frame in frames {
      if let start = group.first?.start, start.number != frame.start.number {
        jobs.append(GroupSeeker.Job(start: start, frames: group))
        group = []
      }
      group.append(frame)
    }
    if let start = group.first?.start { jobs.append(GroupSeeker.Job(start: start, frames: group)) }
    return jobs
  }

  // MARK: - Groups of pictures

  /// What the threads share.
  private final class Shared: Sendable {
    let jobs: [GroupSeeker.Job]
    /// Neighbours that one thread takes at once, so that it can read on from one to the next.
    let portion: Int
    let next = Mutex(0)
    let failure = Mutex<(any Error)?>(nil)

    init(_ jobs: [GroupSeeker.Job], threads: Int) {
      self.jobs = jobs
      portion = max(1, jobs.count / (threads * 8))
    }

    func take() -> Range<Int>? {
      guard failure.withLock({ $0 == nil }) else { return nil }
      return next.withLock { next in
        guard next < jobs.count else { return nil }
        defer { next += portion }
        return next..<min(jobs.count, next + portion)
      }
    }
  }

  private func seek(
    _ jobs: [GroupSeeker.Job], _ makeReceiver: @escaping @Sendable () throws -> Receiver
  ) throws {
    let count = max(1, min(threads, jobs.count))
    let shared = Shared(jobs, threads: count)
    // One group alone can only be decoded by threads of the decoder's own.
    let decoderThreads = jobs.count == 1 && jobs[0].frames.count > 1 ? threads : 1
    let (path, limits, progress) = (path, limits, progress)
    let read = Atomic<Int>(0)
    let work: @Sendable () -> Void = {
      do {
        let receive = try makeReceiver()
        let seeker = try GroupSeeker(path: path, limits: limits, threads: decoderThreads) { packets in
          let total = read.add(packets, ordering: .relaxed).newValue
          if total % 256 == 0 { progress(total) }
        }
        while let range = shared.take() {
          for job in shared.jobs[range] {
            try seeker.run(job) { frame, sought in
              try receive(frame, Found(time: sought.time, requested: sought.requested, standsFor: nil))
            }
          }
        }
      } catch {
        shared.failure.withLock { $0 = $0 ?? error }
      }
    }
    if count == 1 {
      work()
    } else {
      let others = (1..<count).compactMap { _ in PlainThread(work) }
      work()
      for thread in others { thread.join() }
    }
    if let failure = shared.failure.withLock({ $0 }) { throw failure }
  }

  // MARK: - Every frame

  private func decodeThrough(
    _ search: FrameSearch, reset: () throws -> Void, _ makeReceiver: @escaping @Sendable () throws -> Receiver
  ) throws -> Outcome {
    LibraryLog.reset()
    let expected = Dictionary(
      search.isTrusted ? search.found.flatMap { sought in sought.requested.map { ($0, sought.time) } } : [],
      uniquingKeysWith: { first, _ in first })
    func pass(threads: Int) throws -> (Outcome, sawTrouble: Bool) {
      let decoding = FullDecode(path: path, limits: limits, rule: rule, expected: expected, progress: progress)
      return try decoding.run(threads: threads, makeReceiver())
    }
    let (outcome, sawTrouble) = try pass(threads: threads)
    guard sawTrouble, threads > 1 else { return outcome }
    // What threads make of damage is not the same each time.
    try reset()
    LibraryLog.reset()
    return try pass(threads: 1).0
  }
}

/// A look at the first frames of a film: whether each packet gives the frame that it says.
enum HeadCheck {
  static func passes(path: String, limits: Limits, head: [Int64]) throws -> Bool {
    let input = try Input(path: path, limits: limits)
    guard let video = input.videoStreamIndex else { return false }
    input.select(streams: [video])
    let decoder = try VideoDecoder(input, threads: 1)
    let errors = LibraryLog.decoderErrorsOfThread
    let packet = try Packet()
    let frame = try VideoFrame()
    var seen: [Int64] = []
    while seen.count < head.count {
      let isLast = try !input.read(packet)
      if !isLast, packet.streamIndex != video { continue }
      try decoder.send(isLast ? nil : packet)
      while seen.count < head.count, try decoder.receiveUncounted(frame) {
        guard let pts = frame.pts, !frame.isDamaged else { return false }
        seen.append(pts)
      }
      if isLast { break }
    }
    return seen == head && decoder.failedCalls == 0 && LibraryLog.decoderErrorsOfThread == errors
  }
}
