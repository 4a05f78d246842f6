package import Documents
import Glibc
import Media

/// What runs in a worker process: one request from standard input, events on standard output.
package enum Worker {
  /// The variable that names a descriptor whose end of file means that the parent is gone.
  static let lifelineVariable = "CUTROOM_LIFELINE"

  /// Reads a request document and carries it out. Returns the exit code: 0 succeeded, 1 failed or partial, 2 a bad
  /// request, 4 results that could not be written.
  package static func run() -> Int32 {
    let bytes: [UInt8]
    do {
      bytes = try FileSystem.read(STDIN_FILENO, path: "standard input")
    } catch {
      return complain("the request cannot be read from standard input: \(error.message)")
    }
    do throws(DocumentError) {
      return run(try Request(json: bytes))
    } catch {
      return complain("\(error.message)")
    }
  }

  private static func complain(_ message: String) -> Int32 {
    try? FileSystem.writeAll(Array("cutroom worker: \(message)\n".utf8), to: STDERR_FILENO, path: "standard error")
    return 2
  }

  package static func run(_ request: Request) -> Int32 {
    LibraryLog.start()
    limitMemory(request.settings.limits.maxMemory)
    let events = EventWriter(requestID: request.id, path: request.inputName ?? request.inputPath)
    switch request.operation {
    case .probe: return probe(request, events)
    case .analyze: return analyze(request, events)
    case .mix: return mix(request, events)
    case .loudness: return SoundWorker.loudness(request, events)
    case .normalize: return SoundWorker.normalize(request, events)
    }
  }

  /// A backstop behind the parent's watch: private memory cannot grow past 1.25 times the limit.
  private static func limitMemory(_ bytes: Int64) {
    let most = rlim_t(bytes + bytes / 4)
    var limit = rlimit(rlim_cur: most, rlim_max: most)
    setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit)
  }

  private static func analyze(_ request: Request, _ events: EventWriter) -> Int32 {
    do {
      // Before the work, not after it.
      if let output = request.output { try Publisher.checkReplaceable(output) }
      if let statistics = request.settings.batch.sceneStats { try Publisher.checkFile(statistics) }
      let workspace = try Workspace(in: request.settings.batch.workDir)
      defer { workspace.remove() }
      try WorkerRoom.enter(
        request, workspace: workspace.path, reading: [request.inputPath],
        writing: [request.output, request.settings.batch.sceneStats])
      let outcome = try Analysis(request: request, workspace: workspace, events: events).run()
      for warning in outcome.document.warnings { events.warning(warning) }
      events.finished { event in
        event.status = outcome.document.status
        event.document = outcome.path
        event.errors = outcome.document.errors
        event.result = summary(outcome.document)
      }
      return outcome.document.status == .succeeded ? 0 : 1
    } catch {
      let record = ErrorRecord(describing: error, stage: "output")
      events.finished { event in
        event.status = .failed
        event.errors = [record]
      }
      return record.code == .outputFailed ? 4 : 1
    }
  }

  private static func mix(_ request: Request, _ events: EventWriter) -> Int32 {
    do {
      let workspace = try Workspace(in: request.settings.batch.workDir)
      defer { workspace.remove() }
      let outcome = try MixJob(request, workspace, events).run()
      for warning in outcome.warnings { events.warning(warning) }
      events.finished { event in
        event.status = .succeeded
        event.document = outcome.report
        event.errors = []
        event.result = outcome.summary
      }
      return 0
    } catch {
      return fail(error, events)
    }
  }

  static func fail(_ error: any Error, _ events: EventWriter) -> Int32 {
    let record = ErrorRecord(describing: error, stage: "open")
    events.finished { event in
      event.status = .failed
      event.errors = [record]
    }
    return record.code == .outputFailed ? 4 : 1
  }

  private static func probe(_ request: Request, _ events: EventWriter) -> Int32 {
    var probe = ProbeDocument(
      status: .failed, engine: Engine.version, input: InputDescription(path: request.inputName ?? request.inputPath),
      media: nil, errors: [])
    do {
      try WorkerRoom.enter(request, workspace: nil, reading: [request.inputPath])
      probe.engine = Engine.version
      let input = try Input(path: request.inputPath, limits: request.settings.limits)
      probe.input.bytes = input.bytes
      probe.media = input.description
      probe.status = .succeeded
    } catch {
      probe.input.bytes = FileSystem.status(request.inputPath)?.bytes
      probe.errors = [ErrorRecord(describing: error, stage: "open")]
    }
    probe.input.fingerprint = Fingerprint.file(request.inputPath)
    events.finished { event in
      event.status = probe.status
      event.errors = probe.errors
      event.probe = probe
    }
    return probe.status == .succeeded ? 0 : 1
  }

  private static func summary(_ document: AnalysisDocument) -> ResultSummary {
    var summary = ResultSummary()
    summary.mediaSeconds = document.media?.durationSeconds
    summary.frames = document.media?.video?.frameCount
    summary.scenes = document.scenes?.count
    summary.pictures = document.frames?.count
    summary.textTracks = document.textTracks?.count
    summary.integratedLUFS = document.audio?.first?.loudness.integratedLUFS
    summary.cpuSeconds = document.timings?.cpuSeconds
    summary.peakMemoryBytes = document.timings?.peakMemoryBytes
    summary.bytes = document.input.bytes
    summary.fingerprint = document.input.fingerprint
    return summary
  }
}

/// Ends a worker, and removes its workspace, when it is told to stop or when its parent is gone.
enum WorkerGuard {
  private final class Target: Sendable {
    let workspace: String?
    let lifeline: Int32?

    init(workspace: String?, lifeline: Int32?) {
      self.workspace = workspace
      self.lifeline = lifeline
    }

    func end(_ code: Int32) -> Never {
      if let workspace { FileSystem.remove(workspace) }
      _exit(code)
    }
  }

  static func start(removing workspace: String?) {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let lifeline = getenv(Worker.lifelineVariable).flatMap { Int32(String(cString: $0)) }
    let target = Target(workspace: workspace, lifeline: lifeline)
    watch(target) { target in
      var signals = sigset_t()
      sigemptyset(&signals)
      for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, signal) }
      var signal: Int32 = 0
      sigwait(&signals, &signal)
      target.end(128 + signal)
    }
    guard lifeline != nil else { return }
    watch(target) { target in
      var byte: UInt8 = 0
      while let lifeline = target.lifeline {
        let got = read(lifeline, &byte, 1)
        if got == 0 || got < 0 && errno != EINTR { break }
      }
      target.end(137)
    }
  }

  private final class Task {
    let target: Target
    let body: @Sendable (Target) -> Void

    init(_ target: Target, _ body: @escaping @Sendable (Target) -> Void) {
      self.target = target
      self.body = body
    }
  }

  /// Runs `body` on a detached thread.
  private static func watch(_ target: Target, _ body: @escaping @Sendable (Target) -> Void) {
    var thread = pthread_t()
    let task = Unmanaged.passRetained(Task(target, body))
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let task = Unmanaged<Task>.fromOpaque(context).takeRetainedValue()
        task.body(task.target)
        return nil
      }, task.toOpaque())
    if code == 0 { pthread_detach(thread) } else { task.release() }
  }
}
