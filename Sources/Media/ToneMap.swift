import CFFmpeg
import Glibc

/// Brings pictures of wide colours and high dynamic range to the colours and the brightness of BT.709 pictures.
///
/// 1. Light: the display's light after SMPTE ST 2084 (PQ), or after BT.2100 (HLG, shown at 1000 cd/m²), in units of 203 cd/m²,
///    the white of graphics in HDR (ITU-R BT.2408); after BT.1886 for SDR.
/// 2. Tone: the curve of ITU-R BT.2390-10, 5.4.1, from the film's peak to 203 cd/m², on the largest of the three
///    colours, so that hues stay.
/// 3. Colours: BT.2020 or P3 to BT.709, in light; what lies outside is cut off.
/// 4. Back to samples by the inverse of BT.1886 (a power of 1/2.4).
final class ToneMap {
  enum Transfer { case pq, hlg, gamma }
  enum Primaries { case bt2020, p3, bt709 }

  /// What a picture is, as far as it matters here.
  struct Source: Equatable {
    let transfer: Transfer
    let primaries: Primaries
    /// Brightest light of the film, in cd/m².
    let peak: Double

    /// Nil where the picture can be shown as it is. `peak` is that of the film, where it is known.
    init?(_ frame: AVFrame, peak: Double?) {
      switch frame.color_trc {
      case AVCOL_TRC_SMPTE2084: transfer = .pq
      case AVCOL_TRC_ARIB_STD_B67: transfer = .hlg
      default: transfer = .gamma
      }
      switch frame.color_primaries {
      case AVCOL_PRI_BT2020: primaries = .bt2020
      case AVCOL_PRI_SMPTE431, AVCOL_PRI_SMPTE432: primaries = .p3
      // Untagged HDR is BT.2020, as BT.2100 has no other.
      case AVCOL_PRI_UNSPECIFIED where transfer != .gamma: primaries = .bt2020
      default: primaries = .bt709
      }
      guard transfer != .gamma || primaries != .bt709 else { return nil }
      let known = transfer == .pq ? peak : nil
      self.peak = min(10_000, max(ToneMap.white, known ?? ToneMap.usualPeak))
    }
  }

  /// Light of white in SDR pictures among HDR, in cd/m² (ITU-R BT.2408-7, table 1).
  static let white = 203.0
  /// Peak of films that do not tell theirs, in cd/m²: that of most mastering displays, and of the HLG reference display.
  static let usualPeak = 1000.0

  private static let gainSteps = 4096
  private static let encodeSteps = 65535
  /// The most light there is, in units of white.
  private static let most = Float(10_000 / white)

  let source: Source
  private let linear: [Float]
  private let gain: [Float]
  private let encode: [UInt16]
  private let matrix: [Float]

  init(_ source: Source) {
    self.source = source
    linear = (0...65535).map { Float(Self.light(Double($0) / 65535, source.transfer)) }
    gain = (0...Self.gainSteps).map { step in
      let root = Double(step) / Double(Self.gainSteps)
      return Float(Self.gain(root * root * Double(Self.most), source))
    }
    encode = (0...Self.encodeSteps).map { step in
      let root = Double(step) / Double(Self.encodeSteps)
      return UInt16((65535 * pow(root, 2 / 2.4)).rounded())
    }
    matrix = Self.matrix(source.primaries)
  }

  /// Maps `count` pixels of three 16-bit samples each, in place.
  func apply(_ samples: UnsafeMutablePointer<UInt16>, count: Int) {
    let (linear, gain, encode, m) = (linear, gain, encode, matrix)
    let isHLG = source.transfer == .hlg
    let isHDR = source.transfer != .gamma
    linear.withUnsafeBufferPointer { linear in
      gain.withUnsafeBufferPointer { gain in
        encode.withUnsafeBufferPointer { encode in
          for i in 0..<count {
            var (r, g, b) = (
              linear[Int(samples[3 &* i])], linear[Int(samples[3 &* i &+ 1])], linear[Int(samples[3 &* i &+ 2])]
            )
            if isHLG {
              // BT.2100 table 5: the OOTF raises luminance to the power of 1.2 at 1000 cd/m².
              let luminance = 0.2627 * r + 0.6780 * g + 0.0593 * b
              let factor = powf(max(luminance, 1e-6), 0.2) * Float(Self.usualPeak / Self.white)
              (r, g, b) = (r * factor, g * factor, b * factor)
            }
            if isHDR {
              let place = (max(r, g, b) / Self.most).squareRoot() * Float(Self.gainSteps)
              let step = min(Self.gainSteps &- 1, Int(place))
              let rest = min(1, place - Float(step))
              let factor = gain[step] + (gain[step &+ 1] - gain[step]) * rest
              (r, g, b) = (r * factor, g * factor, b * factor)
            }
            samples[3 &* i] = Self.sample(m[0] * r + m[1] * g + m[2] * b, encode)
            samples[3 &* i &+ 1] = Self.sample(m[3] * r + m[4] * g + m[5] * b, encode)
            samples[3 &* i &+ 2] = Self.sample(m[6] * r + m[7] * g + m[8] * b, encode)
          }
        }
      }
    }
  }

  @inline(__always)
  private static func sample(_ light: Float, _ encode: UnsafeBufferPointer<UInt16>) -> UInt16 {
    encode[Int(min(1, max(0, light)).squareRoot() * Float(encodeSteps) + 0.5)]
  }

  // MARK: - Curves

  /// The light of a sample from 0 to 1, in units of white; for HLG that of the scene, from 0 to 1.
  private static func light(_ sample: Double, _ transfer: Transfer) -> Double {
    switch transfer {
    case .pq: inversePQ(sample) / white
    case .hlg: sample <= 0.5 ? sample * sample / 3 : (exp((sample - 0.559_910_73) / 0.178_832_77) + 0.284_668_92) / 12
    case .gamma: pow(sample, 2.4)
    }
  }

  /// SMPTE ST 2084: the sample of a light in cd/m².
  private static func pq(_ light: Double) -> Double {
    let power = pow(max(0, light) / 10_000, 2610.0 / 16384)
    return pow((3424.0 / 4096 + 2413.0 / 128 * power) / (1 + 2392.0 / 128 * power), 2523.0 / 32)
  }

  private static func inversePQ(_ sample: Double) -> Double {
    let power = pow(max(0, sample), 32 / 2523.0)
    return 10_000 * pow(max(0, power - 3424.0 / 4096) / (2413.0 / 128 - 2392.0 / 128 * power), 16384.0 / 2610)
  }

  /// What a light in units of white is multiplied with: ITU-R BT.2390-10, 5.4.1, with black at 0 on both sides.
  private static func gain(_ light: Double, _ source: Source) -> Double {
    guard source.transfer != .gamma, light > 0 else { return 1 }
    let peak = pq(source.peak)
    let most = pq(white) / peak
    let e1 = min(1, pq(light * white) / peak)
    let knee = 1.5 * most - 0.5
    guard e1 > knee else { return 1 }
    let t = (e1 - knee) / (1 - knee)
    let e2 =
      (2 * t * t * t - 3 * t * t + 1) * knee + (t * t * t - 2 * t * t + t) * (1 - knee)
      + (3 * t * t - 2 * t * t * t) * most
    return inversePQ(e2 * peak) / white / light
  }

  /// Row by row, light to light: ITU-R BT.2087 for BT.2020, SMPTE EG 432-1 for P3 with the white of D65.
  private static func matrix(_ primaries: Primaries) -> [Float] {
    switch primaries {
    case .bt2020: [1.6605, -0.5876, -0.0728, -0.1246, 1.1329, -0.0083, -0.0182, -0.1006, 1.1187]
    case .p3: [1.2249, -0.2247, 0, -0.0420, 1.0419, 0, -0.0197, -0.0786, 1.0979]
    case .bt709: [1, 0, 0, 0, 1, 0, 0, 0, 1]
    }
  }
}
