package import Documents
import FoundationEssentials
import Glibc
import Media
import Synchronization
import TextRecognition

/// Analyses inputs one after the other in worker processes and hands back their documents; no results are kept.
///
/// For commands that print what was found. The workers' results go to a temporary folder that is removed at the end. The log tells
/// what happens to each input, as that of a batch does.
package final class PassingAnalysis: Sendable {
  /// What became of one input.
  package struct Result: Sendable {
    package var path: String
    package var document: AnalysisDocument
    /// The document as it was written.
    package var text: String
    /// The texts that were found, as SubRip subtitles.
    package var subRip: String { Subtitles.subRip(document.textTracks ?? []) }
  }

  private struct State {
    var stopping = false
    var outcome: WorkerProcess.Outcome?
  }

  /// Milliseconds between two looks at signals and display.
  private static let interval = 20

  private let settings: Settings
  private let inputs: [FoundInput]
  private let workspace: Workspace
  /// Where the results of the one input stay.
  private let output: String?
  private let terminal: Terminal
  private let warningLevel: BatchSettings.LogLevel
  private let display: ProgressDisplay
  private let state = Mutex(State())

  /// Finds the inputs: files, folders and lists, as for a batch. `quiet` leaves out the progress display. With `output` the
  /// results of the one input stay there. Warnings of documents are logged at `warningLevel`.
  ///
  /// Throws ``DocumentError`` for wrong usage, ``ErrorRecord`` where there is no place for temporary files.
  package init(
    inputs: [String], settings: Settings, terminal: Terminal, quiet: Bool, output: String? = nil,
    warningLevel: BatchSettings.LogLevel = .info
  ) throws {
    self.output = output
    self.terminal = terminal
    self.warningLevel = warningLevel
    self.settings = settings
    Workspace.removeLeftovers(in: settings.batch.workDir)
    workspace = try Workspace(in: settings.batch.workDir)
    self.inputs = try InputDiscovery.find(inputs, extensions: settings.batch.extensions, output: workspace.path)
    try Batch.checkStatistics(settings, inputs: self.inputs.count)
    display = ProgressDisplay(terminal: terminal, total: self.inputs.count, quiet: quiet)
  }

  /// Whether a folder holds the result of an earlier analysis.
  package static func holdsResult(_ folder: String) -> Bool { FileSystem.exists(Path.join(folder, "analysis.json")) }

  /// Number of inputs that were found.
  package var count: Int { inputs.count }

  /// Analyses every input and gives each result to `use`, in order, as soon as it is known. Returns the signal that
  /// interrupted, or nil. Throws what `use` throws.
  package func run(use: (Result) throws -> Void) throws -> Int32? {
    try Signals.whileBlocked {
      for (index, input) in inputs.enumerated() {
        let (result, signal) = analyze(input, index)
        display.clear()
        if let signal { return signal }
        try use(result)
      }
      return nil
    }
  }

  private func analyze(_ input: FoundInput, _ index: Int) -> (Result, signal: Int32?) {
    let output = self.output ?? workspace.file("\(index + 1)")
    display.begin(index, input.path)
    let (outcome, signal) = run(input, index, output)
    let result = outcome.document.flatMap { read($0, of: input) } ?? failure(outcome, input)
    if self.output == nil { FileSystem.remove(output) }
    display.end(index, result.document.status, mediaSeconds: outcome.summary?.mediaSeconds)
    return (result, signal)
  }

  private func run(
    _ input: FoundInput, _ index: Int, _ output: String
  ) -> (outcome: WorkerProcess.Outcome, signal: Int32?) {
    let request = Request(
      id: settings.batch.requestID ?? "\(index + 1)", operation: .analyze, inputPath: input.path, inputName: input.path,
      output: output, settings: settings)
    state.withLock { $0.outcome = nil }
    let work: @Sendable () -> Void = { [self] in
      let isStopping = { [self] in state.withLock { $0.stopping } }
      let run = RequestRun(
        request: request, log: RequestLog(terminal: terminal, request: request, warningLevel: warningLevel),
        retries: settings.batch.retries, isCanceled: isStopping, isStopping: isStopping,
        onEvent: { [self] event, _ in display.update(index, event) })
      let outcome = input.problem.map(run.refuse) ?? run.run().0
      state.withLock { $0.outcome = outcome }
    }
    let thread = PlainThread(work)
    if thread == nil { work() }
    defer { thread?.join() }
    var signal: Int32?
    while true {
      if let outcome = state.withLock({ $0.outcome }) { return (outcome, signal) }
      if let caught = Signals.wait(milliseconds: Self.interval) {
        signal = signal ?? caught
        state.withLock { $0.stopping = true }
      }
      display.refresh()
    }
  }

  private func read(_ path: String, of input: FoundInput) -> Result? {
    guard let bytes = try? FileSystem.read(path),
      var document = try? JSONDecoder().decode(AnalysisDocument.self, from: Data(bytes))
    else { return nil }
    if output == nil, !document.outputs.isEmpty {
      // The files are gone with the folder.
      document.outputs = []
      guard let text = try? DocumentEncoder.pretty(document) else { return nil }
      return Result(path: input.path, document: document, text: text)
    }
    return Result(path: input.path, document: document, text: String(decoding: bytes, as: UTF8.self))
  }

  /// The document that a worker did not live to write.
  private func failure(_ outcome: WorkerProcess.Outcome, _ input: FoundInput) -> Result {
    var document = AnalysisDocument(
      status: .failed, engine: Engine.version,
      input: InputDescription(path: input.path, bytes: FileSystem.status(input.path)?.bytes), params: settings.options)
    document.errors = outcome.errors
    if outcome.errors.isEmpty {
      document.errors = [ErrorRecord(.internal, "the worker's document cannot be read", stage: "output")]
      terminal.log(.error, document.errors[0].message, path: input.path)
    }
    return Result(path: input.path, document: document, text: (try? DocumentEncoder.pretty(document)) ?? "")
  }
}
