import CKernels
import Timing

/// Recognises a wipe: every sample changes once, from the old picture to the new one, along an edge that moves. Where the pictures
/// move, too, samples are like neither and go back; then the places of the changes have to tell their times.
enum WipeTest {
  /// What tells that a window is a wipe.
  struct Evidence {
    /// Roughness of the edge between still pictures; nil where they move.
    let edge: Double?
    /// See ``MovingEdge``.
    let fit: Double

    var logOdds: Double { max(edge.map { 1 + 8 * (mostEdge - $0) } ?? 0, 1 + 4 * (fit - leastFit)) }
  }

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
  /// Least share of the times of the changes that their places tell.
  static let leastFit = 0.55
  /// Shortest window, in frames.
  static let shortest = 8

  /// What tells that this is a wipe, or nil where it is none. `within` is the segment the window lies in.
  static func evidence(
    _ window: TransitionWindow, _ frames: FrameBuffer, within: ClosedRange<Int>, stride: Int
  ) -> Evidence? {
    guard let passage = Passage(window, frames) else { return nil }
    let fit = MovingEdge.fit(window, frames, from: within.lowerBound, stride: stride)
    guard passage.undecided <= mostUndecided || fit >= leastFit, passage.isSteady else { return nil }
    let edge = isStill(window, frames, within: within) ? passage.edge : nil
    return edge != nil || fit >= leastFit ? Evidence(edge: edge, fit: fit) : nil
  }

  /// Whether the shots on both sides keep still.
  private static func isStill(_ window: TransitionWindow, _ frames: FrameBuffer, within: ClosedRange<Int>) -> Bool {
    let margin = max(2, (window.end - window.start) / 4)
    let outside = max(
      frames[max(within.lowerBound, window.start - margin)].half.distance(frames[window.start].half),
      frames[window.end].half.distance(frames[min(within.upperBound, window.end + margin)].half))
    return outside / (window.distance + 0.1) <= mostOutside
  }
}

/// How the samples of a window pass from its first picture to its last.
private final class Passage {
  /// Which samples differ between both.
  private let changed: [Bool]
  private let changedCount: Int
  /// How much nearer each sample is to the new picture than to the old one, frame by frame.
  private let leads: [[Int16]]
  private let isColorless: Bool
  private let seconds: Double
  /// Mean share of the difference that is neither.
  let undecided: Double

  init?(_ window: TransitionWindow, _ frames: FrameBuffer) {
    let (from, to) = (frames[window.start].half, frames[window.end].half)
    let edge = Int16(Double(Self.changedEdge) / window.gain)
    let (distance, changedCount) = Self.difference(from, to, edge)
    guard Double(changedCount) >= WipeTest.leastCover * Double(HalfPicture.samples) else { return nil }

    let changed = distance.map { $0 > edge }
    let counted = distance.map { $0 > edge ? $0 : 0 }
    var undecided = 0
    leads = window.inner.map { index in
      let toOld = Self.difference(frames[index].half, from, edge).values
      let toNew = Self.difference(frames[index].half, to, edge).values
      undecided += Self.least(toOld, toNew, counted)
      return Self.lead(toOld, toNew)
    }
    let total = counted.reduce(0) { $0 + Int($1) }
    self.undecided = Double(undecided) / Double(total) / Double(window.inner.count)
    self.changed = changed
    self.changedCount = changedCount
    isColorless = frames[window.start].isColorless && frames[window.end].isColorless
    seconds = frames[window.end].time.seconds - frames[window.start].time.seconds
  }

  /// Which of the samples that change show the new picture, frame by frame.
  private lazy var maps = leads.map(map)
  /// The same to tell whether they do so for good. Three planes tell which picture a sample shows. Where luma is alone, motion
  /// sends samples back, and their neighbours must tell; the edge is judged without their help, which would smooth it.
  private lazy var steadied = isColorless ? leads.map { map(Self.blurred($0)) } : maps

  private func map(_ lead: [Int16]) -> [Bool] { zip(lead, changed).map { $0 > 0 && $1 } }

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

  /// The sum over all samples of the least of three values.
  private static func least(_ a: [Int16], _ b: [Int16], _ c: [Int16]) -> Int {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        c.withUnsafeBufferPointer { c in
          var sum: Int32 = 0
          for index in 0..<HalfPicture.samples { sum &+= Int32(min(a[index], b[index], c[index])) }
          return Int(sum)
        }
      }
    }
  }

  private static func lead(_ old: [Int16], _ new: [Int16]) -> [Int16] {
    [Int16](unsafeUninitializedCapacity: HalfPicture.samples) { lead, filled in
      old.withUnsafeBufferPointer { old in
        new.withUnsafeBufferPointer { new in
          for index in 0..<HalfPicture.samples { lead[index] = old[index] &- new[index] }
        }
      }
      filled = HalfPicture.samples
    }
  }

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

  private func share(_ map: [Bool]) -> Double {
    Double(map.reduce(0) { $0 + ($1 ? 1 : 0) }) / Double(changedCount)
  }

  /// Whether the new picture comes in small steps and without a halt.
  var isSteady: Bool {
    let progress = [0] + steadied.map(share) + [1]
    let steps = zip(progress, progress.dropFirst()).map { $1 - $0 }
    // At the ends it may wait: a window is longer than what lies in it.
    let way = zip(progress, steps).drop { $0.0 < WipeTest.endOfWay }.prefix { $0.0 + $0.1 <= 1 - WipeTest.endOfWay }
    let halt = way.map { abs($0.1) < WipeTest.leastAdvance }.split(separator: false).map(\.count).max() ?? 0
    return steps.max() ?? 1 <= WipeTest.mostStep
      && Double(halt) * seconds <= WipeTest.longestHalt * Double(steps.count)
  }

  /// Roughness of the edge between still pictures: nil where samples are like neither, or go back, or it is too rough.
  var edge: Double? {
    guard undecided <= WipeTest.mostUndecided, !goesBack, case let edge = roughness, edge <= WipeTest.mostEdge else {
      return nil
    }
    return edge
  }

  private var goesBack: Bool {
    var back = 0
    for (earlier, later) in zip(steadied, steadied.dropFirst()) {
      for position in earlier.indices where earlier[position] && !later[position] { back += 1 }
    }
    return Double(back) > WipeTest.mostBack * Double(changedCount)
  }

  /// Share of neighbouring samples on different sides, over what chance would give, averaged over the middle of the way.
  private var roughness: Double {
    var values: [Double] = []
    for map in maps {
      let progress = share(map)
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
