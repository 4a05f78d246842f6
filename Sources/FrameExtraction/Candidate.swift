import Documents
import Media
import Timing

/// A frame that may become the picture of its scene.
final class Candidate {
  let time: FrameTime
  let quality: PictureQuality
  /// The frame's luma, small.
  let plane: Plane
  private var frame: VideoFrame?
  private var picture: Picture?

  init(frame: VideoFrame, time: FrameTime, quality: PictureQuality, plane: Plane) {
    self.frame = frame
    self.time = time
    self.quality = quality
    self.plane = plane
  }

  /// Higher is better.
  var score: Double { quality.score }

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
