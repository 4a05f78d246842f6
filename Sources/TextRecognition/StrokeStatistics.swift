/// What tells the strokes of a block that may be text from others, before its pictures are touched.
///
/// Limits are below what any of 89 texts in the sample films had; a good half of 2,535 blocks of clutter fall short of one.
struct StrokeStatistics {
  /// Pixels of strokes: three letters of the least size have more.
  static let leastPixels = 50
  /// Luma steps of half of them.
  static let leastStep = 12
  /// Share of the runs of like edges along a line that are soon followed by edges of the other sign.
  static let leastTurns = 0.55
  /// Share by which edges of one sign may outweigh the others: letters have two sides.
  static let mostImbalance = 0.25
  /// Width of a block in heights of its letters.
  static let leastShape = 2.3

  /// Pixels by luma step.
  var steps = [Int](repeating: 0, count: 256)
  /// Sum of the signed steps.
  var balance = 0
  /// Runs of edges of one sign along a line, and how many of them turn soon.
  var runs = 0
  var turns = 0

  /// Whether these can be letters of a block `width` pixels wide and `height` pixels high.
  func mayBeText(width: Int, height: Int) -> Bool {
    let pixels = steps.reduce(0, +)
    guard pixels >= Self.leastPixels, Double(width) >= Self.leastShape * Double(height),
      Double(turns) >= Self.leastTurns * Double(runs)
    else { return false }
    let weight = steps.indices.reduce(0) { $0 + $1 * steps[$1] }
    guard Double(abs(balance)) < Self.mostImbalance * Double(weight) else { return false }
    return 2 * steps[Self.leastStep...].reduce(0, +) >= pixels
  }
}
