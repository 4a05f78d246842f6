import Foundation
import TestSupport
import Testing

/// Lines of which a part is replaced while the rest goes on.
struct ChangingTextTests {
  private struct Line {
    let text: String
    let frames: Range<Int>
    /// When something dark covers a part of it.
    var covered: Range<Int>?
  }

  private static func tracks(_ lines: [Line]) throws -> [JSON] {
    let drawn = lines.flatMap { line -> [String] in
      let shown = "gte(n,\(line.frames.lowerBound))*lt(n,\(line.frames.upperBound))"
      let text =
        "drawtext=fontfile=\(TextTests.font):text='\(line.text)':fontsize=24:fontcolor=0x202020:x=60:y=160"
        + ":enable='\(shown)'"
      let cover = line.covered.map {
        "drawbox=x=200:y=140:w=60:h=60:c=0x404040:t=fill:enable='gte(n,\($0.lowerBound))*lt(n,\($0.upperBound))'"
      }
      return [text] + (cover.map { [$0] } ?? [])
    }
    let film = try Film.make(
      ["-f", "lavfi", "-i", "color=0xe8e8e8:s=640x360:r=25", "-t", "6", "-vf", drawn.joined(separator: ",")]
        + ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "18"], as: "mp4")
    let folder = try TemporaryFolder()
    try folder.copy(film, to: "film.mp4")
    return try Batch([folder("film.mp4")], into: folder("out"), ["--stages", "text"]).document("film.mp4")
      .text_tracks.items
  }

  @Test(arguments: [
    ("Chapter one", "Chapter two"), ("We are what we are", "We are what we eat"),
    ("Position of the satellite 1280 km north", "Position of the satellite 2950 km south"),
    ("Today in Berlin and Vienna", "Today in London and Vienna"), ("Morning", "Evening"),
  ])
  func `a line of which a word changes is two texts`(before: String, after: String) throws {
    let tracks = try Self.tracks([Line(text: before, frames: 10..<70), Line(text: after, frames: 70..<130)])
    #expect(tracks.map { $0.text.string } == [before, after])
    #expect(tracks.map { $0.start.frame.int } == [10, 70], "\(tracks)")
    #expect(tracks.map { $0.end.frame.int } == [70, 130], "\(tracks)")
  }

  @Test func `a line that something hides for a moment is one text`() throws {
    let text = "The evening news at eight"
    let tracks = try Self.tracks([Line(text: text, frames: 10..<130, covered: 60..<66)])
    #expect(tracks.map { $0.text.string } == [text])
    #expect(tracks.first?.start.frame.int == 10 && tracks.first?.end.frame.int == 130, "\(tracks)")
  }
}
