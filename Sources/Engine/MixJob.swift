import AudioMixing
import Documents
import Glibc
import Media
import Timing

/// Carries out one mix inside a worker: lays out, renders, masters, writes, reports.
final class MixJob {
  private let request: Request
  private let workspace: Workspace
  private let events: EventWriter
  private let begun = Clock.now
  private var stageSeconds: [String: Double] = [:]
  private var warnings: [WarningRecord] = []
  private var steps = 0
  private var worked = 0.0
  private var waveform: ProgrammePicture?

  struct Outcome {
    var report: String
    var warnings: [WarningRecord]
    var summary: ResultSummary
  }

  init(_ request: Request, _ workspace: Workspace, _ events: EventWriter) {
    self.request = request
    self.workspace = workspace
    self.events = events
  }

  private var output: String { request.output ?? "" }

  /// Where the report of a mix to `output` goes.
  static func reportPath(_ output: String) -> String { output + ".mix-report.json" }

  func run() throws -> Outcome {
    SourceCatalog.keepMemorySmall()
    let bytes = try FileSystem.read(request.inputPath)
    let document = try MixDocumentReader.read(bytes)
    // The text's tree took several times what the document does.
    SourceCatalog.returnMemory()
    let plans = request.sound.dryRun ? [] : try SoundOutputPlan.all(document, output: output)
    warnings += plans.flatMap(\.warnings)
    let score = try layOut(document)
    events.started(duration: score.timeline.seconds)
    var head = head(score, bytes)
    let staged = StagedFiles(workspace)
    let ducking = try produce(score, plans, &head, staged)
    let report = request.sound.report ?? Self.reportPath(output)
    var tail = MixReportTail(timings: timings())
    tail.warnings = warnings
    try MixReportFile(document: document, timeline: score.timeline, ducking: ducking)
      .write(head, tail, to: staged.add(report))
    try staged.install()
    return Outcome(report: report, warnings: warnings, summary: summary(score.timeline, head))
  }

  /// A document whose sources are known and whose clips have their places.
  private struct Score {
    let document: MixDocument
    /// Where each source is, by its name in the document.
    let paths: [String: String]
    let catalog: SourceCatalog
    let timeline: Timeline
  }

  private func layOut(_ document: MixDocument) throws -> Score {
    let sources = MixSources(
      document, folder: Path.parent(request.inputPath) ?? ".", roots: request.sound.sourceRoots)
    let paths = try sources.resolve()
    if !request.sound.dryRun { try checkTargets(document, inputs: [request.inputPath] + paths.values.sorted()) }
    // Nothing but text was read so far; every sound and picture is opened from inside the room.
    try WorkerRoom.enter(
      request, workspace: workspace.root, reading: [request.inputPath] + paths.values.sorted(),
      writing: [output, request.sound.report, request.sound.waveform])
    if let warning = WorkerRoom.warning(request) { warnings.append(warning) }
    let catalog = SourceCatalog(rate: document.output.sampleRate, limits: request.settings.limits) { [workspace] in
      workspace.file($0)
    }
    try timed("examine") { try examine(document, paths, catalog) }
    let timeline = try Timeline(document) { catalog.facts(paths[$0.source] ?? "", $0) }
    SourceCatalog.returnMemory()
    let score = Score(document: document, paths: paths, catalog: catalog, timeline: timeline)
    warnings += timeline.warnings + rateWarnings(score)
    return score
  }

  private func checkTargets(_ document: MixDocument, inputs: [String]) throws {
    let kept = OutputGuard(inputs: inputs)
    let report = request.sound.report ?? Self.reportPath(output)
    let plans = try SoundOutputPlan.all(document, output: output)
    for target in plans.map(\.path) + [report] + [request.sound.waveform].compactMap(\.self) { try kept.check(target) }
  }

  private func head(_ score: Score, _ bytes: [UInt8]) -> MixReportHead {
    var head = MixReportHead(
      status: .succeeded, dryRun: request.sound.dryRun, engine: Engine.version,
      input: InputDescription(path: request.inputName ?? request.inputPath, bytes: Int64(bytes.count)))
    head.input.fingerprint = Fingerprint.bytes(bytes)
    head.programme = MixProgramme(
      sampleRate: score.timeline.sampleRate, channels: score.document.output.channels, samples: score.timeline.length,
      durationSeconds: score.timeline.seconds.roundedToMicrosecond)
    head.tracks = score.document.tracks.map {
      MixTrackReport(id: $0.id, role: $0.role, clips: $0.clips.count, gainDB: $0.gainDB)
    }
    return head
  }

  /// Renders the programme and makes every output of it. Returns the gains of the tracks that ducked.
  private func produce(
    _ score: Score, _ plans: [SoundOutputPlan], _ head: inout MixReportHead, _ staged: StagedFiles
  ) throws -> [MixReportFile.Ducking] {
    if request.sound.dryRun { return [] }
    let cover = try cover(score)
    let renderer = MixRenderer(score.document, score.timeline) { placed in
      let clip = score.document.tracks[placed.track].clips[placed.clip]
      return try score.catalog.open(score.paths[clip.source] ?? "", clip)
    }
    let (programme, loudness) = try timed("render") { try render(renderer, score) }
    head.loudness = loudness
    SourceCatalog.returnMemory()
    warnings += troubleWarnings(renderer) + decodeWarnings(score.catalog)
    let production = SoundProduction(
      programme: programme, sampleRate: score.timeline.sampleRate, before: loudness,
      limits: request.settings.limits, progress: { [self] in step(seconds: $0) })
    let chapters = MixChapterList(score.document, score.timeline).chapters
    for plan in plans {
      var file = plan.file
      file.chapters = chapters
      file.cover = cover
      let product = try timed("master") {
        try production.make(file, at: staged.add(plan.path), name: plan.path, target: score.document.output.loudness)
      }
      head.outputs.append(product.output)
      warnings += product.warnings
    }
    try drawWaveform(score, staged)
    return renderer.duckPoints
  }

  // MARK: Before the sound

  private func cover(_ score: Score) throws -> CoverPicture? {
    guard let cover = score.document.output.cover else { return nil }
    do {
      return try CoverPicture(path: score.paths[cover] ?? cover, limits: request.settings.limits)
    } catch {
      throw ErrorRecord(error.code, "output.cover: \(cover): \(error.message)", stage: "open", limit: error.limit)
    }
  }

  private func examine(_ document: MixDocument, _ paths: [String: String], _ catalog: SourceCatalog) throws {
    for (trackIndex, track) in document.tracks.enumerated() {
      for (clipIndex, clip) in track.clips.enumerated() {
        do {
          try catalog.examine(paths[clip.source] ?? "", for: clip)
        } catch {
          throw ErrorRecord(
            error.code, "tracks[\(trackIndex)].clips[\(clipIndex)].source: \(clip.source): \(error.message)",
            stage: "open", limit: error.limit)
        }
        step(seconds: 0)
      }
    }
  }

  // MARK: The programme

  private func render(_ renderer: MixRenderer, _ score: Score) throws -> (SampleStore, Loudness) {
    let channels = score.document.output.channels
    let timeline = score.timeline
    let store = SampleStore(path: workspace.file("programme"), channels: channels, memoryLimit: 0)
    var meter = ProgrammeMeter(channels: ProgrammeMeter.roles(channels), sampleRate: timeline.sampleRate)
    if request.sound.waveform != nil { waveform = ProgrammePicture(frames: timeline.length, channels: channels) }
    var block = [Float](repeating: 0, count: renderer.blockFrames * channels)
    while true {
      let count = try block.withUnsafeMutableBufferPointer { try renderer.next($0.baseAddress!) }
      guard count > 0 else { break }
      try block.withUnsafeBufferPointer {
        meter.add($0.baseAddress!, frames: count)
        try store.append($0.baseAddress!, frames: count)
        waveform?.add($0.baseAddress!, frames: count)
      }
      step(seconds: Double(store.frames) / Double(timeline.sampleRate))
    }
    return (store, meter.result())
  }

  private func drawWaveform(_ score: Score, _ staged: StagedFiles) throws {
    guard let target = request.sound.waveform, let waveform else { return }
    let encoder = try PictureEncoder(format: .png, quality: 100)
    let picture = waveform.picture(score.timeline, tracks: score.document.tracks.count)
    try FileSystem.write(try encoder.encode(picture), to: staged.add(target))
  }

  // MARK: Words

  private func rateWarnings(_ score: Score) -> [WarningRecord] {
    let rate = score.document.output.sampleRate
    var counts: [Int: Int] = [:]
    for clip in score.document.tracks.flatMap(\.clips) {
      let own = score.catalog.facts(score.paths[clip.source] ?? "", clip).sampleRate
      if own != rate { counts[own, default: 0] += 1 }
    }
    return counts.sorted { $0.key < $1.key }.map { own, count in
      WarningRecord("rate_conversion", "clips converted from \(own) to \(rate) Hz: \(count)", stage: "audio")
    }
  }

  private func troubleWarnings(_ renderer: MixRenderer) -> [WarningRecord] {
    renderer.troubles.flatMap { trouble -> [WarningRecord] in
      let place = "tracks[\(trouble.clip.track)].clips[\(trouble.clip.clip)]"
      var found: [WarningRecord] = []
      if trouble.cleaned > 0 {
        found.append(
          WarningRecord(
            "not_finite", "\(place): \(trouble.cleaned) samples are no finite numbers; silence took their place",
            stage: "decode"))
      }
      // A resampler may end a sample early or late.
      if trouble.missing > 2 {
        found.append(
          WarningRecord(
            "shorter_than_declared", "\(place): the source ends \(trouble.missing) samples before its header says",
            stage: "decode"))
      }
      return found
    }
  }

  private func decodeWarnings(_ catalog: SourceCatalog) -> [WarningRecord] {
    catalog.decodeErrors.sorted { $0.key < $1.key }.map { path, count in
      WarningRecord("audio_decode_errors", "\(path): errors while decoding: \(count)", stage: "decode")
    }
  }

  private func summary(_ timeline: Timeline, _ head: MixReportHead) -> ResultSummary {
    var summary = ResultSummary()
    summary.mediaSeconds = timeline.seconds.roundedToMicrosecond
    summary.integratedLUFS = head.outputs.first?.loudness?.integratedLUFS
    summary.cpuSeconds = ProcessUsage.cpuSeconds.rounded(places: 3)
    summary.peakMemoryBytes = ProcessUsage.peakMemoryBytes
    summary.bytes = head.outputs.first?.bytes
    return summary
  }

  private func timings() -> Timings {
    Timings(
      wallSeconds: (Clock.now - begun).rounded(places: 3), cpuSeconds: ProcessUsage.cpuSeconds.rounded(places: 3),
      peakMemoryBytes: ProcessUsage.peakMemoryBytes, stages: stageSeconds.mapValues { $0.rounded(places: 3) })
  }

  private func timed<R>(_ stage: String, _ body: () throws -> R) rethrows -> R {
    let start = Clock.now
    defer { stageSeconds[stage, default: 0] += Clock.now - start }
    return try body()
  }

  /// Says that the work goes on: each step is one more frame to those who watch for a stall.
  private func step(seconds: Double) {
    steps += 1
    events.progress(PassProgress(frames: steps, seconds: seconds, fraction: 0))
  }
}
