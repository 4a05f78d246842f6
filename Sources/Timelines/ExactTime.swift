/// A time in seconds as a fraction: nothing is rounded until it is written.
package struct ExactTime: Sendable {
  /// Over ``denominator``, in lowest terms or not.
  let numerator: Int128
  /// Above 0 and below 2^52, so that products with what is asked of it fit.
  let denominator: Int128

  package init(_ numerator: Int128, _ denominator: Int128) {
    self.numerator = numerator
    self.denominator = denominator
  }

  /// The time of `pts` after `start` microseconds.
  init(pts: Int64, numerator: Int, denominator: Int, start: Int64) {
    self.init(
      Int128(pts) * Int128(numerator) * 1_000_000 - Int128(start) * Int128(denominator), Int128(denominator) * 1_000_000
    )
  }

  package var seconds: Double {
    let (whole, rest) = floored
    return Double(whole) + Double(rest) / Double(denominator)
  }

  /// Between two times of one clock, which have one denominator.
  static func - (a: Self, b: Self) -> Self {
    precondition(a.denominator == b.denominator, "times of one clock")
    return Self(a.numerator - b.numerator, a.denominator)
  }

  /// Whole seconds, and what is left over ``denominator``.
  private var floored: (whole: Int128, rest: Int128) {
    let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
    return remainder < 0 ? (quotient - 1, remainder + denominator) : (quotient, remainder)
  }

  /// The first tick, of `unit` a second, that is not before this time; never negative.
  ///
  /// A time that is rounded up lies within the frame that begins at it, if that lasts a tick; rounded to the nearest it
  /// could lie on the frame before.
  func ticks(notBefore unit: Int64) -> Int64 {
    let (whole, rest) = floored
    let part = (rest * Int128(unit) + denominator - 1) / denominator
    return Int64(clamping: max(0, whole * Int128(unit) + part))
  }

  /// The nearest frame of a rate; halves up.
  func frame(at rate: FrameRate) -> Int64 {
    let divisor = 2 * Int128(rate.denominator) * denominator
    let scaled = 2 * numerator * Int128(rate.numerator) + divisor / 2
    let (quotient, remainder) = scaled.quotientAndRemainder(dividingBy: divisor)
    return Int64(clamping: remainder < 0 ? quotient - 1 : quotient)
  }
}
