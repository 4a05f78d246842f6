import CKernels
import Documents
import Glibc
import Media

/// Keeps the level between samples under a ceiling, looking ahead so that no peak is cut.
///
/// Each sample asks for the gain that brings it, and what lies between it and the next, under the ceiling. The lowest of
/// these over the look-ahead, let go slowly, and averaged over the look-ahead again, is a gain that is down in time and
/// never jumps.
final class Limiter {
  /// Long enough for the gain to move without being heard as distortion, short enough not to duck what comes before.
  static let lookAheadSeconds = 0.005
  /// Time constant of the way up.
  static let releaseSeconds = 0.1

  /// Frames that come out later than they went in: the interpolator's six and the look-ahead.
  let latency: Int

  private let channels: Int
  private let ceiling: Float
  private let state: OpaquePointer
  private var filter = TruePeakMeter.interpolator
  private var histories: [Float]
  private var row: [Float] = []
  private var peaks: [Float] = []
  private var gains: [Float] = []
  /// Samples that have not been delivered, oldest first.
  private var delayed: [Float]
  private var lastBlockPeak: Float = 0

  /// `ceiling` is a magnitude, 1 at full scale. Throws `out_of_memory`.
  init(channels: Int, sampleRate: Int, ceiling: Float) throws(MediaError) {
    self.channels = channels
    self.ceiling = ceiling
    let window = max(8, Int(Self.lookAheadSeconds * Double(sampleRate)))
    latency = window + 5
    guard let state = ck_limiter_new(window, ceiling, 1 - exp(-1 / (Self.releaseSeconds * Double(sampleRate)))) else {
      throw MediaError(.outOfMemory, "there is no memory for the limiter's look-ahead")
    }
    self.state = state
    histories = Array(repeating: 0, count: channels * 11)
    delayed = Array(repeating: 0, count: latency * channels)
  }

  deinit { ck_limiter_free(state) }

  /// The lowest gain so far.
  var lowestGain: Float { ck_limiter_lowest(state) }
  /// Frames whose gain was lowered.
  var limitedFrames: Int { ck_limiter_limited(state) }

  /// Takes frames in and hands as many out, `latency` later: the first ones are silence.
  func process(_ samples: UnsafeMutablePointer<Float>, frames: Int) {
    if gains.count < frames {
      gains = Array(repeating: 1, count: frames)
      peaks = Array(repeating: 0, count: frames)
      row = Array(repeating: 0, count: frames + 11)
    }
    findPeaks(samples, frames)
    delayed.append(contentsOf: UnsafeBufferPointer(start: samples, count: frames * channels))
    delayed.withUnsafeBufferPointer { samples.update(from: $0.baseAddress!, count: frames * channels) }
    delayed.removeFirst(frames * channels)
    gains.withUnsafeMutableBufferPointer { gains in
      if ck_limiter_gains(state, peaks, gains.baseAddress, frames) != 0 {
        ck_apply_gain(samples, channels, gains.baseAddress, frames)
      }
    }
  }

  private func findPeaks(_ samples: UnsafePointer<Float>, _ frames: Int) {
    let here = ck_peak(samples, frames * channels)
    let isLoud = max(here, lastBlockPeak) * TruePeakMeter.largestGain > ceiling
    lastBlockPeak = here
    peaks.withUnsafeMutableBufferPointer { $0.baseAddress!.update(repeating: 0, count: frames) }
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
}
