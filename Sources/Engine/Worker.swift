import CSandbox
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
    keepSmall()
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

  /// glibc would reserve an arena for every decoder thread, and Swift's crash report would run a debugger over the corpse.
  private static func keepSmall() {
    if getenv("MALLOC_ARENA_MAX") == nil { mallopt(M_ARENA_MAX, 2) }
    for number in [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP] { signal(number, SIG_DFL) }
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
      if let statistics = request.settings.batch.sceneStats {
        try Publisher.checkFile(statistics, apartFrom: request.inputPath)
      }
      let workspace = try Workspace.of(request)
      defer { workspace.remove() }
      // From inside the room the program's own file is out of reach.
      _ = BuildIdentity.text
      try WorkerRoom.enter(
        request, workspace: workspace.root, reading: [request.inputPath],
        writing: [request.output, request.settings.batch.sceneStats])
      let outcome = try Analysis(request: request, workspace: workspace, events: events).run()
      for warning in outcome.document.warnings { events.warning(warning) }
      events.finished { event in
        event.status = outcome.document.status
        event.document = outcome.path
        event.errors = outcome.document.errors
        event.result = ResultSummary(outcome.document)
        event.timings = outcome.document.timings
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
      let workspace = try Workspace.of(request)
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
}

extension ResultSummary {
  /// What a document comes to.
  init(_ document: AnalysisDocument) {
    self.init()
    mediaSeconds = document.media?.durationSeconds
    frames = document.media?.video?.frameCount
    scenes = document.scenes?.count
    pictures = document.frames?.count
    textTracks = document.textTracks?.count
    integratedLUFS = document.audio?.first?.loudness.integratedLUFS
    cpuSeconds = document.timings?.cpuSeconds
    peakMemoryBytes = document.timings?.peakMemoryBytes
    bytes = document.input.bytes
    fingerprint = document.input.fingerprint
  }
}
