import Foundation
import TestSupport
import Testing

/// Lines that move steadily through the picture: each is one track, from the first frame that shows of it to the last.
struct MovingTextTests {
  /// Lines of text that move up by a known way a frame.
  struct Credits: Sendable, CustomTestStringConvertible {
    var name: String
    var size = (width: 640, height: 360)
    var fontSize = 22
    /// Rows from one line to the next.
    var pitch = 44
    /// Pixels a frame.
    var speed: Double
    var background = "color=0x101010:s=640x360:r=25"
    var rate = 25

    var testDescription: String { name }

    /// Whether nothing but the lines moves.
    var isPlain: Bool { background.hasPrefix("color") }

    /// Where a line is on a frame, as an expression of ffmpeg's.
    private func y(_ line: Int) -> String { "h+\(pitch * line)-\(speed)*n" }

    private func draw(_ line: Int, y: String) -> String {
      "drawtext=fontfile=\(TextTests.font):text='\(lines[line])':fontsize=\(fontSize):fontcolor=white:x=(w-tw)/2:y=\(y)"
    }

    func film() throws -> String {
      let frames = Int(Double(size.height + pitch * lines.count) / speed) + 10
      return try Film.make(
        ["-f", "lavfi", "-i", background, "-frames:v", "\(frames)", "-vf"]
          + [lines.indices.map { draw($0, y: y($0)) }.joined(separator: ",")]
          + ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", "-pix_fmt", "yuv420p"], as: "mp4")
    }

    /// The first frame that shows of a line, and the first that shows nothing more: from the rows of its ink where it is
    /// drawn by itself.
    func truth(_ line: Int) throws -> (start: Int, end: Int) {
      let still = try Film.make(
        [
          "-f", "lavfi", "-i", "color=black:s=\(size.width)x\(size.height)", "-frames:v", "1", "-vf",
          draw(line, y: "100"),
        ]
          + ["-c:v", "ffv1"], as: "mkv")
      let ink = try Picture(still).brightBox
      let top = (ink.y * Double(size.height)).rounded() - 100
      let bottom = ((ink.y + ink.height) * Double(size.height)).rounded() - 100
      let below = Double(size.height + pitch * line)
      // Shown while top + y < height and bottom + y > 0.
      return (
        Int(((below + top - Double(size.height)) / speed).rounded(.down)) + 1,
        Int(((below + bottom) / speed).rounded(.up))
      )
    }
  }

  static let lines = [
    "Directed by Anna Keller", "Music by Peter Winter", "Edited by Laura Fields", "Costumes by Julia Marsh",
    "Lighting by Simon Wood", "Filmed on location in Norway",
  ]

  static let credits = [
    Credits(name: "one pixel a frame", speed: 1),
    Credits(name: "two pixels a frame", speed: 2),
    Credits(name: "two and a half pixels a frame", speed: 2.5),
    Credits(name: "five pixels a frame", speed: 5),
    Credits(
      name: "four pixels of 1080 lines", size: (1920, 1080), fontSize: 52, pitch: 110, speed: 4,
      background: "color=0x101010:s=1920x1080:r=24", rate: 24),
    Credits(
      name: "over a picture that moves", speed: 2,
      background: "mandelbrot=s=320x180:r=25,scale=640:360,setsar=1,lutyuv=y=val/3"),
  ]

  /// The tracks of a film's text.
  static func tracks(_ film: String) throws -> [JSON] {
    let folder = try TemporaryFolder()
    try folder.copy(film, to: "film.mp4")
    let document = try Batch([folder("film.mp4")], into: folder("out"), ["--stages", "text"]).document("film.mp4")
    expectSeconds(of: document)
    return document.text_tracks.items
  }

  /// At one pixel a frame parts of the lines seem to stand, and footage as bright as they are hides them for a second and more.
  @Test(.enabled(if: Samples.areThere)) func `slow credits over a film are their lines and nothing else`() throws {
    let film = try Samples.film("fillets-intro.mpg")
    let credits = Credits(
      name: "over a film", fontSize: 24, speed: 1,
      background: "movie=\(film):sp=30,scale=640:360:flags=area,setsar=1", rate: 30)
    try expectLines(try Self.tracks(credits.film()), of: credits)
  }

  @Test(arguments: credits) func `a line of credits is one track`(credits: Credits) throws {
    var tracks = try Self.tracks(credits.film())
    // Over footage what seemed to stand for a moment may be a track of its own.
    if !credits.isPlain { tracks.removeAll { !Self.lines.contains($0.text.string ?? "") } }
    try expectLines(tracks, of: credits)
  }

  private func expectLines(_ tracks: [JSON], of credits: Credits) throws {
    #expect(tracks.map { $0.text.string } == Self.lines)
    for (line, track) in zip(Self.lines.indices, tracks) {
      let truth = try credits.truth(line)
      // What is looked at is a half to a quarter of the picture's size, and little of a line hangs below it: the frames that
      // pass while three rows of that do.
      let slack = Int((3 * (Double(credits.size.width) / 480).rounded(.up) / credits.speed).rounded(.up)) + 1
      #expect(abs((track.start.frame.int ?? -99) - truth.start) <= slack, "\(truth) but \(track)")
      #expect(abs((track.end.frame.int ?? -99) - truth.end) <= slack, "\(truth) but \(track)")
    }
  }

  @Test func `the box is where the line is wholly in view for the first time`() throws {
    let credits = Self.credits[1]
    let tracks = try Self.tracks(credits.film())
    let box = try #require(tracks.first).box
    #expect(abs((box.x.double ?? 9) + (box.width.double ?? 9) / 2 - 0.5) < 0.02)
    // In the lower part of the picture, and within it.
    let bottom = (box.y.double ?? 9) + (box.height.double ?? 9)
    #expect(bottom > 0.6 && bottom < 1)
  }

  @Test func `a title that comes up and rests is one track`() throws {
    let film = try Film.make(
      ["-f", "lavfi", "-i", "mandelbrot=s=320x180:r=25,scale=640:360,setsar=1,lutyuv=y=val/3", "-t", "4", "-vf"]
        + [
          "drawtext=fontfile=\(TextTests.font):text='Chapter the second':fontsize=40:fontcolor=white:x=100"
            + ":y='max(150,360-6*(n-10))':enable='between(n,10,79)'"
        ] + ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "18"], as: "mp4")
    let tracks = try Self.tracks(film)
    #expect(tracks.map { $0.text.string } == ["Chapter the second"])
    // It rests from frame 45 on.
    #expect((10...45).contains(tracks[0].start.frame.int ?? -9) && (79...81).contains(tracks[0].end.frame.int ?? -9))
  }
}
