import Timing

/// Puts lines that move across together, which were read word by word as they came into view.
enum MovingLines {
  /// Widest gap between two parts of a line, and most that they overlap, in heights.
  static let widestGap = 2.0
  static let mostOverlap = 0.5
  /// Share of the lower height that two parts share.
  static let sameRows = 0.5

  /// The lines, those that go on in one another as one: its words in the order in which they came, each where it was read.
  static func joined(_ lines: [ReadLine]) -> [ReadLine] {
    var joined = lines.filter { $0.path?.isHorizontal != true }
    var chains: [(whole: ReadLine, last: ReadLine)] = []
    for line in lines.filter({ $0.path?.isHorizontal == true }).sorted(by: { $0.start.index < $1.start.index }) {
      guard let index = chains.firstIndex(where: { goesOn($0.last, line) }) else {
        chains.append((line, line))
        continue
      }
      chains[index].whole.words += line.words
      chains[index].whole.confidence = chains[index].whole.words.confidence
      if line.end.index > chains[index].whole.end.index { chains[index].whole.end = line.end }
      chains[index].last = line
    }
    joined += chains.map(\.whole)
    return joined
  }

  /// Whether a line stands where another ends, when both are seen.
  private static func goesOn(_ a: ReadLine, _ b: ReadLine) -> Bool {
    let shared = (max(a.start.seconds, b.start.seconds), min(a.end.seconds, b.end.seconds))
    guard shared.0 <= shared.1 else { return false }
    let middle = (shared.0 + shared.1) / 2
    let (boxA, boxB) = (a.box(at: middle), b.box(at: middle))
    let height = min(boxA.height, boxB.height)
    // What comes later stands behind, whichever way the line goes.
    let comesFromTheRight = (a.path?.offset(at: shared.1).x ?? 0) <= (a.path?.offset(at: shared.0).x ?? 0)
    let gap = comesFromTheRight ? boxB.left - boxA.right : boxA.left - boxB.right
    return boxA.overlap(boxB).height >= sameRows * height && gap <= widestGap * height && gap >= -mostOverlap * height
  }
}
