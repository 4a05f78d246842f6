import TestSupport
import Testing

/// Fades through plain colours at known frames: their kind, their span and where the boundary lies.
struct TransitionTests {
  /// Two moving pictures of 50 frames; ten frames fade out, `plain` frames of a colour, ten fade in.
  private static func film(_ color: String, plain: Int) throws -> String {
    let noise = "noise=alls=8:allf=t,format=yuv420p"
    return try Film.make(
      [
        "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25,trim=end_frame=50,\(noise),fade=out:40:10:color=\(color)",
        "-f", "lavfi", "-i", "color=\(color):s=160x120:r=25,trim=end_frame=\(plain),format=yuv420p",
        "-f", "lavfi", "-i", "mandelbrot=s=160x120:r=25,trim=end_frame=50,\(noise),fade=in:0:10:color=\(color)",
        "-filter_complex", "[0:v][1:v][2:v]concat=n=3:v=1[v]", "-map", "[v]", "-c:v", "libx264", "-preset", "veryfast",
        "-crf", "12",
      ], as: "mp4")
  }

  static let run = Result {
    let folder = try TemporaryFolder()
    for color in ["black", "white"] {
      for plain in [5, 40] { try folder.copy(film(color, plain: plain), to: "in/\(color)-\(plain).mp4") }
    }
    return try Batch([folder("in")], into: folder("out"), ["--stages", "scenes"], keeping: folder)
  }

  /// Whether a frame is within two of another: the first steps of a fade can hardly be seen.
  private func near(_ frame: JSON, _ expected: Int) -> Bool { abs((frame.int ?? .max / 2) - expected) <= 2 }

  @Test(arguments: ["black", "white"])
  func `a short way through a plain colour is one boundary in the middle of its span`(color: String) throws {
    let document = try Self.run.get().document("\(color)-5.mp4")
    let scenes = document.scenes.items
    #expect(scenes.map { $0.transition_in.kind.string } == ["start", "fade_through"])
    let transition = try #require(scenes.last).transition_in
    #expect(near(transition.start.frame, 40), "\(transition)")
    #expect(near(transition.end.frame, 65), "\(transition)")
    let middle = ((transition.start.frame.int ?? 0) + (transition.end.frame.int ?? 0)) / 2
    #expect(abs((scenes.last?.start.frame.int ?? -9) - middle) <= 1)
    expectTiling(of: document)
  }

  @Test(arguments: ["black", "white"])
  func `a long plain part is a blank scene between two fades`(color: String) throws {
    let document = try Self.run.get().document("\(color)-40.mp4")
    let scenes = document.scenes.items
    #expect(scenes.map { $0.transition_in.kind.string } == ["start", "fade_out", "fade_in"])
    #expect(scenes.map { $0.blank.bool ?? false } == [false, true, false])
    try #require(scenes.count == 3)
    #expect(near(scenes[1].transition_in.start.frame, 40), "\(scenes[1])")
    #expect(near(scenes[1].transition_in.end.frame, 50), "\(scenes[1])")
    #expect(near(scenes[2].transition_in.start.frame, 90), "\(scenes[2])")
    #expect(near(scenes[2].transition_in.end.frame, 100), "\(scenes[2])")
    expectTiling(of: document)
  }
}
