import Foundation
import TestSupport
import Testing

/// Text that a film shows between known instants comes out as a track and as a subtitle.
struct TextTests {
  static let font = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"

  /// White words on dark grey from second 1 to 3 of 4.
  static let film = Result {
    try Film.make(
      [
        "-f", "lavfi", "-i", "color=0x303030:s=640x360:r=25:d=4", "-vf",
        "drawtext=fontfile=\(font):text='HELLO WORLD':fontsize=56:fontcolor=white:x=60:y=220:enable='gte(t,1)*lt(t,3)'",
        "-c:v", "libx264", "-preset", "ultrafast",
      ], as: "mp4")
  }

  static let run = Result {
    let folder = try TemporaryFolder()
    try folder.copy(film.get(), to: "words.mp4")
    let batch = try Batch([folder("words.mp4")], into: folder("out"), ["--stages", "scenes,text"])
    return (folder: folder, batch: batch, document: try batch.document("words.mp4"))
  }

  @Test func `words become one track with the text and the times they are shown`() throws {
    let document = try Self.run.get().document
    #expect(document.text_tracks.items.map { $0.text.string } == ["HELLO WORLD"])
    let track = document.text_tracks[0]
    #expect(abs(try #require(track.start.seconds.double) - 1) <= 0.5)
    #expect(abs(try #require(track.end.seconds.double) - 3) <= 0.5)
    #expect((track.confidence.double ?? 0) > 0.6 && (track.confidence.double ?? 2) <= 1)
    #expect(track.lines.items.map { $0.text.string } == ["HELLO WORLD"])
    #expect(track.lines[0].words.items.map { $0.text.string } == ["HELLO", "WORLD"])
    #expect(track.language.string == "eng")
    expectSeconds(of: document)
  }

  @Test func `the box holds the letters`() throws {
    let box = try Self.run.get().document.text_tracks[0].box
    let seen = try Picture(Self.film.get(), at: 2).brightBox
    #expect(abs((box.x.double ?? 9) - seen.x) < 0.03)
    #expect(abs((box.y.double ?? 9) - seen.y) < 0.03)
    #expect(abs((box.width.double ?? 9) - seen.width) < 0.04)
    #expect(abs((box.height.double ?? 9) - seen.height) < 0.04)
  }

  @Test(arguments: ["text.srt", "text.vtt"]) func `a subtitle file says the same and ffmpeg reads it`(
    name: String
  ) throws {
    let (_, batch, document) = try Self.run.get()
    let path = "\(batch.output)/words.mp4/\(name)"
    #expect(document.outputs.items.contains { $0.kind.string == "subtitles" && $0.path.string == name })
    let packets = try JSON(tool("ffprobe", ["-v", "error", "-show_packets", "-of", "json", path]).output).packets.items
    try #require(packets.count == document.text_tracks.items.count)
    let start = try #require(Double(packets[0].pts_time.string ?? ""))
    let length = try #require(Double(packets[0].duration_time.string ?? ""))
    #expect(abs(start - (document.text_tracks[0].start.seconds.double ?? 9)) < 0.0011)
    #expect(abs(start + length - (document.text_tracks[0].end.seconds.double ?? 9)) < 0.0021)
    #expect(String(decoding: try contents(of: path), as: UTF8.self).contains("HELLO WORLD"))
  }

  @Test func `a region without words finds none`() throws {
    let folder = try TemporaryFolder()
    let options = ["--stages", "text", "--text-region", "0,0,1,0.5"]
    let batch = try Batch([Self.film.get()], into: folder("out"), options)
    let name = try #require(try batch.results.first?.document.string)
    let document = try JSON(contents(of: "\(batch.output)/\(name)"))
    #expect(document.text_tracks.isArray && document.text_tracks.items.isEmpty)
    #expect(document.scenes.isMissing)
  }

  @Test func `a turned film has its words read upright and boxed where they are shown`() throws {
    // The picture lies on its side in the file; the display matrix sets it upright again.
    let side = try Film.make(
      ["-i", Self.film.get(), "-vf", "transpose=1", "-c:v", "libx264", "-preset", "ultrafast"], as: "mp4")
    let turned = try Film.make(["-i", side, "-c", "copy", "-metadata:s:v", "rotate=90"], as: "mp4")
    let seen = try Picture(turned, at: 2)
    let upright = try Picture(Self.film.get(), at: 2).brightBox
    try #require(
      seen.width == 640 && abs(seen.brightBox.y - upright.y) < 0.01, "the film is not what this test thinks it is")
    let folder = try TemporaryFolder()
    try folder.copy(turned, to: "turned.mp4")
    let batch = try Batch([folder("turned.mp4")], into: folder("out"), ["--stages", "text"])
    let track = try batch.document("turned.mp4").text_tracks[0]
    #expect(track.text.string == "HELLO WORLD")
    #expect(abs((track.box.x.double ?? 9) - seen.brightBox.x) < 0.03)
    #expect(abs((track.box.y.double ?? 9) - seen.brightBox.y) < 0.03)
  }
}
