package import Documents

/// How large a picture becomes, and how deep its colours are.
package struct PictureSize: Sendable, Equatable {
  /// Upper bounds in pixels; 0 is none.
  package var width: Int
  package var height: Int
  package var enlarges: Bool
  /// Bits of each colour: 8 or 16.
  package var depth: Int

  package init(width: Int, height: Int = 0, enlarges: Bool = false, depth: Int = 8) {
    self.width = width
    self.height = height
    self.enlarges = enlarges
    self.depth = depth
  }

  package init(_ options: AnalysisOptions) {
    self.init(
      width: options.frameWidth, height: options.frameHeight, enlarges: options.frameEnlarge,
      depth: options.frameFormat == .png ? options.frameDepth : 8)
  }

  /// The size of a picture of something shown at `shown`: within the bounds, in its own shape, no side below 1 pixel.
  package func fitting(_ shown: DisplaySize) -> (width: Int, height: Int) {
    let across = width > 0 ? Double(width) / Double(shown.width) : .infinity
    let down = height > 0 ? Double(height) / Double(shown.height) : .infinity
    let scale = min(across, down)
    guard scale < 1 || enlarges && scale.isFinite else { return (shown.width, shown.height) }
    // The side that is bound has its size to the pixel.
    let fit = (Double(shown.width) * scale, Double(shown.height) * scale)
    return (
      across <= down ? width : max(1, Int(fit.0.rounded())), down < across ? height : max(1, Int(fit.1.rounded()))
    )
  }
}
