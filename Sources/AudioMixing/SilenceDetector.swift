package import Documents
import Glibc
import Timing

/// Finds stretches in which every sample of every channel stays below a level.
package struct SilenceDetector: Sendable {
  private let threshold: Float
  private let shortest: Double
  private let sampleRate: Double
  private var start: Double?
  private var silences: [Silence] = []
  private var position = 0.0

  /// `level` in dBFS; silences shorter than `shortest` seconds are not reported.
  package init(level: Double, shortest: Double, sampleRate: Int) {
    threshold = Float(pow(10, level / 20))
    self.shortest = shortest
    self.sampleRate = Double(sampleRate)
  }

  /// Adds interleaved samples that begin at `seconds`, or right after the ones before.
  package mutating func add(_ samples: UnsafeBufferPointer<Float>, channels: Int, at seconds: Double?) {
    // Containers round timestamps: only a real gap moves the clock.
    if let seconds, abs(seconds - position) > 0.02 {
      position = seconds
    }
    let count = samples.count / channels
    for frame in 0..<count {
      var quiet = true
      for channel in 0..<channels where abs(samples[frame * channels + channel]) >= threshold { quiet = false }
      if quiet {
        if start == nil { start = position + Double(frame) / sampleRate }
      } else if let began = start {
        close(began, end: position + Double(frame) / sampleRate)
      }
    }
    position += Double(count) / sampleRate
  }

  private mutating func close(_ began: Double, end: Double) {
    start = nil
    guard end - began >= shortest else { return }
    silences.append(
      Silence(startSeconds: began.roundedToMicrosecond, endSeconds: end.roundedToMicrosecond))
  }

  /// Ends the last silence with the sound and returns all of them.
  package mutating func finish() -> [Silence] {
    if let began = start { close(began, end: position) }
    return silences
  }
}
