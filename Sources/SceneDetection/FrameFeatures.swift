import CKernels
import Timing

/// What the detector keeps of a frame while boundaries near it are undecided.
final class FrameFeatures {
  let time: FrameTime
  let picture: AnalysisPicture
  let half: HalfPicture
  /// How badly the frame is predicted from the one before: see ``MotionResidual``.
  let change: Double
  /// The rows that are no letterbox, of the full and of the half planes.
  let rows: Range<Int>
  /// Third brightest minus third darkest luma of the half plane within ``rows``, in grey levels.
  let lumaRange: Double
  /// A frame of one plain colour, coding noise and film grain allowed.
  let isBlank: Bool
  /// A frame whose chroma is all one: black and white, or toned.
  let isColorless: Bool
  /// Whether the picture was decoded, and not made up from its neighbours.
  let isSeen: Bool
  /// Where the picture changed, once a window has asked for it.
  var changes: PlacesOfChange?
  /// What is noted of the frame where someone wants to see why; nil otherwise.
  var evidence: FrameEvidence?

  /// A picture whose luma spans no more than this, in grey levels, is plain: black after a fade is rarely exact.
  static let blankLumaRange = 4.0
  /// The same for the wider of both chroma planes, which are noisier.
  static let blankChromaRange = 6.0

  init(_ picture: AnalysisPicture, time: FrameTime, before: FrameFeatures?, isSeen: Bool = true) {
    self.time = time
    self.isSeen = isSeen
    self.picture = picture
    half = HalfPicture(picture)
    change = before.map { MotionResidual.between($0.picture, picture) } ?? 0
    rows = Letterbox.rows(of: picture.luma)
    let halfRows = (rows.lowerBound + 1) / 2..<rows.upperBound / 2
    lumaRange = half.range(component: 0, rows: halfRows)
    let chromaRange = max(half.range(component: 1, rows: halfRows), half.range(component: 2, rows: halfRows))
    isColorless = chromaRange <= Self.blankChromaRange
    isBlank = lumaRange <= Self.blankLumaRange && isColorless
  }

  /// How far apart the samples of the picture lie: see ``HalfPicture/spread``.
  private(set) lazy var spread = half.spread

  /// Mean distance of the luma from its median, letterbox left out, in grey levels: 0 for a plain colour.
  private(set) lazy var contrast: Double = {
    let values = picture.luma.bytes[rows.lowerBound * AnalysisPicture.width..<rows.upperBound * AnalysisPicture.width]
    var histogram = [Int](repeating: 0, count: 256)
    for value in values { histogram[Int(value)] += 1 }
    var below = 0
    var median = 0
    while median < 255, below + histogram[median] <= values.count / 2 {
      below += histogram[median]
      median += 1
    }
    var sum = 0
    for level in 0..<256 { sum += histogram[level] * abs(level - median) }
    return Double(sum) / Double(values.count)
  }()
}

/// Black bars at the top and the bottom.
enum Letterbox {
  /// A row whose brightest sample is darker than this belongs to a bar.
  static let darkest: UInt8 = 24
  /// Most rows of a bar on each side: 10 of 36 is a picture of 4:1.
  static let most = 10

  /// The rows between the bars, without the row where bar and picture mix. A black picture has no bars.
  static func rows(of luma: Plane) -> Range<Int> {
    let (width, height) = (luma.width, luma.height)
    func isDark(_ y: Int) -> Bool {
      !luma.bytes[y * width..<(y + 1) * width].contains { $0 >= darkest }
    }
    var top = 0
    while top < most, isDark(top) { top += 1 }
    var bottom = 0
    while bottom < most, isDark(height - 1 - bottom) { bottom += 1 }
    if top == most, bottom == most, (most..<height - most).allSatisfy(isDark) { return 0..<height }
    return (top > 0 ? top + 1 : 0)..<(bottom > 0 ? height - 1 - bottom : height)
  }
}

/// Sums of 2×2 samples of all three planes: half the detail forgives small motion and costs a quarter.
struct HalfPicture {
  static let width = AnalysisPicture.width / 2
  static let height = AnalysisPicture.height / 2
  static let samples = width * height

  /// Luma, then blue, then red; each sample from 0 to 1020.
  let values: [Int16]

  private init(values: [Int16]) { self.values = values }

  init(_ picture: AnalysisPicture) {
    values = [Int16](unsafeUninitializedCapacity: 3 * Self.samples) { out, filled in
      var position = 0
      for plane in [picture.luma, picture.chromaBlue, picture.chromaRed] {
        plane.bytes.withUnsafeBufferPointer { bytes in
          for y in 0..<Self.height {
            // Pairs are read as 16-bit words, which keeps the loop free of shuffles.
            let upper = UnsafeRawPointer(bytes.baseAddress! + 2 * y * AnalysisPicture.width)
            let lower = upper + AnalysisPicture.width
            for x in 0..<Self.width {
              let a = upper.loadUnaligned(fromByteOffset: 2 &* x, as: UInt16.self)
              let b = lower.loadUnaligned(fromByteOffset: 2 &* x, as: UInt16.self)
              out[position &+ x] = Int16(truncatingIfNeeded: (a & 255) &+ (a &>> 8) &+ (b & 255) &+ (b &>> 8))
            }
            position += Self.width
          }
        }
      }
      filled = position
    }
  }

  /// Third largest minus third smallest sample of some rows, in grey levels: single outliers do not count.
  func range(component: Int, rows: Range<Int>) -> Double {
    var low: (Int16, Int16, Int16) = (.max, .max, .max)
    var high: (Int16, Int16, Int16) = (.min, .min, .min)
    let start = component * Self.samples
    for value in values[start + rows.lowerBound * Self.width..<start + rows.upperBound * Self.width] {
      if value < low.2 {
        if value < low.1 {
          low.2 = low.1
          if value < low.0 { (low.1, low.0) = (low.0, value) } else { low.1 = value }
        } else {
          low.2 = value
        }
      }
      if value > high.2 {
        if value > high.1 {
          high.2 = high.1
          if value > high.0 { (high.1, high.0) = (high.0, value) } else { high.1 = value }
        } else {
          high.2 = value
        }
      }
    }
    return Double(Int(high.2) - Int(low.2)) / 4
  }

  /// Mean distance of the samples from the mean of their plane in the measure of ``distance(_:)``: what the distance to a plain
  /// picture of the same colour would be.
  var spread: Double {
    var total: UInt32 = 0
    for plane in 0..<3 {
      let samples = values[plane * Self.samples..<(plane + 1) * Self.samples]
      let mean = Int16(samples.reduce(0) { $0 + Int($1) } / Self.samples)
      let sum = samples.reduce(UInt32(0)) { $0 &+ UInt32($1 > mean ? $1 &- mean : mean &- $1) }
      total += plane == 0 ? 2 * sum : sum
    }
    return Self.mean(ofWeighted: total)
  }

  /// The picture without the mean of each plane: what a light that fills it adds is gone.
  var leveled: HalfPicture {
    var leveled = values
    for plane in 0..<3 {
      let samples = plane * Self.samples..<(plane + 1) * Self.samples
      let mean = Int16(values[samples].reduce(0) { $0 + Int($1) } / Self.samples)
      for index in samples { leveled[index] -= mean }
    }
    return HalfPicture(values: leveled)
  }

  /// Root mean square of the differences of neighbouring luma samples, across and down together, in grey levels.
  var detail: Double {
    var sum = 0
    for y in 0..<Self.height {
      for index in y * Self.width..<(y + 1) * Self.width {
        let across = (index + 1) % Self.width > 0 ? Int(values[index + 1]) - Int(values[index]) : 0
        let down = y + 1 < Self.height ? Int(values[index + Self.width]) - Int(values[index]) : 0
        sum += across * across + down * down
      }
    }
    return (Double(sum) / Double(Self.samples)).squareRoot() / 4
  }

  /// Mean absolute difference in grey levels: luma counts once, each chroma plane half.
  func distance(_ other: HalfPicture) -> Double {
    Self.mean(ofWeighted: ck_half_distance(values, other.values))
  }

  /// A sum over all samples, luma counted twice, as one figure in grey levels.
  static func mean(ofWeighted sum: UInt32) -> Double { Double(sum) / Double(8 * samples) }
}
