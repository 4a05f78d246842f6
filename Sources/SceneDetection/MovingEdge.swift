import CKernels
import Glibc

/// Recognises an edge that moves through the picture by the changes it leaves: where they lie tells when they come.
///
/// It does so between pictures that move, too. What a step of motion explains is no change, and what is left of motion lies
/// anywhere at any time.
enum MovingEdge {
  /// Frames, at up to 30 a second, between two pictures that are compared: within fewer a soft edge changes too little.
  static let lag = 3
  /// The changes of a window are spread in time by at least this share of the variance of an even pace.
  static let leastSpread = 0.45
  /// Where contrast counts more often than this, changes are too small to be told from the noise of coding, and a dark dissolve
  /// looks like an edge.
  static let mostGain = 1.5

  /// How much of the variance of the times of all changes in a window their places tell, from 0 to 1: the best of a straight
  /// edge at any angle, a pair that parts from the middle or meets there, a circle, and a hand of a clock.
  ///
  /// `first` is the first frame of the segment.
  static func fit(_ window: TransitionWindow, _ frames: FrameBuffer, from first: Int, stride: Int) -> Double {
    guard window.gain <= mostGain else { return 0 }
    let lag = Self.lag * stride
    var sums = SIMD16<Double>.zero
    var timed = sums
    var squares = 0.0
    for index in Swift.stride(from: max(window.start + stride, first + lag), through: window.end, by: stride) {
      let changes = places(of: frames[index], since: frames[index - lag]).sums
      let time = Double(index - window.start)
      sums += changes
      timed += changes * time
      squares += time * time * changes[Place.amount.rawValue]
    }
    guard sums[Place.amount.rawValue] > 0 else { return 0 }
    let moments = Moments(sums, timed, squares)
    let length = Double(window.end - window.start)
    guard moments.timeVariance >= leastSpread * length * length / 12 else { return 0 }
    return moments.told / moments.timeVariance
  }

  private static func places(of frame: FrameFeatures, since before: FrameFeatures) -> PlacesOfChange {
    if let known = frame.changes { return known }
    let changes = PlacesOfChange(before.half, frame.half)
    frame.changes = changes
    return changes
  }
}

/// What the changes of a window say of places and times together.
private struct Moments {
  private let mean: SIMD16<Double>
  /// Of the products with the time.
  private let timed: SIMD16<Double>
  private let time: Double
  let timeVariance: Double

  /// Changes that all lie in one place are no edge. In squares of a sample.
  private static let leastVariance = 1e-3

  init(_ sums: SIMD16<Double>, _ timed: SIMD16<Double>, _ timeSquares: Double) {
    let amount = sums[Place.amount.rawValue]
    mean = sums / amount
    self.timed = timed / amount
    time = self.timed[Place.amount.rawValue]
    timeVariance = timeSquares / amount - time * time
  }

  /// The largest part of the variance of the times that any of the edges tells: linear least squares.
  var told: Double {
    let (xx, yy) = (mean[Place.xx.rawValue], mean[Place.yy.rawValue])
    return [
      plane(xx, yy), line(.aside, squares: xx), line(.apart, squares: yy), line(.radius, squares: xx + yy),
      line(.angle, squares: mean[Place.angles.rawValue]),
    ].reduce(0, max)
  }

  private func withTime(_ place: Place) -> Double { timed[place.rawValue] - mean[place.rawValue] * time }

  private func variance(_ place: Place, _ squares: Double) -> Double {
    max(Self.leastVariance, squares - mean[place.rawValue] * mean[place.rawValue])
  }

  private func line(_ place: Place, squares: Double) -> Double {
    let covariance = withTime(place)
    return covariance * covariance / variance(place, squares)
  }

  private func plane(_ xx: Double, _ yy: Double) -> Double {
    let (x, y) = (withTime(.x), withTime(.y))
    let (across, down) = (variance(.x, xx), variance(.y, yy))
    let both = mean[Place.xy.rawValue] - mean[Place.x.rawValue] * mean[Place.y.rawValue]
    let sum = down * x * x - 2 * both * x * y + across * y * y
    return sum / max(Self.leastVariance, across * down - both * both)
  }
}

/// Figures of a place, in samples of the half picture from its middle.
private enum Place: Int, CaseIterable {
  case amount, x, y, xx, xy, yy
  /// The absolute values of both, the distance from the middle, the angle there in radians, which jumps at 12 o'clock, and its square.
  case aside, apart, radius, angle, angles

  func figure(_ x: Double, _ y: Double) -> Double {
    switch self {
    case .amount: 1
    case .x: x
    case .y: y
    case .xx: x * x
    case .xy: x * y
    case .yy: y * y
    case .aside: abs(x)
    case .apart: abs(y)
    case .radius: hypot(x, y)
    case .angle: atan2(x, y)
    case .angles: atan2(x, y) * atan2(x, y)
    }
  }

  /// Every figure of every sample, in 64ths.
  static let figures: [Int32] = allCases.flatMap { place in
    (0..<HalfPicture.samples).map { position in
      let x = Double(position % HalfPicture.width) + 0.5 - Double(HalfPicture.width) / 2
      let y = Double(position / HalfPicture.width) + 0.5 - Double(HalfPicture.height) / 2
      return Int32((place.figure(x, y) * 64).rounded())
    }
  }
}

/// How much two pictures differ beyond motion, and the sums over all samples of figures of their places, weighted by that.
struct PlacesOfChange {
  fileprivate let sums: SIMD16<Double>

  /// Differences up to half of what makes a sample another one count nothing; those above it by more than this count as much
  /// as this: one sample of strong contrast is not to outweigh many.
  static let least: Int16 = 48
  static let most: Int16 = 100

  init(_ before: HalfPicture, _ after: HalfPicture) {
    let weights = [Int32](unsafeUninitializedCapacity: HalfPicture.samples) { out, filled in
      withUnsafeTemporaryAllocation(of: Int16.self, capacity: HalfPicture.samples) { differences in
        ck_half_unfollowed(before.values, after.values, differences.baseAddress)
        for index in 0..<HalfPicture.samples {
          out[index] = Int32(max(0, min(Self.most, differences[index] &- Self.least)))
        }
      }
      filled = HalfPicture.samples
    }
    var sums = SIMD16<Double>.zero
    Place.figures.withUnsafeBufferPointer { figures in
      weights.withUnsafeBufferPointer { weights in
        for place in Place.allCases.indices {
          var sum: Int32 = 0
          let start = place &* HalfPicture.samples
          for index in 0..<HalfPicture.samples { sum &+= weights[index] &* figures[start &+ index] }
          sums[place] = Double(sum) / 64
        }
      }
    }
    self.sums = sums
  }
}
