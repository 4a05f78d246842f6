import Documents
import Glibc
import Synchronization
import TextRecognition

/// What a worker does before it touches its input: it bounds what it may use, and locks itself in.
enum WorkerRoom {
  private static let state = Mutex<SandboxLevel?>(nil)
  private static let scratchBound = Mutex(false)

  /// Whether no file of this process may be larger than `--max-scratch`.
  static var boundsFiles: Bool { scratchBound.withLock { $0 } }

  /// How far this process is locked in; nil in one that never entered a room.
  static var level: SandboxLevel? { state.withLock { $0 } }

  /// Says that less than the whole room is locked, where nobody asked for that.
  static func warning(_ request: Request) -> WarningRecord? {
    guard request.settings.limits.sandbox == .auto, let level, level != .full else { return nil }
    let what = level == .off ? "the worker was not locked in" : "the worker was locked in only in part"
    return WarningRecord(
      "sandbox_reduced",
      "\(what): this system has no Landlock of kernel 5.19 or later, or allows no filter of system calls",
      stage: "open")
  }

  /// Bounds this process, locks it in and starts its guard. Call before any other thread is started.
  ///
  /// - Parameters:
  ///   - workspace: removed when the worker is told to end.
  ///   - sources: files that are read.
  ///   - targets: files and folders of results; those beside them can be written as well.
  static func enter(
    _ request: Request, workspace: String?, reading sources: [String], writing targets: [String?] = []
  ) throws(ErrorRecord) {
    bound(request.settings.limits)
    if request.settings.limits.sandbox != .off {
      var room = Sandbox.Room(
        readable: sources + [LanguageModels.folder, request.settings.batch.cacheDir].compactMap { $0 })
      if let workspace {
        room.writable.append(workspace)
        room.removable = [Path.parent(workspace) ?? "."]
      }
      room.writable += targets.compactMap { $0 }.map(existingFolder)
      let level = Sandbox.enter(room)
      state.withLock { $0 = level }
      guard level == .full || request.settings.limits.sandbox == .auto else {
        throw ErrorRecord(
          .sandboxUnavailable,
          "the worker cannot be locked in on this system (\(level.rawValue)); `cutroom doctor` says what is missing, --sandbox auto "
            + "goes on without", stage: "open")
      }
    } else {
      state.withLock { $0 = .off }
    }
    WorkerGuard.start(removing: workspace)
  }

  /// The folder of a path, or the nearest above it that exists.
  private static func existingFolder(_ path: String) -> String {
    var folder = Path.parent(path) ?? "."
    while FileSystem.status(folder)?.isFolder != true, let above = Path.parent(folder), above != folder {
      folder = above
    }
    return folder
  }

  private static func bound(_ limits: Limits) {
    set(RLIMIT_NOFILE, to: rlim_t(limits.maxOpenFiles))
    // The soft limit ends the worker by SIGXCPU, the hard one by SIGKILL.
    if let bytes = limits.maxScratch {
      // No single file outgrows it between two looks of the parent; the write fails then, as its signal is ignored.
      set(RLIMIT_FSIZE, to: rlim_t(bytes))
      scratchBound.withLock { $0 = true }
    }
    if let seconds = limits.maxCPU { set(RLIMIT_CPU, to: rlim_t(max(1, seconds.rounded(.up))), slack: 5) }
  }

  private static func set(_ resource: __rlimit_resource, to most: rlim_t, slack: rlim_t = 0) {
    var old = rlimit()
    let resource = __rlimit_resource_t(resource.rawValue)
    guard getrlimit(resource, &old) == 0 else { return }
    var limit = rlimit(rlim_cur: min(most, old.rlim_max), rlim_max: min(most + slack, old.rlim_max))
    setrlimit(resource, &limit)
  }
}
