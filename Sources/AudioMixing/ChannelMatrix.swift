import Glibc
import Media

/// How the channels of a source feed those of the programme: `gains[out * sources + in]`.
struct ChannelMatrix {
  let gains: [Float]

  /// One in the root of a half: -3.01 dB, the gain ITU-R BS.775 gives a channel that is shared between two.
  private static let half = 0.5.squareRoot()

  /// Gains after ITU-R BS.775, with constant-power pan: a single channel goes to left and right with
  /// cos and sin of (pan + 1) × 45°, so that at 0 each has -3.01 dB; of a pair each side is turned by the same gains,
  /// scaled to 1 at 0. `channels` of the programme are 1, 2 or 6.
  init(from source: [AudioDecoder.Channel], to channels: Int, pan: Double, gain: Double) {
    let angle = (pan + 1) * .pi / 4
    let (left, right) = (cos(angle), sin(angle))
    let roles = Self.roles(source)
    var gains = [Double](repeating: 0, count: channels * source.count)
    for (index, role) in roles.enumerated() {
      let feeds = Self.feeds(role, isAlone: source.count == 1, channels: channels, left, right, pan)
      for (out, value) in feeds { gains[out * source.count + index] += value }
    }
    self.gains = gains.map { Float($0 * gain) }
  }

  /// A lone channel is a middle one; positions that nobody knows alternate left and right.
  private static func roles(_ source: [AudioDecoder.Channel]) -> [AudioDecoder.Channel] {
    if source.count == 1 { return [.center] }
    return source.enumerated().map { $1 == .other ? ($0 % 2 == 0 ? .left : .right) : $1 }
  }

  private static func feeds(
    _ role: AudioDecoder.Channel, isAlone: Bool, channels: Int, _ left: Double, _ right: Double, _ pan: Double
  ) -> [(Int, Double)] {
    switch channels {
    case 6: surround(role, isAlone: isAlone, left, right, pan)
    case 2: stereo(role, isAlone: isAlone, left, right)
    default: mono(role, isAlone: isAlone)
    }
  }

  private static func stereo(
    _ role: AudioDecoder.Channel, isAlone: Bool, _ left: Double, _ right: Double
  ) -> [(Int, Double)] {
    let (balanceLeft, balanceRight) = (left / half, right / half)
    return switch role {
    case .left: [(0, balanceLeft)]
    case .right: [(1, balanceRight)]
    case .center, .other: isAlone ? [(0, left), (1, right)] : [(0, half * balanceLeft), (1, half * balanceRight)]
    case .leftSurround: [(0, half * balanceLeft)]
    case .rightSurround: [(1, half * balanceRight)]
    case .lowFrequency: []
    }
  }

  private static func mono(_ role: AudioDecoder.Channel, isAlone: Bool) -> [(Int, Double)] {
    switch role {
    case .left, .right: [(0, half)]
    case .center, .other: [(0, 1)]
    case .leftSurround, .rightSurround: [(0, 0.5)]
    case .lowFrequency: []
    }
  }

  private static func surround(
    _ role: AudioDecoder.Channel, isAlone: Bool, _ left: Double, _ right: Double, _ pan: Double
  ) -> [(Int, Double)] {
    if isAlone { return pan == 0 ? [(2, 1)] : [(0, left), (1, right)] }
    return switch role {
    case .left: [(0, left / half)]
    case .right: [(1, right / half)]
    case .center, .other: [(2, 1)]
    case .lowFrequency: [(3, 1)]
    case .leftSurround: [(4, left / half)]
    case .rightSurround: [(5, right / half)]
    }
  }
}
