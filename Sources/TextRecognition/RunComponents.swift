import CKernels
import Timing

/// Connected areas of a binary picture, kept as runs of pixels: no label picture is needed.
struct RunComponents {
  struct Run {
    var y: Int32
    var start: Int32
    /// Outside the run.
    var end: Int32
    var component: Int32 = 0

    init(y: Int, start: Int, end: Int) {
      self.y = Int32(y)
      self.start = Int32(start)
      self.end = Int32(end)
    }
  }

  struct Component {
    var box: PixelBox
    var area: Int
    /// Its runs in ``RunComponents/runs``.
    var runs: Range<Int>
  }

  /// Grouped by component, within a component from top to bottom.
  private(set) var runs: [Run]
  private(set) var components: [Component] = []

  /// Joins runs, given row by row from left to right, that touch; `diagonally` too where wanted.
  init(_ ordered: [Run], diagonally: Bool) {
    var parent = [Int32](repeating: 0, count: ordered.count)
    for i in ordered.indices { parent[i] = Int32(i) }
    func root(_ run: Int) -> Int {
      var run = run
      while Int(parent[run]) != run {
        parent[run] = parent[Int(parent[run])]
        run = Int(parent[run])
      }
      return run
    }
    let slack: Int32 = diagonally ? 1 : 0
    var above = 0
    for i in ordered.indices {
      let run = ordered[i]
      while above < i,
        ordered[above].y < run.y - 1 || ordered[above].y == run.y - 1 && ordered[above].end + slack <= run.start
      {
        above += 1
      }
      var other = above
      while other < i, ordered[other].y == run.y - 1, ordered[other].start < run.end + slack {
        let (a, b) = (root(other), root(i))
        if a != b { parent[max(a, b)] = Int32(min(a, b)) }
        other += 1
      }
    }
    runs = ordered
    var number = [Int32](repeating: -1, count: ordered.count)
    for i in ordered.indices {
      let run = ordered[i]
      let first = root(i)
      let box = PixelBox(left: Int(run.start), top: Int(run.y), right: Int(run.end), bottom: Int(run.y) + 1)
      if number[first] < 0 {
        number[first] = Int32(components.count)
        components.append(Component(box: box, area: box.width, runs: 0..<1))
      } else {
        let c = Int(number[first])
        components[c].box = components[c].box.union(box)
        components[c].area += box.width
        components[c].runs = 0..<components[c].runs.count + 1
      }
      runs[i].component = number[first]
    }
    group()
  }

  /// Counting sort of the runs by component.
  private mutating func group() {
    var next: [Int] = []
    next.reserveCapacity(components.count)
    var position = 0
    for c in components.indices {
      next.append(position)
      let count = components[c].runs.count
      components[c].runs = position..<position + count
      position += count
    }
    let ordered = runs
    for run in ordered {
      let c = Int(run.component)
      runs[next[c]] = run
      next[c] += 1
    }
  }

  /// The runs of pixels brighter than `threshold`.
  static func runs(in plane: Plane, above threshold: UInt8) -> [Run] {
    var runs: [Run] = []
    plane.bytes.withUnsafeBufferPointer { bytes in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: plane.width + 1) { turns in
        guard var row = bytes.baseAddress else { return }
        for y in 0..<plane.height {
          append(&runs, of: row, width: plane.width, y: y, above: threshold, turns)
          row += plane.width
        }
      }
    }
    return runs
  }

  /// Appends the runs of a row of bytes; `turns` has room for one more number than the row has bytes.
  static func append(
    _ runs: inout [Run], of row: UnsafePointer<UInt8>, width: Int, y: Int, above threshold: UInt8,
    _ turns: UnsafeMutableBufferPointer<UInt32>
  ) {
    let count = ck_turns(row, width, threshold, turns.baseAddress)
    for i in stride(from: 0, to: count, by: 2) {
      runs.append(Run(y: y, start: Int(turns[i]), end: Int(turns[i + 1])))
    }
  }
}
