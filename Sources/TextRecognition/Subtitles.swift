package import Documents

/// Text tracks as subtitle files that players read.
package enum Subtitles {
  /// SubRip: numbered cues, times as 00:00:01,500.
  package static func subRip(_ tracks: [TextTrack]) -> String {
    tracks.enumerated().map { index, track in
      "\(index + 1)\n\(time(track.start.seconds, ",")) --> \(time(track.end.seconds, ","))\n\(track.text)\n"
    }.joined(separator: "\n")
  }

  /// WebVTT (W3C): times as 00:00:01.500, `&` and `<` escaped.
  package static func webVTT(_ tracks: [TextTrack]) -> String {
    "WEBVTT\n\n"
      + tracks.map { track in
        let text = track.text.map { $0 == "&" ? "&amp;" : $0 == "<" ? "&lt;" : $0 == ">" ? "&gt;" : String($0) }
          .joined()
        return "\(time(track.start.seconds, ".")) --> \(time(track.end.seconds, "."))\n\(text)\n"
      }.joined(separator: "\n")
  }

  private static func time(_ seconds: Double, _ mark: String) -> String {
    let total = Int((max(0, seconds) * 1000).rounded())
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let milliseconds = String(total % 1000)
    return two(total / 3_600_000) + ":" + two(total / 60_000 % 60) + ":" + two(total / 1000 % 60) + mark
      + String(repeating: "0", count: 3 - milliseconds.count) + milliseconds
  }
}
