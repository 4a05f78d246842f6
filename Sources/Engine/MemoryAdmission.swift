import Documents
import Glibc

/// Decides whether another worker may be started: only where what it is expected to need is free, besides what those that run
/// may still grow by. One always may, so that a batch goes on.
struct MemoryAdmission {
  /// What a worker needs before any has been seen: the libraries, a decoder for 1080p and the detectors.
  private static let firstGuess: Int64 = 256 << 20

  /// The largest peak of the workers that have ended.
  private var largestPeak: Int64 = 0
  /// Expected peaks of those that run.
  private var running: [Int: Int64] = [:]
  private let mostEach: Int64

  /// `mostEach` is the limit of one worker.
  init(mostEach: Int64) { self.mostEach = mostEach }

  /// What the next worker is expected to need at most, in bytes.
  var expected: Int64 { min(mostEach, max(Self.firstGuess, largestPeak)) }

  /// Starts counting a worker if it fits into `free` bytes; `inUse` is what the running ones hold already.
  mutating func admit(_ worker: Int, free: Int64?, inUse: Int64) -> Bool {
    if let free, !running.isEmpty {
      let growth = max(0, running.values.reduce(0, +) - inUse)
      guard free - growth >= expected else { return false }
    }
    running[worker] = expected
    return true
  }

  /// Stops counting a worker that has ended with this peak.
  mutating func end(_ worker: Int, peak: Int64?) {
    running[worker] = nil
    largestPeak = max(largestPeak, peak ?? 0)
  }

  /// Bytes that programs may still take: of the system, or of this process's control group where that has less.
  static var free: Int64? {
    let system = (try? FileSystem.read("/proc/meminfo")).flatMap { bytes in
      String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }?
        .split(separator: " ").dropFirst().first.flatMap { Int64($0) }.map { $0 << 10 }
    }
    guard let group = ControlGroup.freeMemory else { return system }
    return system.map { min($0, group) } ?? group
  }
}
