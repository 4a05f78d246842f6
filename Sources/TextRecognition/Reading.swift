import Documents
import Timing

/// What was read on one frame.
struct Reading: Sendable {
  let time: FrameTime
  let lines: [TextLine]
  let language: String
}

/// Makes lines in fractions of the picture out of Tesseract's words, leaving out what is not text.
enum LineFilter {
  static func lines(
    _ words: [[TesseractEngine.Word]], size: (width: Int, height: Int), minConfidence: Double
  ) -> [TextLine] {
    words.compactMap { line in
      let kept = line.filter { $0.confidence >= minConfidence && $0.text.contains { $0.isLetter || $0.isNumber } }
      let letters = kept.reduce(0) { $0 + $1.text.filter { $0.isLetter || $0.isNumber }.count }
      // A lone letter or two is what Tesseract makes of texture.
      guard letters >= 3 else { return nil }
      let converted = kept.map { word in
        TextWord(
          text: word.text, confidence: word.confidence.rounded(places: 3),
          box: Box(
            pixels: (word.left, word.top, word.right, word.bottom), of: size))
      }
      return TextLine(
        text: converted.map(\.text).joined(separator: " "),
        confidence: (kept.reduce(0) { $0 + $1.confidence } / Double(kept.count)).rounded(places: 3),
        box: Box(around: converted.map(\.box)), words: converted)
    }
  }
}

extension Box {
  init(pixels: (left: Int, top: Int, right: Int, bottom: Int), of size: (width: Int, height: Int)) {
    let (width, height) = (Double(size.width), Double(size.height))
    self.init(
      x: (Double(pixels.left) / width).rounded(places: 4), y: (Double(pixels.top) / height).rounded(places: 4),
      width: (Double(pixels.right - pixels.left) / width).rounded(places: 4),
      height: (Double(pixels.bottom - pixels.top) / height).rounded(places: 4))
  }

  /// The smallest box that holds all of them.
  init(around boxes: [Box]) {
    let left = boxes.map(\.x).min() ?? 0
    let top = boxes.map(\.y).min() ?? 0
    let right = boxes.map { $0.x + $0.width }.max() ?? 0
    let bottom = boxes.map { $0.y + $0.height }.max() ?? 0
    self.init(
      x: left, y: top, width: (right - left).rounded(places: 4), height: (bottom - top).rounded(places: 4))
  }

  /// Shared area over joint area, from 0 to 1.
  func overlap(_ other: Box) -> Double {
    let width = min(x + self.width, other.x + other.width) - max(x, other.x)
    let height = min(y + self.height, other.y + other.height) - max(y, other.y)
    guard width > 0, height > 0 else { return 0 }
    let shared = width * height
    return shared / (self.width * self.height + other.width * other.height - shared)
  }
}
