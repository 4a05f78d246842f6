/// What tells the strokes of a block that may be text from others, before its pictures are touched.
///
/// Limits are below what any of 86 texts in sample films and made ones had; nine of ten blocks of clutter fall short of one.
struct StrokeStatistics {
  /// Pixels of strokes: three letters of the least size have more.
  static let leastPixels = 50
  /// Luma steps of half of them.
  static let leastStep = 15
  /// Share of the runs of like edges along a line that are soon followed by edges of the other sign.
  static let leastTurns = 0.55
  /// Share by which edges of one sign may outweigh the others: letters have two sides.
  static let mostImbalance = 0.25
  /// Width of a block in heights of its letters.
  static let leastShape = 2.3
  /// Changes from one sign to the other in the upper quarter of the rows that hold letters: four letters have two strokes
  /// of two sides each.
  static let leastChanges = 8
  /// A row holds letters where it has over this share of the densest row's pixels.
  static let denseRow = 0.35

  /// Pixels, and those of them with a step of at least ``leastStep``.
  private var pixels = 0
  private var plainPixels = 0
  /// Sum of the steps, with their sign and without.
  private var balance = 0
  private var weight = 0
  /// Runs of edges of one sign along a line, and how many of them turn soon.
  private var runs = 0
  private var turns = 0
  /// Pixels, and changes of sign, of each row.
  private var rowPixels: [Int]
  private var rowChanges: [Int]
  private let top: Int
  private let reach: Int

  /// For strokes in the rows of `box`, of letters `letterHeight` high: a run turns soon within as many pixels.
  init(box: PixelBox, letterHeight: Int) {
    top = box.top
    rowPixels = Array(repeating: 0, count: box.height)
    rowChanges = rowPixels
    reach = max(3, letterHeight)
  }

  /// Adds strokes of a plane of `width`, and the step at each.
  mutating func add(_ strokes: StrokeMarks, _ weights: [Int16], width: Int) {
    addSteps(weights)
    var (row, last, lastRises) = (-1, 0, false)
    strokes.forEachRun(width: width) { nextRow, first, count, rises in
      let index = nextRow &- top
      rowPixels[index] &+= count
      let gap = first &- last
      if nextRow != row || lastRises == rises {
        runs &+= nextRow == row && gap == 1 ? 0 : 1
      } else {
        runs &+= 1
        rowChanges[index] &+= 1
        turns &+= gap <= reach ? 1 : 0
      }
      (row, last, lastRises) = (nextRow, first &+ count &- 1, rises)
    }
  }

  /// Each step is from −255 to 255, so that those of a plane add up to less than 32 bits hold.
  private mutating func addSteps(_ weights: [Int16]) {
    var (plain, sum, size) = (Int32(0), Int32(0), Int32(0))
    weights.withUnsafeBufferPointer { weights in
      for weight in weights {
        let step = Int32(weight)
        plain &+= abs(step) >= Int32(Self.leastStep) ? 1 : 0
        sum &+= step
        size &+= abs(step)
      }
    }
    pixels += weights.count
    plainPixels += Int(plain)
    balance += Int(sum)
    weight += Int(size)
  }

  /// Whether a block is wide enough for its letters, which are `height` pixels high.
  static func mayBeLine(width: Int, height: Int) -> Bool { Double(width) >= leastShape * Double(height) }

  /// Whether these can be letters of a block `width` pixels wide and `height` pixels high.
  func mayBeText(width: Int, height: Int) -> Bool {
    guard pixels >= Self.leastPixels, Self.mayBeLine(width: width, height: height),
      Double(turns) >= Self.leastTurns * Double(runs), changes >= Self.leastChanges
    else { return false }
    guard Double(abs(balance)) < Self.mostImbalance * Double(weight) else { return false }
    return 2 * plainPixels >= pixels
  }

  /// The 75th percentile of the changes of sign in rows that hold letters.
  private var changes: Int {
    let least = Self.denseRow * Double(rowPixels.max() ?? 0)
    let dense = zip(rowPixels, rowChanges).filter { Double($0.0) > least }.map(\.1).sorted()
    return dense.isEmpty ? 0 : dense[3 * dense.count / 4]
  }
}
