import Glibc

/// What a container or a service manager allows this process: its control group's processor quota and memory bound.
enum ControlGroup {
  /// Processors' worth of time that may be used, rounded up; nil without a quota.
  static let processors: Int? = {
    if let words = words("cpu.max"), words.count == 2, let quota = Double(words[0]), let period = Double(words[1]) {
      return processors(quota: quota, period: period)
    }
    guard let quota = legacy("cpu", "cpu.cfs_quota_us"), let period = legacy("cpu", "cpu.cfs_period_us") else {
      return nil
    }
    return processors(quota: quota, period: period)
  }()

  /// A quota of half a processor still needs one to run on.
  static func processors(quota: Double, period: Double) -> Int? {
    quota > 0 && period > 0 ? max(1, Int((quota / period).rounded(.up))) : nil
  }

  /// Bytes that may still be allocated before the group is at its bound; nil without one.
  static var freeMemory: Int64? {
    if let most = words("memory.max")?.first.flatMap({ Int64($0) }),
      let used = words("memory.current")?.first.flatMap({ Int64($0) })
    {
      return max(0, most - used)
    }
    guard let most = legacy("memory", "memory.limit_in_bytes"), most < 1e18,
      let used = legacy("memory", "memory.usage_in_bytes")
    else { return nil }
    return max(0, Int64(most - used))
  }

  /// The values of a file of the second version of control groups, from this process's own group.
  private static func words(_ file: String) -> [String]? {
    guard let group = group("0::") else { return nil }
    return values(Path.join("/sys/fs/cgroup" + group, file)) ?? values("/sys/fs/cgroup/" + file)
  }

  private static func legacy(_ controller: String, _ file: String) -> Double? {
    values("/sys/fs/cgroup/\(controller)/\(file)")?.first.flatMap { Double($0) }
  }

  private static func group(_ prefix: String) -> String? {
    guard let bytes = try? FileSystem.read("/proc/self/cgroup") else { return nil }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(prefix) }
    return line.map { String($0.dropFirst(prefix.count)) }
  }

  private static func values(_ path: String) -> [String]? {
    guard let bytes = try? FileSystem.read(path) else { return nil }
    return String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }.map(String.init)
  }
}
