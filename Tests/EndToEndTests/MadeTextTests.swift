import Foundation
import TestSupport
import Testing

/// Texts in films made for it, whose words and frames are known exactly.
struct MadeTextTests {
  /// A film of 25 frames a second with texts drawn over a picture that moves.
  struct Made: Sendable, CustomTestStringConvertible {
    var name: String
    var size = "640x360"
    var seconds = 3.6
    var rate = 25
    /// Filters that draw, after the background's own.
    var filters: [String]
    /// Arguments behind the filters.
    var encoding = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "18"]
    var fileExtension = "mp4"
    var text: String
    /// First frame, and first frame without.
    var start: ClosedRange<Int>
    var end: ClosedRange<Int>

    var testDescription: String { name }

    func film() throws -> String {
      try Film.make(
        ["-f", "lavfi", "-i", MadeTextTests.background(size, rate), "-t", "\(seconds)"]
          + ["-vf", filters.joined(separator: ",")] + encoding, as: fileExtension)
    }
  }

  /// A picture that moves and has edges everywhere; drawn small, as each of its samples is dear.
  fileprivate static func background(_ size: String, _ rate: Int = 25) -> String {
    "mandelbrot=s=320x180:r=\(rate),scale=\(size),setsar=1,lutyuv=y=val/2"
  }

  private static func draw(
    _ text: String, size: Int = 40, x: String = "(w-tw)/2", y: String = "h*0.7", color: String = "white",
    from start: Int, to end: Int, more: String = ""
  ) -> String {
    "drawtext=fontfile=\(TextTests.font):text='\(text)':fontsize=\(size):fontcolor=\(color):x=\(x):y=\(y)"
      + ":enable='gte(n,\(start))*lt(n,\(end))'\(more)"
  }

  private static let typed: [String] = {
    let text = "THE LONG ROAD HOME"
    return text.indices.dropFirst(3).enumerated().map { number, index in
      let last = index == text.indices.last
      return draw(
        String(text[...index]), x: "80", from: 10 + 2 * number, to: last ? 80 : 12 + 2 * number)
    }
  }()

  static let films = [
    Made(
      name: "pops on and off", filters: [draw("Something quite ordinary", from: 20, to: 70)],
      text: "Something quite ordinary", start: 20...20, end: 70...70),
    Made(
      name: "fades in and out",
      filters: [
        draw(
          "Between two seasons", from: 20, to: 75,
          more: ":alpha='if(lt(n,30),(n-20)/10,if(lt(n,65),1,max(0,(75-n)/10)))'")
      ], text: "Between two seasons", start: 20...30, end: 65...75),
    Made(
      name: "is typed letter by letter", filters: typed, text: "THE LONG ROAD HOME", start: 10...10, end: 79...81),
    Made(
      name: "drifts slowly", filters: [draw("The distant mountain", x: "100+3*t", from: 15, to: 75)],
      text: "The distant mountain", start: 14...17, end: 74...76),
    Made(
      name: "is an outlined subtitle over a bright picture",
      filters: [
        "lutyuv=y=val*2",
        draw("Where did they hide it?", size: 28, y: "h*0.85", from: 20, to: 70, more: ":borderw=2:bordercolor=black"),
      ], text: "Where did they hide it?", start: 19...21, end: 69...71),
    Made(
      name: "stays while the picture behind it is cut",
      filters: [
        "drawbox=color=0xB0B0B0:t=fill:enable='gte(n,45)'", draw("The room is empty", y: "h*0.1", from: 20, to: 80),
      ], text: "The room is empty", start: 20...20, end: 80...80),
    Made(
      name: "stands in a vertical film", size: "360x640", filters: [draw("Upright words", from: 20, to: 70)],
      text: "Upright words", start: 20...20, end: 70...70),
    Made(
      name: "stands in a film of 144 lines", size: "256x144",
      filters: [draw("Tiny little letters", size: 18, from: 20, to: 70)],
      text: "Tiny little letters", start: 20...21, end: 69...70),
    Made(
      name: "stands in 4K", size: "3840x2160", seconds: 3, rate: 10,
      filters: [draw("Very many pixels", size: 160, from: 8, to: 24)], text: "Very many pixels", start: 8...8,
      end: 24...24),
    Made(
      name: "stands in pixels that are not square", size: "320x360",
      filters: ["scale=640:360", draw("Stretched again", from: 20, to: 70), "scale=320:360", "setsar=2"],
      text: "Stretched again", start: 20...20, end: 70...70),
  ]

  private static func analyze(_ film: String, _ options: [String] = []) throws -> JSON {
    let folder = try TemporaryFolder()
    let name = "film." + (film as NSString).pathExtension
    try folder.copy(film, to: name)
    return try Batch([folder(name)], into: folder("out"), ["--stages", "text"] + options).document(name)
  }

  @Test(arguments: films) func `a text is read and dated`(made: Made) throws {
    let document = try Self.analyze(made.film())
    #expect(document.text_tracks.items.map { $0.text.string } == [made.text])
    let track = document.text_tracks[0]
    #expect(made.start.contains(track.start.frame.int ?? -1), "starts at \(track.start)")
    #expect(made.end.contains(track.end.frame.int ?? -1), "ends at \(track.end)")
    expectSeconds(of: document)
  }

  @Test func `boxes are those of the shown picture where pixels are not square`() throws {
    let made = try #require(Self.films.last)
    let box = try Self.analyze(made.film()).text_tracks[0].box
    // Drawn in the middle of 640 pixels, 40 pixels high, 70 % down.
    #expect(abs((box.x.double ?? 9) + (box.width.double ?? 9) / 2 - 0.5) < 0.02)
    #expect((0.68...0.73).contains(box.y.double ?? 0))
  }

  @Test func `instants are those of the frames on a variable frame rate`() throws {
    // Two frames of three are missing up to second 2: of those before 25 nine are left, of those before 75 forty-two.
    let film = try Film.make(
      [
        "-f", "lavfi", "-i", Self.background("640x360"), "-t", "4", "-vf",
        Self.draw("Now and then", y: "h*0.1", from: 25, to: 75) + ",select='gte(t,2)+not(mod(n,3))'", "-vsync", "vfr",
        "-c:v",
        "libx264", "-preset", "ultrafast",
      ], as: "mkv")
    let document = try Self.analyze(film)
    #expect(document.media.video.variable_frame_rate.bool == true)
    #expect(document.text_tracks.items.map { $0.text.string } == ["Now and then"])
    let (start, end) = (document.text_tracks[0].start, document.text_tracks[0].end)
    #expect(start.frame.int == 9 && end.frame.int == 42)
    let frames = try FrameList(of: film)
    for instant in [start, end] {
      #expect(
        frames.frame(
          instant.frame.int ?? -1, isAt: instant.pts.int, base: document.media.video.time_base.string), "\(instant)")
    }
  }

  @Test func `a picture that changes its size ends one text and begins the next`() throws {
    let parts = try [("640x360", "First of both"), ("480x272", "Second of both")].map { size, text in
      try Film.make(
        ["-f", "lavfi", "-i", Self.background(size), "-t", "2", "-vf"]
          + [Self.draw(text, size: 32, from: 0, to: 50), "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0"],
        as: "h264"
      )
    }
    let both = try Film.alter(parts[0], "and \(parts[1])") { $0 += (try? contents(of: parts[1])) ?? Data() }
    let tracks = try Self.analyze(both).text_tracks.items
    #expect(tracks.map { $0.text.string } == ["First of both", "Second of both"])
    #expect(tracks.map { $0.end.frame.int } == [50, 100])
  }

  @Test(.enabled(if: Samples.areThere)) func `subtitles over real footage are dated to the frame`() throws {
    let texts = [("Where have they gone?", 20, 70), ("Nobody told me that", 71, 120)]
    let film = try Film.make(
      ["-ss", "80", "-i", Samples.film("wannaworktogether.mp4"), "-an", "-t", "6", "-vf"]
        + [
          (["fps=25", "scale=854:480"]
            + texts.map {
              Self.draw($0.0, size: 30, y: "h*0.85", from: $0.1, to: $0.2, more: ":borderw=2:bordercolor=black")
            }).joined(separator: ",")
        ] + ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "18"], as: "mp4")
    let tracks = try Self.analyze(film).text_tracks.items
    for (text, start, end) in texts {
      // Its words may be read wrongly in part: what matters here are its frames.
      let first = text.prefix { $0 != " " }
      let track = try #require(
        tracks.first { $0.text.string?.hasPrefix(first) == true }, "\(text) is not among \(tracks)")
      #expect(abs((track.end.frame.int ?? -9) - end) <= 1, "\(track)")
      #expect(abs((track.start.frame.int ?? -9) - start) <= 1, "\(track)")
    }
  }

  /// The gaps between its words look like letters where a low threshold sees it.
  @Test(.enabled(if: Samples.areThere)) func `an outlined subtitle over grey is read`() throws {
    let film = try Film.make(
      ["-ss", "20", "-t", "4", "-i", Samples.film("wannaworktogether.mp4"), "-an", "-vf"]
        + [
          "scale=854:480,gblur=sigma=12,noise=alls=6:allf=t,"
            + Self.draw(
              "She never came back that winter", size: 26, y: "h*0.85", from: 30, to: 105,
              more: ":borderw=2:bordercolor=black")
        ] + ["-c:v", "libx264", "-preset", "fast"], as: "mp4")
    let tracks = try Self.analyze(film).text_tracks
    #expect(tracks.items.map { $0.text.string } == ["She never came back that winter"])
  }

  @Test func `a film full of words is read in part, and says so`() throws {
    // Every second thirty other words, each by itself: three times as many as may be read.
    let words = "stone river cloud north apple chair table green light mouth paper radio sugar tiger under voice water"
      .split(separator: " ").map(String.init)
    let filters = (0..<8).flatMap { second in
      (0..<30).map { place in
        Self.draw(
          words[(place * 7 + second * 11) % words.count], size: 18, x: "\(10 + place % 5 * 126)",
          y: "\(12 + place / 5 * 58)", from: second * 25, to: second * 25 + 20)
      }
    }
    let film = try Film.make(
      ["-f", "lavfi", "-i", "color=0x303030:s=640x360:r=25:d=8", "-vf", filters.joined(separator: ",")]
        + ["-c:v", "libx264", "-preset", "ultrafast"], as: "mp4")
    let document = try Self.analyze(film, ["--timeout", "120s"])
    #expect(document.warnings.items.contains { $0.code.string == "text_not_read" })
    #expect(document.text_tracks.items.count > 30)
  }

  @Test func `noise gives no words and ends in time`() throws {
    let film = try Film.make(
      ["-f", "lavfi", "-i", "color=gray:s=1280x720:r=25,noise=alls=100:all_seed=7", "-t", "4"]
        + ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "20"], as: "mp4")
    #expect(try Self.analyze(film, ["--timeout", "60s"]).text_tracks.items.isEmpty)
  }
}
