import Foundation
import TestSupport
import Testing

/// Films that hold more than can be followed or read: what was left out is a warning.
struct TextBoundTests {
  /// A film of a page: lines of equal text, drawn in even rows.
  private static func page(_ lines: [String], size: String, fontSize: Int, spacing: Int) throws -> String {
    let folder = try TemporaryFolder()
    try folder.write(Data(lines.joined(separator: "\n").utf8), to: "page.txt")
    let font = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"
    // Films are kept by their arguments, the folder is another each time.
    let path = folder("page.mkv")
    _ = try tool(
      "ffmpeg",
      ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "color=0x202020:s=\(size):r=8", "-t", "2", "-vf"]
        + [
          "drawtext=fontfile=\(font):textfile=\(folder("page.txt")):fontsize=\(fontSize):fontcolor=white:x=10:y=10"
            + ":line_spacing=\(spacing)"
        ] + ["-c:v", "ffv1", path])
    return try Film.alter(path, "\(size) \(fontSize) \(lines.count)") { _ in }
  }

  private static func warnings(_ film: String, _ options: [String] = []) throws -> (document: JSON, codes: [String]) {
    let folder = try TemporaryFolder()
    try folder.copy(film, to: "film.mkv")
    let batch = try Batch([folder("film.mkv")], into: folder("out"), ["--stages", "text"] + options)
    let written = try contents(of: "\(batch.output)/film.mkv/analysis.json")
    #expect(try SchemaTests.complaints([written], schema: "analysis") == [])
    let document = try JSON(written)
    return (document, document.warnings.items.compactMap { $0.code.string })
  }

  @Test func `thousands of words in one picture are followed in part`() throws {
    let line = Array(repeating: "word", count: 8).joined(separator: "       ")
    let film = try Self.page(
      Array(repeating: line, count: 130), size: "960x4000", fontSize: 14, spacing: 16)
    #expect(try Self.warnings(film, ["--timeout", "120s"]).codes.contains("text_regions_left_out"))
  }

  @Test func `a picture that takes too long to read is given up`() throws {
    let lines = ["The quick brown fox", "jumps over the lazy dog"]
    let film = try Self.page(lines, size: "640x360", fontSize: 36, spacing: 20)
    let (whole, none) = try Self.warnings(film)
    #expect(!whole.text_tracks.items.isEmpty && !none.contains("text_given_up"))
    let (document, codes) = try Self.warnings(film, ["--text-time-limit", "0"])
    #expect(document.text_tracks.isArray && document.text_tracks.items.isEmpty)
    #expect(codes.contains("text_given_up"))
    #expect(document.params.text_time_limit.double == 0)
  }

  @Test func `a picture too small for letters says so`() throws {
    let film = try Film.make(["-f", "lavfi", "-i", "testsrc=s=32x12:r=25", "-t", "1", "-c:v", "ffv1"], as: "mkv")
    let (document, codes) = try Self.warnings(film)
    #expect(document.text_tracks.isArray && document.text_tracks.items.isEmpty)
    #expect(codes.contains("text_picture_too_small"))
  }
}
