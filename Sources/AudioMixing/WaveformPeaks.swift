import CKernels
import Glibc

/// The lowest and highest sample, and the mean square, of each short stretch of a sound of any length.
///
/// Stretches begin as single samples and are joined two by two whenever they become too many, so that memory does not grow with
/// the sound: in the end there are between half of ``capacity`` and all of it.
package struct WaveformPeaks: Sendable {
  /// Most stretches. Even half of them are five for each column of a ``WaveformPicture``.
  package static let capacity = 16_384

  /// Samples a channel of one stretch: a power of two.
  package private(set) var stretch = 1
  /// Stretches from the start up to the last sound.
  package private(set) var count = 0
  private let channels: Int
  private var position = 0
  private var lows = [Float](repeating: 0, count: capacity)
  private var highs = [Float](repeating: 0, count: capacity)
  /// Sums over all channels.
  private var squares = [Double](repeating: 0, count: capacity)

  package init(channels: Int) { self.channels = max(1, channels) }

  /// The sample that comes next, counted from the start; what is skipped is silent.
  package mutating func move(to position: Int) { self.position = position }

  /// Adds interleaved samples; full scale is ±1. Those before the start are left out.
  package mutating func add(_ samples: UnsafePointer<Float>, frames: Int) {
    var done = min(frames, max(0, -position))
    position += done
    while position + frames - done > stretch * Self.capacity { join() }
    while done < frames {
      let at = position / stretch
      let part = min(frames - done, (at + 1) * stretch - position)
      let first = samples + done * channels
      ck_extremes(first, part * channels, &lows[at], &highs[at])
      let energy = ck_energy(first, part * channels)
      if energy.isFinite { squares[at] += energy }
      done += part
      position += part
      count = max(count, at + 1)
    }
  }

  /// Joins each two neighbours.
  private mutating func join() {
    let half = Self.capacity / 2
    for index in 0..<half {
      lows[index] = min(lows[2 * index], lows[2 * index + 1])
      highs[index] = max(highs[2 * index], highs[2 * index + 1])
      squares[index] = squares[2 * index] + squares[2 * index + 1]
    }
    for index in half..<Self.capacity { (lows[index], highs[index], squares[index]) = (0, 0, 0) }
    stretch *= 2
    count = (count + 1) / 2
  }

  /// What a stretch of time holds.
  package struct Extent: Sendable, Equatable {
    /// From -1 to 0, and from 0 to 1, where the sound is within full scale.
    package var low: Float = 0
    package var high: Float = 0
    /// Root of the mean square over all channels.
    package var level: Float = 0
  }

  /// The extent from one sample up to another, widened to whole stretches.
  package func extent(_ range: Range<Int>) -> Extent {
    let first = max(0, range.lowerBound / stretch)
    let last = min(Self.capacity, (range.upperBound + stretch - 1) / stretch)
    guard first < last else { return Extent() }
    var extent = Extent()
    var energy = 0.0
    for index in first..<last {
      extent.low = min(extent.low, lows[index])
      extent.high = max(extent.high, highs[index])
      energy += squares[index]
    }
    extent.level = Float(sqrt(energy / Double((last - first) * stretch * channels)))
    return extent
  }
}
