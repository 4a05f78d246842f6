import Documents
import FrameExtraction
import Media
import Timing

/// Finds what the stages are asked for: brings back what is kept of them, runs the pass for the rest, and describes both alike.
struct AnalysisStages {
  /// What was brought back does not go with what the pass met.
  struct Conflict: Error {}

  let request: Request
  let workspace: Workspace
  let events: EventWriter
  let cache: AnalysisCache?
  let threads: Int
  /// When the work began.
  let begun: Double

  private var options: AnalysisOptions { request.settings.options }
  private func restored(_ part: CachePart) -> CachedPart? { cache?.restored[part] }

  /// Adds to the document what was found, and returns what products are made of.
  func find(_ document: inout AnalysisDocument, from input: Input) throws -> AnalysisPass.Result {
    var result = AnalysisPass.Result(media: input.description)
    var plan: [WarningRecord] = []
    if needsPass {
      if cache?.restored.isEmpty == false { checkpoint(document, result, input) }
      (result, plan) = try pass(over: input, document)
      document.timings?.decoding = result.clock == nil ? nil : result.decoding
    } else {
      plan = try planWarnings(nil, input)
    }
    cache?.isClean = result.isClean
    if !result.isClean, cache?.restored.isEmpty == false { throw Conflict() }
    let picture = bringBackPicture(&result, input)
    bringBackSound(&result)
    document.media = result.media
    document.warnings =
      [WorkerRoom.warning(request)].compactMap { $0 } + plan + (picture?.warnings ?? result.warnings)
      + result.soundWarnings + result.damageWarnings
    document.errors = result.errors
    keepPlan(plan, document)
    document.timings?.stages = result.stageSeconds.mapValues { $0.rounded(places: 3) }
    try describe(result, in: &document)
    takeFrames(&document, result)
    return result
  }

  // MARK: - What is left for the pass

  /// What a pass that finds everything has to find: frames that the rule names without scenes are fetched by themselves.
  private var wanted: AnalysisOptions {
    var own = options
    if !own.frameRule.needsScenes { own.stages.removeAll { $0 == .frames } }
    return own
  }

  /// The same less what was brought back.
  private var missing: AnalysisOptions {
    var own = wanted
    own.stages.removeAll { stage in
      if CachePart(rawValue: stage.rawValue).flatMap({ restored($0) }) != nil { return true }
      // Frames that a rule picks out of known scenes are fetched by themselves.
      return stage == .frames && options.frameRule != .best && restored(.scenes)?.picture != nil
    }
    if restored(.sprites) != nil { own.sprites = false }
    if restored(.waveform) != nil { own.waveform = false }
    own.speed = CacheParams.speed(options)
    return own
  }

  /// Whether anything is left but frames that are fetched by themselves.
  private var needsPass: Bool { !missing.stages.isEmpty || options.stages.isEmpty || missing.waveform }

  /// Runs the pass. Where decoding on threads or in parts met damage its result depends on how it was divided, and where
  /// parts do not fit together the stream is not what its packets say: both are decoded once more as one, on one thread.
  private func pass(
    over input: Input, _ document: AnalysisDocument
  ) throws -> (AnalysisPass.Result, plan: [WarningRecord]) {
    let own = try plan(missing, input)
    var warnings = try planWarnings(own, input)
    do {
      let result = try pass(over: input, threads: threads, route: own.route, document)
      if result.sawTrouble, threads > 1 || own.route.isByGroups {
        throw ParallelDecoder.Mismatch(reason: LibraryLog.errorLines.first ?? "frames are damaged")
      }
      return (result, warnings)
    } catch let mismatch as ParallelDecoder.Mismatch {
      if missing.stages.contains(.frames) { FileSystem.remove(workspace.file("frames")) }
      if missing.sprites { FileSystem.remove(workspace.file(SpriteProduct.folder)) }
      if options.speed != .exact, own.route.isByGroups {
        warnings.append(SpeedPlan.notApplied(options.speed, "the stream cannot be divided (\(mismatch.reason))"))
      }
      let again = try Input(path: request.inputPath, limits: request.settings.limits)
      return (try pass(over: again, threads: 1, route: .sequential, document), warnings)
    }
  }

  private func plan(_ options: AnalysisOptions, _ input: Input) throws -> SpeedPlan {
    try SpeedPlan(input: input, options: options, threads: threads, progress: { events.progress($0) })
  }

  /// What is to be said of the way the whole of the stages would have taken; `own` is the plan of what is left of them.
  private func planWarnings(_ own: SpeedPlan?, _ input: Input) throws -> [WarningRecord] {
    if let kept = restored(.plan) { return kept.warnings }
    if let own, missing == wanted { return own.warnings }
    return try plan(wanted, input).warnings
  }

  private func pass(
    over input: Input, threads: Int, route: VideoRoute, _ document: AnalysisDocument
  ) throws -> AnalysisPass.Result {
    let folder = workspace.file("frames")
    if missing.stages.contains(.frames), options.frameRule == .best { try FileSystem.makeFolders(folder) }
    let statistics =
      request.settings.batch.sceneStats == nil
      ? nil : try SceneStatistics(path: workspace.file(SceneStatistics.workspaceName))
    let pass = AnalysisPass(
      input: input, options: missing, wantsSound: options.stages.contains(.audio), threads: threads, route: route,
      statistics: statistics,
      store: { name, bytes in try FileSystem.write(bytes, to: Path.join(folder, name)) },
      sheets: { try SpriteProduct.sheets(in: workspace, options: options) },
      progress: { events.progress($0) }, finishing: { events.finishing($0) })
    // Reading text goes on after the last frame, for long where there is much of it.
    if missing.stages.contains(.text), options.stages.contains(.scenes) {
      pass.onPictures = { checkpoint(document, $0, input) }
    }
    return try pass.run()
  }

  // MARK: - What stands if the worker is ended

  /// Notes a document that is whole but for what comes next.
  func checkpoint(_ document: AnalysisDocument) {
    Checkpoint(workspace: workspace, request: request).write(document, since: begun, fingerprint: cache?.fingerprint)
  }

  /// Notes what was brought back, and the scenes of a pass that has seen every frame.
  private func checkpoint(_ document: AnalysisDocument, _ found: AnalysisPass.Result, _ input: Input) {
    var (document, result) = (document, found)
    _ = bringBackPicture(&result, input)
    bringBackSound(&result)
    document.media = result.media
    document.audio = result.audio
    for part in [CachePart.scenes, .frames, .text] { restored(part)?.apply(to: &document) }
    if document.scenes == nil, let end = result.end, let assembler = assembler(result) {
      document.scenes = scenes(result, assembler, assembler.merged(result.shots, end: end), end)
    }
    checkpoint(document)
  }

  // MARK: - What was brought back

  /// Tells the result what an earlier pass found out about the picture, where this one did not look. Returns that.
  private func bringBackPicture(_ result: inout AnalysisPass.Result, _ input: Input) -> CachedPart.Picture? {
    guard result.end == nil, let index = input.videoStreamIndex,
      let picture = [CachePart.scenes, .frames, .text].compactMap({ restored($0)?.picture }).first
    else { return nil }
    result.clock = input.clock(stream: index)
    result.end = picture.end
    result.frameCount = picture.frameCount
    result.media.video?.frameCount = picture.frameCount
    result.media.video?.variableFrameRate = picture.variableFrameRate
    result.media.video?.decodeErrors = 0
    return picture
  }

  private func bringBackSound(_ result: inout AnalysisPass.Result) {
    guard let kept = restored(.audio) else { return }
    result.audio = kept.audio
    result.soundWarnings = kept.warnings
    result.soundEnd = max(result.soundEnd, kept.soundEnd ?? 0)
  }

  // MARK: - Describing

  private func describe(_ result: AnalysisPass.Result, in document: inout AnalysisDocument) throws {
    document.audio = result.audio
    if result.finished.contains(.audio) { keepSound(result, document) }
    let assembler = assembler(result)
    let shots = result.end.flatMap { assembler?.merged(result.shots, end: $0) } ?? []
    try step(.scenes, result, &document) { document in
      document.scenes = []
      guard let assembler, let end = result.end else { return }
      document.scenes = scenes(result, assembler, shots, end)
    }
    if options.frameRule == .best {
      try step(.frames, result, &document) { document in
        document.frames = []
        guard let assembler, let end = result.end else { return }
        let gallery = Gallery(folder: workspace.file("frames"), assembler: assembler)
        document.frames = try gallery.arrange(shots, end: end.frame)
        if document.frames?.isEmpty == false { document.outputs.append(OutputFile(kind: .frames, path: "frames")) }
      }
    }
    try step(.text, result, &document) { document in
      document.textTracks = []
      guard let clock = result.clock, let end = result.end, let texts = result.texts else { return }
      try TextResults(workspace: workspace, clock: clock, end: end).write(texts, into: &document)
    }
  }

  /// Describes a stage: as it was kept, or as the pass found it, which is kept then.
  private func step(
    _ stage: Stage, _ result: AnalysisPass.Result, _ document: inout AnalysisDocument,
    _ describe: (inout AnalysisDocument) throws -> Void
  ) throws {
    guard let part = CachePart(rawValue: stage.rawValue) else { return }
    if let kept = restored(part) {
      kept.apply(to: &document)
      if part == .text { try TextResults.rename(in: workspace, to: document.input) }
    } else if result.finished.contains(stage) {
      let before = document
      try describe(&document)
      var content = CachedPart(from: before, to: document)
      content.picture = picture(result)
      keep(part, content, document)
    }
  }

  /// Frames that a rule names are fetched by themselves, and only once the scenes are known.
  private func takeFrames(_ document: inout AnalysisDocument, _ result: AnalysisPass.Result) {
    guard options.stages.contains(.frames), options.frameRule != .best else { return }
    if let kept = restored(.frames) { return kept.apply(to: &document) }
    let (before, begun) = (document, Clock.now)
    let frames = RequestedFrames(request: request, threads: threads, folder: workspace.file("frames"), events: events)
    frames.take(into: &document, shots: shots(result), end: result.end)
    document.timings?.stages["frames"] = (Clock.now - begun).rounded(places: 3)
    let content = CachedPart(from: before, to: document)
    let met = Set(content.warnings.map(\.code))
    guard document.errors.count == before.errors.count, met.isDisjoint(with: ["decode_errors", "frame_replaced"]) else {
      return
    }
    keep(.frames, content, document)
  }

  /// The scenes as frames are chosen out of them.
  private func shots(_ result: AnalysisPass.Result) -> [SceneAssembler.Shot] {
    if let scenes = restored(.scenes)?.scenes {
      return scenes.map {
        let start = FrameTime(index: $0.start.frame, pts: $0.start.pts, duration: 0, seconds: $0.start.seconds)
        return SceneAssembler.Shot(transitionIn: nil, start: start, pictures: [])
      }
    }
    guard let end = result.end, result.finished.contains(.scenes) || options.frameRule.needsScenes else { return [] }
    return assembler(result)?.merged(result.shots, end: end) ?? []
  }

  private func assembler(_ result: AnalysisPass.Result) -> SceneAssembler? {
    result.clock.map {
      SceneAssembler(minLength: options.minSceneLength, framesPerScene: options.framesPerScene, clock: $0)
    }
  }

  private func scenes(
    _ result: AnalysisPass.Result, _ assembler: SceneAssembler, _ shots: [SceneAssembler.Shot], _ end: Instant
  ) -> [Scene] {
    var scenes = assembler.scenes(shots, end: end)
    if result.beginsBlank { scenes[0].blank = true }
    return scenes
  }

  // MARK: - Keeping

  private func picture(_ result: AnalysisPass.Result) -> CachedPart.Picture? {
    guard let end = result.end else { return nil }
    return CachedPart.Picture(
      frameCount: result.frameCount, variableFrameRate: result.media.video?.variableFrameRate ?? false, end: end,
      warnings: result.warnings)
  }

  private func keepPlan(_ warnings: [WarningRecord], _ document: AnalysisDocument) {
    var content = CachedPart()
    content.warnings = warnings
    keep(.plan, content, document)
  }

  private func keepSound(_ result: AnalysisPass.Result, _ document: AnalysisDocument) {
    var content = CachedPart()
    content.audio = result.audio
    content.soundEnd = result.soundEnd
    content.warnings = result.soundWarnings
    keep(.audio, content, document)
  }

  private func keep(_ part: CachePart, _ content: CachedPart, _ document: AnalysisDocument) {
    cache?.keep(part, content, name: document.input.path)
  }
}
