import CSandbox
package import Documents
import Glibc

/// Locks a worker into a room: of the file system it reaches its input, its workspace, the folder of its results and the
/// system's libraries; it reaches no network and starts no program.
///
/// Landlock (kernel 5.13 or later) holds the files, a seccomp filter the system calls. Both bind every thread that is started
/// afterwards and cannot be undone, so this runs before the first thread.
package enum Sandbox {
  /// What a worker may reach.
  struct Room {
    /// Files and folders to read, with all they hold.
    var readable: [String] = []
    /// Folders in which files are made, changed and removed.
    var writable: [String] = []
    /// Folders of which an empty folder may be removed.
    var removable: [String] = []
  }

  /// What this system can do, without doing it.
  package static var available: SandboxLevel {
    switch (cr_landlock_abi() > 0, hasFilters) {
    case (true, true): .full
    case (false, false): .off
    default: .partial
    }
  }

  /// The Landlock ABI of the kernel; nil without Landlock.
  package static var landlockABI: Int? { cr_landlock_abi() > 0 ? Int(cr_landlock_abi()) : nil }

  /// Whether system calls can be filtered.
  package static var hasFilters: Bool { seccomp_api_get() >= 1 }

  /// Locks the calling thread, and those it starts later, into `room`. Returns how far that went.
  static func enter(_ room: Room) -> SandboxLevel {
    guard cr_no_new_privileges() == 0 else { return .off }
    let files = lockFiles(room)
    let calls = filterCalls()
    return files && calls ? .full : files || calls ? .partial : .off
  }

  // MARK: - Files

  private static let readFile = UInt64(LANDLOCK_ACCESS_FS_READ_FILE)
  private static let read = readFile | UInt64(LANDLOCK_ACCESS_FS_READ_DIR)
  private static let write: UInt64 =
    read | UInt64(LANDLOCK_ACCESS_FS_WRITE_FILE) | UInt64(LANDLOCK_ACCESS_FS_REMOVE_DIR)
    | UInt64(LANDLOCK_ACCESS_FS_REMOVE_FILE) | UInt64(LANDLOCK_ACCESS_FS_MAKE_DIR)
    | UInt64(LANDLOCK_ACCESS_FS_MAKE_REG) | UInt64(LANDLOCK_ACCESS_FS_REFER) | UInt64(CR_FS_TRUNCATE)
  /// Every right of ABI 1; what is not granted is denied.
  private static let allOfFirst: UInt64 = (1 << 13) - 1

  /// What the libraries read as they work: code and locales, character sets, Tesseract's models where the package puts them,
  /// the number of cores, this process's own state.
  private static let system = [
    "/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/usr/share", "/opt", "/etc/ld.so.cache",
    "/etc/localtime",
    "/proc/self", "/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/sys/devices/system", "/sys/fs/cgroup",
    "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random",
  ]

  private static func lockFiles(_ room: Room) -> Bool {
    let abi = cr_landlock_abi()
    // Without the right to move files between folders (ABI 2), results could not be put into place.
    guard abi >= 2 else { return false }
    var handled = allOfFirst | UInt64(LANDLOCK_ACCESS_FS_REFER)
    if abi >= 3 { handled |= UInt64(CR_FS_TRUNCATE) }
    var attributes = cr_ruleset(
      files: handled, network: abi >= 4 ? CR_NET_ALL : 0, scope: abi >= 6 ? CR_SCOPE_ALL : 0)
    let words = abi >= 6 ? 3 : abi >= 4 ? 2 : 1
    let ruleset = cr_landlock_create(&attributes, UInt(words * MemoryLayout<UInt64>.size))
    guard ruleset >= 0 else { return false }
    defer { close(ruleset) }
    for path in system { _ = allow(path, read & handled, ruleset) }
    for path in room.readable { guard allow(path, read & handled, ruleset) else { return false } }
    for path in room.writable { guard allow(path, write & handled, ruleset) else { return false } }
    for path in room.removable { _ = allow(path, UInt64(LANDLOCK_ACCESS_FS_REMOVE_DIR), ruleset) }
    _ = allow("/dev/null", (readFile | UInt64(LANDLOCK_ACCESS_FS_WRITE_FILE)) & handled, ruleset)
    return cr_landlock_enforce(ruleset) == 0
  }

  /// Allows `rights` at and below a path. What is not there, or cannot be reached anyway, needs no rule.
  private static func allow(_ path: String, _ rights: UInt64, _ ruleset: Int32) -> Bool {
    let descriptor = open(path, CR_OPEN_PATH | O_CLOEXEC)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    var raw = stat()
    guard fstat(descriptor, &raw) == 0 else { return false }
    // A file takes no rights that only folders have.
    let forFiles =
      readFile | UInt64(LANDLOCK_ACCESS_FS_WRITE_FILE) | UInt64(LANDLOCK_ACCESS_FS_EXECUTE) | UInt64(CR_FS_TRUNCATE)
    let isFolder = raw.st_mode & S_IFMT == S_IFDIR
    return cr_landlock_allow(ruleset, descriptor, isFolder ? rights : rights & forFiles) == 0
  }

  // MARK: - System calls

  /// Calls that decoding a file never needs and an attack does: network, programs, other processes, other name spaces, the
  /// kernel's own settings, and ways around this filter.
  private static let forbidden = [
    "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "execve", "execveat", "fork", "vfork",
    "ptrace",
    "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_open", "pidfd_getfd", "pidfd_send_signal",
    "kcmp",
    "mount", "umount2", "pivot_root", "chroot", "setns", "unshare", "move_mount", "open_tree", "fsopen", "fsmount",
    "fspick",
    "mount_setattr", "open_by_handle_at", "name_to_handle_at", "bpf", "perf_event_open", "userfaultfd", "add_key",
    "request_key",
    "keyctl", "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon",
    "swapoff",
    "acct", "quotactl", "syslog", "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname",
    "setdomainname",
    "ioperm", "iopl", "personality", "io_uring_setup", "io_uring_enter", "io_uring_register", "mknod", "mknodat",
    "setuid",
    "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups", "capset",
  ]

  private static func filterCalls() -> Bool {
    guard hasFilters, let filter = seccomp_init(cr_action_allow()) else { return false }
    defer { seccomp_release(filter) }
    let denied = cr_action_errno(EPERM)
    for name in forbidden {
      let number = seccomp_syscall_resolve_name(name)
      // A call that this kernel's list does not name cannot be made by its name either.
      guard number != __NR_SCMP_ERROR else { continue }
      guard seccomp_rule_add_array(filter, denied, number, 0, nil) == 0 else { return false }
    }
    return forbidProcesses(filter, denied) && forbidSignals(filter, denied) && seccomp_load(filter) == 0
  }

  /// Threads, but no processes: `clone` without the thread flag is refused, and `clone3`, whose flags a filter cannot see, is said
  /// not to exist, after which the C library uses `clone`.
  private static func forbidProcesses(_ filter: scmp_filter_ctx, _ denied: UInt32) -> Bool {
    let threads = scmp_datum_t(CR_CLONE_THREAD)
    var isProcess = [scmp_arg_cmp(arg: 0, op: SCMP_CMP_MASKED_EQ, datum_a: threads, datum_b: 0)]
    let clone = seccomp_rule_add_array(filter, denied, seccomp_syscall_resolve_name("clone"), 1, &isProcess)
    let absent = cr_action_errno(ENOSYS)
    return clone == 0 && seccomp_rule_add_array(filter, absent, seccomp_syscall_resolve_name("clone3"), 0, nil) == 0
  }

  /// Signals to itself alone.
  private static func forbidSignals(_ filter: scmp_filter_ctx, _ denied: UInt32) -> Bool {
    var others = [scmp_arg_cmp(arg: 0, op: SCMP_CMP_NE, datum_a: scmp_datum_t(getpid()), datum_b: 0)]
    let calls: [String] = ["kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"]
    return calls.allSatisfy {
      seccomp_rule_add_array(filter, denied, seccomp_syscall_resolve_name($0), 1, &others) == 0
    }
  }
}
