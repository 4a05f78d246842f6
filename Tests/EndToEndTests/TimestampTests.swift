import TestSupport
import Testing

/// Instants of films whose frames do not come at a steady pace from zero.
struct TimestampTests {
  /// A film, and the frames at which its scenes start.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let cuts: [Int]
    let isVariable: Bool
    let make: @Sendable () throws -> String
    var testDescription: String { name }

    init(
      _ name: String, cuts: [Int] = Film.cuts, isVariable: Bool = false, _ make: @escaping @Sendable () throws -> String
    ) {
      (self.name, self.cuts, self.isVariable, self.make) = (name, cuts, isVariable, make)
    }
  }

  private static let h264 = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "12"]

  static let cases = [
    Case("two-rates.mkv", cuts: [0, 20], isVariable: true) {
      try Film.make(twoRates + ["-vsync", "0"] + h264, as: "mkv")
    },
    Case("two-rates.mp4", cuts: [0, 20], isVariable: true) {
      try Film.make(
        twoRates + ["-vsync", "0", "-enc_time_base", "1/600", "-video_track_timescale", "600"] + h264, as: "mp4")
    },
    Case("uneven.mkv", isVariable: true) {
      // Every third frame comes 20 ms late: instants that no frame rate could give back.
      let uneven = "setpts=N/25/TB+mod(N\\,3)*0.01/TB"
      return try Film.make(
        ["-i", Film.master(), "-vf", uneven, "-vsync", "0", "-enc_time_base", "1/1000"] + h264, as: "mkv")
    },
    Case("late.mkv") { try Film.make(["-itsoffset", "7.5", "-i", Film.plain(), "-c", "copy"], as: "mkv") },
    Case("late.mp4") { try Film.make(["-itsoffset", "2", "-i", Film.plain(), "-c", "copy"], as: "mp4") },
    Case("late-picture.mp4") {
      // Sound from 0 and pictures from 0.48 s: an empty edit in the list of the picture's track.
      try Film.make(
        ["-f", "lavfi", "-i", "sine=500:d=4", "-itsoffset", "0.48", "-i", Film.plain(), "-map", "1:v", "-map", "0:a"]
          + ["-c:v", "copy", "-c:a", "aac"], as: "mp4")
    },
    Case("edit-list.mp4") { try Film.make(["-i", Film.plain(), "-c", "copy"], as: "mp4") },
    Case("from-zero.ts") {
      try Film.make(["-i", Film.plain(), "-c", "copy", "-muxdelay", "0", "-muxpreload", "0"], as: "ts")
    },
    Case("from-ten.ts") { try Film.make(["-i", Film.plain(), "-c", "copy", "-output_ts_offset", "10"], as: "ts") },
    Case("ntsc.mp4") {
      try Film.make(
        ["-i", Film.master(), "-vf", "setpts=N*1001/30000/TB", "-r", "30000/1001", "-vsync", "0"] + h264, as: "mp4")
    },
  ]

  /// Twenty frames at 10 a second, then sixty at 30 a second.
  private static let twoRates = [
    "-f", "lavfi", "-i", "testsrc2=s=160x120:r=10,trim=end_frame=20,settb=1/600,format=yuv420p", "-f", "lavfi", "-i",
    "mandelbrot=s=160x120:r=30,trim=end_frame=60,settb=1/600,format=yuv420p", "-filter_complex",
    "[0:v][1:v]concat=n=2:v=1[v]", "-map", "[v]",
  ]

  static let run = Result {
    let folder = try TemporaryFolder()
    for film in cases { try folder.copy(film.make(), to: "films/\(film.name)") }
    try folder.copy(afterSeek.get(), to: "films/after-seek.mp4")
    let batch = try Batch([folder("films")], into: folder("out"), ["--stages", "scenes,frames"])
    return (folder: folder, batch: batch)
  }

  /// Copied from a point between two key frames: the edit list hides what only later frames need.
  static let afterSeek = Result {
    let film = try Film.make(["-i", Film.master()] + h264, as: "mp4")
    return try Film.make(["-ss", "0.6", "-i", film, "-c", "copy"], as: "mp4")
  }

  @Test(arguments: cases)
  func `instants are those of ffmpeg's frames`(film: Case) throws {
    let document = try Self.run.get().batch.document(film.name)
    expectFrames(of: document, toBe: try FrameList(of: film.make()))
    #expect(document.scenes.items.map { $0.start.frame.int } == film.cuts)
    #expect(document.status.string == "succeeded")
    #expect(document.media.video.variable_frame_rate.bool == film.isVariable)
  }

  @Test(arguments: cases)
  func `zero is the container's start`(film: Case) throws {
    let document = try Self.run.get().batch.document(film.name)
    let path = try film.make()
    let format = try tool("ffprobe", ["-v", "error", "-show_entries", "format=start_time", "-of", "json", path])
    let start = try #require(Double(JSON(format.output).format.start_time.string ?? ""))
    #expect(abs(try #require(document.media.start_seconds.double) - start) < 2e-6)
  }

  @Test func `a copy that starts between key frames counts what ffmpeg shows`() throws {
    let document = try Self.run.get().batch.document("after-seek.mp4")
    let frames = try FrameList(of: Self.afterSeek.get())
    #expect(frames.timestamps.count < Film.length)
    expectFrames(of: document, toBe: frames)
  }

  @Test func `sound before the picture keeps the first scene where the picture starts`() throws {
    let document = try Self.run.get().batch.document("late-picture.mp4")
    #expect(abs(try #require(document.scenes[0].start.seconds.double) - 0.48) < 0.01)
  }
}
