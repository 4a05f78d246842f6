import Media
import Timing

/// What a small plane shows of a crawl that another shows.
struct CrawlSight {
  /// Share of the steps that must still be in view to be compared.
  static let leastInView = 0.2

  /// Cosine of the angle between the steps of both, from −1 to 1.
  let likeness: Double
  /// Whether enough of it is in view.
  let isInView: Bool

  /// `way` is by how many columns what `from` shows in some rows and columns stands further right in `then`.
  init(_ from: Plane, _ then: Plane, _ rows: Range<Int>, _ columns: Range<Int>, way: Int) {
    let inside = max(1, columns.lowerBound)..<max(1, min(from.width - 1, columns.upperBound))
    var (product, before, now, all) = (0, 0, 0, 0)
    for y in rows {
      let row = y * from.width
      for x in inside {
        let step = Int(from.bytes[row + x + 1]) - Int(from.bytes[row + x - 1])
        all += step * step
        guard inside.contains(x + way) else { continue }
        let other = Int(then.bytes[row + x + way + 1]) - Int(then.bytes[row + x + way - 1])
        product += step * other
        before += step * step
        now += other * other
      }
    }
    likeness = before == 0 || now == 0 ? 0 : Double(product) / (Double(before) * Double(now)).squareRoot()
    isInView = all > 0 && Double(before) >= Self.leastInView * Double(all)
  }
}
