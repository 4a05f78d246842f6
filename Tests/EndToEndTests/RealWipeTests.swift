import TestSupport
import Testing

/// Wipes between stretches of a real film whose cameras move on meanwhile.
@Suite(.enabled("the sample films can be fetched") { Samples.areThere })
struct RealWipeTests {
  struct Wipe: Sendable, CustomTestStringConvertible {
    let kind: String
    let from: Shot
    let to: Shot
    var testDescription: String { "\(kind)-\(from)-\(to)" }
  }

  static let wipes = [
    Wipe(kind: "wipeup", from: .table, to: .seabed), Wipe(kind: "wiperight", from: .house, to: .table),
    Wipe(kind: "wiperight", from: .seabed, to: .table), Wipe(kind: "radial", from: .table, to: .house),
    Wipe(kind: "radial", from: .sea, to: .seabed),
  ]
  /// First and last frame of each; both shots have 90.
  private static let (first, last) = (60, 89)

  private static func film(_ wipe: Wipe) throws -> String {
    let (length, start) = (Double(last - first + 1) / 25, Double(first) / 25)
    let graph =
      "[0]settb=1/25[a];[1]settb=1/25[b];[a][b]xfade=transition=\(wipe.kind):duration=\(length):offset=\(start),"
      + "format=yuv420p"
    return try Film.make(
      ["-i", wipe.from.clip(90), "-i", wipe.to.clip(90), "-filter_complex", graph]
        + ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23"], as: "mkv")
  }

  static let run = Result {
    let folder = try TemporaryFolder()
    for wipe in wipes { try folder.copy(film(wipe), to: "in/\(wipe.testDescription).mkv") }
    return try Batch([folder("in")], into: folder("out"), ["--stages", "scenes"], keeping: folder)
  }

  @Test(arguments: wipes) func `a wipe between moving shots is found`(wipe: Wipe) throws {
    let document = try Self.run.get().document("\(wipe.testDescription).mkv")
    try #require(document.media.video.frame_count.int == 150)
    let scenes = document.scenes.items
    try #require(scenes.count == 2, "\(scenes)")
    let transition = scenes[1].transition_in
    #expect(transition.kind.string == "wipe")
    // Where all moves, its ends can be told to a quarter of its length.
    let play = 8
    #expect(abs((transition.start.frame.int ?? -99) - Self.first) <= play, "\(transition)")
    #expect(abs((transition.end.frame.int ?? -99) - Self.last) <= play, "\(transition)")
  }
}
