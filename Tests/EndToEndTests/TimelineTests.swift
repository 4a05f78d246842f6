import Foundation
import TestSupport
import Testing

/// Timelines of real runs, each taken by the program that it is for.
struct TimelineTests {
  static let names = [
    "scenes.csv", "scenes.edl", "scenes.otio", "scenes.fcpxml", "scenes.xml", "chapters.ffmeta", "chapters.vtt",
    "chapters.xml", "chapters.txt", "scenes.qp", "keyframes.txt",
  ]

  static let run = Result {
    let folder = try TemporaryFolder()
    let film = try folder.copy(Film.withSound(), to: "film & friends 🎬.mp4")
    let batch = try Batch(
      [film], into: folder("out"), ["--stages", "scenes,audio", "--timelines", "all"], keeping: folder)
    return (film: film, batch: batch, folder: "\(batch.output)/film & friends 🎬.mp4/timelines")
  }

  @Test func `every timeline that was asked for is there and named in the document`() throws {
    let (_, batch, folder) = try Self.run.get()
    #expect(batch.outcome.exitCode == 0)
    #expect(everything(in: folder) == Self.names.sorted())
    let document = try batch.document("film & friends 🎬.mp4")
    let outputs = document.outputs.items
    #expect(outputs.map(\.path.string) == Self.names.map { "timelines/\($0)" })
    #expect(outputs.allSatisfy { $0.kind.string == "timeline" })
    let data = try contents(of: "\(batch.output)/film & friends 🎬.mp4/analysis.json")
    #expect(try SchemaTests.complaints([data], schema: "analysis") == [])
  }

  @Test(arguments: [
    ("otio", "scenes.otio"), ("edl", "scenes.edl"), ("fcp7", "scenes.xml"), ("fcpxml", "scenes.fcpxml"),
  ])
  func `editors get the film's frames and find the film`(kind: String, name: String) throws {
    let (film, _, folder) = try Self.run.get()
    let read = try JSON(reader("timelines.py", [kind, "\(folder)/\(name)", "25"]).output)
    let frames = zip(Film.cuts, Film.cuts.dropFirst() + [Film.length]).map { [$0, $1 - $0] }
    #expect(read.clips.items.map { $0.source.items.compactMap(\.int) } == frames)
    guard kind != "edl" else { return }
    let url = try #require(read.clips[0].url.string.flatMap { URL(string: $0) })
    #expect(try size(of: url.path) == size(of: film))
  }

  @Test func `the scene list is PySceneDetect's own`() throws {
    let (_, _, folder) = try Self.run.get()
    let words = ["scenedetect", "25/1"] + (Film.cuts + [Film.length]).map(String.init)
    #expect(try contents(of: "\(folder)/scenes.csv") == reader("timelines.py", words).output)
  }

  private func chapters(_ path: String) throws -> [(start: Double, title: String)] {
    let words = ["-v", "error", "-show_chapters", "-of", "json", path]
    return try JSON(tool("ffprobe", words).output).chapters.items.map {
      (start: Double($0.start_time.string ?? "") ?? -1, title: $0.tags.title.string ?? "")
    }
  }

  private static let titles = ["Scene 1", "Scene 2", "Scene 3"]
  private static let seconds = Film.cuts.map { Double($0) / 25 }

  @Test func `ffmpeg puts the chapters into the film`() throws {
    let (film, _, folder) = try Self.run.get()
    let made = try TemporaryFolder()
    _ = try tool(
      "ffmpeg",
      ["-v", "error", "-i", film, "-i", "\(folder)/chapters.ffmeta", "-map", "0", "-map_chapters", "1", "-c", "copy"]
        + [made("a.mkv")])
    let found = try chapters(made("a.mkv"))
    #expect(found.map(\.title) == Self.titles)
    #expect(found.map(\.start) == Self.seconds)
  }

  @Test func `mkvmerge puts the chapters into the film`() throws {
    let (film, _, folder) = try Self.run.get()
    let made = try TemporaryFolder()
    _ = try tool("mkvmerge", ["-q", "-o", made("a.mkv"), "--chapters", "\(folder)/chapters.xml", film])
    let found = try chapters(made("a.mkv"))
    #expect(found.map(\.title) == Self.titles)
    #expect(found.map(\.start) == Self.seconds)
  }

  @Test func `ffmpeg reads the WebVTT chapters`() throws {
    let (_, _, folder) = try Self.run.get()
    let words = ["-v", "error", "-show_entries", "packet=pts_time", "-of", "json", "\(folder)/chapters.vtt"]
    let packets = try JSON(tool("ffprobe", words).output).packets.items
    #expect(packets.compactMap { $0.pts_time.string.flatMap(Double.init) } == Self.seconds)
  }

  @Test func `x264 begins every scene with a key frame`() throws {
    let (film, _, folder) = try Self.run.get()
    let made = try TemporaryFolder()
    let raw = try Film.make(["-i", film, "-an", "-pix_fmt", "yuv420p"], as: "y4m")
    // Without scene cuts of its own, and groups longer than the film, only the list asks for key frames.
    _ = try tool(
      "x264",
      [
        "--quiet", "--preset", "ultrafast", "--scenecut", "0", "--keyint", "infinite", "--qpfile",
        "\(folder)/scenes.qp",
      ]
        + ["-o", made("a.264"), raw])
    let words = ["-v", "error", "-show_entries", "frame=pict_type", "-of", "csv=p=0", made("a.264")]
    let types = try tool("ffprobe", words).lines.map { $0.prefix(1) }
    #expect(types.indices.filter { types[$0] == "I" } == Film.cuts)
  }

  @Test func `scenes prints one timeline`() throws {
    let (film, _, folder) = try Self.run.get()
    for (format, name) in [("edl", "scenes.edl"), ("webvtt", "chapters.vtt"), ("otio", "scenes.otio")] {
      let outcome = try cutroom(["scenes", film, "--as", format, "--quiet"])
      #expect(outcome.exitCode == 0)
      #expect(try outcome.output == contents(of: "\(folder)/\(name)"))
    }
  }

  @Test func `a time code track is where timelines begin, and drops numbers as it does`() throws {
    let film = try Film.make(
      [
        "-f", "lavfi", "-i", "testsrc2=s=160x120:r=30000/1001:d=2", "-timecode", "00:59:59;20", "-c:v", "libx264",
        "-preset", "ultrafast",
      ], as: "mov")
    let probe = try JSON(cutroom(["probe", film]).output)
    #expect(probe.media.video.timecode.string == "00:59:59;20")
    let edl = try cutroom(["scenes", film, "--as", "edl", "--quiet"]).text
    // 60 frames on: ten to the hour, which keeps its numbers, and 50 after it.
    #expect(edl.contains("FCM: DROP FRAME"))
    #expect(edl.contains("C        00:59:59;20 01:00:01;20 00:59:59;20 01:00:01;20\n"))
  }

  @Test func `a film of sound alone has no timelines and says so`() throws {
    let folder = try TemporaryFolder()
    let sound = try Film.make(["-f", "lavfi", "-i", "sine=d=1"], as: "wav")
    let batch = try Batch([sound], into: folder("out"), ["--stages", "scenes,audio", "--timelines", "edl,otio"])
    let document = try batch.document(URL(fileURLWithPath: sound).lastPathComponent)
    #expect(document.status.string == "succeeded")
    #expect(document.warnings.items.contains { $0.code.string == "no_timelines" })
    #expect(document.outputs.items.isEmpty)
    #expect(!everything(in: batch.output).contains { $0.contains("timelines") })
    let printed = try cutroom(["scenes", sound, "--as", "edl"])
    #expect(printed.output.isEmpty && printed.errors.contains("there is no picture in this file"))
  }

  @Test func `a film of variable rate says by which rule its timelines were made`() throws {
    let film = try Film.make(
      [
        "-f", "lavfi", "-i", "testsrc2=s=160x120:r=50:d=3", "-vf", "select='lt(n,50)+not(mod(n,3))'", "-vsync", "vfr",
        "-c:v", "libx264", "-preset", "ultrafast",
      ], as: "mkv")
    let outcome = try cutroom(["scenes", film, "--as", "otio", "--quiet"])
    #expect(outcome.errors.contains("variable frame rate"))
    let folder = try TemporaryFolder()
    let path = try folder.write(outcome.output, to: "a.otio")
    let read = try JSON(reader("timelines.py", ["otio", path]).output)
    // The last frame but one ends at 2.94 s; 3 s long at whatever rate was chosen, to the length of its last frame.
    let rate = try #require(read.rate.double)
    let length = Double(try #require(read.clips[0].source[1].int)) / rate
    #expect(abs(length - 3) < 0.05)
  }

  @Test(arguments: [
    (["analyze", "a.mp4", "-o", "o", "--timelines", "eld"], "did you mean \"edl\""),
    (["analyze", "a.mp4", "-o", "o", "--timelines", "edl", "--stages", "audio"], "add scenes to stages"),
    (["analyze", "a.mp4", "-o", "o", "--dataset", "--stages", "audio"], "add scenes to stages"),
    (["analyze", "a.mp4", "-o", "o", "--timecode", "ndf"], "is not one of auto, drop, non-drop"),
    (["scenes", "a.mp4", "--as", "fcpxm"], "did you mean \"fcpxml\""),
    (["scenes", "a.mp4", "--as", "edl", "--csv"], "are forms of one answer"),
    (["scenes", "a.mp4", "b.mp4", "--as", "edl"], "prints the timeline of one film, and there are 2"),
  ]) func `wrong usage is told`(words: [String], expected: String) throws {
    let folder = try TemporaryFolder()
    let outcome = try cutroom(words, in: folder.path)
    #expect(outcome.exitCode == 2)
    #expect(outcome.errors.contains(expected), "\(outcome.errors)")
  }
}
