package import Documents
import Glibc
import Media
import Synchronization
import Timing

/// Analyses many inputs: finds them, hands them to worker processes, keeps the journal, reports.
///
/// Each of `jobs` threads takes the next input, runs it in a process of its own and writes its line. What happens to one
/// input stays with that input.
package final class Batch: Sendable {
  /// What the command makes of a batch.
  package struct Outcome: Sendable {
    package var document: BatchDocument
    /// 0 all succeeded, 1 some did not, 4 results could not be written, 130 or 143 interrupted.
    package var exitCode: Int32
    /// Path of the report page, where one was asked for and written.
    package var report: String?
  }

  typealias Item = BatchInputs.Item

  private struct State {
    var next = 0
    /// Inputs whose lines stand in the journal, with the seconds of each that has any: lines would let memory grow with every
    /// input.
    var written: [Int: Double] = [:]
    /// Lines that the journal did not take.
    var unwritten: [Int: ResultLine] = [:]
    var outputError: ErrorRecord?
    /// No further input is begun; what runs goes on to its end.
    var draining = false
    /// What runs is ended at once.
    var stopping = false
    var activeThreads = 0
    var admission: MemoryAdmission
    /// Processes of running workers.
    var workers: Set<pid_t> = []
  }

  private let settings: Settings
  private let terminal: Terminal
  private let output: OutputFolder
  private let items: [Item]
  private let pending: [Item]
  /// Lines of an earlier run, by path: of inputs that are done again, and of inputs that are not part of this one.
  private let earlier: [[UInt8]: ResultLine]
  private let resumed: [Int: ResultLine]
  private let display: ProgressDisplay
  private let events: EventStream?
  private let paramsDigest: String
  private let state: Mutex<State>
  let jobs: Int
  let threads: Int

  /// Finds the inputs and locks the output folder. Throws ``DocumentError`` for wrong usage, ``ErrorRecord`` where the
  /// output cannot be written.
  package init(
    inputs: [String], output path: String, settings: Settings, terminal: Terminal, events: EventStream?
  ) throws {
    self.settings = settings
    self.terminal = terminal
    self.events = events
    output = try OutputFolder(path)
    let batch = settings.batch
    let work = try BatchInputs(inputs, output: path, settings: settings)
    (items, resumed, earlier, paramsDigest) = (work.items, work.resumed, work.earlier, work.paramsDigest)
    for folder in Set(items.map { Path.parent(Path.join(path, $0.folder)) ?? path }) {
      Publisher.removeLeftovers(in: folder)
    }
    // The longest first, so that the last hour is not one film; for one at a time the order is that of the inputs.
    pending = batch.jobs == 1 ? work.pending : Self.longestFirst(work.pending)
    state = Mutex(State(admission: MemoryAdmission(mostEach: settings.limits.maxMemory)))
    (jobs, threads) = Self.share(cores: ProcessUsage.cores, files: pending.count, batch: batch)
    if work.replaced > 0 {
      terminal.log(
        .warning,
        "results of an earlier run that are made again, and replaced, as the options, the input or the version are others: "
          + "\(work.replaced)")
    }
    display = ProgressDisplay(terminal: terminal, total: pending.count, quiet: batch.quiet || batch.json)
  }

  /// Runs everything. Returns when every worker is gone.
  package func run() throws -> Outcome {
    let started = Clock.timestamp
    let begun = Clock.now
    let dataset = DatasetFile(folder: output.path)
    dataset.removeEarlier()
    try output.openJournal(keeping: settings.batch.resume)
    Workspace.removeLeftovers(in: settings.batch.workDir)
    let signal = Signals.whileBlocked { runThreads() }
    display.clear()
    let lines = ordered()
    let document = summary(lines, started: started, seconds: Clock.now - begun, interrupted: signal != nil)
    var failure = state.withLock { $0.outputError }
    let own = Set(items.map { Array($0.input.path.utf8) })
    let others = earlier.values.filter { !own.contains(Array($0.path.utf8)) }.sorted { $0.path < $1.path }
    do throws(ErrorRecord) {
      if settings.batch.dataset, failure == nil { try write(dataset, lines + others, interrupted: signal != nil) }
      try output.finish(document, others: others)
    } catch {
      failure = failure ?? error
    }
    var report: String?
    do {
      if settings.batch.report, failure == nil { report = try ReportPage.write(into: output.path) }
    } catch {
      failure = ErrorRecord(describing: error, stage: "report")
    }
    failure = failure ?? events?.failure
    if let failure { terminal.log(.error, failure.message) }
    if failure != nil, document.totals.notStarted > 0 {
      terminal.log(
        .error,
        "the batch was stopped, with inputs not begun: \(document.totals.notStarted); --resume goes on with them")
    }
    return Outcome(document: document, exitCode: exitCode(document, signal, failure), report: report)
  }

  private func write(_ dataset: DatasetFile, _ lines: [ResultLine], interrupted: Bool) throws(ErrorRecord) {
    if interrupted {
      terminal.log(.warning, "the dataset was not written, as the batch was interrupted; --resume --dataset writes it")
    } else {
      for place in try dataset.write(lines) {
        terminal.log(.warning, "\(place) is gone, and its scenes are not in the dataset")
      }
    }
  }

  private func exitCode(_ document: BatchDocument, _ signal: Int32?, _ failure: ErrorRecord?) -> Int32 {
    if let signal { return 128 + signal }
    if failure != nil || document.results.contains(where: { $0.errors.contains { $0.code == .outputFailed } }) {
      return 4
    }
    return document.status == .succeeded ? 0 : 1
  }

  /// Starts the threads and looks after display and signals until they end. Returns the signal that interrupted.
  private func runThreads() -> Int32? {
    let count = min(jobs, pending.count)
    state.withLock { $0.activeThreads = count }
    let threads = (0..<count).compactMap { _ in
      PlainThread { [self] in
        work()
        state.withLock { $0.activeThreads -= 1 }
      }
    }
    state.withLock { $0.activeThreads -= count - threads.count }
    if threads.isEmpty { work() }
    var interrupted: Int32?
    while state.withLock({ $0.activeThreads }) > 0 {
      if let signal = Signals.wait(milliseconds: 10) {
        interrupted = interrupted ?? signal
        interrupt(by: signal)
      }
      display.refresh()
    }
    threads.forEach { $0.join() }
    return interrupted
  }

  /// The first SIGINT, which is somebody at a terminal, lets running files end; a second, or a scheduler's SIGTERM, does not.
  private func interrupt(by signal: Int32) {
    let isDraining = state.withLock { state in
      defer { state.draining = true }
      if signal == SIGINT, !state.draining { return true }
      state.stopping = true
      return false
    }
    guard isDraining else { return }
    let running = state.withLock { $0.workers.count }
    terminal.log(
      .warning,
      "no further file is begun; \(running) running \(running == 1 ? "file ends" : "files end") first. Press again to stop at once"
    )
  }

  private func work() {
    while let item = takeNext() { process(item) }
  }

  /// The next input, once there is memory for a worker more.
  private func takeNext() -> Item? {
    while true {
      let (item, isWaiting): (Item?, Bool) = state.withLock { state in
        guard !state.stopping, !state.draining, state.next < pending.count else { return (nil, false) }
        let item = pending[state.next]
        let inUse = state.workers.reduce(0) { $0 + (ProcessUsage.residentBytes(of: $1) ?? 0) }
        guard state.admission.admit(item.index, free: MemoryAdmission.free, inUse: inUse) else { return (nil, true) }
        state.next += 1
        return (item, false)
      }
      if !isWaiting { return item }
      usleep(100_000)
    }
  }

  private func process(_ item: Item) {
    let path = item.input.path
    let status = FileSystem.status(path)
    display.begin(item.index, path)
    let (outcome, attempts) = carryOut(item)
    var line = ResultLine(path: path, status: outcome.status, paramsDigest: paramsDigest, engine: Program.version)
    line.attempts = (earlier[Array(path.utf8)]?.attempts ?? 0) + max(1, attempts.count)
    line.attemptLog = attempts.count > 1 ? attempts : nil
    line.document = outcome.document.map { relative($0) } ?? writeFailure(outcome, item)
    line.bytes = status?.bytes
    line.modified = status?.modified
    line.fingerprint = outcome.summary?.fingerprint
    line.errors = outcome.errors
    line.summary = outcome.summary
    for error in line.errors where error.code == .outputFailed { noteOutputError(error) }
    record(line, item)
    state.withLock { $0.admission.end(item.index, peak: line.summary?.peakMemoryBytes) }
    display.end(item.index, line.status, mediaSeconds: line.summary?.mediaSeconds)
  }

  private func carryOut(_ item: Item) -> (WorkerProcess.Outcome, [AttemptRecord]) {
    var settings = settings
    settings.batch.threads = threads
    let request = Request(
      id: settings.batch.requestID ?? "\(item.index + 1)", operation: .analyze, inputPath: item.input.path,
      inputName: item.input.path, output: Path.absolute(Path.join(output.path, item.folder)), settings: settings)
    let log = RequestLog(terminal: terminal, request: request)
    let run = RequestRun(
      request: request, log: log, retries: settings.batch.retries,
      isCanceled: { [self] in state.withLock { $0.stopping } },
      isStopping: { [self] in state.withLock { $0.stopping || $0.draining } },
      onEvent: { [self] event, line in
        display.update(item.index, event)
        events?.write(line)
      },
      onProcess: { [self] process, isRunning in
        state.withLock { if isRunning { $0.workers.insert(process) } else { $0.workers.remove(process) } }
      })
    guard let problem = item.input.problem else { return run.run() }
    return (run.refuse(problem), [])
  }

  private func relative(_ document: String) -> String {
    let root = Path.absolute(output.path) + "/"
    return document.hasPrefix(root) ? String(document.dropFirst(root.count)) : document
  }

  /// Writes the document that a worker did not live to write. Returns its path below the output folder.
  private func writeFailure(_ outcome: WorkerProcess.Outcome, _ item: Item) -> String? {
    guard outcome.status != .canceled, !outcome.errors.contains(where: { $0.code == .outputFailed }) else { return nil }
    var document = AnalysisDocument(
      status: outcome.status, engine: Engine.version,
      input: InputDescription(path: item.input.path, bytes: FileSystem.status(item.input.path)?.bytes),
      params: settings.options)
    document.requestID = settings.batch.requestID
    document.errors = outcome.errors
    do {
      let workspace = try Workspace(in: settings.batch.workDir)
      _ = try Publisher(workspace: workspace).publish(document, to: Path.join(output.path, item.folder))
      return Path.join(item.folder, "analysis.json")
    } catch {
      noteOutputError(ErrorRecord(describing: error, stage: "output"))
      return nil
    }
  }

  private func record(_ line: ResultLine, _ item: Item) {
    if settings.batch.failFast, line.status == .failed { state.withLock { $0.stopping = true } }
    do throws(ErrorRecord) {
      try output.append(line)
      state.withLock { $0.written[item.index] = line.summary?.mediaSeconds ?? 0 }
    } catch {
      state.withLock { $0.unwritten[item.index] = line }
      noteOutputError(error)
    }
  }

  /// Results that cannot be written end the batch: every further file would cost its time for nothing.
  private func noteOutputError(_ error: ErrorRecord) {
    state.withLock { state in
      state.outputError = state.outputError ?? error
      state.stopping = true
    }
  }

  /// The line of every input that is done, in the order of the inputs.
  private func ordered() -> [ResultLine] {
    let (written, unwritten) = state.withLock { ($0.written, $0.unwritten) }
    var journal: [[UInt8]: ResultLine] = [:]
    do throws(ErrorRecord) {
      if !written.isEmpty { journal = try output.writtenResults() }
    } catch {
      noteOutputError(error)
    }
    return items.compactMap { item in
      if written[item.index] != nil { return journal[Array(item.input.path.utf8)] }
      return unwritten[item.index] ?? resumed[item.index]
    }
  }

  private func summary(_ lines: [ResultLine], started: String, seconds: Double, interrupted: Bool) -> BatchDocument {
    var totals = BatchDocument.Totals()
    for line in lines { totals.count(line.status) }
    totals.resumed = resumed.count
    totals.notStarted = items.count - lines.count
    let fresh = state.withLock {
      Array($0.written.values) + $0.unwritten.values.compactMap { $0.summary?.mediaSeconds }
    }
    let media = fresh.sorted().reduce(0, +).roundedToMicrosecond
    let wall = seconds.rounded(places: 3)
    var document = BatchDocument(
      status: totals.status(interrupted: interrupted || lines.count < items.count), engine: Engine.version,
      totals: totals, params: settings.options, mediaSeconds: media,
      wallSeconds: wall, speed: wall > 0 ? (media / wall).rounded(places: 2) : nil, jobs: jobs, threads: threads,
      started: started, finished: Clock.timestamp, results: lines)
    document.requestID = settings.batch.requestID
    return document
  }
}
