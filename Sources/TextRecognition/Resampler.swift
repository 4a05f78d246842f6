import Timing

/// Brings grey planes to another size, one direction after the other.
enum Resampler {
  enum Kernel {
    /// Two neighbours.
    case linear
    /// Mean of the covered area, for making smaller.
    case area
    /// Four neighbours with the sharpness −0.75 that image libraries use.
    case cubic
  }

  /// Which source samples make up each target sample, and with what weights.
  private struct Taps {
    let count: Int
    var starts: [Int]
    var weights: [Float]

    /// `step` is the distance of two target samples in source samples.
    init(target: Int, step: Double, kernel: Kernel) {
      switch kernel {
      case .linear: count = 2
      case .cubic: count = 4
      case .area: count = Int(step.rounded(.up)) + 1
      }
      starts = []
      weights = []
      for i in 0..<target {
        if kernel == .area {
          let (from, to) = (Double(i) * step, Double(i + 1) * step)
          starts.append(Int(from))
          for tap in 0..<count {
            let sample = Double(Int(from) + tap)
            weights.append(Float(max(0, min(to, sample + 1) - max(from, sample)) / step))
          }
          continue
        }
        let center = (Double(i) + 0.5) * step - 0.5
        let fraction = center - center.rounded(.down)
        starts.append(Int(center.rounded(.down)) - (kernel == .cubic ? 1 : 0))
        weights += kernel == .cubic ? Self.cubic(fraction) : [Float(1 - fraction), Float(fraction)]
      }
    }

    private static func cubic(_ t: Double) -> [Float] {
      let a = -0.75
      func far(_ x: Double) -> Double { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
      func near(_ x: Double) -> Double { ((a + 2) * x - (a + 3)) * x * x + 1 }
      let three = [far(1 + t), near(t), near(1 - t)]
      return (three + [1 - three[0] - three[1] - three[2]]).map(Float.init)
    }
  }

  /// Resized by the same kernel as `cv::resize`: area where smaller, linear where larger.
  static func resized(_ plane: Plane, width: Int, height: Int) -> Plane {
    let (stepX, stepY) = (Double(plane.width) / Double(width), Double(plane.height) / Double(height))
    return resized(
      plane, width: width, height: height, stepX: stepX, stepY: stepY, max(stepX, stepY) > 1 ? .area : .linear)
  }

  /// Resized by factors, whose exact values place the samples.
  static func scaled(_ plane: Plane, across: Double, down: Double, _ kernel: Kernel) -> Plane {
    resized(
      plane, width: max(1, Int((Double(plane.width) * across).rounded())),
      height: max(1, Int((Double(plane.height) * down).rounded())), stepX: 1 / across, stepY: 1 / down, kernel)
  }

  /// Means of squares of `factor` pixels; what is left over at the right and lower edges is dropped.
  static func averaged(_ plane: Plane, over factor: Int) -> Plane {
    let (width, height) = (plane.width / factor, plane.height / factor)
    guard factor > 1, width > 0, height > 0 else { return plane }
    let bytes = [UInt8](unsafeUninitializedCapacity: width * height) { out, filled in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: width * factor) { sums in
        plane.bytes.withUnsafeBufferPointer { source in
          let half = UInt32(factor * factor / 2)
          for y in 0..<height {
            sums.initialize(repeating: 0)
            for row in y * factor..<(y + 1) * factor {
              let first = source.baseAddress! + row * plane.width
              for x in 0..<sums.count { sums[x] &+= UInt32(first[x]) }
            }
            for x in 0..<width {
              var sum = half
              for i in 0..<factor { sum &+= sums[x &* factor &+ i] }
              out[y * width + x] = UInt8(truncatingIfNeeded: sum / UInt32(factor * factor))
            }
          }
        }
      }
      filled = width * height
    }
    return Plane(width: width, height: height, bytes: bytes)
  }

  private static func resized(
    _ plane: Plane, width: Int, height: Int, stepX: Double, stepY: Double, _ kernel: Kernel
  ) -> Plane {
    if width == plane.width, height == plane.height { return plane }
    let across = Taps(target: width, step: stepX, kernel: kernel)
    let down = Taps(target: height, step: stepY, kernel: kernel)
    let bytes = [UInt8](unsafeUninitializedCapacity: width * height) { out, filled in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: plane.height * width) { rows in
        stretch(plane, across, into: rows, width: width)
        stack(UnsafeBufferPointer(rows), plane.height, down, into: out, width: width, height: height)
      }
      filled = width * height
    }
    return Plane(width: width, height: height, bytes: bytes)
  }

  /// Brings every row to `width` samples.
  private static func stretch(
    _ plane: Plane, _ taps: Taps, into rows: UnsafeMutableBufferPointer<Float>, width: Int
  ) {
    // Beyond the edges the outermost samples go on.
    let margin = taps.count + 2
    let furthest = plane.width + 2 * margin - taps.count
    let firsts = taps.starts.map { max(0, min($0 + margin, furthest)) }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: plane.width + 2 * margin) { padded in
      for y in 0..<plane.height {
        plane.bytes.withUnsafeBufferPointer { bytes in
          let (source, center) = (bytes.baseAddress! + y * plane.width, padded.baseAddress! + margin)
          for x in 0..<plane.width { center[x] = Float(source[x]) }
          for x in 0..<margin {
            padded[x] = Float(source[0])
            padded[margin + plane.width + x] = Float(source[plane.width - 1])
          }
        }
        let target = UnsafeMutableBufferPointer(rebasing: rows[y * width..<(y + 1) * width])
        firsts.withUnsafeBufferPointer { firsts in
          taps.weights.withUnsafeBufferPointer { weights in
            switch taps.count {
            case 2: Self.blend(padded, firsts, weights, taps: 2, into: target)
            case 3: Self.blend(padded, firsts, weights, taps: 3, into: target)
            case 4: Self.blend(padded, firsts, weights, taps: 4, into: target)
            default: Self.blend(padded, firsts, weights, taps: taps.count, into: target)
            }
          }
        }
      }
    }
  }

  /// Inlined, so that a constant number of taps unrolls the inner loop.
  @inline(__always)
  private static func blend(
    _ padded: UnsafeMutableBufferPointer<Float>, _ firsts: UnsafeBufferPointer<Int>,
    _ weights: UnsafeBufferPointer<Float>, taps: Int, into target: UnsafeMutableBufferPointer<Float>
  ) {
    for x in 0..<target.count {
      var sum: Float = 0
      for tap in 0..<taps { sum += padded[firsts[x] &+ tap] * weights[x &* taps &+ tap] }
      target[x] = sum
    }
  }

  private static func stack(
    _ rows: UnsafeBufferPointer<Float>, _ count: Int, _ taps: Taps, into out: UnsafeMutableBufferPointer<UInt8>,
    width: Int, height: Int
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { sums in
      for y in 0..<height {
        // Halves, which whole factors make often, go up.
        sums.initialize(repeating: 0x1p-10)
        for tap in 0..<taps.count {
          let weight = taps.weights[y * taps.count + tap]
          guard weight != 0 else { continue }
          let row = rows.baseAddress! + max(0, min(count - 1, taps.starts[y] + tap)) * width
          for x in 0..<width { sums[x] += row[x] * weight }
        }
        let target = out.baseAddress! + y * width
        // At 2²³ a float's last bit is worth 1, so that adding rounds without the checks of a conversion.
        for x in 0..<width {
          let value = sums[x] < 0 ? 0 : sums[x] > 255 ? 255 : sums[x]
          target[x] = UInt8(truncatingIfNeeded: (value + 8_388_608).bitPattern)
        }
      }
    }
  }
}
