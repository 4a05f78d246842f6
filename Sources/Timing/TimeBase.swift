/// The length of one tick of a stream's timestamps, in seconds, as a fraction.
package struct TimeBase: Sendable, Equatable, CustomStringConvertible {
  package let numerator: Int
  package let denominator: Int

  /// Both parts are positive; anything else becomes 1/1000000, which is what a container without a time base means.
  package init(_ numerator: Int, _ denominator: Int) {
    let valid = numerator > 0 && denominator > 0
    self.numerator = valid ? numerator : 1
    self.denominator = valid ? denominator : 1_000_000
  }

  package var description: String { "\(numerator)/\(denominator)" }
}

/// Turns a stream's timestamps into seconds since the container's start.
package struct MediaClock: Sendable, Equatable {
  package let timeBase: TimeBase
  /// The container's start on its own clock.
  package let startMicroseconds: Int64

  package init(timeBase: TimeBase, startMicroseconds: Int64) {
    self.timeBase = timeBase
    self.startMicroseconds = startMicroseconds
  }

  /// pts × time base − start, rounded to the nearest microsecond, halves away from zero.
  package func microseconds(_ pts: Int64) -> Int64 {
    let scaled = Int128(pts) * Int128(timeBase.numerator) * 1_000_000
    let divisor = Int128(timeBase.denominator)
    let rounded = (scaled >= 0 ? scaled + divisor / 2 : scaled - divisor / 2) / divisor
    return Int64(clamping: rounded - Int128(startMicroseconds))
  }

  package func seconds(_ pts: Int64) -> Double { Double(microseconds(pts)) / 1_000_000 }

  /// The span of a number of ticks, without the start taken off.
  package func duration(_ ticks: Int64) -> Double {
    Double(ticks) * Double(timeBase.numerator) / Double(timeBase.denominator)
  }

  /// The number of ticks nearest to a length in seconds.
  package func ticks(_ seconds: Double) -> Int64 {
    Int64((seconds * Double(timeBase.denominator) / Double(timeBase.numerator)).rounded())
  }
}

extension Double {
  /// Rounded to the microsecond, as every second in a document is.
  package var roundedToMicrosecond: Double { (self * 1_000_000).rounded() / 1_000_000 }

  /// Rounded to `places` decimal places.
  package func rounded(places: Int) -> Double {
    var factor = 1.0
    for _ in 0..<places { factor *= 10 }
    return (self * factor).rounded() / factor
  }
}
