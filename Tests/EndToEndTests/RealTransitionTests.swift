import TestSupport
import Testing

/// A cut, a dissolve, a fade through black and a wipe between stretches of a real film, in several codecs, rates and looks.
@Suite(.enabled("the sample films can be fetched") { Samples.areThere })
struct RealTransitionTests {
  /// A way to look at the same timeline: its encoding, its rate, a filter over it all.
  struct Look: Sendable, CustomTestStringConvertible {
    let name: String
    var encoding = "-c:v libx264 -preset veryfast -crf 23"
    var rate = "25"
    var filter = "null"
    /// 2 where two frames become one.
    var pace = 1
    var testDescription: String { name }
  }

  /// Contrast over `divisor`, around a luma of `level`.
  private static func contrast(over divisor: Int, around level: Int) -> String {
    "lutyuv=y=\(level)+(val-\(level))/\(divisor):u=128+(val-128)/\(divisor):v=128+(val-128)/\(divisor)"
  }

  static let looks = [
    Look(name: "h264.mkv"),
    Look(name: "hevc.mkv", encoding: "-c:v libx265 -preset ultrafast -x265-params log-level=none"),
    Look(name: "mpeg2.mkv", encoding: "-c:v mpeg2video -b:v 1200k"),
    Look(name: "vp9.mkv", encoding: "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 400k"),
    Look(name: "mpeg4.mkv", encoding: "-c:v mpeg4 -q:v 6"),
    Look(name: "60-a-second.mkv", rate: "60"),
    Look(name: "23.976-a-second.mkv", rate: "24000/1001"),
    Look(
      name: "interlaced.mkv", encoding: "-c:v mpeg2video -b:v 2500k -flags +ilme+ildct",
      filter: "tinterlace=interleave_top,setfield=tff", pace: 2),
    Look(name: "144-lines.mkv", filter: "scale=256:144"),
    Look(name: "noisy.mkv", filter: "noise=alls=10:allf=t"),
    Look(name: "low-contrast.mkv", filter: contrast(over: 2, around: 128)),
    Look(name: "dark.mkv", filter: contrast(over: 3, around: 16)),
    Look(name: "black-and-white.mkv", filter: "hue=s=0"),
  ]

  /// Length of dissolve and wipe, and of each fade, in frames.
  private static let (mixed, faded) = (24, 12)
  /// First and last frame of what is there to find. A mix at a share of 0 is still the old picture.
  static let expected: [(kind: String, first: Int, last: Int)] = [
    ("cut", 60, 60), ("dissolve", 117, 140), ("fade_through", 184, 208), ("wipe", 253, 276),
  ]
  static let length = 322

  /// The timeline without loss, which every look has.
  private static func master() throws -> String {
    let clips = try [
      Shot.room.clip(60), Shot.sea.clip(80), Shot.house.clip(80), Shot.table.clip(80), Shot.sea.clip(70),
    ]
    func mix(_ name: String, endingAt end: Int) -> String {
      "xfade=transition=\(name):duration=\(Double(mixed) / 25):offset=\(Double(end - mixed) / 25)"
    }
    let graph = [
      "[0:v][1:v]concat=n=2:v=1,settb=1/25[before]", "[2:v]settb=1/25[house]", "[4:v]settb=1/25[end]",
      "[before][house]\(mix("fade", endingAt: 140)),trim=end_frame=196,fade=out:\(196 - faded):\(faded)[dark]",
      "[3:v]settb=1/25,fade=in:0:\(faded)[table]", "[dark][table]concat=n=2:v=1,settb=1/25[most]",
      "[most][end]\(mix("wipeleft", endingAt: 276)),format=yuv420p[v]",
    ]
    return try Film.make(
      clips.flatMap { ["-i", $0] } + ["-filter_complex", graph.joined(separator: ";"), "-map", "[v]", "-vsync", "0"]
        + ["-c:v", "ffv1"], as: "mkv")
  }

  private static func film(_ look: Look) throws -> String {
    let filter = "\(look.filter),settb=AVTB,setpts=N/(\(look.rate)*TB),fps=\(look.rate),format=yuv420p"
    return try Film.make(
      ["-i", master(), "-vf", filter, "-vsync", "0"] + look.encoding.split(separator: " ").map(String.init), as: "mkv")
  }

  static let run = Result {
    let folder = try TemporaryFolder()
    for look in looks { try folder.copy(film(look), to: "in/\(look.name)") }
    return try Batch([folder("in")], into: folder("out"), ["--stages", "scenes"], keeping: folder)
  }

  /// The boundary of a document that lies where this one is expected, within a tenth of a mix at each end.
  private func found(_ kind: String, _ first: Int, _ last: Int, in document: JSON, pace: Int) -> Bool {
    document.scenes.items.dropFirst().contains { scene in
      let transition = scene.transition_in
      guard transition.kind.string == kind else { return false }
      guard kind != "cut" else { return scene.start.frame.int == first / pace }
      // The ends of a mix of moving pictures can be told to a fifth of its length.
      let play = 5
      return abs((transition.start.frame.int ?? -99) - first / pace) <= play
        && abs((transition.end.frame.int ?? -99) - last / pace) <= play
    }
  }

  @Test(arguments: looks) func `every transition is found, and nothing else`(look: Look) throws {
    let document = try Self.run.get().document(look.name)
    try #require(document.media.video.frame_count.int == Self.length / look.pace)
    for (kind, first, last) in Self.expected {
      #expect(found(kind, first, last, in: document, pace: look.pace), "no \(kind) in \(document.scenes)")
    }
    #expect(document.scenes.items.count == Self.expected.count + 1, "\(document.scenes)")
  }
}
