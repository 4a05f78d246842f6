import Foundation
import TestSupport
import Testing

/// Films with hardly anything in them, or with something missing: a document that says so, and no boundary made up.
struct ShortFilmTests {
  private static let h264 = ["-c:v", "libx264", "-preset", "veryfast"]

  static func lossless(_ source: String, frames: Int) throws -> String {
    try Film.make(
      ["-f", "lavfi", "-i", source, "-frames:v", "\(frames)", "-c:v", "ffv1", "-pix_fmt", "yuv420p"], as: "mkv")
  }

  private func scenes(_ film: String, _ more: [String] = []) throws -> JSON {
    let outcome = try cutroom(["scenes", film, "--json"] + more)
    let document = try JSON(outcome.output)
    #expect(outcome.exitCode == (document.status.string == "succeeded" ? 0 : 1), "\(outcome.errors)")
    return document
  }

  @Test(arguments: [1, 2, 3]) func `a film of so few frames is one scene`(frames: Int) throws {
    let document = try scenes(Self.lossless("testsrc2=s=160x120:r=25", frames: frames))
    #expect(document.status.string == "succeeded")
    #expect(document.media.video.frame_count.int == frames)
    #expect(document.scenes.items.count == 1)
    expectTiling(of: document)
  }

  @Test func `two frames that have nothing in common are two scenes at most`() throws {
    let film = try Film.make(
      [
        "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=0.04", "-f", "lavfi", "-i", "mandelbrot=s=160x120:r=25",
        "-filter_complex", "[0:v]format=yuv420p[a];[1:v]trim=end_frame=1,format=yuv420p[b];[a][b]concat", "-c:v",
        "ffv1",
      ], as: "mkv")
    let document = try scenes(film)
    #expect(document.media.video.frame_count.int == 2)
    #expect((1...2).contains(document.scenes.items.count))
    expectTiling(of: document)
  }

  @Test(arguments: ["black", "white", "0x3060a0"]) func `a film of one colour is one scene`(color: String) throws {
    for film in [
      try Self.lossless("color=\(color):s=160x120:r=25", frames: 100),
      try Film.make(["-f", "lavfi", "-i", "color=\(color):s=160x120:r=25:d=4"] + Self.h264, as: "mp4"),
    ] {
      let document = try scenes(film)
      #expect(document.status.string == "succeeded")
      #expect(document.scenes.items.count == 1)
    }
  }

  @Test func `repeated timestamps are repaired and said, and the boundaries stay`() throws {
    // Every third frame has the timestamp of the one before.
    let film = try Film.make(
      ["-i", Film.master(), "-c", "copy", "-bsf:v", "setts=ts=PTS-40*eq(mod(N\\,3)\\,2)"], as: "mkv")
    let document = try scenes(film)
    #expect(document.media.video.frame_count.int == Film.length)
    #expect(document.scenes.items.map { $0.start.frame.int } == Film.cuts)
    #expect(document.warnings.items.contains { $0.code.string == "timestamps_repaired" }, "\(document.warnings)")
    let instants = document.scenes.items.flatMap { [$0.start.pts.int ?? 0, $0.end.pts.int ?? 0] }
    #expect(instants == instants.sorted())
  }

  @Test(arguments: ["h264", "m2v"]) func `a bare stream without timestamps has its boundaries`(kind: String) throws {
    let encoding = kind == "h264" ? Self.h264 + ["-bf", "2"] : ["-c:v", "mpeg2video", "-q:v", "3"]
    let film = try Film.make(["-i", Film.master()] + encoding, as: kind)
    let document = try scenes(film)
    #expect(document.media.video.frame_count.int == Film.length)
    #expect(document.scenes.items.map { $0.start.frame.int } == Film.cuts)
    expectTiling(of: document)
  }

  /// Overwrites a tenth of the middle of a film in which nothing but a picture moves.
  private static func corrupt(_ encoding: [String], _ kind: String) throws -> String {
    let source = try Film.make(
      ["-f", "lavfi", "-i", "mandelbrot=s=320x180:r=25,trim=end_frame=200,format=yuv420p"] + encoding, as: kind)
    return try Film.alter(source, "corrupt middle") { data in
      var state: UInt64 = 0x2545_f491
      for offset in data.count / 2..<data.count / 2 + data.count / 10 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        data[offset] = UInt8(truncatingIfNeeded: state)
      }
    }
  }

  static let corrupted: [(kind: String, encoding: [String])] = [
    ("mkv", h264 + ["-g", "25"]), ("ts", h264 + ["-g", "25"]), ("avi", ["-c:v", "mpeg4", "-q:v", "4"]),
    ("mpg", ["-c:v", "mpeg2video", "-q:v", "4"]),
  ]

  @Test(arguments: corrupted.indices) func `a corrupt middle is said, and makes no boundary`(index: Int) throws {
    let (kind, encoding) = Self.corrupted[index]
    let document = try scenes(Self.corrupt(encoding, kind))
    #expect(["succeeded", "partial"].contains(document.status.string))
    let said = document.errors.items + document.warnings.items
    #expect((document.media.video.decode_errors.int ?? 0) > 0 || !said.isEmpty)
    #expect(document.scenes.items.count == 1, "\(document.scenes)")
  }
}
