package import Documents
import Glibc

/// How a rendered programme is brought to its level: one gain, and a limiter behind it where peaks would not fit.
package struct MasterSettings: Sendable, Equatable {
  package var gainDB = 0.0
  /// Ceiling of the true-peak limiter; nil: no limiter.
  package var ceilingDBTP: Double?

  package init(gainDB: Double = 0, ceilingDBTP: Double? = nil) {
    self.gainDB = gainDB
    self.ceilingDBTP = ceilingDBTP
  }
}

/// What a limiter did.
package struct LimiterReport: Sendable {
  /// The deepest cut, in decibels.
  package var deepestDB = 0.0
  /// Seconds in which the gain was lowered.
  package var seconds = 0.0
}

/// Plays a rendered programme through gain and limiter.
package struct Mastering {
  private static let blockFrames = 4096

  private let programme: SampleStore
  private let sampleRate: Int
  private let progress: (Double) -> Void

  /// `progress` hears, in seconds of the programme, how far a pass has come that writes nothing.
  package init(programme: SampleStore, sampleRate: Int, progress: @escaping (Double) -> Void = { _ in }) {
    self.programme = programme
    self.sampleRate = sampleRate
    self.progress = progress
  }

  /// Hands every block of the mastered programme to `body`; as many frames come out as the programme has.
  package func play(
    _ settings: MasterSettings, _ body: (UnsafePointer<Float>, Int) throws -> Void
  ) throws -> LimiterReport {
    let channels = programme.channels
    let limiter = try settings.ceilingDBTP.map {
      try Limiter(channels: channels, sampleRate: sampleRate, ceiling: Float(pow(10, $0 / 20)))
    }
    var block = [Float](repeating: 0, count: Self.blockFrames * channels)
    let gain = Float(pow(10, settings.gainDB / 20))
    // The limiter hands out silence first, and the end after the programme's.
    let latency = limiter?.latency ?? 0
    var position = 0
    while position < programme.frames + latency {
      let count = min(Self.blockFrames, programme.frames + latency - position)
      try block.withUnsafeMutableBufferPointer { samples in
        let base = samples.baseAddress!
        try programme.read(base, at: position, count: count)
        if gain != 1 { for index in 0..<count * channels { base[index] *= gain } }
        limiter?.process(base, frames: count)
        let silent = min(count, max(0, latency - position))
        if silent < count { try body(base + silent * channels, count - silent) }
      }
      position += count
    }
    guard let limiter else { return LimiterReport() }
    return LimiterReport(
      deepestDB: -20 * log10(Double(limiter.lowestGain)), seconds: Double(limiter.limitedFrames) / Double(sampleRate))
  }

  /// Loudness behind gain and limiter, without writing anything; nil where it cannot be measured.
  package func integrated(_ settings: MasterSettings) throws -> Double? {
    var meter = ProgrammeMeter(
      channels: ProgrammeMeter.roles(programme.channels), sampleRate: sampleRate, wantsPeak: false)
    var done = 0
    _ = try play(settings) { samples, count in
      meter.add(samples, frames: count)
      done += count
      progress(Double(done) / Double(sampleRate))
    }
    return ProgrammeMeter.integrated(meter.energies)
  }

  /// Settings that bring a programme with these figures to a target: one gain where the peak allows it, else the
  /// gain in front of a limiter at `ceiling` that makes up for what it takes away.
  package func settings(
    from before: Loudness, to target: LoudnessTarget, ceilingDBTP ceiling: Double
  ) throws -> MasterSettings {
    guard let loudness = before.integratedLUFS else { return MasterSettings() }
    var settings = MasterSettings(gainDB: target.integratedLUFS - loudness)
    guard (before.truePeakDBTP ?? -.infinity) + settings.gainDB > target.truePeakDBTP else { return settings }
    settings.ceilingDBTP = ceiling
    try converge(&settings, to: target.integratedLUFS)
    return settings
  }

  /// Nearer than this, in LU, there is nothing to gain.
  private static let closeEnough = 0.03
  /// A step of this many LU lands close enough without another look; the slope is that of a programme of which about a tenth is
  /// limited.
  private static let oneStep = 0.3
  private static let usualSlope = 0.85
  /// Programmes that cannot be made as loud as asked, such as a few clicks, would go on for ever.
  private static let mostSteps = 8
  private static let mostGainDB = 60.0

  /// Raises the gain in front of the limiter until the loudness behind it is the target.
  package func converge(_ settings: inout MasterSettings, to target: Double) throws {
    var last: (gain: Double, loudness: Double)?
    for _ in 0..<Self.mostSteps {
      guard let loudness = try integrated(settings) else { return }
      let missing = target - loudness
      if abs(missing) < Self.closeEnough { return }
      // A limiter passes on less than what the gain adds: the last two steps tell how much.
      var slope = 1.0
      if let last, abs(settings.gainDB - last.gain) > 1e-6 {
        slope = min(1, max(0.2, (loudness - last.loudness) / (settings.gainDB - last.gain)))
      }
      let isLast = abs(missing) < Self.oneStep
      if isLast, last == nil { slope = Self.usualSlope }
      last = (settings.gainDB, loudness)
      settings.gainDB = min(Self.mostGainDB, settings.gainDB + missing / slope)
      if isLast { return }
    }
  }
}
