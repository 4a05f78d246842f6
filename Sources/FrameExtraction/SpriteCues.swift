/// The WebVTT file that tells players which sprite stands for which time (W3C WebVTT; the part of a picture as in W3C Media
/// Fragments, 4.2.2).
package struct SpriteCues {
  private let layout: SpriteSheets.Layout
  private let count: Int
  private let interval: Double
  private let end: Double

  /// `interval` and `end`, where the film ends, in seconds.
  package init(layout: SpriteSheets.Layout, count: Int, interval: Double, end: Double) {
    self.layout = layout
    self.count = count
    self.interval = interval
    self.end = end
  }

  /// Hands the file over piece by piece. Cues follow one another without a gap from 0 to the end of the film.
  package func write(_ add: (String) throws -> Void) throws {
    try add("WEBVTT\n")
    for index in 0..<count {
      let (sheet, x, y) = layout.place(of: index)
      let begin = Self.milliseconds(Double(index) * interval)
      let next = index + 1 < count ? Self.milliseconds(Double(index + 1) * interval) : Self.milliseconds(end)
      try add(
        "\n\(Self.clock(begin)) --> \(Self.clock(max(next, begin + 1)))\n"
          + "sprites/sheet-\(sheet).jpg#xywh=\(x),\(y),\(layout.width),\(layout.height)\n")
    }
  }

  private static func milliseconds(_ seconds: Double) -> Int { Int((max(0, seconds) * 1000).rounded()) }

  /// As 00:01:02.345.
  private static func clock(_ total: Int) -> String {
    func padded(_ number: Int, _ digits: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    return padded(total / 3_600_000, 2) + ":" + padded(total / 60_000 % 60, 2) + ":" + padded(total / 1000 % 60, 2)
      + "." + padded(total % 1000, 3)
  }
}
