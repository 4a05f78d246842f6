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

  /// The finished document and where it lies.
  struct Outcome {
    var document: AnalysisDocument
    var path: String
  }

  private var options: AnalysisOptions { request.settings.options }
  private var threads: Int { request.settings.batch.threads ?? ProcessUsage.cores }

  func run() throws(ErrorRecord) -> Outcome {
    let begun = Clock.now
    let hashing = BackgroundHash(request.inputPath)
    var document = emptyDocument()
    do {
      if let missing = Doctor.missingClipEncoder(options) { throw missing }
      let input = try Input(path: request.inputPath, limits: request.settings.limits)
      document.input.bytes = input.bytes
      document.media = input.description
      events.started(duration: input.description.durationSeconds)
      try fill(&document, from: input)
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
    document.timings = Timings(wallSeconds: 0, cpuSeconds: 0, peakMemoryBytes: 0, stages: [:])
    return document
  }

  /// Runs the pass. Where decoding on threads or in parts met damage its result depends on how it was divided, and where
  /// parts do not fit together the stream is not what its packets say: both are decoded once more as one, on one thread.
  private func fill(_ document: inout AnalysisDocument, from input: Input) throws {
    guard needsPass else {
      document.warnings = [WorkerRoom.warning(request)].compactMap { $0 }
      takeFrames(&document, nil)
      let result = AnalysisPass.Result(media: input.description)
      return Products(request: request, workspace: workspace, result: result, events: events).make(&document)
    }
    let plan = try SpeedPlan(
      path: request.inputPath, options: passOptions, limits: request.settings.limits, threads: threads,
      progress: { events.progress($0) })
    var warnings = plan.warnings
    var result: AnalysisPass.Result
    do {
      result = try pass(over: input, threads: threads, route: plan.route)
      if result.sawTrouble, threads > 1 || plan.route.isByGroups {
        throw ParallelDecoder.Mismatch(reason: LibraryLog.errorLines.first ?? "frames are damaged")
      }
    } catch let mismatch as ParallelDecoder.Mismatch {
      FileSystem.remove(workspace.file("frames"))
      FileSystem.remove(workspace.file(SpriteProduct.folder))
      if options.speed != .exact, plan.route.isByGroups {
        warnings.append(SpeedPlan.notApplied(options.speed, "the stream cannot be divided (\(mismatch.reason))"))
      }
      result = try pass(
        over: Input(path: request.inputPath, limits: request.settings.limits), threads: 1, route: .sequential)
    }
    document.timings?.decoding = result.clock == nil ? nil : result.decoding
    document.media = result.media
    document.warnings = [WorkerRoom.warning(request)].compactMap { $0 } + warnings + result.warnings
    document.errors = result.errors
    document.timings?.stages = result.stageSeconds.mapValues { $0.rounded(places: 3) }
    document.audio = result.audio
    try describePicture(result, in: &document)
    if options.stages.contains(.frames), options.frameRule != .best { takeFrames(&document, result) }
    Products(request: request, workspace: workspace, result: result, events: events).make(&document)
  }

  /// Whether anything is wanted but frames that are fetched by themselves.
  private var needsPass: Bool { !passOptions.stages.isEmpty || options.stages.isEmpty || options.waveform }

  /// What the pass has to find: frames that the rule names without scenes are fetched by themselves.
  private var passOptions: AnalysisOptions {
    var own = options
    if !own.frameRule.needsScenes { own.stages.removeAll { $0 == .frames } }
    return own
  }

  /// Fetches the frames that a rule names; what goes wrong is reported.
  private func takeFrames(_ document: inout AnalysisDocument, _ result: AnalysisPass.Result?) {
    let frames = RequestedFrames(request: request, threads: threads, folder: workspace.file("frames"), events: events)
    frames.take(into: &document, shots: result.map { assembled($0) } ?? [], end: result?.end)
  }

  private func assembled(_ result: AnalysisPass.Result) -> [SceneAssembler.Shot] {
    guard let clock = result.clock, let end = result.end,
      result.finished.contains(.scenes) || options.frameRule.needsScenes
    else { return [] }
    return SceneAssembler(minLength: options.minSceneLength, framesPerScene: options.framesPerScene, clock: clock)
      .merged(result.shots, end: end)
  }

  private func pass(over input: Input, threads: Int, route: VideoRoute) throws -> AnalysisPass.Result {
    let folder = workspace.file("frames")
    if options.stages.contains(.frames), options.frameRule == .best { try FileSystem.makeFolders(folder) }
    let statistics =
      request.settings.batch.sceneStats == nil
      ? nil : try SceneStatistics(path: workspace.file(SceneStatistics.workspaceName))
    let pass = AnalysisPass(
      input: input, options: passOptions, threads: threads, route: route, statistics: statistics,
      store: { name, bytes in try FileSystem.write(bytes, to: Path.join(folder, name)) },
      sheets: { try SpriteProduct.sheets(in: workspace, options: options) },
      progress: { events.progress($0) }, finishing: { events.finishing($0) })
    return try pass.run()
  }

  private func describePicture(_ result: AnalysisPass.Result, in document: inout AnalysisDocument) throws {
    let finished = result.finished
    guard let clock = result.clock, let end = result.end else {
      if finished.contains(.scenes) { document.scenes = [] }
      if finished.contains(.frames), options.frameRule == .best { document.frames = [] }
      if finished.contains(.text) { document.textTracks = [] }
      return
    }
    let assembler = SceneAssembler(
      minLength: options.minSceneLength, framesPerScene: options.framesPerScene, clock: clock)
    let shots = assembler.merged(result.shots, end: end)
    if finished.contains(.scenes) {
      document.scenes = assembler.scenes(shots, end: end)
      if result.beginsBlank { document.scenes?[0].blank = true }
    }
    if finished.contains(.frames), options.frameRule == .best {
      let gallery = Gallery(folder: workspace.file("frames"), assembler: assembler)
      document.frames = try gallery.arrange(shots, end: end.frame)
      if document.frames?.isEmpty == false { document.outputs.append(OutputFile(kind: .frames, path: "frames")) }
    }
    if let texts = result.texts {
      try TextResults(workspace: workspace, clock: clock, end: end).write(texts, into: &document)
    }
  }

  /// Failed where errors left nothing, partial where they left something.
  static func status(_ document: AnalysisDocument) -> Documents.Status {
    if document.errors.isEmpty { return .succeeded }
    let found =
      document.scenes != nil || document.frames != nil || document.textTracks != nil
      || document.audio?.isEmpty == false
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
    for name in FileSystem.list(workspace.path) ?? [] { FileSystem.remove(workspace.file(name)) }
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

/// Names pictures after their scenes and drops those that were not chosen.
struct Gallery {
  let folder: String
  let assembler: SceneAssembler

  func arrange(_ shots: [SceneAssembler.Shot], end: Int) throws -> [FramePicture] {
    var pictures: [FramePicture] = []
    var used = Set<String>()
    let digits = max(4, String(shots.count).count)
    for (index, shot) in shots.enumerated() {
      let stop = index + 1 < shots.count ? shots[index + 1].start.index : end
      let chosen = assembler.pictures(of: shot, until: stop)
      for (number, kept) in chosen.enumerated() {
        used.insert(kept.file)
        var name = "scene-" + Self.padded(index + 1, digits)
        if assembler.framesPerScene > 1 {
          name += "-" + Self.padded(number + 1, String(assembler.framesPerScene).count)
        }
        name += "." + Path.fileExtension(kept.file)
        guard rename(Path.join(folder, kept.file), Path.join(folder, name)) == 0 else {
          throw FileSystem.failure("name the picture", name)
        }
        var picture = FramePicture(
          id: pictures.count + 1, sceneID: index + 1, at: assembler.instant(kept.time), file: "frames/" + name,
          width: kept.width, height: kept.height, bytes: kept.bytes, sharpness: kept.sharpness, luma: kept.luma)
        picture.scores = kept.scores
        pictures.append(picture)
      }
    }
    for kept in shots.flatMap(\.pictures) where !used.contains(kept.file) { unlink(Path.join(folder, kept.file)) }
    return pictures
  }

  static func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}

/// Fingerprints a file on a thread of its own while the pass reads it: what one reads the other finds in memory.
final class BackgroundHash: @unchecked Sendable {
  private let path: String
  private var thread = pthread_t()
  private var started = false
  private var fingerprint: String?

  init(_ path: String) {
    self.path = path
    started =
      pthread_create(
        &thread, nil,
        { context in
          guard let context else { return nil }
          let hash = Unmanaged<BackgroundHash>.fromOpaque(context).takeUnretainedValue()
          hash.fingerprint = Fingerprint.file(hash.path)
          return nil
        }, Unmanaged.passUnretained(self).toOpaque()) == 0
  }

  /// The fingerprint, once the whole file is read; nil where it cannot be.
  func wait() -> String? {
    if started {
      pthread_join(thread, nil)
      started = false
    } else if fingerprint == nil {
      fingerprint = Fingerprint.file(path)
    }
    return fingerprint
  }

  deinit { if started { pthread_join(thread, nil) } }
}
