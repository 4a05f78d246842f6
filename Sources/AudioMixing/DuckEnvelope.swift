import Documents
import Glibc

/// The gain of a track that gives way to others, from the power of those others, hop by hop.
///
/// A hop is a millisecond. The others are heard where their power over ten milliseconds exceeds the threshold; stretches
/// closer together than look-ahead, hold and release are one, so that nothing comes up in between only to go down again.
/// Within a stretch the gain is lower by the amount; before it, it falls over the attack, and behind hold it rises over the
/// release, both straight in decibels. As the others are known ahead of time, the fall can begin before the stretch.
package struct DuckEnvelope {
  /// A corner of the gain's course.
  package struct Point: Sendable, Equatable {
    package var seconds: Double
    package var gainDB: Double
  }

  /// Hops over which power is averaged, half of them ahead.
  static let window = 10
  /// Hops a second.
  static let hopsPerSecond = 1000.0

  private struct Stretch {
    var start: Int
    /// nil while it goes on.
    var end: Int?
  }

  private let duck: MixDuck
  private let threshold: Double
  private var powers = [Double](repeating: 0, count: DuckEnvelope.window)
  private var hopsIn = 0
  private var stretches: [Stretch] = []
  package private(set) var points: [Point] = []

  /// How many hops of the others have to be known ahead of the gain.
  let reach: Int
  private let closest: Int

  init(_ duck: MixDuck) {
    self.duck = duck
    threshold = pow(10, duck.thresholdDB / 10)
    closest = Int(((duck.lookAhead + duck.hold + duck.release) * Self.hopsPerSecond).rounded(.up))
    reach = closest + Self.window + 2
  }

  /// Adds the mean power of the next hop.
  mutating func add(power: Double) {
    powers[hopsIn % Self.window] = power
    hopsIn += 1
    // The window around a hop is complete once half of it has followed.
    let hop = hopsIn - Self.window / 2
    guard hop >= 0 else { return }
    let isHeard = powers.reduce(0, +) / Double(Self.window) > threshold
    if isHeard {
      if let last = stretches.last, let end = last.end, hop - end < closest {
        stretches[stretches.count - 1].end = nil
      } else if stretches.last.map({ $0.end != nil }) ?? true {
        stretches.append(Stretch(start: hop, end: nil))
      }
    } else if let last = stretches.last, last.end == nil {
      stretches[stretches.count - 1].end = hop
    }
  }

  /// The gain in decibels at a time; times must not go back, and every hop up to `reach` later must have been added.
  mutating func gainDB(at seconds: Double) -> Double {
    while let first = stretches.first, let end = first.end,
      Double(end) / Self.hopsPerSecond + duck.hold + duck.release < seconds
    {
      note(stretches.removeFirst())
    }
    var depth = 0.0
    for stretch in stretches {
      let begin = Double(stretch.start) / Self.hopsPerSecond - duck.lookAhead
      if begin >= seconds { break }
      var own = duck.attack > 0 ? min(1, (seconds - begin) / duck.attack) : 1
      if let end = stretch.end {
        let rise = seconds - (Double(end) / Self.hopsPerSecond + duck.hold)
        if rise > 0 { own = min(own, duck.release > 0 ? max(0, 1 - rise / duck.release) : 0) }
      }
      depth = max(depth, own)
    }
    return -duck.amountDB * depth
  }

  private mutating func note(_ stretch: Stretch) {
    let begin = Double(stretch.start) / Self.hopsPerSecond - duck.lookAhead
    let end = Double(stretch.end ?? stretch.start) / Self.hopsPerSecond + duck.hold
    points.append(Point(seconds: max(0, begin), gainDB: 0))
    points.append(Point(seconds: max(0, begin + duck.attack), gainDB: -duck.amountDB))
    points.append(Point(seconds: max(0, end), gainDB: -duck.amountDB))
    points.append(Point(seconds: max(0, end + duck.release), gainDB: 0))
  }

  /// Ends the last stretch; the points are complete then.
  mutating func finish() {
    for stretch in stretches { note(stretch) }
    stretches = []
  }
}
