import CKernels
import Glibc

/// Keeps the level between samples under a ceiling, looking ahead so that no peak is cut.
///
/// Each sample asks for the gain that brings it, and what lies between it and the next, under the ceiling. The lowest of these over
/// the look-ahead, let go slowly, and averaged over the look-ahead again, is a gain that is down in time and never jumps.
struct Limiter {
  /// Long enough for the gain to move without being heard as distortion, short enough not to duck what comes before.
  static let lookAheadSeconds = 0.005
  /// Time constant of the way up.
  static let releaseSeconds = 0.1

  /// The lowest gain so far.
  private(set) var lowestGain: Float = 1
  /// Frames whose gain was lowered.
  private(set) var limitedFrames = 0

  private let channels: Int
  private let ceiling: Float
  private let window: Int
  private let rise: Double
  private var filter = TruePeakMeter.interpolator
  private var histories: [Float]
  private var row: [Float] = []
  private var peaks: [Float] = []
  /// Samples that have not been delivered, oldest first.
  private var delayed: [Float] = []
  private var lastBlockPeak: Float = 0
  private var lastNeed: Float = 1
  /// Rings over the look-ahead: what each sample needs, and the gain after release.
  private var minima: SlidingMinimum
  private var released: [Double]
  private var releasedAt = 0
  private var gain = 1.0
  private var sum: Double
  /// Samples since anything was below 1.
  private var calm: Int
  private var gains: [Float] = []

  /// `ceiling` is a magnitude, 1 at full scale.
  init(channels: Int, sampleRate: Int, ceiling: Float) {
    self.channels = channels
    self.ceiling = ceiling
    window = max(8, Int(Self.lookAheadSeconds * Double(sampleRate)))
    rise = 1 - exp(-1 / (Self.releaseSeconds * Double(sampleRate)))
    histories = Array(repeating: 0, count: channels * 11)
    minima = SlidingMinimum(window)
    released = Array(repeating: 1, count: window)
    sum = Double(window)
    calm = window * 2
  }

  /// Frames that come out later than they went in: the interpolator's six and the look-ahead.
  var latency: Int { window + 5 }

  /// Takes frames in and hands as many out, `latency` later: the first ones are silence.
  mutating func process(_ samples: UnsafeMutablePointer<Float>, frames: Int) {
    if gains.count < frames {
      gains = Array(repeating: 1, count: frames)
      peaks = Array(repeating: 0, count: frames)
      row = Array(repeating: 0, count: frames + 11)
    }
    findPeaks(samples, frames)
    let isChanged = findGains(frames)
    if delayed.isEmpty { delayed = Array(repeating: 0, count: latency * channels) }
    delayed.append(contentsOf: UnsafeBufferPointer(start: samples, count: frames * channels))
    delayed.withUnsafeBufferPointer { samples.update(from: $0.baseAddress!, count: frames * channels) }
    delayed.removeFirst(frames * channels)
    if isChanged { gains.withUnsafeBufferPointer { ck_apply_gain(samples, channels, $0.baseAddress, frames) } }
  }

  private mutating func findPeaks(_ samples: UnsafePointer<Float>, _ frames: Int) {
    let here = ck_peak(samples, frames * channels)
    let isLoud = max(here, lastBlockPeak) * TruePeakMeter.largestGain > ceiling
    lastBlockPeak = here
    for index in 0..<frames { peaks[index] = 0 }
    histories.withUnsafeMutableBufferPointer { histories in
      row.withUnsafeMutableBufferPointer { row in
        peaks.withUnsafeMutableBufferPointer { peaks in
          for channel in 0..<channels {
            let history = histories.baseAddress! + channel * 11
            if isLoud || frames < 11 {
              ck_true_peaks(
                &filter, samples + channel, channels, frames, history, row.baseAddress, peaks.baseAddress)
            } else {
              for index in 0..<11 { history[index] = samples[(frames - 11 + index) * channels + channel] }
            }
          }
        }
      }
    }
  }

  /// Fills `gains` for the frames that are about to be handed out; false where all are 1.
  private mutating func findGains(_ frames: Int) -> Bool {
    let most = peaks.withUnsafeBufferPointer { ck_peak($0.baseAddress, frames) }
    if most <= ceiling, lastNeed == 1, calm >= window * 2, gain == 1 { return false }
    for index in 0..<frames {
      let peak = peaks[index]
      let need = peak > ceiling ? ceiling / peak : 1
      // A peak between two samples concerns both.
      let both = min(need, lastNeed)
      lastNeed = need
      let lowest = Double(minima.add(both))
      gain = lowest < gain ? lowest : gain + (lowest - gain) * rise
      if gain > 0.99999, lowest == 1 { gain = 1 }
      calm = gain < 1 ? 0 : calm + 1
      sum += gain - released[releasedAt]
      released[releasedAt] = gain
      releasedAt = releasedAt + 1 == window ? 0 : releasedAt + 1
      // At rest the sum is known exactly: rounding does not add up.
      if calm == window { sum = Double(window) }
      let value = Float(min(1, sum / Double(window)))
      gains[index] = value
      if value < 1 {
        limitedFrames += 1
        lowestGain = min(lowestGain, value)
      }
    }
    return true
  }
}

/// The lowest of the last `window` values.
struct SlidingMinimum {
  private let window: Int
  private var values: [Float]
  private var places: [Int]
  private var head = 0
  private var count = 0
  private var position = 0

  init(_ window: Int) {
    self.window = window
    values = Array(repeating: 1, count: window)
    places = Array(repeating: 0, count: window)
  }

  /// Adds a value; those that can never be the lowest again are let go.
  mutating func add(_ value: Float) -> Float {
    if count > 0, places[head] <= position - window {
      head = head + 1 == window ? 0 : head + 1
      count -= 1
    }
    while count > 0, values[(head + count - 1) % window] >= value { count -= 1 }
    let end = (head + count) % window
    values[end] = value
    places[end] = position
    count += 1
    position += 1
    return values[head]
  }
}
