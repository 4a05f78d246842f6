import Foundation
import TestSupport
import Testing

/// `--scene-stats`: a row for each frame with what the detector measured and weighed.
struct SceneStatisticsTests {
  static let columns =
    "frame,pts,seconds,change,luma_mean,contrast,luma_range,plain,cut_ratio,cut_candidate,cut_likeness,cut_cover,cut_return,"
    + "cut_log_odds,window_frames,window_residual,window_step,window_distance,window_log_odds,wipe_edge,wipe_fit,gradual_likeness,"
    + "gradual_structure,gradual_detail_loss,gradual_middle,gradual_return,gradual_pace,gradual_log_odds,boundary,confidence,"
    + "transition_start,transition_end"

  /// The rows of a file, by column.
  private func rows(_ path: String) throws -> [[String: String]] {
    let text = String(decoding: try contents(of: path), as: UTF8.self)
    let lines = text.components(separatedBy: "\r\n")
    #expect(lines.first == Self.columns)
    #expect(lines.last == "")
    let names = Self.columns.components(separatedBy: ",")
    return lines.dropFirst().dropLast().map { line in
      let fields = line.components(separatedBy: ",")
      #expect(fields.count == names.count)
      return Dictionary(zip(names, fields)) { first, _ in first }
    }
  }

  private func scenes(_ film: String, _ statistics: String, _ more: [String] = []) throws -> Outcome {
    try cutroom(["scenes", film, "--json", "--scene-stats", statistics] + more)
  }

  @Test func `there is a row a frame, at the instants of ffmpeg's frames`() throws {
    let folder = try TemporaryFolder()
    // A stream that starts late, so that seconds are not simply timestamps.
    let film = try Film.make(["-i", Film.plain(), "-c", "copy", "-output_ts_offset", "10"], as: "ts")
    let document = try JSON(scenes(film, folder("s.csv")).output)
    let rows = try rows(folder("s.csv"))
    let frames = try FrameList(of: film)
    #expect(rows.map { Int($0["frame"]!) } == frames.timestamps.indices.map { $0 })
    for (index, row) in rows.enumerated() {
      #expect(frames.frame(index, isAt: Int(row["pts"]!), base: document.media.video.time_base.string))
    }
    let told = try tool(
      "ffprobe",
      ["-v", "error", "-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp_time", "-of"]
        + ["csv=p=0", film])
    let start = try #require(document.media.start_seconds.double)
    let seconds = told.lines.compactMap { Double($0.filter { $0 != "," }) }
    #expect(seconds.count == rows.count)
    for (row, instant) in zip(rows, seconds) { #expect(abs(Double(row["seconds"]!)! - (instant - start)) < 2e-6) }
  }

  @Test func `boundaries stand at their frames, and looking changes nothing`() throws {
    let folder = try TemporaryFolder()
    let film = try TransitionTests.run.get().output + "/../in/black-40.mp4"
    let looked = try scenes(film, folder("s.csv"))
    let plain = try cutroom(["scenes", film, "--json"])
    let (with, without) = try (JSON(looked.output), JSON(plain.output))
    #expect(with.scenes == without.scenes && with.params == without.params)
    let found = try rows(folder("s.csv")).filter { $0["boundary"] != "" }
    let expected = with.scenes.items.dropFirst()
    #expect(found.count == 2)
    #expect(found.map { Int($0["frame"]!) } == expected.map { $0.start.frame.int })
    #expect(found.map { $0["boundary"] } == expected.map { $0.transition_in.kind.string })
    #expect(found.map { Double($0["confidence"]!) } == expected.map { $0.transition_in.confidence.double })
    #expect(found.map { Int($0["transition_start"]!) } == expected.map { $0.transition_in.start.frame.int })
  }

  @Test func `brightness is what ffmpeg measures, and a still picture does not change`() throws {
    let folder = try TemporaryFolder()
    let film = try Film.make(
      ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=1.2,fade=in:0:20,tpad=stop=15:stop_mode=clone", "-c:v", "ffv1"]
        + ["-pix_fmt", "yuv420p"], as: "mkv")
    _ = try scenes(film, folder("s.csv"))
    let rows = try rows(folder("s.csv"))
    let told = try tool(
      "ffmpeg",
      [
        "-nostdin", "-v", "error", "-i", film, "-vf",
        "signalstats,metadata=mode=print:key=lavfi.signalstats.YAVG:file=-", "-f", "null", "-",
      ])
    let means = told.lines.compactMap { $0.components(separatedBy: "YAVG=").dropFirst().first.flatMap { Double($0) } }
    try #require(means.count == rows.count)
    for (row, mean) in zip(rows, means) { #expect(abs(Double(row["luma_mean"]!)! - mean) < 0.6) }
    #expect(rows.suffix(14).allSatisfy { $0["change"] == "0" })
    #expect(rows[0]["plain"] == "1" && rows[29]["plain"] == "0")
  }

  @Test func `analyze writes it for its one input, anew when it resumes`() throws {
    let folder = try TemporaryFolder()
    let film = try folder.copy(Film.plain(), to: "in/a.mp4")
    let options = ["--stages", "scenes,frames", "--scene-stats", folder("s.csv")]
    #expect(try Batch([folder("in")], into: folder("out"), options).outcome.exitCode == 0)
    #expect(try rows(folder("s.csv")).count == Film.length)
    #expect(!everything(in: folder("out")).contains { $0.hasSuffix(".csv") })
    try FileManager.default.removeItem(atPath: folder("s.csv"))
    #expect(try Batch([film], into: folder("out"), options + ["--resume"]).outcome.exitCode == 0)
    #expect(try rows(folder("s.csv")).count == Film.length)
  }

  @Test func `a damaged film decoded twice has each frame once`() throws {
    let folder = try TemporaryFolder()
    let film = try DamageTests.damaged(DamageTests.sources[1].make(), seed: 1)
    let document = try JSON(scenes(film, folder("s.csv"), ["--threads", "2"]).output)
    #expect((document.media.video.decode_errors.int ?? 0) > 0, "the film is not what this test thinks it is")
    #expect(
      try rows(folder("s.csv")).map { Int($0["frame"]!) } == Array(0..<(document.media.video.frame_count.int ?? 0)))
  }

  @Test func `where it cannot be written is said before the work, and what stood there stays`() throws {
    let folder = try TemporaryFolder()
    for target in [folder.path, folder("none/s.csv")] {
      let outcome = try scenes(Film.plain(), target)
      #expect(outcome.exitCode == 4)
      expectFailure("output_failed", try JSON(outcome.output))
    }
    try folder.write("mine", to: "s.csv")
    #expect(try scenes(folder("no-film.mp4"), folder("s.csv")).exitCode == 1)
    #expect(try contents(of: folder("s.csv")) == Data("mine".utf8))
  }

  @Test func `two inputs for one file, or no scenes, is wrong usage`() throws {
    let folder = try TemporaryFolder()
    for name in ["a.mp4", "b.mp4"] { try folder.copy(Film.plain(), to: "in/\(name)") }
    for inputs in [[folder("in")], [folder("in/a.mp4"), "--stages", "audio"]] {
      let outcome = try cutroom(["analyze"] + inputs + ["-o", folder("out"), "--scene-stats", folder("s.csv")])
      #expect(outcome.exitCode == 2 && outcome.errors.contains("--scene-stats"))
    }
    #expect(!exists(folder("s.csv")))
  }
}
