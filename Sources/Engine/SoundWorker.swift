import AudioMixing
import Documents
import Glibc
import Media
import Timing

/// Measuring and normalizing the sound of one file, inside a worker.
struct SoundWorker {
  private let request: Request
  private let events: EventWriter
  private let workspace: Workspace
  private var result: SoundResult

  private init(_ request: Request, _ events: EventWriter, _ workspace: Workspace) {
    self.request = request
    self.events = events
    self.workspace = workspace
    result = SoundResult(path: request.inputName ?? request.inputPath, status: .succeeded)
  }

  static func loudness(_ request: Request, _ events: EventWriter) -> Int32 {
    run(request, events) { worker in try worker.measure() }
  }

  static func normalize(_ request: Request, _ events: EventWriter) -> Int32 {
    run(request, events) { worker in try worker.normalize() }
  }

  private static func run(
    _ request: Request, _ events: EventWriter, _ body: (inout SoundWorker) throws -> Void
  ) -> Int32 {
    do {
      let workspace = try Workspace.of(request)
      defer { workspace.remove() }
      try WorkerRoom.enter(
        request, workspace: workspace.root, reading: [request.inputPath], writing: [request.output])
      var worker = SoundWorker(request, events, workspace)
      try body(&worker)
      for warning in worker.result.warnings { events.warning(warning) }
      events.finished { event in
        event.status = .succeeded
        event.errors = []
        event.sound = worker.result
      }
      return 0
    } catch {
      return Worker.fail(error, events)
    }
  }

  private mutating func describe(_ reader: SoundReader, _ samples: Int) {
    result.streamIndex = reader.streamIndex
    result.codec = reader.codec
    result.sampleRate = reader.sourceRate
    result.channels = reader.channels.count
    result.durationSeconds = (Double(samples) / Double(max(1, reader.sourceRate))).roundedToMicrosecond
    if reader.failedCalls > 0 {
      result.warnings.append(
        WarningRecord("audio_decode_errors", "errors while decoding: \(reader.failedCalls)", stage: "decode"))
    }
  }

  /// Opens the sound; with `inStep`, that of a film comes as it is heard, silence standing for gaps.
  private func open(inStep: Bool = false) throws -> SoundReader {
    var reader = try SoundReader(path: request.inputPath, limits: request.settings.limits)
    if inStep, reader.description.video != nil {
      reader = try SoundReader(path: request.inputPath, fillsGaps: true, limits: request.settings.limits)
    }
    guard !reader.channels.isEmpty else {
      throw MediaError(reader.failedCalls > 0 ? .corrupt : .notMedia, "no sound could be decoded from the file")
    }
    events.started(duration: reader.description.durationSeconds)
    return reader
  }

  /// Decodes all of the sound. `body` gets every block; returns the meter and the number of samples a channel.
  private func decode(
    _ reader: SoundReader, _ body: (UnsafePointer<Float>, Int) throws -> Void
  ) throws -> (ProgrammeMeter, Int) {
    var meter = ProgrammeMeter(channels: reader.channels, sampleRate: reader.sourceRate)
    var block = [Float](repeating: 0, count: 8192 * reader.channels.count)
    var samples = 0
    while true {
      let count = try block.withUnsafeMutableBufferPointer { try reader.read(into: $0.baseAddress!, frames: 8192) }
      guard count > 0 else { return (meter, samples) }
      try block.withUnsafeBufferPointer {
        meter.add($0.baseAddress!, frames: count)
        try body($0.baseAddress!, count)
      }
      samples += count
      report(samples, reader.sourceRate)
    }
  }

  private func report(_ samples: Int, _ rate: Int) {
    events.progress(PassProgress(frames: samples, seconds: Double(samples) / Double(max(1, rate)), fraction: 0))
  }

  private mutating func measure() throws {
    let reader = try open()
    var (meter, samples) = try decode(reader) { _, _ in }
    describe(reader, samples)
    result.loudness = meter.result()
    noteSilence()
    guard let path = request.output, !path.isEmpty else { return }
    let bytes = meter.energies.withUnsafeBytes { Array($0) }
    try FileSystem.write(bytes, to: path)
  }

  private mutating func noteSilence() {
    guard result.loudness?.integratedLUFS == nil else { return }
    result.warnings.append(
      WarningRecord(
        "loudness_not_measurable", "the sound is silent or shorter than 0.4 s: its loudness is not finite and left out",
        stage: "audio"))
  }

  // MARK: Normalizing

  private mutating func normalize() throws {
    guard let output = request.output else { throw ErrorRecord(.internal, "no output file", stage: "output") }
    try OutputGuard(inputs: [request.inputPath]).check(output)
    let reader = try open(inStep: true)
    let store = SampleStore(path: workspace.file("sound"), channels: reader.channels.count, memoryLimit: 0)
    var (meter, samples) = try decode(reader) { try store.append($0, frames: $1) }
    describe(reader, samples)
    let before = meter.result()
    result.loudness = before
    let production = SoundProduction(
      programme: store, sampleRate: reader.sourceRate, before: before, limits: request.settings.limits,
      progress: { [events] in events.progress(PassProgress(frames: Int($0 * 1000), seconds: $0, fraction: 0)) },
      fixedGainDB: request.sound.gainDB)
    let staged = try Publisher.stagingFile(for: output, number: 0, owner: workspace)
    defer { unlink(staged) }
    if reader.description.video != nil {
      try makeFilm(production, reader, staged: staged, output)
    } else {
      var file = try soundFile(output, reader)
      file.cover = try CoverPicture.attached(in: request.inputPath, limits: request.settings.limits)
      file.chapters = reader.description.chapters
      file.tags = reader.description.tags.filter { !Self.ownTags.contains($0.key.lowercased()) }
      try take(production.make(file, at: staged, name: output, target: request.sound.target))
    }
    try Publisher.installFile(staged, at: output)
  }

  /// Tags of the old file itself, which say nothing of its sound.
  private static let ownTags: Set<String> = [
    "encoder", "major_brand", "minor_version", "compatible_brands", "creation_time", "duration",
  ]

  private mutating func take(_ product: SoundProduction.Product) {
    result.output = product.output
    result.warnings += product.warnings
  }

  private func soundFile(_ path: String, _ reader: SoundReader) throws(DocumentError) -> SoundFile {
    var encoding = request.sound.encoding
    let container = SoundContainer.endings[Path.fileExtension(Path.name(path))]
    if encoding.codec == nil, let container { encoding.codec = Self.codec(like: reader.codec, in: container) }
    return try SoundOutputPlan.file(
      path, encoding, place: "output", sampleRate: reader.sourceRate, channels: reader.channels.count)
  }

  /// The input's own codec where the container takes it.
  private static func codec(like name: String, in container: SoundContainer) -> SoundCodec? {
    let own = SoundCodec(rawValue: name) ?? (name.hasPrefix("pcm_") && name != "pcm_u8" ? .pcm24 : nil)
    return own.flatMap { container.codecs.contains($0) ? $0 : nil }
  }

  /// The film's own codec where it can be written into such a container, else the usual one.
  private static func filmCodec(_ reader: SoundReader, _ name: String) throws(ErrorRecord) -> SoundCodec {
    let wanted = [codec(like: reader.codec, in: .matroska), .aac, .mp3].compactMap { $0 }
    let fitting = wanted.first { SoundReplacer.takes($0, name: name) && ($0 != .mp3 || reader.channels.count <= 2) }
    guard let fitting else {
      throw ErrorRecord(
        .unsupportedCodec,
        "\(name): this kind of container takes no sound of as many channels (\(reader.channels.count)) that can be written; "
          + "put the film, as it is, into a Matroska file (.mkv) first", stage: "output")
    }
    return fitting
  }

  private mutating func makeFilm(
    _ production: SoundProduction, _ reader: SoundReader, staged: String, _ output: String
  ) throws {
    var encoding = request.sound.encoding
    encoding.codec = try encoding.codec ?? Self.filmCodec(reader, Path.name(output))
    let name = workspace.file("sound.mka")
    var file = try SoundOutputPlan.file(
      name, encoding, place: "output", sampleRate: reader.sourceRate, channels: reader.channels.count)
    file.framesStandAlone = SoundReplacer.placesByContent(Path.name(output))
    var product = try production.make(file, at: name, name: output, target: request.sound.target)
    let replacer = try SoundReplacer(
      film: request.inputPath, sound: reader, as: file, to: staged, name: Path.name(output),
      limits: request.settings.limits)
    try production.play(product.settings) { try replacer.write($0, frames: $1) }
    try replacer.finish()
    let left = replacer.streamsLeftOut
    if left > 0 {
      product.warnings.append(
        WarningRecord(
          "streams_left_out", "\(left) streams that the container does not take were left out", stage: "output"))
    }
    if reader.description.audio.count > 1 {
      product.warnings.append(
        WarningRecord("first_track_only", "only the first of several sound tracks was changed", stage: "audio"))
    }
    let measured = try SoundProduction.measure(
      staged, limits: request.settings.limits, progress: production.progress)
    product.output.loudness = measured.loudness
    product.output.samples = measured.samples
    product.output.bytes = FileSystem.status(staged)?.bytes
    take(product)
  }
}
