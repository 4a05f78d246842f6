import Glibc

/// A run of frames looked at as a transition from the picture at its start to the one at its end.
struct TransitionWindow {
  let start: Int
  let end: Int
  /// Distance of both ends in grey levels.
  let distance: Double
  /// The worst distance of a frame within from its best global mix of both ends, over ``distance``: small for dissolves and
  /// fades, 0.3 and more for motion, pans, zooms and moving things.
  let residual: Double
  /// The largest share of the way made in one step, above an even pace with some play.
  let step: Double
  /// The frames looked at within, at most seven.
  let inner: [Int]

  /// Ends closer than this, in grey levels, are the same picture.
  static let leastDistance = 0.25
  static let steps = 8

  init?(_ start: Int, _ end: Int, _ frames: FrameBuffer) {
    let (from, to) = (frames[start].half, frames[end].half)
    let distance = from.distance(to)
    guard distance >= Self.leastDistance else { return nil }
    let count = min(Self.steps, end - start)
    let inner = (1..<count).map { start + (end - start) * $0 / count }
    let axis = MixAxis(from, to)
    var residual = 0.0
    var shares = [0.0]
    for index in inner {
      let share = axis.share(frames[index].half)
      shares.append(share)
      residual = max(residual, axis.residual(frames[index].half, share: share))
    }
    shares.append(1)
    let largest = zip(shares, shares.dropFirst()).map { $1 - $0 }.max() ?? 0
    self.start = start
    self.end = end
    self.distance = distance
    self.residual = residual / (distance + 0.1)
    self.inner = inner
    step = max(0, largest - 2 / Double(count))
  }
}

/// The straight line between two pictures: where a third lies along it, and how far off.
struct MixAxis {
  private let from: HalfPicture
  private let to: HalfPicture
  private let squares: Double

  init(_ from: HalfPicture, _ to: HalfPicture) {
    self.from = from
    self.to = to
    squares = Double(Self.dot(to, from, to, from)) / 2 + 1
  }

  /// 0 at the first picture, 1 at the second: the least-squares share of the second.
  func share(_ picture: HalfPicture) -> Double { Double(Self.dot(picture, from, to, from)) / 2 / squares }

  /// Mean absolute difference to the mix with that share, in grey levels.
  func residual(_ picture: HalfPicture, share: Double) -> Double {
    // In 256ths: exact enough for a threshold of hundredths, and vectorises.
    let factor = Int32(max(-4096, min(4096, (share * 256).rounded())))
    var sums: [UInt32] = [0, 0, 0]
    from.values.withUnsafeBufferPointer { a in
      to.values.withUnsafeBufferPointer { b in
        picture.values.withUnsafeBufferPointer { m in
          for component in 0..<3 {
            var sum: UInt32 = 0
            for index in component * HalfPicture.samples..<(component + 1) * HalfPicture.samples {
              let start = Int32(a[index])
              let off = (Int32(m[index]) &- start) &* 256 &- factor &* (Int32(b[index]) &- start)
              sum &+= UInt32(abs(off)) >> 4
            }
            sums[component] = sum
          }
        }
      }
    }
    return HalfPicture.weighted(sums) / 16
  }

  /// (a − b)·(c − d), luma counted twice.
  private static func dot(_ a: HalfPicture, _ b: HalfPicture, _ c: HalfPicture, _ d: HalfPicture) -> Int {
    var total = 0
    a.values.withUnsafeBufferPointer { a in
      b.values.withUnsafeBufferPointer { b in
        c.values.withUnsafeBufferPointer { c in
          d.values.withUnsafeBufferPointer { d in
            for component in 0..<3 {
              var sum: Int64 = 0
              for row in component * HalfPicture.height..<(component + 1) * HalfPicture.height {
                // 32 products of at most 1020² fit 32 bits.
                var rowSum: Int32 = 0
                for index in row * HalfPicture.width..<(row + 1) * HalfPicture.width {
                  rowSum &+= (Int32(a[index]) &- Int32(b[index])) &* (Int32(c[index]) &- Int32(d[index]))
                }
                sum += Int64(rowSum)
              }
              total += component == 0 ? 2 * Int(sum) : Int(sum)
            }
          }
        }
      }
    }
    return total
  }
}
