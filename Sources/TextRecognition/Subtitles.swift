package import Documents

/// Text tracks as subtitle files that players read.
package enum Subtitles {
  /// SubRip: numbered cues, times as 00:00:01,500. It knows no escapes: what looks like its line of times becomes an arrow.
  package static func subRip(_ tracks: [TextTrack]) -> String {
    tracks.enumerated().map { index, track in
      let text = lines(track.text).map(withoutTimesMark).map { $0 + "\n" }.joined()
      return "\(index + 1)\n\(time(track.start.seconds, ",")) --> \(time(track.end.seconds, ","))\n\(text)"
    }.joined(separator: "\n")
  }

  /// WebVTT (W3C): times as 00:00:01.500, `&`, `<` and `>` escaped.
  package static func webVTT(_ tracks: [TextTrack]) -> String {
    "WEBVTT\n\n"
      + tracks.map { track in
        let text = lines(track.text).map { escaped($0) + "\n" }.joined()
        return "\(time(track.start.seconds, ".")) --> \(time(track.end.seconds, "."))\n\(text)"
      }.joined(separator: "\n")
  }

  /// The lines of a text that hold something: an empty one would end its cue. By bytes, as to Swift a carriage return and a line feed are
  /// one character.
  private static func lines(_ text: String) -> [String] {
    text.utf8.split { $0 == 10 || $0 == 13 }.filter { !$0.allSatisfy { $0 == 32 || $0 == 9 } }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// By scalars, as a sign and an accent after it are one character.
  private static func escaped(_ line: String) -> String {
    var text = String.UnicodeScalarView()
    for scalar in line.unicodeScalars {
      switch scalar {
      case "&": text.append(contentsOf: "&amp;".unicodeScalars)
      case "<": text.append(contentsOf: "&lt;".unicodeScalars)
      case ">": text.append(contentsOf: "&gt;".unicodeScalars)
      default: text.append(scalar)
      }
    }
    return String(text)
  }

  private static func withoutTimesMark(_ line: String) -> String {
    var text = String.UnicodeScalarView()
    for scalar in line.unicodeScalars {
      text.append(scalar)
      if scalar == ">", text.suffix(3).elementsEqual("-->".unicodeScalars) {
        text.removeLast(3)
        text.append("→")
      }
    }
    return String(text)
  }

  private static func time(_ seconds: Double, _ mark: String) -> String {
    let total = Int((max(0, seconds) * 1000).rounded())
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let milliseconds = String(total % 1000)
    return two(total / 3_600_000) + ":" + two(total / 60_000 % 60) + ":" + two(total / 1000 % 60) + mark
      + String(repeating: "0", count: 3 - milliseconds.count) + milliseconds
  }
}
