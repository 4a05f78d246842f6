import Foundation
import TestSupport
import Testing

/// Where a line begins whose letters come one after the other, and where one begins that only looks as if they did.
struct TypedTextTests {
  private static func draw(_ text: String, y: Int = 150, from start: Int, to end: Int) -> String {
    "drawtext=fontfile=\(TextTests.font):text='\(text)':fontsize=32:fontcolor=white:x=60:y=\(y)"
      + ":enable='gte(n,\(start))*lt(n,\(end))'"
  }

  private static func tracks(_ filters: [String], over ground: String = "color=0x203040") throws -> [JSON] {
    let film = try Film.make(
      ["-f", "lavfi", "-i", "\(ground):s=640x360:r=25", "-t", "6", "-vf", filters.joined(separator: ",")]
        + ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "20"], as: "mp4")
    let folder = try TemporaryFolder()
    try folder.copy(film, to: "film.mp4")
    return try Batch([folder("film.mp4")], into: folder("out"), ["--stages", "text"]).document("film.mp4")
      .text_tracks.items
  }

  /// Quotation marks and dots are not read before a word, and the first letters are few of its strokes.
  @Test(arguments: [1, 2, 3]) func `a typed line begins with its first sign`(letters: Int) throws {
    let text = "“... it began with a letter"
    let ends = stride(from: 1, to: text.count + letters, by: letters).map { min($0, text.count) }
    let tracks = try Self.tracks(
      ends.enumerated().map { number, end in
        Self.draw(String(text.prefix(end)), from: 40 + number, to: end == text.count ? 120 : 41 + number)
      })
    #expect(tracks.map { $0.text.string } == ["it began with a letter"])
    #expect(tracks.first?.start.frame.int == 40 && tracks.first?.end.frame.int == 120, "\(tracks)")
  }

  /// Each beginning has the same letters as the line before it, or something beside it that came shortly before.
  @Test(arguments: [
    ["The first of them": 30..<46, "The second of them": 46..<110],
    ["The first of them": 46..<62, "The second of them": 62..<110],
  ]) func `a line in the place of another begins by itself`(lines: [String: Range<Int>]) throws {
    let tracks = try Self.tracks(lines.map { Self.draw($0.key, from: $0.value.lowerBound, to: $0.value.upperBound) })
    let second = try #require(tracks.first { $0.text.string == "The second of them" }, "\(tracks)")
    #expect(second.start.frame.int == lines["The second of them"]?.lowerBound)
  }

  @Test func `what has stood beside a line is no sign of it`() throws {
    let tracks = try Self.tracks([
      "drawbox=x=40:y=162:w=8:h=8:color=white:t=fill", Self.draw("A point before it", from: 50, to: 120),
    ])
    #expect(tracks.map { $0.start.frame.int } == [50], "\(tracks)")
  }

  @Test func `a picture that is cut shortly before a line does not begin it`() throws {
    let tracks = try Self.tracks([
      "drawgrid=w=24:h=24:color=gray:enable='gte(n,45)'", Self.draw("Over a new ground", from: 50, to: 120),
    ])
    #expect(tracks.map { $0.start.frame.int } == [50], "\(tracks)")
  }
}
