package import Documents
import FoundationEssentials
import Glibc

/// Runs one request in a process of its own and watches over it: time, stall, memory, crash.
package struct WorkerProcess {
  /// How a request came out, whether or not the worker lived to say so.
  package struct Outcome: Sendable {
    package var status: Status
    /// The document the worker published.
    package var document: String?
    package var errors: [ErrorRecord]
    package var summary: ResultSummary?
    package var probe: ProbeDocument?
    package var sound: SoundResult?
    package var timings: Timings?
    /// The signal that ended the worker, by its name.
    package var signal: String?
    /// Whether the worker itself told the end, in a `finished` event.
    package var saidSo = false
  }

  /// Why the parent ended a worker.
  fileprivate enum Verdict {
    case timeout(Double), stall(Double, threads: String), memory(Int64), scratch(Int64), canceled
  }

  /// Seconds between two looks at memory and clocks.
  private static let interval = 0.1
  /// Wall time where none was set: the larger of this and four times the film's duration.
  fileprivate static let leastTimeout = 30.0 * 60
  fileprivate static let timeoutPerSecond = 4.0
  private static let keptErrorText = 4096

  private let request: Request
  private let onEvent: (Event, String) -> Void
  private let onProcess: (Int32, Bool) -> Void
  private let isCanceled: () -> Bool

  /// `onEvent` gets every event and the line it came in.
  package init(
    _ request: Request, onEvent: @escaping (Event, String) -> Void, isCanceled: @escaping () -> Bool
  ) {
    self.init(request, onEvent: onEvent, onProcess: { _, _ in }, isCanceled: isCanceled)
  }

  /// `onProcess` gets the process when it has been started and when it has ended.
  init(
    _ request: Request, onEvent: @escaping (Event, String) -> Void, onProcess: @escaping (Int32, Bool) -> Void,
    isCanceled: @escaping () -> Bool
  ) {
    self.onProcess = onProcess
    self.request = request
    self.onEvent = onEvent
    self.isCanceled = isCanceled
  }

  package func run() -> Outcome {
    do throws(ErrorRecord) {
      return try watch()
    } catch {
      return Outcome(status: .failed, errors: [error])
    }
  }

  private func watch() throws(ErrorRecord) -> Outcome {
    let workspace = try Workspace(in: request.settings.batch.workDir)
    defer { workspace.remove() }
    return try watch(workspace)
  }

  private func watch(_ workspace: Workspace) throws(ErrorRecord) -> Outcome {
    var request = request
    request.workspace = workspace.root
    let cache = request.operation == .analyze ? CacheFolder(request.settings.batch) : nil
    request.settings.batch.cacheDir = cache?.path
    let document: String
    do {
      document = try DocumentEncoder.line(request)
    } catch {
      throw ErrorRecord(.internal, "the request could not be written: \(error)")
    }
    var child = try ChildProcess()
    onProcess(child.processID, true)
    defer { onProcess(child.processID, false) }
    child.feed(Array(document.utf8))
    var state = State(limits: request.settings.limits, workspace: workspace)
    let verdict = follow(child, &state)
    if verdict != nil { child.signal(SIGKILL) }
    let ending = child.wait()
    child.signal(SIGKILL)
    if let parent = request.output.flatMap(Path.parent) { Publisher.removeStaging(in: parent, of: workspace) }
    if let cache { keep(workspace, in: cache) }
    var outcome = outcome(state, verdict, ending)
    if case .signaled(let number) = ending { outcome.signal = Self.name(of: number) }
    guard !outcome.saidSo, outcome.status == .failed, request.operation == .analyze else { return outcome }
    return Checkpoint(workspace: workspace, request: request).published(outcome) ?? outcome
  }

  private struct State {
    let limits: Limits
    let workspace: Workspace
    let begun = Clock.now
    var output = LineBuffer()
    var errorText: [UInt8] = []
    var lastMove = Clock.now
    var lastPosition = (frames: -1, seconds: -1.0)
    var duration: Double?
    var finished: Event?
    /// Whether every frame was seen: from then on only the wall time counts.
    var isFinishing = false
    var peakBytes: Int64 = 0
    /// When the workspace is measured next.
    var nextMeasure = 0.0

    var timeout: Double {
      limits.timeout ?? max(WorkerProcess.leastTimeout, WorkerProcess.timeoutPerSecond * (duration ?? 0))
    }
  }

  /// Reads what the worker says until it closes its output or has to be ended.
  private func follow(_ child: borrowing ChildProcess, _ state: inout State) -> Verdict? {
    var open = [child.output, child.errors]
    var nextLook = Clock.now
    while !open.isEmpty {
      var polls = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      _ = poll(&polls, nfds_t(polls.count), Int32(Self.interval * 1000))
      for item in polls where item.revents != 0 {
        if !receive(from: item.fd, isOutput: item.fd == child.output, &state) { open.removeAll { $0 == item.fd } }
      }
      let now = Clock.now
      guard now >= nextLook else { continue }
      nextLook = now + Self.interval
      if let verdict = judge(child.processID, now, &state) { return verdict }
    }
    return nil
  }

  private func judge(_ process: pid_t, _ now: Double, _ state: inout State) -> Verdict? {
    // What it found stands in its place; it has only to go.
    if state.finished != nil { return now - state.lastMove > state.limits.stallTimeout ? .canceled : nil }
    if isCanceled() { return .canceled }
    if let bytes = ProcessUsage.residentBytes(of: process) {
      state.peakBytes = max(state.peakBytes, bytes)
      if bytes > state.limits.maxMemory { return .memory(bytes) }
    }
    if let most = state.limits.maxScratch, now >= state.nextMeasure {
      state.nextMeasure = now + 1
      if state.workspace.bytes > most { return .scratch(most) }
    }
    if now - state.begun > state.timeout { return .timeout(state.timeout) }
    guard !state.isFinishing, now - state.lastMove > state.limits.stallTimeout else { return nil }
    return .stall(state.limits.stallTimeout, threads: ProcessUsage.threads(of: process))
  }

  /// Returns false at the end of the stream.
  private func receive(from descriptor: Int32, isOutput: Bool, _ state: inout State) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let got = read(descriptor, &buffer, buffer.count)
    if got < 0 { return errno == EINTR || errno == EAGAIN }
    if got == 0 { return false }
    if isOutput {
      for line in state.output.add(buffer[0..<got]) { take(line, &state) }
    } else if state.errorText.count < Self.keptErrorText {
      state.errorText += buffer[0..<min(got, Self.keptErrorText - state.errorText.count)]
    }
    return true
  }

  private func take(_ line: [UInt8], _ state: inout State) {
    guard let event = try? JSONDecoder().decode(Event.self, from: Data(line)) else { return }
    let position = (frames: event.frames ?? 0, seconds: event.mediaSeconds ?? 0)
    if event.event != .progress || position != state.lastPosition {
      state.lastMove = Clock.now
      state.lastPosition = position
    }
    if event.event == .started { state.duration = event.durationSeconds }
    if event.event == .finished { state.finished = event }
    // A second pass on one thread, after damage, counts frames again.
    if event.event == .progress { state.isFinishing = event.stage == "output" }
    onEvent(event, String(decoding: line, as: UTF8.self))
  }

  /// Takes what the worker left for the cache, however it ended.
  private func keep(_ workspace: Workspace, in cache: CacheFolder) {
    let intake = CacheIntake(folder: cache, most: request.settings.batch.maxCache)
    guard let error = intake.take(from: workspace, input: request.inputPath) else { return }
    var event = Event(.warning, requestID: request.id, time: Clock.timestamp)
    event.path = request.inputName ?? request.inputPath
    (event.stage, event.code, event.message) = ("cache", "not_cached", error.message)
    if let line = try? DocumentEncoder.line(event) { onEvent(event, line) }
  }

  private func outcome(_ state: State, _ verdict: Verdict?, _ ending: ChildProcess.Ending) -> Outcome {
    if let event = state.finished {
      return Outcome(
        status: event.status ?? .failed, document: event.document, errors: event.errors ?? [], summary: event.result,
        probe: event.probe, sound: event.sound, timings: event.timings, saidSo: true)
    }
    if let verdict { return Outcome(status: verdict.isCancel ? .canceled : .failed, errors: [verdict.error]) }
    return Outcome(status: .failed, errors: [crash(state, ending)])
  }

  private func crash(_ state: State, _ ending: ChildProcess.Ending) -> ErrorRecord {
    let text = String(decoding: state.errorText, as: UTF8.self)
    let outOfMemory = ["bad_alloc", "out of memory", "Cannot allocate memory"].contains { text.contains($0) }
    if outOfMemory || state.peakBytes > state.limits.maxMemory / 10 * 9 {
      return Verdict.memory(max(state.peakBytes, state.limits.maxMemory)).error
    }
    let said = text.split(separator: "\n").first.map { ": \($0)" } ?? ""
    switch ending {
    case .signaled(SIGXCPU):
      let most = state.limits.maxCPU ?? 0
      return ErrorRecord(
        .limitExceeded,
        "the worker used \(Quantity.text(seconds: most)) of processor time; raise --max-cpu to give it more",
        stage: "decode", limit: .cpuTime)
    case .signaled(let number):
      let name = Self.name(of: number)
      let hint = number == SIGKILL ? " (killed from outside, perhaps by the system for want of memory)" : ""
      return ErrorRecord(
        .workerCrashed, "the worker was ended by \(name)\(hint)\(said)", stage: "decode", retryable: true)
    case .exited(let code):
      return ErrorRecord(
        .workerCrashed, "the worker ended with exit code \(code) and no result\(said)", stage: "decode", retryable: true
      )
    }
  }

  private static func name(of signal: Int32) -> String { signalNames[signal] ?? "signal \(signal)" }

  private static let signalNames: [Int32: String] = [
    SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV", SIGABRT: "SIGABRT", SIGILL: "SIGILL", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE",
    SIGTRAP: "SIGTRAP", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU", SIGINT: "SIGINT", SIGHUP: "SIGHUP",
  ]
}

extension WorkerProcess.Verdict {
  fileprivate var isCancel: Bool { if case .canceled = self { true } else { false } }

  fileprivate var error: ErrorRecord {
    switch self {
    case .timeout(let seconds):
      ErrorRecord(
        .timedOut, "not finished after \(Int(seconds)) s; raise --timeout to give it longer", stage: "decode",
        limit: .wallTime, retryable: true)
    case .stall(let seconds, let threads):
      ErrorRecord(
        .timedOut,
        "no progress for \(Int(seconds)) s; raise --stall-timeout if the disk is that slow. The worker's threads were: \(threads)",
        stage: "decode", limit: .stall, retryable: true)
    case .memory(let bytes):
      ErrorRecord(
        .outOfMemory,
        "the worker needed \(bytes >> 20) MiB of memory; raise --max-memory, or give the file fewer --threads",
        stage: "decode", retryable: true)
    case .scratch(let bytes):
      ErrorRecord(
        .limitExceeded, "the workspace grew past \(bytes) bytes; raise --max-scratch, or ask for fewer pictures",
        stage: "output", limit: .scratchSize)
    case .canceled: ErrorRecord(.canceled, "interrupted before it was finished", retryable: true)
    }
  }
}
