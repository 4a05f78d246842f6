import Timing

/// Where a picture may hold text: cells of a small luma plane that are dense with strokes, in runs along a line.
struct TextMap: Equatable {
  /// Side of a cell in pixels of the small plane.
  static let cell = 8
  /// Luma step, in grey levels over two pixels, that counts as an edge of a stroke.
  static let edge = 28
  /// Edges a cell of 64 pixels needs: letters give 12 and more, smooth pictures under 6.
  static let edgesPerCell = 12
  /// Cells side by side that make a line of text.
  static let shortestRun = 3

  let plane: Plane
  let columns: Int
  let rows: Int
  private(set) var cells: [Bool]

  init(_ plane: Plane) {
    self.plane = plane
    columns = plane.width / Self.cell
    rows = plane.height / Self.cell
    cells = Array(repeating: false, count: columns * rows)
    for row in 0..<rows {
      var run = 0
      for column in 0...columns {
        if column < columns, edges(column, row) >= Self.edgesPerCell {
          run += 1
          continue
        }
        if run >= Self.shortestRun { for back in 1...run { cells[row * columns + column - back] = true } }
        run = 0
      }
    }
  }

  var isEmpty: Bool { !cells.contains(true) }

  private func edges(_ column: Int, _ row: Int) -> Int {
    var count = 0
    plane.bytes.withUnsafeBufferPointer { bytes in
      for y in row * Self.cell..<(row + 1) * Self.cell {
        let start = max(1, column * Self.cell)
        let end = min(plane.width - 1, (column + 1) * Self.cell)
        for x in start..<end
        where abs(Int(bytes[y * plane.width + x + 1]) - Int(bytes[y * plane.width + x - 1])) >= Self.edge {
          count += 1
        }
      }
    }
    return count
  }

  /// Share of the cells with text, in either map, whose pixels differ by more than a few grey levels: 0 for the same text.
  func difference(from other: TextMap) -> Double {
    guard other.cells.count == cells.count else { return 1 }
    var either = 0
    var changed = 0
    for row in 0..<rows {
      for column in 0..<columns where cells[row * columns + column] || other.cells[row * columns + column] {
        either += 1
        if cellDifference(other, column, row) > 8 { changed += 1 }
      }
    }
    return either == 0 ? 0 : Double(changed) / Double(either)
  }

  /// Mean absolute difference of a cell's pixels.
  private func cellDifference(_ other: TextMap, _ column: Int, _ row: Int) -> Int {
    var sum = 0
    for y in row * Self.cell..<(row + 1) * Self.cell {
      for x in column * Self.cell..<(column + 1) * Self.cell {
        sum += abs(Int(plane.bytes[y * plane.width + x]) - Int(other.plane.bytes[y * plane.width + x]))
      }
    }
    return sum / (Self.cell * Self.cell)
  }
}
