package import Documents
import Timing

/// How good a picture a frame would make, by itself.
package struct PictureQuality: Sendable, Equatable {
  /// From 0 to 1; see ``score``.
  package let sharpness: Double
  package let luma: Double
  /// 1 from 15 to 85 % brightness, falling to 0.2 at black and at white.
  package let exposure: Double
  /// 1 where nothing moves, halved at a change of 8 grey levels from frame to frame; nil where that is not known.
  package let stillness: Double?

  /// - Parameters:
  ///   - detail: as ``VideoFrame/detail()`` measures it, in eighths of a grey level.
  ///   - meanLuma: 0 to 255, as stored.
  ///   - change: mean difference of the small picture from the frame before, in grey levels; nil across a cut.
  package init(detail: Double, meanLuma: Double, fullRange: Bool, change: Double? = nil) {
    // 8 grey levels between neighbours on average is about the sharpest that film gets: it maps to 0.5.
    exactSharpness = detail / (detail + 64)
    sharpness = exactSharpness.rounded(places: 3)
    luma = min(1, max(0, fullRange ? meanLuma / 255 : (meanLuma - 16) / 219)).rounded(places: 3)
    exposure = 0.2 + 0.8 * min(1, min(luma, 1 - luma) / 0.15)
    stillness = change.map { 8 / (8 + $0) }
  }

  private let exactSharpness: Double

  /// What is compared between frames of a scene: sharpness, lowered by bad exposure and, to 0.6 at most, by motion. Motion
  /// that is not known counts half.
  package var score: Double { exactSharpness * exposure * Self.weight(stillness ?? 0.5) }

  /// ``score`` lowered, to 0.6 at most, where the picture looks like those it would stand beside.
  package func total(difference: Double?) -> Double { score * Self.weight(difference ?? 1) }

  package func scores(difference: Double?) -> PictureScores {
    PictureScores(
      total: total(difference: difference).rounded(places: 3), exposure: exposure.rounded(places: 3),
      stillness: stillness?.rounded(places: 3), difference: difference?.rounded(places: 3))
  }

  private static func weight(_ part: Double) -> Double { 0.6 + 0.4 * part }
}

/// The small pictures of the frames that were taken for the scenes before: what a new one should not look like.
struct NeighbourPictures {
  /// Where dialogue goes back and forth, the scene before the last is the one that looks alike.
  private static let scenes = 2
  /// Mean difference in grey levels from which on pictures count as unlike.
  private static let unlike = 24.0

  private var taken: [[Plane]] = []

  /// How unlike its nearest neighbour a picture is, from 0 to 1; nil where there is none. `beside` are pictures taken of
  /// the same scene.
  func difference(_ plane: Plane, beside: [Plane] = []) -> Double? {
    (taken.joined() + beside).map { min(1, Self.distance($0, plane) / Self.unlike) }.min()
  }

  mutating func add(_ planes: [Plane]) {
    taken.append(planes)
    if taken.count > Self.scenes { taken.removeFirst() }
  }

  /// Mean absolute difference of samples.
  static func distance(_ a: Plane, _ b: Plane) -> Double {
    var sum: UInt32 = 0
    a.bytes.withUnsafeBufferPointer { a in
      b.bytes.withUnsafeBufferPointer { b in
        for index in 0..<min(a.count, b.count) { sum &+= UInt32(abs(Int16(a[index]) &- Int16(b[index]))) }
      }
    }
    return Double(sum) / Double(max(1, a.bytes.count))
  }
}
