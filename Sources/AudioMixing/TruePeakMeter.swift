import CKernels
import Glibc

/// Finds the highest level between samples, fourfold oversampled as ITU-R BS.1770-4, annex 2, asks for.
///
/// The interpolator is a sinc under a Hann window, 49 taps long, as in libebur128.
struct TruePeakMeter {
  static let taps = 12

  static var interpolator: ck_interpolator {
    var filter = ck_interpolator()
    withUnsafeMutableBytes(of: &filter.taps) { bytes in
      let taps = bytes.bindMemory(to: Float.self)
      for phase in 1...3 {
        for tap in 0..<Self.taps {
          let at = Double(phase + 4 * tap)
          let angle = (at - 24) * .pi / 4
          let sinc = angle == 0 ? 1 : sin(angle) / angle
          taps[(phase - 1) * Self.taps + tap] = Float(sinc * 0.5 * (1 - cos(2 * .pi * at / 48)))
        }
      }
    }
    return filter
  }

  /// How far over the largest sample an interpolated value can be: the largest sum of a phase's magnitudes.
  static let largestGain: Float = {
    var filter = interpolator
    return withUnsafeBytes(of: &filter.taps) { bytes in
      let taps = bytes.bindMemory(to: Float.self)
      return (0..<3).map { phase in (0..<Self.taps).reduce(0) { $0 + abs(taps[phase * Self.taps + $1]) } }.max() ?? 1
    }
  }()

  private(set) var peak: Float = 0
  private let channels: Int
  private var filter = TruePeakMeter.interpolator
  private var histories: [Float]
  private var row: [Float] = []
  private var peaks: [Float] = []
  private var lastBlockPeak: Float = 0

  init(channels: Int) {
    self.channels = channels
    histories = Array(repeating: 0, count: channels * 11)
  }

  mutating func add(_ samples: UnsafePointer<Float>, frames: Int) {
    let here = ck_peak(samples, frames * channels)
    // Where not even the worst course of these samples could be a new peak, only the history moves on.
    let couldRaise = max(here, lastBlockPeak) * Self.largestGain > peak
    lastBlockPeak = here
    if frames < 11 || couldRaise {
      measure(samples, frames)
    } else {
      for channel in 0..<channels {
        for index in 0..<11 { histories[channel * 11 + index] = samples[(frames - 11 + index) * channels + channel] }
      }
    }
  }

  private mutating func measure(_ samples: UnsafePointer<Float>, _ frames: Int) {
    if row.count < frames + 11 {
      row = Array(repeating: 0, count: frames + 11)
      peaks = Array(repeating: 0, count: frames)
    }
    for index in 0..<frames { peaks[index] = 0 }
    histories.withUnsafeMutableBufferPointer { histories in
      row.withUnsafeMutableBufferPointer { row in
        peaks.withUnsafeMutableBufferPointer { peaks in
          for channel in 0..<channels {
            ck_true_peaks(
              &filter, samples + channel, channels, frames, histories.baseAddress! + channel * 11, row.baseAddress,
              peaks.baseAddress)
          }
          peak = max(peak, ck_peak(peaks.baseAddress, frames))
        }
      }
    }
  }

  /// Lets the last samples through the filter.
  mutating func finish() {
    let silence = [Float](repeating: 0, count: 12 * channels)
    silence.withUnsafeBufferPointer { measure($0.baseAddress!, 12) }
  }
}
