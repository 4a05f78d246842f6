import Timing

/// Where something that moves stood, against where it was found, look by look.
struct MotionPath: Sendable, Equatable {
  struct Point: Sendable, Equatable {
    var seconds: Double
    var x: Double
    var y: Double
  }

  /// Seconds over which the speed beyond the last point is taken.
  static let speedSpan = 0.9

  /// In order of time, at least one.
  private(set) var points: [Point]

  init(_ points: [Point]) { self.points = points.sorted { $0.seconds < $1.seconds } }

  mutating func append(_ point: Point) { points.append(point) }

  /// Forgets the points before a time but the last of them.
  mutating func drop(before seconds: Double) {
    guard let first = points.lastIndex(where: { $0.seconds <= seconds }) else { return }
    points.removeFirst(first)
  }

  /// The way from where it was found. Before the first and after the last look it is taken to move on as it did.
  func offset(at seconds: Double) -> (x: Double, y: Double) {
    guard let first = points.first, let last = points.last, points.count > 1 else {
      return (points.first?.x ?? 0, points.first?.y ?? 0)
    }
    if seconds <= first.seconds {
      let next = points.first { $0.seconds >= first.seconds + Self.speedSpan } ?? last
      return Self.line(first, next, seconds)
    }
    if seconds >= last.seconds {
      let before = points.last { $0.seconds <= last.seconds - Self.speedSpan } ?? first
      return Self.line(before, last, seconds)
    }
    let next = points.firstIndex { $0.seconds >= seconds } ?? points.count - 1
    return Self.line(points[next - 1], points[next], seconds)
  }

  private static func line(_ a: Point, _ b: Point, _ seconds: Double) -> (x: Double, y: Double) {
    guard b.seconds > a.seconds else { return (b.x, b.y) }
    let share = (seconds - a.seconds) / (b.seconds - a.seconds)
    return (a.x + share * (b.x - a.x), a.y + share * (b.y - a.y))
  }

  /// The same way in a picture `factor` times as large.
  func scaled(by factor: Double) -> MotionPath {
    MotionPath(points.map { Point(seconds: $0.seconds, x: $0.x * factor, y: $0.y * factor) })
  }
}
