import Timing

/// The test that most clutter fails, on pictures made as small as letters allow.
enum QuickRows {
  /// Height of capitals at which rows of letters are looked for first: a quarter of the pixels of the full test.
  static let capitals = 13.0
  /// What the quick test asks of a row: it must let pass whatever the full one does.
  static let thresholds: [UInt8] = [150, 90, 60, 205]
  static let leastLetters = 4
  static let mostUneven = 0.2

  /// Share of the ink that stands in rows, by the letters of the longest: of few letters the full test asks for more than half.
  static func leastInk(letters: Int) -> Double { letters > 5 ? 0.1 : letters > 4 ? 0.2 : 0.3 }

  /// Whether a block whose capitals are `capHeight` pixels high may hold a row of letters.
  static func mayStand(in picture: Plane, _ polarity: Polarity, capHeight: Int) -> Bool {
    // Large blocks are made small before their strokes are laid bare: that is most of the cost of clutter.
    let factor = max(1, min(capHeight / Int(capitals), picture.width, picture.height))
    let small = Resampler.averaged(picture, over: factor)
    let smallHeight = capHeight / factor
    let strokes = BareStrokes(small, polarity, capHeight: smallHeight)
    guard strokes.peak >= StrokeHat.faintest else { return false }
    let hat = StrokeHat(strokes, capHeight: smallHeight, capitals: capitals)
    return thresholds.contains { level in
      let letters = Letters(hat.plane, above: level, capitals: capitals, least: leastLetters)
      let longest = letters.rows.lazy.filter { $0.unevenness < mostUneven }.map(\.members.count).max() ?? 0
      return longest >= leastLetters
        && Double(letters.inkInRows) >= leastInk(letters: longest) * Double(letters.ink)
    }
  }
}
