import FoundationEssentials
import Glibc

/// Wall and processor time.
enum Clock {
  /// Seconds on a clock that never goes back.
  static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Now as ISO 8601 in UTC with milliseconds.
  static var timestamp: String {
    Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}

/// What this process has used.
enum ProcessUsage {
  /// RUSAGE_SELF, which glibc declares as an enumeration that getrusage does not take.
  private static let thisProcess: Int32 = 0

  static var cpuSeconds: Double {
    var usage = rusage()
    getrusage(thisProcess, &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  /// The largest resident size so far.
  static var peakMemoryBytes: Int64 {
    var usage = rusage()
    getrusage(thisProcess, &usage)
    return Int64(usage.ru_maxrss) * 1024
  }

  /// Processors this process may run on: the kernel's mask for it, which taskset narrows, and no
  /// more than its control group's quota.
  static let cores: Int = {
    let status = (try? FileSystem.read("/proc/self/status")).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let mask = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }?.split(separator: "\t").last
    let allowed = mask?.reduce(0) { $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount } ?? 0
    let cores = allowed > 0 ? allowed : max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    return min(cores, ControlGroup.processors ?? cores)
  }()

  static var systemMemoryBytes: Int64? {
    let pages = Int64(sysconf(Int32(_SC_PHYS_PAGES)))
    return pages > 0 ? pages * Int64(sysconf(Int32(_SC_PAGESIZE))) : nil
  }

  /// Resident bytes of another process; nil once it is gone.
  static func residentBytes(of process: pid_t) -> Int64? {
    guard let bytes = try? FileSystem.read("/proc/\(process)/statm") else { return nil }
    let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard parts.count > 1, let pages = Int64(parts[1]) else { return nil }
    return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// What the threads of another process are doing, such as "1 running, 2 asleep (futex_wait_queue)"; empty once it is gone.
  ///
  /// The state is the third field of /proc/PID/task/TID/stat, after the name in parentheses; the function of the kernel that a thread
  /// waits in is wchan, which not every system shows (proc(5)).
  static func threads(of process: pid_t) -> String {
    let folder = "/proc/\(process)/task"
    var counts: [String: Int] = [:]
    for thread in FileSystem.list(folder) ?? [] {
      guard let stat = try? FileSystem.read("\(folder)/\(thread)/stat"),
        let state = String(decoding: stat, as: UTF8.self).split(separator: ")").last?.dropFirst().first
      else { continue }
      let wchan = (try? FileSystem.read("\(folder)/\(thread)/wchan")) ?? []
      let function = String(decoding: wchan, as: UTF8.self)
      let place = function.isEmpty || function == "0" ? "" : " (\(function))"
      counts[(states[state] ?? "in state \(state)") + place, default: 0] += 1
    }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($1) \($0)" }.joined(separator: ", ")
  }

  private static let states: [Character: String] = [
    "R": "running", "S": "asleep", "D": "waiting for a disk", "T": "stopped", "t": "stopped by a debugger",
    "Z": "ended",
  ]
}
