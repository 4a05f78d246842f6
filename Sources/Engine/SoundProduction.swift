import AudioMixing
import Documents
import Glibc
import Media
import Timing

/// Masters, encodes and measures one output of a rendered programme, until its decoded sound holds the target.
struct SoundProduction {
  /// What encoding to a lossy codec adds to peaks, in decibels: a limiter in front of it aims that much lower, so that the
  /// first attempt holds. From speech over music at the default bit rates; what it misses the second attempt mends.
  private static let peakMargins: [SoundCodec: Double] = [.aac: 0.5, .mp3: 0.5, .opus: 0.6, .vorbis: 0.5]
  /// A limited peak lies between samples, where the gain is not quite the one that was computed.
  private static let limiterMargin = 0.03
  private static let mostAttempts = 10
  /// The last of them, in which only the peak counts.
  private static let attemptsForPeak = 3
  /// Loudness of the decoded result may miss the target by this many LU.
  private static let tolerance = 0.12

  let programme: SampleStore
  let sampleRate: Int
  /// Of the programme, before anything is done to it.
  let before: Loudness
  let limits: Limits
  let progress: (Double) -> Void
  /// A gain that was decided for several programmes together: only peaks are minded then.
  var fixedGainDB: Double?

  struct Product {
    var output: SoundOutput
    var warnings: [WarningRecord]
    /// How the programme was brought to its level.
    var settings = MasterSettings()
  }

  /// A decoded file, measured.
  struct Measurement {
    var loudness: Loudness
    var truePeak: Double?
    var integrated: Double?
    var samples: Int
    var rate: Int
    var channels: Int
    var decodeErrors: Int
  }

  /// Writes `file` to `path`; `name` is what the report calls it.
  func make(_ file: SoundFile, at path: String, name: String, target: LoudnessTarget?) throws -> Product {
    let mastering = Mastering(programme: programme, sampleRate: sampleRate, progress: progress)
    guard var target, before.integratedLUFS != nil else {
      return try makeUnchanged(file, path, name, mastering, target)
    }
    if let fixedGainDB, let loudness = before.integratedLUFS { target.integratedLUFS = loudness + fixedGainDB }
    let margin = Self.limiterMargin + (Self.peakMargins[file.codec] ?? 0)
    var settings = try mastering.settings(from: before, to: target, ceilingDBTP: target.truePeakDBTP - margin)
    var aim = target.integratedLUFS
    var attempts = 0
    while true {
      attempts += 1
      let limiter = try write(file, path, mastering, settings)
      let measured = try Self.measure(path, limits: limits, progress: progress)
      let over = (measured.truePeak ?? -.infinity) - target.truePeakDBTP
      let off = (measured.integrated ?? target.integratedLUFS) - target.integratedLUFS
      if over <= 0 && abs(off) <= Self.tolerance || attempts == Self.mostAttempts {
        var product = product(file, path, name, measured)
        product.output.mastering = report(settings, target, limiter, attempts)
        product.settings = settings
        if over > 0 || abs(off) > 0.2 { product.warnings.append(Self.missed(name, target, measured)) }
        return product
      }
      if over > 0 {
        let peak = min(target.truePeakDBTP, (before.truePeakDBTP ?? 0) + settings.gainDB)
        // The encoder overshoots more, the more the gain makes up for a lower ceiling: somewhat further down each time.
        settings.ceilingDBTP = (settings.ceilingDBTP ?? peak) - 1.3 * over - 0.05
        // The peak is the limit, the loudness the aim: where both cannot be had, the last attempts give way.
        if attempts + Self.attemptsForPeak >= Self.mostAttempts { continue }
      }
      if abs(off) > Self.tolerance { aim -= off }
      if settings.ceilingDBTP == nil { settings.gainDB -= off } else { try mastering.converge(&settings, to: aim) }
    }
  }

  private func makeUnchanged(
    _ file: SoundFile, _ path: String, _ name: String, _ mastering: Mastering, _ target: LoudnessTarget?
  ) throws -> Product {
    let limiter = try write(file, path, mastering, MasterSettings())
    var product = product(file, path, name, try Self.measure(path, limits: limits, progress: progress))
    product.output.mastering = MasteringReport(
      mode: target == nil ? .none : .leftAlone, target: target, gainDB: 0, encodings: 1)
    _ = limiter
    if target != nil {
      product.warnings.append(
        WarningRecord(
          "loudness_not_measurable", "the programme is silent or too short to be measured: its level is left alone",
          stage: "audio"))
    }
    if (before.truePeakDBTP ?? -1) > 0, file.codec != .pcmFloat {
      product.warnings.append(
        WarningRecord(
          "clipping",
          "\(name): the programme peaks at \(before.truePeakDBTP ?? 0) dBTP, over full scale; lower its gain or "
            + "give it a loudness target", stage: "audio"))
    }
    return product
  }

  private func write(
    _ file: SoundFile, _ path: String, _ mastering: Mastering, _ settings: MasterSettings
  ) throws -> LimiterReport {
    let writer = try SoundWriter(path: path, file: file)
    let rate = Double(sampleRate)
    var done = 0
    let report = try mastering.play(settings) { samples, count in
      try writer.write(samples, frames: count)
      done += count
      progress(Double(done) / rate)
    }
    try writer.finish()
    return report
  }

  /// Hands every block of the programme to `body`, at the level of `settings`.
  func play(_ settings: MasterSettings, _ body: (UnsafePointer<Float>, Int) throws -> Void) throws {
    let mastering = Mastering(programme: programme, sampleRate: sampleRate, progress: progress)
    var done = 0
    _ = try mastering.play(settings) { samples, count in
      try body(samples, count)
      done += count
      progress(Double(done) / Double(sampleRate))
    }
  }

  private func product(_ file: SoundFile, _ path: String, _ name: String, _ measured: Measurement) -> Product {
    var output = SoundOutput(
      path: name, codec: file.codec, bitRate: file.bitRate, sampleRate: measured.rate, channels: measured.channels)
    output.bytes = FileSystem.status(path)?.bytes
    output.samples = measured.samples
    output.loudness = measured.loudness
    var warnings: [WarningRecord] = []
    if measured.rate != file.sampleRate {
      warnings.append(
        WarningRecord(
          "rate_conversion",
          "\(name): \(file.codec.rawValue) does not take \(file.sampleRate) Hz; written at \(measured.rate) Hz",
          stage: "output"))
    }
    return Product(output: output, warnings: warnings)
  }

  private func report(
    _ settings: MasterSettings, _ target: LoudnessTarget, _ limiter: LimiterReport, _ attempts: Int
  ) -> MasteringReport {
    var report = MasteringReport(
      mode: settings.ceilingDBTP == nil ? .linear : .limiter, target: target,
      gainDB: settings.gainDB.rounded(places: 3), encodings: attempts)
    if let ceiling = settings.ceilingDBTP {
      report.ceilingDBTP = ceiling.rounded(places: 3)
      report.deepestReductionDB = max(0, limiter.deepestDB).rounded(places: 2)
      report.limitedSeconds = limiter.seconds.rounded(places: 3)
    }
    return report
  }

  private static func missed(_ name: String, _ target: LoudnessTarget, _ measured: Measurement) -> WarningRecord {
    WarningRecord(
      "target_not_met",
      "\(name): \(measured.loudness.integratedLUFS ?? -99) LUFS and \(measured.loudness.truePeakDBTP ?? -99) dBTP, not "
        + "\(target.integratedLUFS) and \(target.truePeakDBTP) as asked", stage: "audio")
  }

  /// Decodes a file and measures it.
  static func measure(_ path: String, limits: Limits, progress: (Double) -> Void) throws -> Measurement {
    let reader = try SoundReader(path: path, limits: limits)
    var meter = ProgrammeMeter(channels: reader.channels, sampleRate: reader.sourceRate)
    let width = max(1, reader.channels.count)
    var block = [Float](repeating: 0, count: 8192 * width)
    var samples = 0
    while true {
      let count = try block.withUnsafeMutableBufferPointer { try reader.read(into: $0.baseAddress!, frames: 8192) }
      guard count > 0 else { break }
      block.withUnsafeBufferPointer { meter.add($0.baseAddress!, frames: count) }
      samples += count
      progress(Double(samples) / Double(reader.sourceRate))
    }
    return Measurement(
      loudness: meter.result(), truePeak: meter.truePeak(), integrated: ProgrammeMeter.integrated(meter.energies),
      samples: samples, rate: reader.sourceRate, channels: width, decodeErrors: reader.failedCalls)
  }
}
