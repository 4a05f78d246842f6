import Documents
import FrameExtraction
import Glibc
import Media
import TextRecognition
import Timing

/// Analyses one input: opens it, runs the pass, writes document and pictures into the workspace and moves them into
/// place.
struct Analysis {
  let request: Request
  let workspace: Workspace
  let events: EventWriter
  private let begun = Clock.now

  /// The finished document and where it lies.
  struct Outcome {
    var document: AnalysisDocument
    var path: String
  }

  private var options: AnalysisOptions { request.settings.options }
  private var threads: Int { request.settings.batch.threads ?? ProcessUsage.cores }

  func run() throws(ErrorRecord) -> Outcome {
    let hashing = BackgroundHash(request.inputPath)
    var document = emptyDocument()
    do {
      if let missing = Doctor.missingClipEncoder(options) { throw missing }
      let input = try Input(path: request.inputPath, limits: request.settings.limits)
      document.input.bytes = input.bytes
      document.media = input.description
      events.started(duration: input.description.durationSeconds)
      try fill(&document, from: input, AnalysisCache(request, workspace, input, events, hash: hashing))
    } catch {
      document.errors.append(ErrorRecord(describing: error, stage: "open"))
    }
    placeStatistics(&document)
    document.input.fingerprint = hashing.wait()
    boundOutput(&document)
    document.status = Self.status(document)
    if document.status == .failed { document.audio = nil }
    document.timings?.wallSeconds = (Clock.now - begun).rounded(places: 3)
    document.timings?.cpuSeconds = ProcessUsage.cpuSeconds.rounded(places: 3)
    document.timings?.peakMemoryBytes = ProcessUsage.peakMemoryBytes
    return Outcome(document: document, path: try publish(document))
  }

  private func emptyDocument() -> AnalysisDocument {
    var document = AnalysisDocument(
      status: .failed, engine: Engine.version,
      input: InputDescription(
        path: request.inputName ?? request.inputPath, bytes: FileSystem.status(request.inputPath)?.bytes),
      params: options)
    document.requestID = request.settings.batch.requestID
    document.timings = Timings(wallSeconds: 0, cpuSeconds: 0, peakMemoryBytes: 0, stages: [:])
    return document
  }

  /// Finds what was asked for. Where the pass meets damage while a part was brought back from an earlier one, that one has gone
  /// another way through the film: nothing of it is used then.
  private func fill(_ document: inout AnalysisDocument, from input: Input, _ cache: AnalysisCache?) throws {
    cache?.restore()
    let empty = document
    do {
      try find(&document, from: input, cache)
    } catch is AnalysisStages.Conflict {
      cache?.forget()
      document = empty
      try find(&document, from: Input(path: request.inputPath, limits: request.settings.limits), cache)
    }
  }

  private func find(_ document: inout AnalysisDocument, from input: Input, _ cache: AnalysisCache?) throws {
    let stages = AnalysisStages(
      request: request, workspace: workspace, events: events, cache: cache, threads: threads, begun: begun)
    let result = try stages.find(&document, from: input)
    if options.hasProducts { stages.checkpoint(document) }
    Products(request: request, workspace: workspace, result: result, events: events, cache: cache).make(&document)
    let restored = CachePart.allCases.filter { $0 != .plan && cache?.restored[$0] != nil }
    document.timings?.cached = restored.isEmpty ? nil : restored.map(\.rawValue)
  }

  /// Failed where errors left nothing, partial where they left something.
  static func status(_ document: AnalysisDocument) -> Documents.Status {
    if document.errors.isEmpty { return .succeeded }
    let found =
      document.scenes != nil || document.frames != nil || document.textTracks != nil
      || document.audio?.isEmpty == false || !document.outputs.isEmpty
    return found ? .partial : .failed
  }

  /// Puts the statistics where they were asked for, if there are scenes that they explain.
  private func placeStatistics(_ document: inout AnalysisDocument) {
    guard let target = request.settings.batch.sceneStats else { return }
    let made = workspace.file(SceneStatistics.workspaceName)
    let isWhole = !document.errors.contains { $0.code == .outputFailed }
    do throws(ErrorRecord) {
      if document.scenes != nil, isWhole { try FileSystem.place(made, at: target) } else { FileSystem.remove(made) }
    } catch {
      FileSystem.remove(made)
      document.errors.append(error)
    }
  }

  /// Lets go of everything but the document where all of it is more than it may be.
  private func boundOutput(_ document: inout AnalysisDocument) {
    guard let most = request.settings.limits.maxOutput else { return }
    let bytes = FileSystem.bytes(below: workspace.path)
    guard bytes > most else { return }
    workspace.empty()
    document.frames = nil
    document.outputs = []
    document.errors.append(
      ErrorRecord(
        .limitExceeded, "the results take \(bytes) bytes; raise --max-output, or ask for fewer or smaller pictures",
        stage: "output", limit: .outputSize))
  }

  private func publish(_ document: AnalysisDocument) throws(ErrorRecord) -> String {
    guard let output = request.output else { throw ErrorRecord(.internal, "no output folder", stage: "output") }
    return try Publisher(workspace: workspace).publish(document, to: output)
  }
}
