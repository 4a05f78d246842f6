import Documents
import Media
import Timing

/// A frame that may become the picture of its scene.
final class Candidate {
  let time: FrameTime
  /// Detail at full resolution, weighed by exposure: higher is better.
  let score: Double
  let sharpness: Double
  let luma: Double
  private var frame: VideoFrame?
  private var picture: Picture?

  init(frame: VideoFrame, time: FrameTime, quality: PictureQuality) {
    self.frame = frame
    self.time = time
    score = quality.score
    sharpness = quality.sharpness
    luma = quality.luma
  }

  /// Memory held by the decoder's picture; 0 once rendered.
  var frameBytes: Int { frame?.byteCount ?? 0 }

  /// Gives the decoder's picture back in exchange for a small rendered one.
  func render(_ renderer: PictureRenderer, _ size: PictureSize) throws(MediaError) -> Picture {
    if let picture { return picture }
    guard let frame else { throw MediaError(.internal, "a candidate without a picture") }
    let rendered = try renderer.render(frame, size)
    picture = rendered
    self.frame = nil
    return rendered
  }
}

/// How good a picture a frame would make.
package struct PictureQuality: Sendable, Equatable {
  package let sharpness: Double
  package let luma: Double
  package let score: Double

  /// - Parameters:
  ///   - detail: as ``VideoFrame/detail()`` measures it, in eighths of a grey level.
  ///   - meanLuma: 0 to 255, as stored.
  package init(detail: Double, meanLuma: Double, fullRange: Bool) {
    // 8 grey levels between neighbours on average is about the sharpest that film gets: it maps to 0.5.
    sharpness = (detail / (detail + 64)).rounded(places: 3)
    luma = min(1, max(0, fullRange ? meanLuma / 255 : (meanLuma - 16) / 219)).rounded(places: 3)
    // Exposure counts fully from 15 to 85 % and falls to a fifth at black and white.
    let distance = min(luma, 1 - luma)
    score = detail * (0.2 + 0.8 * min(1, distance / 0.15))
  }
}
