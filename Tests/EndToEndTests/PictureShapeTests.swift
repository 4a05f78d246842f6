import TestSupport
import Testing

/// Pictures of films that are turned, stretched, odd, deep or interlaced.
struct PictureShapeTests {
  private static let h264 = ["-c:v", "libx264", "-preset", "veryfast", "-qp", "4"]

  /// Red, green, blue and grey quarters, 160x120, one second.
  private static let quarters = Result {
    let colours = ["red", "lime", "blue", "gray"].flatMap {
      ["-f", "lavfi", "-i", "color=\($0):s=80x60:r=25:d=1"]
    }
    let join = "[0][1]hstack[t];[2][3]hstack[b];[t][b]vstack,setsar=1,format=yuv420p"
    return try Film.make(colours + ["-filter_complex", join] + h264, as: "mp4")
  }

  static func turned(_ degrees: Int) throws -> String {
    try Film.make(["-i", quarters.get(), "-c", "copy", "-metadata:s:v", "rotate=\(degrees)"], as: "mp4")
  }

  static let films: [(name: String, make: @Sendable () throws -> String)] = [
    ("turned-0.mp4", { try quarters.get() }),
    ("turned-90.mp4", { try turned(90) }),
    ("turned-180.mp4", { try turned(180) }),
    ("turned-270.mp4", { try turned(270) }),
    ("stretched.mp4", { try Film.make(["-i", quarters.get(), "-vf", "setsar=4/3"] + h264, as: "mp4") }),
    (
      "stretched-turned.mp4",
      {
        let wide = try Film.make(["-i", quarters.get(), "-vf", "setsar=4/3"] + h264, as: "mp4")
        return try Film.make(["-i", wide, "-c", "copy", "-metadata:s:v", "rotate=90"], as: "mp4")
      }
    ),
    ("odd.mkv", { try Film.make(["-i", Film.master(filter: "scale=161:121"), "-c:v", "ffv1"], as: "mkv") }),
    (
      "odd-h264.mkv",
      { try Film.make(["-i", Film.master(filter: "scale=161:121"), "-pix_fmt", "yuv444p"] + h264, as: "mkv") }
    ),
    ("tiny.mkv", { try Film.make(["-i", quarters.get(), "-vf", "scale=16:16", "-c:v", "ffv1"], as: "mkv") }),
    (
      "deep.mkv",
      {
        let h265 = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:qp=4"]
        return try Film.make(["-i", quarters.get(), "-pix_fmt", "yuv420p10le"] + h265, as: "mkv")
      }
    ),
    ("grey.mkv", { try Film.make(["-i", quarters.get(), "-pix_fmt", "gray", "-c:v", "ffv1"], as: "mkv") }),
    ("rgb.mkv", { try Film.make(["-i", quarters.get(), "-pix_fmt", "bgr0", "-c:v", "ffv1"], as: "mkv") }),
    ("alpha.mov", { try Film.make(["-i", quarters.get(), "-pix_fmt", "argb", "-c:v", "qtrle"], as: "mov") }),
  ]

  static let run = Result {
    let folder = try TemporaryFolder()
    for film in films { try folder.copy(film.make(), to: "films/\(film.name)") }
    let options = ["--stages", "scenes,frames", "--frame-width", "0", "--frame-format", "png"]
    return (folder: folder, batch: try Batch([folder("films")], into: folder("out"), options))
  }

  /// The document of a film and its first picture.
  private func result(_ name: String) throws -> (document: JSON, picture: Picture) {
    let batch = try Self.run.get().batch
    let document = try batch.document(name)
    let file = try #require(document.frames[0].file.string)
    return (document, try Picture("\(batch.output)/\(name)/\(file)"))
  }

  @Test func `every shape succeeds`() throws {
    #expect(try Self.run.get().batch.outcome.exitCode == 0)
  }

  @Test(arguments: films.map(\.name))
  func `frames and pictures are as they should be`(name: String) throws {
    let batch = try Self.run.get().batch
    let document = try batch.document(name)
    let film = try #require(Self.films.first { $0.name == name }).make()
    expectFrames(of: document, toBe: try FrameList(of: film))
    try expectPictures(of: document, in: "\(batch.output)/\(name)", codec: "png")
    #expect(document.frames[0].width == document.media.video.display_width)
    #expect(document.frames[0].height == document.media.video.display_height)
  }

  @Test(arguments: [
    "turned-0.mp4", "turned-90.mp4", "turned-180.mp4", "turned-270.mp4", "stretched-turned.mp4", "deep.mkv", "rgb.mkv",
    "alpha.mov", "grey.mkv",
  ])
  func `colours stand in the corners where ffmpeg shows them`(name: String) throws {
    let picture = try result(name).picture
    let shown = try Picture(#require(Self.films.first { $0.name == name }).make())
    for (mine, other) in zip(picture.corners, shown.corners) {
      #expect(zip(mine, other).allSatisfy { abs($0 - $1) <= 16 }, "\(picture.corners) is not \(shown.corners)")
    }
  }

  @Test(arguments: [(90, 120, 160), (180, 160, 120), (270, 120, 160)])
  func `a turned film has the size that is shown`(degrees: Int, width: Int, height: Int) throws {
    let (document, picture) = try result("turned-\(degrees).mp4")
    let video = document.media.video
    #expect((video.width.int, video.height.int) == (160, 120))
    #expect((video.display_width.int, video.display_height.int) == (width, height))
    #expect((picture.width, picture.height) == (width, height))
    #expect(video.rotation_degrees.int != 0)
  }

  @Test(arguments: [90, 270])
  func `a quarter turn brings the corner to the left top that ffprobe's angle says`(degrees: Int) throws {
    let film = try Self.turned(degrees)
    let said = try tool(
      "ffprobe", ["-v", "error", "-show_entries", "stream_side_data=rotation", "-of", "csv=p=0", film])
    let corner = try result("turned-\(degrees).mp4").picture.corners[0]
    // Against the clock, positive, the right top (green) comes to the left top; with it the left bottom (blue).
    let expected = said.text.hasPrefix("90") ? [0, 255, 0] : [0, 0, 255]
    #expect(["90", "-90"].contains(said.text.prefix { $0 == "-" || $0.isNumber }))
    #expect(zip(corner, expected).allSatisfy { abs($0 - $1) < 40 }, "\(corner)")
  }

  @Test func `the width that is asked for is that of the picture as it is shown`() throws {
    let folder = try TemporaryFolder()
    let films = try ["turned-90.mp4", "stretched.mp4"].map { name in
      try folder.copy(#require(Self.films.first { $0.name == name }).make(), to: name)
    }
    let batch = try Batch(films, into: folder("out"), ["--stages", "scenes,frames", "--frame-width", "90"])
    let turned = try batch.document("turned-90.mp4").frames[0]
    #expect([turned.width.int, turned.height.int] == [90, 120])
    let stretched = try batch.document("stretched.mp4").frames[0]
    #expect(stretched.width.int == 90)
    #expect(abs((stretched.height.double ?? 0) - 90 * 9 / 16) <= 1)
  }

  @Test func `pictures of non-square pixels have the shape that is shown`() throws {
    let (document, picture) = try result("stretched.mp4")
    #expect(document.media.video.sample_aspect_ratio.string == "4:3")
    #expect(abs(Double(picture.width) / Double(picture.height) - 16.0 / 9) < 0.02)
  }

  @Test func `turned non-square pixels are stretched along the other side`() throws {
    let picture = try result("stretched-turned.mp4").picture
    #expect(abs(Double(picture.height) / Double(picture.width) - 16.0 / 9) < 0.02)
  }

  @Test(arguments: ["odd.mkv", "odd-h264.mkv"])
  func `odd sizes keep every row and column`(name: String) throws {
    let (document, picture) = try result(name)
    #expect((picture.width, picture.height) == (161, 121))
    #expect(document.scenes.items.map { $0.start.frame.int } == Film.cuts)
  }
}
