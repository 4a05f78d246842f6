import Foundation
import TestSupport
import Testing

/// The real films that tools/fetch-samples takes out of Debian packages: a narrated film of motion graphics without a
/// single cut, a screen recording full of text, with a variable frame rate, and a drawn film of dissolves.
@Suite(.enabled("the sample films can be fetched") { Samples.areThere })
struct RealFilmTests {
  static let run = Result {
    let kept = try TemporaryFolder()
    return try Batch(
      [Samples.folder.get()], into: kept("out"), ["--events", kept("events")], keeping: kept, timeLimit: 600)
  }

  static let films = ["wannaworktogether.mp4", "display-dual-monitors.webm", "fillets-intro.mpg"]

  @Test func `all succeed`() throws {
    let batch = try Self.run.get()
    #expect(batch.outcome.exitCode == 0, "\(batch.outcome.errors)")
    #expect(try batch.summary.totals.succeeded.int == 3)
  }

  @Test(arguments: films) func `frames and instants are those of ffmpeg`(name: String) throws {
    let document = try Self.run.get().document(name)
    try expectFrames(of: document, toBe: Samples.frames(of: name))
  }

  @Test(arguments: films) func `every scene has a picture that is what the document says`(name: String) throws {
    let batch = try Self.run.get()
    try expectPictures(of: batch.document(name), in: "\(batch.output)/\(name)", codec: "mjpeg")
  }

  @Test func `a film without a cut has hardly any boundary`() throws {
    let document = try Self.run.get().document("wannaworktogether.mp4")
    // Read by eye: no boundary in 180 seconds. PySceneDetect and ffmpeg's scdet report dozens.
    #expect(document.scenes.items.count <= 6)
    #expect(document.media.video.frame_count.int == 5402)
  }

  @Test func `words on the screen of the recording are read`() throws {
    let document = try Self.run.get().document("display-dual-monitors.webm")
    let text = document.text_tracks.items.compactMap { $0.text.string }.joined(separator: " ").lowercased()
    // Labels of the settings that the recording shows, read by eye.
    for word in ["displays", "settings"] { #expect(text.contains(word), "\(text.prefix(400))") }
    #expect(document.media.audio.items.isEmpty && document.audio.items.isEmpty)
  }

  @Test func `the narration is as loud as ffmpeg measures it`() throws {
    let film = "\(try Samples.folder.get())/wannaworktogether.mp4"
    let loudness = try Self.run.get().document("wannaworktogether.mp4").audio[0].loudness
    let said = try TestSupport.run(
      "/usr/bin/ffmpeg", ["-nostdin", "-hide_banner", "-i", film, "-vn", "-af", "ebur128", "-f", "null", "-"])
    let summary = try #require(said.errors.components(separatedBy: "Summary:").last)
    let line = try #require(summary.components(separatedBy: "\n").first { $0.contains("I:") })
    let integrated = try #require(line.split(separator: " ").compactMap { Double($0) }.first)
    #expect(abs(try #require(loudness.integrated_lufs.double) - integrated) <= 0.1)
  }
}
