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
  private var waveform: WaveformPicture?

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
    let bytes = try FileSystem.read(request.inputPath)
    let document = try MixDocumentReader.read(bytes)
    // The text's tree took several times what the document does.
    SourceCatalog.returnMemory()
    var head = MixReportHead(
      status: .succeeded, dryRun: request.sound.dryRun, engine: Engine.version,
      input: InputDescription(path: request.inputName ?? request.inputPath, bytes: Int64(bytes.count)))
    head.input.fingerprint = Fingerprint.bytes(bytes)
    let plans = request.sound.dryRun ? [] : try SoundOutputPlan.all(document, output: output)
    warnings += plans.flatMap(\.warnings)
    let paths = try MixSources(
      document, folder: Path.parent(request.inputPath) ?? ".", roots: request.sound.sourceRoots
    ).resolve()
    let cover = try cover(document, paths)
    let catalog = SourceCatalog(rate: document.output.sampleRate, limits: request.settings.limits) { [workspace] in
      workspace.file($0)
    }
    try timed("examine") { try examine(document, paths, catalog) }
    let timeline = try Timeline(document) { catalog.facts(paths[$0.source] ?? "", $0) }
    SourceCatalog.returnMemory()
    warnings += timeline.warnings + rateWarnings(document, paths, catalog)
    head.programme = MixProgramme(
      sampleRate: timeline.sampleRate, channels: document.output.channels, samples: timeline.length,
      durationSeconds: timeline.seconds.roundedToMicrosecond)
    head.tracks = document.tracks.map {
      MixTrackReport(id: $0.id, role: $0.role, clips: $0.clips.count, gainDB: $0.gainDB)
    }
    events.started(duration: timeline.seconds)
    var ducking: [(track: Int, points: [DuckEnvelope.Point])] = []
    var staged: [(from: String, to: String)] = []
    defer { for file in staged { unlink(file.from) } }
    if !request.sound.dryRun {
      let renderer = MixRenderer(document, timeline) { placed in
        let clip = document.tracks[placed.track].clips[placed.clip]
        return try catalog.open(paths[clip.source] ?? "", clip)
      }
      let (programme, loudness) = try timed("render") { try render(renderer, timeline, document) }
      head.loudness = loudness
      ducking = renderer.duckPoints
      warnings += troubleWarnings(renderer, document) + decodeWarnings(catalog)
      let chapters = MixChapterList(document, timeline).chapters
      let production = SoundProduction(
        programme: programme, sampleRate: timeline.sampleRate, before: loudness, limits: request.settings.limits,
        progress: { [self] in step(seconds: $0) })
      for (index, plan) in plans.enumerated() {
        let path = try Publisher.stagingFile(for: plan.path, number: index)
        staged.append((path, plan.path))
        var file = plan.file
        file.chapters = chapters
        file.cover = cover
        let product = try timed("master") {
          try production.make(file, at: path, name: plan.path, target: document.output.loudness)
        }
        head.outputs.append(product.output)
        warnings += product.warnings
      }
      try stageWaveform(&staged, timeline, document)
    }
    let report = request.sound.report ?? Self.reportPath(output)
    let text = MixReportFile(document: document, timeline: timeline, paths: paths, ducking: ducking)
    let reportPath = try Publisher.stagingFile(for: report, number: 99)
    staged.append((reportPath, report))
    var tail = MixReportTail(timings: timings())
    tail.warnings = warnings
    try text.write(head, tail, to: reportPath)
    for file in staged { try Publisher.installFile(file.from, at: file.to) }
    staged = []
    return Outcome(report: report, warnings: warnings, summary: summary(timeline, head))
  }

  // MARK: Before the sound

  private func cover(_ document: MixDocument, _ paths: [String: String]) throws -> CoverPicture? {
    guard let cover = document.output.cover, !request.sound.dryRun else { return nil }
    do {
      return try CoverPicture(path: paths[cover] ?? cover, limits: request.settings.limits)
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

  private func render(
    _ renderer: MixRenderer, _ timeline: Timeline, _ document: MixDocument
  ) throws -> (SampleStore, Loudness) {
    let channels = document.output.channels
    let store = SampleStore(path: workspace.file("programme"), channels: channels, memoryLimit: 0)
    var meter = ProgrammeMeter(channels: ProgrammeMeter.roles(channels), sampleRate: timeline.sampleRate)
    if request.sound.waveform != nil { waveform = WaveformPicture(frames: timeline.length, channels: channels) }
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

  private func stageWaveform(
    _ staged: inout [(from: String, to: String)], _ timeline: Timeline, _ document: MixDocument
  ) throws {
    guard let target = request.sound.waveform, let waveform else { return }
    let path = try Publisher.stagingFile(for: target, number: 98)
    staged.append((path, target))
    let encoder = try PictureEncoder(format: .png, quality: 100)
    try FileSystem.write(try encoder.encode(waveform.picture(timeline, tracks: document.tracks.count)), to: path)
  }

  // MARK: Words

  private func rateWarnings(
    _ document: MixDocument, _ paths: [String: String], _ catalog: SourceCatalog
  ) -> [WarningRecord] {
    var counts: [Int: Int] = [:]
    for clip in document.tracks.flatMap(\.clips) {
      let rate = catalog.facts(paths[clip.source] ?? "", clip).sampleRate
      if rate != document.output.sampleRate { counts[rate, default: 0] += 1 }
    }
    return counts.sorted { $0.key < $1.key }.map { rate, count in
      WarningRecord(
        "rate_conversion", "\(count) clips at \(rate) Hz were converted to \(document.output.sampleRate) Hz",
        stage: "audio")
    }
  }

  private func troubleWarnings(_ renderer: MixRenderer, _ document: MixDocument) -> [WarningRecord] {
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
      WarningRecord("audio_decode_errors", "\(path): \(count) errors while decoding", stage: "decode")
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
