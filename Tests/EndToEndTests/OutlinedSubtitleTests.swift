import Foundation
import TestSupport
import Testing

/// Subtitles with a dark outline over real footage: the ground between two words stands as bright as letters between their outlines.
@Suite(.enabled(if: Samples.areThere))
struct OutlinedSubtitleTests {
  private static let lines = [
    ("Nobody saw him leave", 20...70), ("Then call his brother", 75...125), ("Not without a warrant.", 130...180),
  ]

  @Test(arguments: [("wannaworktogether.mp4", 80), ("fillets-intro.mpg", 30)])
  func `words do not grow together over a ground that is not dark`(film: String, second: Int) throws {
    let drawn = Self.lines.map { text, frames in
      "drawtext=fontfile=\(TextTests.font):text='\(text)':fontsize=30:fontcolor=white:borderw=2:bordercolor=black:x=(w-tw)/2"
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
    for (text, _) in Self.lines { #expect(texts.contains(text), "\(texts)") }
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
