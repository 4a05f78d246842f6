package import Documents
package import Media
import Timing

/// Renders, encodes and stores pictures of frames; for one thread.
package final class PictureWriter {
  /// A picture that was written.
  package struct Written: Sendable {
    package let width: Int
    package let height: Int
    package let bytes: Int
    package let sharpness: Double
    package let luma: Double
  }

  private let size: PictureSize
  private let renderer: PictureRenderer
  private let encoder: PictureEncoder
  private let store: (String, [UInt8]) throws -> Void

  /// `store` writes a finished picture under a name.
  package init(options: AnalysisOptions, store: @escaping (String, [UInt8]) throws -> Void) throws(MediaError) {
    size = PictureSize(options)
    renderer = try PictureRenderer()
    encoder = try PictureEncoder(format: options.frameFormat, quality: options.frameQuality)
    self.store = store
  }

  package var fileExtension: String { encoder.fileExtension }

  /// Writes a frame as the file `name` with the format's ending.
  package func write(_ frame: VideoFrame, as name: String) throws -> Written {
    let quality = PictureQuality(
      detail: try frame.detail(), meanLuma: try frame.analysisPicture().luma.mean, fullRange: frame.isFullRange)
    let picture = try renderer.render(frame, size)
    let bytes = try encoder.encode(picture)
    try store("\(name).\(encoder.fileExtension)", bytes)
    return Written(
      width: picture.width, height: picture.height, bytes: bytes.count, sharpness: quality.sharpness,
      luma: quality.luma)
  }
}
