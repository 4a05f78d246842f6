import Foundation
import TestSupport
import Testing

/// Lines that move across the picture, read whole and dated to the frame.
struct TextAcrossTests {
  static let text = "Heavy snow is expected in the northern mountains this weekend with roads closed until Sunday"

  /// A film of something drawn over a picture that moves, and the first and the last frame that show of what is drawn.
  private static func film(
    _ draw: String, bar: String? = nil, frames: Int
  ) throws -> (path: String, first: Int, last: Int) {
    let background = "mandelbrot=s=320x180:r=25,scale=640:360,setsar=1,lutyuv=y=val/3"
    let film = try Film.make(
      [
        "-f", "lavfi", "-i", background, "-frames:v", "\(frames)", "-vf",
        ([bar].compactMap(\.self) + [draw]).joined(separator: ","),
      ]
        + ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", "-pix_fmt", "yuv420p"], as: "mp4")
    let alone = try Film.make(
      ["-f", "lavfi", "-i", "color=black:s=640x360:r=25", "-frames:v", "\(frames)", "-vf", "\(draw),format=gray"]
        + ["-f", "rawvideo"], as: "raw")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: alone))
    let shown = (0..<frames).filter { frame in
      bytes[frame * 640 * 360..<(frame + 1) * 640 * 360].contains { $0 > 120 }
    }
    return (film, try #require(shown.first), try #require(shown.last))
  }

  @Test(arguments: [4, 9]) func `a ticker is one track of its whole text`(speed: Int) throws {
    let film = try Self.film(
      "drawtext=fontfile=\(TextTests.font):text='\(Self.text)':fontsize=22:fontcolor=white:y=330:x=w-\(speed)*(n-12)"
        + ":enable='gte(n,12)'", bar: "drawbox=x=0:y=322:w=iw:h=34:color=0x101040:t=fill", frames: 2000 / speed + 20)
    let tracks = try MovingTextTests.tracks(film.path)
    #expect(tracks.map { $0.text.string } == [Self.text])
    let track = try #require(tracks.first)
    #expect(abs((track.start.frame.int ?? -99) - film.first) <= 1)
    // The end is the frame after the last.
    #expect(abs((track.end.frame.int ?? -99) - film.last - 1) <= 1)
    // It ran through the whole width of its band.
    #expect(track.box.x.double ?? 9 < 0.01 && track.box.width.double ?? 0 > 0.98)
    #expect(abs((track.box.y.double ?? 9) - 0.925) < 0.02)
  }

  @Test func `a title that slides in and out is one track from its first frame to its last`() throws {
    let film = try Self.film(
      "drawtext=fontfile=\(TextTests.font):text='Chapter the second':fontsize=40:fontcolor=white:y=150"
        + ":x='if(lt(n,35),100-(100+tw)*(35-n)/15,if(lt(n,75),100,100+(w-100)*(n-75)/15))'", frames: 130)
    let tracks = try MovingTextTests.tracks(film.path)
    #expect(tracks.map { $0.text.string } == ["Chapter the second"])
    let track = try #require(tracks.first)
    #expect(abs((track.start.frame.int ?? -99) - film.first) <= 1)
    #expect(abs((track.end.frame.int ?? -99) - film.last - 1) <= 1)
  }
}
