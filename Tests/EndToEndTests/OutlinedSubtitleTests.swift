import Foundation
import TestSupport
import Testing

/// Subtitles with a dark outline over real footage: the ground between two words stands as bright as letters between their outlines.
@Suite(.enabled(if: Samples.areThere))
struct OutlinedSubtitleTests {
  private static let lines = [
    ("Nobody saw him leave", 20..<70), ("Then call his brother", 75..<125), ("Not without a warrant.", 130..<180),
  ]
  private static let shadowed = [
    ("He told me you were dead", 20..<70), ("Take the road to the left", 75..<125),
    ("Nothing ever happens here", 130..<180),
  ]

  /// Letters with a shadow leave the ground between words as bright as if it were a stroke, and stems of letters faint.
  @Test(arguments: [("wannaworktogether.mp4", 10), ("wannaworktogether.mp4", 120), ("wannaworktogether.mp4", 150)])
  func `letters with a shadow are read whole`(film: String, second: Int) throws {
    try expectSubtitles(Self.shadowed, "shadowx=2:shadowy=2:shadowcolor=black", on: film, from: second)
  }

  @Test(arguments: [("wannaworktogether.mp4", 80), ("fillets-intro.mpg", 30)])
  func `words do not grow together over a ground that is not dark`(film: String, second: Int) throws {
    try expectSubtitles(Self.lines, "borderw=2:bordercolor=black", on: film, from: second)
  }

  private func expectSubtitles(
    _ lines: [(String, Range<Int>)], _ style: String, on film: String, from second: Int
  ) throws {
    let drawn = lines.map { text, frames in
      "drawtext=fontfile=\(TextTests.font):text='\(text)':fontsize=30:fontcolor=white:\(style):x=(w-tw)/2"
        + ":y=430:enable='gte(n,\(frames.lowerBound))*lt(n,\(frames.upperBound))'"
    }
    let made = try Film.make(
      ["-ss", "\(second)", "-i", Samples.film(film), "-an", "-t", "8", "-vf"]
        + [(["scale=854:480", "setsar=1", "fps=25"] + drawn).joined(separator: ",")]
        + ["-c:v", "libx264", "-preset", "fast", "-crf", "20"], as: "mp4")
    let folder = try TemporaryFolder()
    try folder.copy(made, to: "film.mp4")
    let document = try Batch([folder("film.mp4")], into: folder("out"), ["--stages", "text"]).document("film.mp4")
    let texts = document.text_tracks.items.map { $0.text.string ?? "" }
    for (text, _) in lines { #expect(texts.contains(text), "\(texts)") }
  }

  /// A bar where a dictionary holds the word, and one between two words.
  @Test func `a letter I without feet is a letter`() throws {
    let film = try Film.make(
      ["-f", "lavfi", "-i", "color=0x304050:s=854x480:r=25", "-t", "4", "-vf"]
        + [
          [("I am over here", 300), ("News | Sport | Weather", 380)].map { text, y in
            "drawtext=fontfile=\(TextTests.font):text='\(text)':fontsize=30:fontcolor=white:x=100:y=\(y)"
          }.joined(separator: ",")
        ] + ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "20"], as: "mp4")
    let folder = try TemporaryFolder()
    try folder.copy(film, to: "film.mp4")
    let document = try Batch([folder("film.mp4")], into: folder("out"), ["--stages", "text"]).document("film.mp4")
    let text = document.text_tracks.items.map { $0.text.string ?? "" }.joined(separator: "\n")
    #expect(text.contains("I am over here") && !text.contains("News I Sport"), "\(text)")
  }
}
