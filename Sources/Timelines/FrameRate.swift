/// Frames a second, as a fraction.
package struct FrameRate: Sendable, Equatable {
  package let numerator: Int64
  package let denominator: Int64

  package init(_ numerator: Int64, _ denominator: Int64 = 1) {
    self.numerator = numerator
    self.denominator = denominator
  }

  /// Reads `24000/1001`; nil where it is no rate.
  init?(fraction text: String?) {
    let parts = (text ?? "").split(separator: "/").map { Int64($0) }
    guard parts.count == 2, let numerator = parts[0], let denominator = parts[1], numerator > 0, denominator > 0,
      numerator < 1 << 31, denominator < 1 << 31
    else { return nil }
    self.init(numerator, denominator)
  }

  package var value: Double { Double(numerator) / Double(denominator) }

  /// Numbers that time code counts to a second.
  package var base: Int64 { (numerator + denominator / 2) / denominator }

  /// Whether it is a whole rate slowed down by 1000/1001, as NTSC television does.
  package var isNTSC: Bool { denominator == 1001 && numerator % 1000 == 0 }

  /// Whether time code may leave out numbers (SMPTE ST 12-1): at 29.97 and 59.94.
  package var canDropFrames: Bool { isNTSC && (numerator == 30_000 || numerator == 60_000) }

  /// How far a rate as containers write it may lie from the one that is meant: 23.98 lies 1.6 in 10,000 from 24000/1001,
  /// which itself lies 10 in 10,000 from 24.
  private static let rounding = 2e-4

  /// The whole or NTSC rate that is meant by a rate, or nil where it is neither.
  static func standard(_ value: Double) -> FrameRate? {
    let whole = value.rounded()
    guard whole >= 1, whole <= 1000 else { return nil }
    if abs(value - whole) <= whole * 1e-6 { return FrameRate(Int64(whole)) }
    let slowed = (value * 1.001).rounded()
    // Only multiples of these are broadcast slowed down; 1 or 2 frames a second are not.
    if slowed >= 10, abs(value - slowed / 1.001) <= value * rounding { return FrameRate(Int64(slowed) * 1000, 1001) }
    return abs(value - whole) <= whole * rounding ? FrameRate(Int64(whole)) : nil
  }

  /// The smallest whole multiple of a rate, so that each frame lies on one of its frames; nil where there is none up to 120.
  static func multiple(of value: Double) -> FrameRate? {
    for factor in 2...8 where value * Double(factor) <= 120 {
      if let rate = standard(value * Double(factor)) { return rate }
    }
    return nil
  }

  /// The rate at which editors take a film that has no rate of its own: the common one within 5 %, else the next whole one.
  static func near(_ value: Double) -> FrameRate {
    let near = common.min { abs($0.value - value) < abs($1.value - value) }
    if let near, abs(near.value - value) <= value * 0.05 { return near }
    return FrameRate(Int64(min(1000, max(1, value.rounded(.up)))))
  }

  /// The rates that editing programs offer.
  private static let common = [
    FrameRate(24_000, 1001), FrameRate(24), FrameRate(25), FrameRate(30_000, 1001), FrameRate(30), FrameRate(48),
    FrameRate(50), FrameRate(60_000, 1001), FrameRate(60), FrameRate(100), FrameRate(120_000, 1001), FrameRate(120),
  ]
}
