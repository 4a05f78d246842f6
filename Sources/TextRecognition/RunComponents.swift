import CKernels
import Timing

/// Connected areas of a binary picture, kept as runs of pixels: no label picture is needed.
struct RunComponents {
  struct Run {
    var y: Int32
    var start: Int32
    /// Outside the run.
    var end: Int32

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
  let runs: [Run]
  let components: [Component]

  /// Joins runs, given row by row from left to right, that touch; `diagonally` too where wanted.
  init(_ ordered: [Run], diagonally: Bool) {
    (runs, components) = withUnsafeTemporaryAllocation(of: Int32.self, capacity: ordered.count) { parents in
      ordered.withUnsafeBufferPointer { ordered in
        Self.join(ordered, parents, slack: diagonally ? 1 : 0)
        return Self.group(ordered, parents)
      }
    }
  }

  /// The first run of those that a run was joined with.
  @inline(__always)
  private static func root(_ run: Int, _ parents: UnsafeMutableBufferPointer<Int32>) -> Int {
    var run = run
    while Int(parents[run]) != run {
      parents[run] = parents[Int(parents[run])]
      run = Int(parents[run])
    }
    return run
  }

  /// Leads every run by earlier ones, each the parent of the next, to the first that it is connected with.
  private static func join(
    _ ordered: UnsafeBufferPointer<Run>, _ parents: UnsafeMutableBufferPointer<Int32>, slack: Int32
  ) {
    var above = 0
    for i in ordered.indices {
      parents.initializeElement(at: i, to: Int32(i))
      let run = ordered[i]
      while above < i,
        ordered[above].y < run.y - 1 || ordered[above].y == run.y - 1 && ordered[above].end + slack <= run.start
      {
        above += 1
      }
      var other = above
      while other < i, ordered[other].y == run.y - 1, ordered[other].start < run.end + slack {
        let (a, b) = (root(other, parents), root(i, parents))
        if a != b { parents[max(a, b)] = Int32(min(a, b)) }
        other += 1
      }
    }
  }

  /// The runs by component, in a counting sort; the components in the order of their first runs.
  private static func group(
    _ ordered: UnsafeBufferPointer<Run>, _ parents: UnsafeMutableBufferPointer<Int32>
  ) -> ([Run], [Component]) {
    var components: [Component] = []
    // Parents of runs come before them: from here on they are numbers of components.
    for i in ordered.indices {
      let run = ordered[i]
      let box = PixelBox(left: Int(run.start), top: Int(run.y), right: Int(run.end), bottom: Int(run.y) + 1)
      if Int(parents[i]) == i {
        parents[i] = Int32(components.count)
        components.append(Component(box: box, area: box.width, runs: 0..<1))
      } else {
        parents[i] = parents[Int(parents[i])]
        let c = Int(parents[i])
        components[c].box = components[c].box.union(box)
        components[c].area += box.width
        components[c].runs = 0..<components[c].runs.count + 1
      }
    }
    var past = 0
    for c in components.indices {
      let count = components[c].runs.count
      components[c].runs = past..<past
      past += count
    }
    let runs = [Run](unsafeUninitializedCapacity: ordered.count) { runs, count in
      for i in ordered.indices {
        let c = Int(parents[i])
        let place = components[c].runs.upperBound
        runs.initializeElement(at: place, to: ordered[i])
        components[c].runs = components[c].runs.lowerBound..<place + 1
      }
      count = ordered.count
    }
    return (runs, components)
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
