import AudioMixing
package import Documents
import Glibc
import Media
import Synchronization
import Timing

/// Measures or normalizes many inputs, each in a worker process of its own.
package final class SoundRun: Sendable {
  package enum Mode: Sendable, Equatable {
    case measure
    /// Each input to the target by itself.
    case normalize(output: String)
    /// All inputs by one gain, so that their differences stay.
    case normalizeAlbum(output: String)
  }

  package struct Outcome: Sendable {
    package var document: SoundDocument
    package var exitCode: Int32
  }

  private let inputs: [FoundInput]
  private let mode: Mode
  private let sound: SoundOptions
  private let settings: Settings
  private let terminal: Terminal
  /// Where the result of each input goes, for normalizing.
  private let places: [String]
  private let stopping = Mutex<Int32?>(nil)

  /// The document of a run that normalizes, in its output folder.
  package static let documentName = "normalize.json"

  /// Finds the inputs. Throws ``DocumentError`` where a list cannot be read, where an input is the output folder, where a result
  /// would replace an input, and where it would replace another file without `--force`.
  package init(
    inputs: [String], mode: Mode, sound: SoundOptions, settings: Settings, terminal: Terminal
  ) throws {
    let output: String
    switch mode {
    case .measure: output = ""
    case .normalize(let folder), .normalizeAlbum(let folder): output = folder
    }
    self.inputs = try InputDiscovery.find(inputs, extensions: settings.batch.extensions, output: output)
    places = mode == .measure ? [] : Self.places(of: self.inputs, in: output)
    if !places.isEmpty {
      try Self.check(
        places + [Path.join(output, Self.documentName)], inputs: self.inputs, replaces: settings.batch.force)
    }
    self.mode = mode
    self.sound = sound
    self.settings = settings
    self.terminal = terminal
  }

  private static func check(_ targets: [String], inputs: [FoundInput], replaces: Bool) throws(DocumentError) {
    let kept = OutputGuard(inputs: inputs.map(\.path))
    for target in targets {
      if kept.isInput(target) {
        throw DocumentError("\(target) is an input, and inputs are never replaced; name another folder with -o")
      }
      if !replaces, FileSystem.status(target)?.isFolder == false {
        throw DocumentError("\(target) exists already; add --force to replace it, or name another folder with -o")
      }
    }
  }

  package func run() throws -> Outcome {
    try Signals.whileBlocked { Result { try runAll() } }.get()
  }

  private func runAll() throws -> Outcome {
    switch mode {
    case .measure:
      let (results, album) = try measureAll()
      return finish(.loudness, results, results.count > 1 ? album : nil)
    case .normalize:
      return finish(.normalize, inputs.indices.map { normalize($0, to: places[$0], gainDB: nil) }, nil)
    case .normalizeAlbum:
      var (results, album) = try measureAll()
      guard let loudness = album.integratedLUFS, let target = sound.target else {
        return finish(.normalize, results, album)
      }
      let gain = target.integratedLUFS - loudness
      album.gainDB = gain.rounded(places: 3)
      for index in inputs.indices where results[index].status == .succeeded {
        results[index] = normalize(index, to: places[index], gainDB: gain)
      }
      return finish(.normalize, results, album)
    }
  }

  /// Where each result goes: the tree of the inputs mirrored; a name that cannot be written gets the ending of FLAC.
  private static func places(of inputs: [FoundInput], in folder: String) -> [String] {
    var layout = OutputLayout(keepsEndings: true)
    layout.reserve(documentName)
    return inputs.map { input in
      let ending = Path.fileExtension(Path.name(input.relative))
      let isKnown = SoundContainer.endings[ending] != nil || SoundReplacer.canWrite(input.relative)
      return Path.join(folder, layout.place(isKnown ? input.relative : input.relative + ".flac"))
    }
  }

  private func measureAll() throws -> ([SoundResult], AlbumLoudness) {
    var energies: [Float] = []
    var results: [SoundResult] = []
    for input in inputs {
      let scratch = try ScratchFile(in: settings.batch.workDir)
      var request = request(.loudness, input)
      request.output = scratch.path
      let result = result(of: request, input)
      if result.status == .succeeded {
        let bytes = try FileSystem.read(scratch.path)
        bytes.withUnsafeBytes { energies += $0.bindMemory(to: Float.self) }
      }
      results.append(result)
    }
    let peak = results.compactMap { $0.loudness?.truePeakDBTP }.max()
    return (
      results,
      AlbumLoudness(integratedLUFS: ProgrammeMeter.integrated(energies)?.rounded(places: 2), truePeakDBTP: peak)
    )
  }

  private func normalize(_ index: Int, to place: String, gainDB: Double?) -> SoundResult {
    var request = request(.normalize, inputs[index])
    request.output = place
    request.sound = sound
    request.sound.gainDB = gainDB
    return result(of: request, inputs[index])
  }

  private func request(_ operation: Request.Operation, _ input: FoundInput) -> Request {
    Request(
      id: input.path, operation: operation, inputPath: input.path, inputName: input.path, output: nil,
      settings: settings)
  }

  private func result(of request: Request, _ input: FoundInput) -> SoundResult {
    var failure = SoundResult(path: input.path, status: .failed)
    if let problem = input.problem {
      failure.errors = [problem]
      return failure
    }
    if stopping.withLock({ $0 != nil }) {
      failure.status = .canceled
      return failure
    }
    let outcome = WorkerProcess(
      request, onEvent: { _, _ in },
      isCanceled: { [self] in
        if let signal = Signals.wait(milliseconds: 0) { stopping.withLock { $0 = signal } }
        return stopping.withLock { $0 != nil }
      }
    ).run()
    for error in outcome.errors { terminal.log(.error, error.message, path: input.path) }
    if let result = outcome.sound {
      for warning in result.warnings { terminal.log(.warning, warning.message, path: input.path) }
      return result
    }
    failure.status = outcome.status == .canceled ? .canceled : .failed
    failure.errors = outcome.errors
    return failure
  }

  private func finish(_ kind: SoundDocument.Kind, _ results: [SoundResult], _ album: AlbumLoudness?) -> Outcome {
    let good = results.filter { $0.status == .succeeded }.count
    let signal = stopping.withLock { $0 }
    let status: Status =
      signal != nil ? .canceled : good == results.count ? .succeeded : good > 0 ? .partial : .failed
    let document = SoundDocument(
      kind: kind, status: status, engine: Engine.version, album: album, results: results)
    var code: Int32 = status == .succeeded ? 0 : 1
    if results.contains(where: { $0.errors.contains { $0.code == .outputFailed } }) { code = 4 }
    return Outcome(document: document, exitCode: signal.map { 128 + $0 } ?? code)
  }
}
