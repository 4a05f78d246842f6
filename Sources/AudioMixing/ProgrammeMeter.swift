import CKernels
package import Documents
import Glibc
package import Media
import Timing

/// Measures a whole programme after EBU R 128: integrated loudness, range, highest momentary and short-term loudness, true
/// peak and sample peak.
///
/// It keeps the weighted energy of every tenth of a second, out of which all of these follow (ITU-R BS.1770-4, EBU Tech
/// 3341 and 3342); the energies of several programmes together give the loudness of an album.
package struct ProgrammeMeter {
  /// Weighted mean square of each tenth of a second.
  package private(set) var energies: [Float] = []
  package private(set) var samplePeak: Float = 0

  private let channels: Int
  private let hop: Int
  private var untilHop: Int
  private var filter: ck_weighting
  private var states: [Double]
  private var sums: [Double]
  private let weights: [Double]
  private var peakMeter: TruePeakMeter
  private let wantsPeak: Bool

  /// `wantsPeak` false leaves the peaks out, for passes that need the loudness alone.
  package init(channels roles: [SoundReader.Channel], sampleRate: Int, wantsPeak: Bool = true) {
    channels = roles.count
    hop = max(1, (sampleRate + 5) / 10)
    untilHop = hop
    filter = Self.weighting(Double(sampleRate))
    states = Array(repeating: 0, count: 8 * roles.count)
    sums = Array(repeating: 0, count: roles.count + 1)
    weights = roles.map { role in
      switch role {
      case .lowFrequency: 0
      case .leftSurround, .rightSurround: 1.41
      default: 1
      }
    }
    peakMeter = TruePeakMeter(channels: roles.count)
    self.wantsPeak = wantsPeak
    ck_flush_denormals()
  }

  /// The channels of a mix, in the order it is written.
  package static func roles(_ channels: Int) -> [SoundReader.Channel] {
    switch channels {
    case 1: [.center]
    case 2: [.left, .right]
    default: [.left, .right, .center, .lowFrequency, .leftSurround, .rightSurround]
    }
  }

  /// The two sections of BS.1770's K weighting at any rate: the analogue prototypes behind the standard's table for
  /// 48 kHz, by the bilinear transform. Frequencies and qualities are those libebur128 recovered from the table.
  private static func weighting(_ rate: Double) -> ck_weighting {
    var weighting = ck_weighting()
    var k = tan(.pi * 1681.974450955533 / rate)
    let quality = 0.7071752369554196
    let high = pow(10, 3.999843853973347 / 20)
    let band = pow(high, 0.4996667741545416)
    var scale = 1 + k / quality + k * k
    weighting.shelf = (
      (high + band * k / quality + k * k) / scale, 2 * (k * k - high) / scale,
      (high - band * k / quality + k * k) / scale, 2 * (k * k - 1) / scale, (1 - k / quality + k * k) / scale
    )
    k = tan(.pi * 38.13547087602444 / rate)
    let lowQuality = 0.5003270373238773
    scale = 1 + k / lowQuality + k * k
    weighting.high_pass = (1, -2, 1, 2 * (k * k - 1) / scale, (1 - k / lowQuality + k * k) / scale)
    return weighting
  }

  /// Adds interleaved samples; full scale is ±1.
  package mutating func add(_ samples: UnsafePointer<Float>, frames: Int) {
    if wantsPeak {
      samplePeak = max(samplePeak, ck_peak(samples, frames * channels))
      peakMeter.add(samples, frames: frames)
    }
    var done = 0
    while done < frames {
      let count = min(frames - done, untilHop)
      weigh(samples + done * channels, count)
      done += count
      untilHop -= count
      if untilHop == 0 { endHop() }
    }
  }

  private mutating func weigh(_ samples: UnsafePointer<Float>, _ count: Int) {
    states.withUnsafeMutableBufferPointer { states in
      sums.withUnsafeMutableBufferPointer { sums in
        var channel = 0
        while channel < channels {
          let pair: Int32 = channel + 1 < channels ? 1 : 0
          ck_weighted_energy(
            &filter, samples + channel, channels, pair, count, states.baseAddress! + 4 * channel,
            sums.baseAddress! + channel)
          channel += 2
        }
      }
    }
  }

  private mutating func endHop() {
    var energy = 0.0
    for channel in 0..<channels {
      energy += weights[channel] * sums[channel] / Double(hop)
      sums[channel] = 0
    }
    energies.append(Float(energy))
    untilHop = hop
  }

  /// The figures; what is not finite, as with silence, is left out.
  package mutating func result() -> Loudness {
    var loudness = Self.loudness(energies)
    peakMeter.finish()
    if peakMeter.peak > 0 { loudness.truePeakDBTP = (20 * log10(Double(peakMeter.peak))).rounded(places: 2) }
    return loudness
  }

  /// Highest level between samples so far, in decibels over full scale; nil for silence.
  package mutating func truePeak() -> Double? {
    peakMeter.finish()
    return peakMeter.peak > 0 ? 20 * log10(Double(peakMeter.peak)) : nil
  }

  // MARK: Out of energies

  private static func level(_ energy: Double) -> Double { -0.691 + 10 * log10(energy) }
  private static func energy(_ level: Double) -> Double { pow(10, (level + 0.691) / 10) }

  /// Mean energies of windows of `length` tenths of a second, one each `step`.
  private static func windows(_ energies: [Float], _ length: Int, step: Int = 1) -> [Double] {
    guard energies.count >= length else { return [] }
    var found: [Double] = []
    found.reserveCapacity((energies.count - length) / step + 1)
    for start in stride(from: 0, through: energies.count - length, by: step) {
      var sum = 0.0
      for index in start..<start + length { sum += Double(energies[index]) }
      found.append(sum / Double(length))
    }
    return found
  }

  /// Integrated loudness: the mean of blocks of 0.4 s above −70 LUFS and above 10 LU below the mean of those. Nil where no
  /// block is.
  package static func integrated(_ energies: [Float]) -> Double? {
    let loud = windows(energies, 4).filter { $0 > energy(-70) }
    guard !loud.isEmpty else { return nil }
    let gate = loud.reduce(0, +) / Double(loud.count) / 10
    let kept = loud.filter { $0 > gate }
    return kept.isEmpty ? nil : level(kept.reduce(0, +) / Double(kept.count))
  }

  private static func loudness(_ energies: [Float]) -> Loudness {
    var loudness = Loudness()
    loudness.integratedLUFS = integrated(energies)?.rounded(places: 2)
    loudness.rangeLU = range(energies)?.rounded(places: 2)
    if let most = windows(energies, 4).max(), most > 0 { loudness.maxMomentaryLUFS = level(most).rounded(places: 2) }
    if let most = windows(energies, 30).max(), most > 0 { loudness.maxShortTermLUFS = level(most).rounded(places: 2) }
    return loudness
  }

  /// Tech 3342: between the tenth and the ninety-fifth of a hundred parts of the short-term values above −70 LUFS and
  /// above 20 LU below their mean.
  private static func range(_ energies: [Float]) -> Double? {
    let loud = windows(energies, 30).filter { $0 > energy(-70) }
    guard !loud.isEmpty else { return nil }
    let gate = loud.reduce(0, +) / Double(loud.count) / 100
    let kept = loud.filter { $0 > gate }.sorted()
    guard let first = kept.first else { return nil }
    func part(_ share: Double) -> Double { kept[Int((Double(kept.count - 1) * share).rounded())] }
    return first > 0 ? level(part(0.95)) - level(part(0.10)) : nil
  }
}
