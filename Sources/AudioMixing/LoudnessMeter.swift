import CLoudness
package import Documents
package import Media
import Glibc
import Timing

/// Measures loudness after EBU R 128 with libebur128 (ITU-R BS.1770-4, EBU Tech 3341 and 3342), and true peak with
/// ``TruePeakMeter``, which takes a fifth of the time libebur128 needs for it.
package final class LoudnessMeter {
  private let state: UnsafeMutablePointer<ebur128_state>
  private let channels: Int
  private var peaks: TruePeakMeter
  /// Samples a channel between two looks at the sliding windows: Tech 3341 asks for at least ten a second.
  private let hop: Int
  private var untilHop: Int
  private var frames = 0
  private var maxMomentary = -Double.infinity
  private var maxShortTerm = -Double.infinity
  /// Energies of the last momentary windows, 100 ms apart, oldest first.
  private var momentary: [Double] = []

  /// Throws `internal` where libebur128 does not take the format (more than 64 channels, or no rate).
  package init(channels: [AudioDecoder.Channel], sampleRate: Int) throws(MediaError) {
    let mode = EBUR128_MODE_I.rawValue | EBUR128_MODE_LRA.rawValue
    guard let state = ebur128_init(UInt32(channels.count), UInt(sampleRate), Int32(mode)) else {
      throw MediaError(
        .internal, "loudness cannot be measured on \(channels.count) channels at \(sampleRate) Hz")
    }
    self.state = state
    self.channels = channels.count
    peaks = TruePeakMeter(channels: channels.count)
    hop = max(1, sampleRate / 10)
    untilHop = hop
    for (index, channel) in channels.enumerated() {
      ebur128_set_channel(state, UInt32(index), Int32(Self.weight(channel, of: channels.count).rawValue))
    }
  }

  deinit {
    var state: UnsafeMutablePointer<ebur128_state>? = state
    ebur128_destroy(&state)
  }

  private static func weight(_ channel: AudioDecoder.Channel, of count: Int) -> channel {
    switch channel {
    case .left: EBUR128_LEFT
    case .right: EBUR128_RIGHT
    case .center: EBUR128_CENTER
    case .lowFrequency: EBUR128_UNUSED
    case .leftSurround: EBUR128_LEFT_SURROUND
    case .rightSurround: EBUR128_RIGHT_SURROUND
    // A position BS.1770 gives no weight to counts like a front speaker.
    case .other: EBUR128_CENTER
    }
  }

  /// Adds interleaved samples; full scale is ±1.
  package func add(_ samples: UnsafeBufferPointer<Float>) throws(MediaError) {
    guard var position = samples.baseAddress else { return }
    var left = samples.count / channels
    while left > 0 {
      let count = min(left, untilHop)
      guard ebur128_add_frames_float(state, position, count) == EBUR128_SUCCESS.rawValue else {
        throw MediaError(.outOfMemory, "not enough memory to measure loudness")
      }
      peaks.add(position, frames: count)
      position += count * channels
      left -= count
      untilHop -= count
      frames += count
      if untilHop == 0 {
        untilHop = hop
        look()
      }
    }
  }

  private func look() {
    // Before a window is full its value would mix in silence.
    guard frames >= hop * 4 else { return }
    var value = 0.0
    ebur128_loudness_momentary(state, &value)
    maxMomentary = max(maxMomentary, value)
    momentary.append(value > -.infinity ? Self.energy(value) : 0)
    if momentary.count > 30 { momentary.removeFirst() }
    guard frames >= hop * 30, canRaiseShortTerm else { return }
    ebur128_loudness_shortterm(state, &value)
    maxShortTerm = max(maxShortTerm, value)
  }

  /// Whether the last three seconds can be louder than the loudest so far.
  ///
  /// Eight momentary windows of 0.4 s, one behind the other, cover them; their energy bounds that of the three seconds.
  /// libebur128 adds up all of the three seconds anew at each call, which would cost more than the rest of the meter.
  private var canRaiseShortTerm: Bool {
    guard momentary.count >= 29 else { return true }
    var energy = 0.0
    for window in 0..<8 { energy += momentary[max(0, momentary.count - 1 - 4 * window)] }
    return energy * 0.4 / 3 * 1.000001 >= Self.energy(maxShortTerm)
  }

  private static func energy(_ loudness: Double) -> Double { pow(10, loudness / 10) }

  /// The figures; those that are not finite, as with silence, are left out.
  package func result() -> Loudness {
    var loudness = Loudness()
    var value = 0.0
    if ebur128_loudness_global(state, &value) == EBUR128_SUCCESS.rawValue, value.isFinite {
      loudness.integratedLUFS = value.rounded(places: 2)
    }
    if ebur128_loudness_range(state, &value) == EBUR128_SUCCESS.rawValue, value.isFinite {
      loudness.rangeLU = value.rounded(places: 2)
    }
    peaks.finish()
    let peak = Double(peaks.peak)
    if peak > 0, peak.isFinite { loudness.truePeakDBTP = (20 * log10(peak)).rounded(places: 2) }
    if maxMomentary.isFinite { loudness.maxMomentaryLUFS = maxMomentary.rounded(places: 2) }
    if maxShortTerm.isFinite { loudness.maxShortTermLUFS = maxShortTerm.rounded(places: 2) }
    return loudness
  }
}
