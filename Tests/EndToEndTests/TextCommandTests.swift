import Foundation
import TestSupport
import Testing

/// `cutroom text`, and the review of what is not sure.
struct TextCommandTests {
  @Test func `a table has a line a text`() throws {
    let outcome = try cutroom(["text", TextTests.film.get()])
    #expect(outcome.exitCode == 0)
    #expect(outcome.lines.count == 1)
    let columns = try #require(outcome.lines.first).split(separator: " ").map(String.init)
    #expect(columns.prefix(2) == ["00:00:01.000", "00:00:03.000"])
    #expect(columns.suffix(2) == ["HELLO", "WORLD"])
  }

  @Test func `subtitles are those that ffprobe reads`() throws {
    let folder = try TemporaryFolder()
    try folder.write(cutroom(["text", TextTests.film.get(), "--srt"]).output, to: "text.srt")
    let packets = try JSON(
      tool("ffprobe", ["-v", "error", "-show_packets", "-of", "json", folder("text.srt")]).output
    ).packets
    #expect(packets.items.map { $0.pts_time.string } == ["1.000000"])
    #expect(packets.items.map { $0.duration_time.string } == ["2.000000"])
  }

  @Test func `the document is an analysis of the text alone`() throws {
    let document = try JSON(cutroom(["text", TextTests.film.get(), "--json"]).output)
    #expect(document.kind.string == "analysis" && document.params.stages.items.map { $0.string } == ["text"])
    #expect(document.text_tracks.items.map { $0.text.string } == ["HELLO WORLD"])
    #expect(document.outputs.isArray && document.outputs.items.isEmpty)
  }

  @Test func `the environment may ask for the document, as for other commands`() throws {
    let outcome = try cutroom(["text", TextTests.film.get()], environment: ["CUTROOM_JSON": "true"])
    #expect(try JSON(outcome.output).kind.string == "analysis")
  }

  @Test func `nothing is left behind`() throws {
    let folder = try TemporaryFolder()
    _ = try cutroom(["text", TextTests.film.get(), "--work-dir", folder.path])
    #expect(everything(in: folder.path) == [])
  }

  @Test func `wrong usage and bad files have their exit codes`() throws {
    #expect(try cutroom(["text", TextTests.film.get(), "--json", "--srt"]).exitCode == 2)
    #expect(try cutroom(["text"]).exitCode == 2)
    let missing = try cutroom(["text", "/nowhere/film.mp4"])
    #expect(missing.exitCode == 1 && missing.output.isEmpty && missing.errors.contains("film.mp4"))
  }

  /// Words so faint, small and blurred that they are read, but not surely.
  static let unsure = Result {
    let film = try Film.make(
      [
        "-f", "lavfi", "-i", "mandelbrot=s=640x360:r=25,lutyuv=y=val/3", "-t", "3", "-vf",
        "drawtext=fontfile=\(TextTests.font):text='Qzx vlorp grimmel wefty':fontsize=15:fontcolor=white@0.6:x=100:y=250,"
          + "gblur=sigma=1.1", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "24",
      ], as: "mp4")
    let folder = try TemporaryFolder()
    try folder.copy(film, to: "unsure.mp4")
    let options = ["--stages", "text", "--text-min-confidence", "0.95"]
    return try Batch([folder("unsure.mp4")], into: folder("out"), options, keeping: folder)
  }

  @Test func `what was read and refused is in the review, with a picture`() throws {
    let batch = try Self.unsure.get()
    let document = try batch.document("unsure.mp4")
    let outputs = document.outputs.items.filter { $0.kind.string == "text_review" }.compactMap { $0.path.string }
    #expect(outputs == ["text-review.json", "text-review"])
    let review = try JSON(contents(of: "\(batch.output)/unsure.mp4/text-review.json"))
    let refused = review["items"].items.filter { $0.verdict.string == "refused" }
    #expect(!refused.isEmpty)
    let lines = document.text_tracks.items.flatMap(\.lines.items)
    for item in review["items"].items {
      if item.verdict.string == "kept" {
        #expect(lines.contains { $0.text == item.text && $0.confidence == item.confidence })
      }
      let file = try #require(item.file.string)
      let picture = try Picture("\(batch.output)/unsure.mp4/\(file)")
      // As wide as the line it shows, and the margin on both sides.
      #expect(abs(Double(picture.width) - 16 - (item.box.width.double ?? 0) * 640) < 4)
      #expect((item.end.frame.int ?? 0) > (item.start.frame.int ?? 0))
    }
  }

  @Test func `the review holds to its schema`() throws {
    let review = try contents(of: "\(Self.unsure.get().output)/unsure.mp4/text-review.json")
    #expect(try SchemaTests.complaints([review], schema: "text-review") == [])
  }
}
