import CKernels
import Timing

/// Recognises a wipe: every sample changes once, from the old picture to the new one, along an edge that moves.
enum WipeTest {
  /// Least share of the samples that differ between both pictures.
  static let leastCover = 0.78
  /// Most of the difference that is neither the old picture nor the new one.
  static let mostUndecided = 0.18
  /// Largest share of the picture that changes in one step, and that goes back.
  static let mostStep = 0.35
  static let mostBack = 0.06
  /// Seconds for which the edge may stand still on its way, where less than this share of the picture changes: what stops
  /// there is a thing that came into the picture.
  static let longestHalt = 0.25
  static let leastAdvance = 0.01
  /// What has changed by then, or has yet to, is no part of that way.
  static let endOfWay = 0.15
  /// Roughness of the edge: 1 where changed samples are strewn at random, near 0 for one straight edge.
  static let mostEdge = 0.25
  /// Change just outside the window, over the distance of its ends: the shots on both sides keep still.
  static let mostOutside = 0.30
  /// Shortest window, in frames.
  static let shortest = 8

  /// The roughness of the edge, or nil where this is no wipe. `within` is the segment the window lies in.
  static func edge(_ window: TransitionWindow, _ frames: FrameBuffer, within: ClosedRange<Int>) -> Double? {
    let (from, to) = (frames[window.start].half, frames[window.end].half)
    let edge = Int16(Double(Self.changedEdge) / window.gain)
    let (distance, changedCount) = difference(from, to, edge)
    guard Double(changedCount) >= leastCover * Double(HalfPicture.samples) else { return nil }

    let changed = distance.map { $0 > edge }
    var undecided = 0.0
    // How much nearer each sample is to the new picture than to the old one, frame by frame.
    var leads: [[Int16]] = []
    let total = zip(distance, changed).reduce(0) { $0 + ($1.1 ? Int($1.0) : 0) }
    for index in window.inner {
      let toOld = difference(frames[index].half, from, edge).values
      let toNew = difference(frames[index].half, to, edge).values
      var sum = 0
      for position in changed.indices where changed[position] {
        sum += Int(min(toOld[position], toNew[position], distance[position]))
      }
      undecided += Double(sum) / Double(total)
      leads.append(zip(toOld, toNew).map { $0 - $1 })
    }
    guard undecided / Double(window.inner.count) <= mostUndecided else { return nil }
    // Three planes tell which picture a sample shows. Where luma is alone, motion sends samples back, and their neighbours
    // must tell; the edge is judged without their help, which would smooth it.
    let isColorless = frames[window.start].isColorless && frames[window.end].isColorless
    let steadied = isColorless ? leads.map(blurred) : leads
    let seconds = frames[window.end].time.seconds - frames[window.start].time.seconds
    guard isSteady(steadied.map { map($0, changed) }, changedCount, seconds: seconds) else { return nil }
    let maps = leads.map { map($0, changed) }
    let roughness = roughness(maps, changed, changedCount)
    let margin = max(2, (window.end - window.start) / 4)
    let outside = max(
      frames[max(within.lowerBound, window.start - margin)].half.distance(from),
      to.distance(frames[min(within.upperBound, window.end + margin)].half))
    guard roughness <= mostEdge, outside / (window.distance + 0.1) <= mostOutside else { return nil }
    return roughness
  }

  /// 12 grey levels, in quarters, doubled as luma counts twice.
  private static let changedEdge: Int16 = 96

  /// Per sample, |luma| × 2 + |blue| + |red|, and how many exceed `edge`.
  private static func difference(_ a: HalfPicture, _ b: HalfPicture, _ edge: Int16) -> (values: [Int16], changed: Int) {
    var changed: UInt32 = 0
    let values = [Int16](unsafeUninitializedCapacity: HalfPicture.samples) { out, filled in
      changed = ck_half_differences(a.values, b.values, edge, out.baseAddress)
      filled = HalfPicture.samples
    }
    return (values, Int(changed))
  }

  /// Which of the samples that change show the new picture.
  private static func map(_ lead: [Int16], _ changed: [Bool]) -> [Bool] { zip(lead, changed).map { $0 > 0 && $1 } }

  /// The sum over each sample and those around it inside the picture.
  private static func blurred(_ values: [Int16]) -> [Int16] {
    let (width, height) = (HalfPicture.width, HalfPicture.height)
    return values.indices.map { position in
      let (x, y) = (position % width, position / width)
      var sum = 0
      for row in max(0, y - 1)...min(height - 1, y + 1) {
        for other in row * width + max(0, x - 1)...row * width + min(width - 1, x + 1) { sum += Int(values[other]) }
      }
      return Int16(clamping: sum)
    }
  }

  private static func share(_ map: [Bool], _ changedCount: Int) -> Double {
    Double(map.reduce(0) { $0 + ($1 ? 1 : 0) }) / Double(changedCount)
  }

  private static func isSteady(_ maps: [[Bool]], _ changedCount: Int, seconds: Double) -> Bool {
    let progress = [0] + maps.map { share($0, changedCount) } + [1]
    let steps = zip(progress, progress.dropFirst()).map { $1 - $0 }
    let step = steps.max() ?? 1
    // At the ends it may wait: a window is longer than what lies in it.
    let way = zip(progress, steps).drop { $0.0 < endOfWay }.prefix { $0.0 + $0.1 <= 1 - endOfWay }
    let halt = way.map { abs($0.1) < leastAdvance }.split(separator: false).map(\.count).max() ?? 0
    guard Double(halt) * seconds <= longestHalt * Double(steps.count) else { return false }
    var back = 0
    for (earlier, later) in zip(maps, maps.dropFirst()) {
      for position in earlier.indices where earlier[position] && !later[position] { back += 1 }
    }
    return step <= mostStep && Double(back) <= mostBack * Double(changedCount)
  }

  /// Share of neighbouring samples on different sides, over what chance would give, averaged over the middle of the way.
  private static func roughness(_ maps: [[Bool]], _ changed: [Bool], _ changedCount: Int) -> Double {
    var values: [Double] = []
    for map in maps {
      let progress = share(map, changedCount)
      guard progress > 0.15, progress < 0.85 else { continue }
      var pairs = 0
      var different = 0
      for y in 0..<HalfPicture.height {
        for x in 0..<HalfPicture.width {
          let here = y * HalfPicture.width + x
          guard changed[here] else { continue }
          for (other, exists) in [
            (here + 1, x + 1 < HalfPicture.width), (here + HalfPicture.width, y + 1 < HalfPicture.height),
          ]
          where exists && changed[other] {
            pairs += 1
            if map[here] != map[other] { different += 1 }
          }
        }
      }
      values.append(Double(different) / Double(max(1, pairs)) / (2 * progress * (1 - progress)))
    }
    return values.count > 1 ? values.reduce(0, +) / Double(values.count) : 1
  }
}
