/// How much of the steps in each column was seen in another place on another look.
struct ColumnSums {
  /// Share of the steps, over all looks, that must have been seen for a column to be one of those in which a crawl runs.
  static let goesOn = 0.5

  /// Of each column the products of its steps with the others, and the mean squares of both.
  private var products: [Double]
  private var squares: [Double]

  init(count: Int) {
    products = [Double](repeating: 0, count: count)
    squares = products
  }

  mutating func add(_ sums: (product: Double, square: Double), at column: Int) {
    products[column] += sums.product
    squares[column] += sums.square
  }

  /// The columns from the first to the last in which strokes were seen again, as they were within `reach` columns.
  func range(in room: Range<Int>, reach: Int) -> Range<Int>? {
    let least = Double(Crawl.strokeRows * Crawl.faintest * Crawl.faintest)
    var (product, square) = (0.0, 0.0)
    var (first, last): (Int?, Int) = (nil, 0)
    for x in room.lowerBound..<room.upperBound + reach {
      if x < room.upperBound {
        product += products[x]
        square += squares[x]
      }
      let middle = x - reach
      if middle - reach > room.lowerBound {
        product -= products[middle - reach - 1]
        square -= squares[middle - reach - 1]
      }
      guard middle >= room.lowerBound, squares[middle] > least, products[middle] >= Self.goesOn * squares[middle],
        product >= Self.goesOn * square
      else { continue }
      first = first ?? middle
      last = middle
    }
    return first.map { $0..<last + 1 }
  }
}
