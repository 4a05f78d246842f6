package import Media

/// Draws sound: its lowest and highest sample in each column, and its level within them.
package struct WaveformPicture: Sendable {
  package static let width = 1600

  private static let paper = PictureCanvas.Colour(250, 250, 250)
  private static let peakInk = PictureCanvas.Colour(141, 160, 181)
  private static let levelInk = PictureCanvas.Colour(52, 73, 94)

  private let peaks: WaveformPeaks
  private let frames: Int

  /// `frames` is what the width stands for, in samples a channel from the start of the sound.
  package init(_ peaks: WaveformPeaks, frames: Int) {
    self.peaks = peaks
    self.frames = max(1, frames)
  }

  /// The picture of a track, without margins: column x shows the part of the film from x to x + 1 of ``width``.
  package func picture(height: Int) -> Picture {
    var canvas = PictureCanvas(width: Self.width, height: height, Self.paper)
    draw(on: &canvas, height: height)
    return canvas.picture
  }

  /// Draws the sound into the uppermost rows; full scale reaches from the first of them to the last.
  func draw(on canvas: inout PictureCanvas, height: Int) {
    let reach = Float(height - 1) / 2
    func row(_ value: Float) -> Int { Int((reach - min(1, max(-1, value)) * reach).rounded()) }
    for x in 0..<Self.width {
      let extent = peaks.extent(
        x * frames / Self.width..<max(x * frames / Self.width + 1, (x + 1) * frames / Self.width))
      let (top, bottom) = (row(extent.high), row(extent.low))
      canvas.fill(x: x, y: top, width: 1, height: bottom - top + 1, Self.peakInk)
      let (upper, lower) = (max(top, row(extent.level)), min(bottom, row(-extent.level)))
      canvas.fill(x: x, y: upper, width: 1, height: max(1, lower - upper + 1), Self.levelInk)
    }
  }
}
