import Foundation
import TestSupport
import Testing

/// Inputs beyond a limit are refused with the limit's name; neighbours within it are not.
struct LimitTests {
  private func run(_ film: String, _ options: [String]) throws -> (outcome: Outcome, document: JSON) {
    let folder = try TemporaryFolder()
    let small = try Film.make(["-i", Film.plain(), "-vf", "scale=80:60", "-t", "0.5", "-an"], as: "mp4")
    try folder.copy(film, to: "film.mp4")
    try folder.copy(small, to: "small.mp4")
    let inputs = [folder("film.mp4"), folder("small.mp4")]
    let batch = try Batch(inputs, into: folder("out"), ["--stages", "scenes"] + options)
    #expect(try batch.document("small.mp4").status.string == "succeeded")
    return (batch.outcome, try batch.document("film.mp4"))
  }

  @Test func `too many pixels`() throws {
    let (outcome, document) = try run(Film.plain(), ["--max-pixels", "100x100"])
    #expect(outcome.exitCode == 1)
    expectFailure("limit_exceeded", document, limit: "pixels")
  }

  @Test func `just enough pixels`() throws {
    let (outcome, document) = try run(Film.plain(), ["--max-pixels", "160x120"])
    #expect(outcome.exitCode == 0)
    #expect(document.status.string == "succeeded")
  }

  @Test func `too long`() throws {
    let (outcome, document) = try run(Film.plain(), ["--max-duration", "2s"])
    #expect(outcome.exitCode == 1)
    expectFailure("limit_exceeded", document, limit: "duration")
  }

  @Test func `too many streams`() throws {
    let (outcome, document) = try run(Film.withSound(), ["--max-streams", "1"])
    #expect(outcome.exitCode == 1)
    expectFailure("limit_exceeded", document, limit: "streams")
  }

  @Test func `a workspace that grows past its limit`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.long(), to: "film.mp4")
    let batch = try Batch(
      [folder("film.mp4")], into: folder("out"),
      [
        "--stages", "frames", "--frame-rule", "every:2f", "--max-scratch", "2m", "--log-level", "info", "--work-dir",
        folder("work"),
      ])
    #expect(batch.outcome.exitCode == 1)
    expectFailure("limit_exceeded", try batch.document("film.mp4"), limit: "scratch_size")
    #expect(batch.outcome.errors.contains("SIGKILL"))
    #expect(everything(in: folder("work")).isEmpty)
  }

  @Test func `one file that is larger than the workspace may be costs its stage`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "film.mp4")
    let batch = try Batch(
      [folder("film.mp4")], into: folder("out"),
      ["--stages", "scenes,frames", "--frame-format", "png", "--frame-width", "0", "--max-scratch", "16k"])
    let document = try batch.document("film.mp4")
    #expect(document.status.string == "partial")
    #expect(document.scenes.items.count == Film.cuts.count)
    #expect(document.errors.items.map { $0.limit.string } == ["scratch_size"])
  }

  @Test func `stages that had finished are kept when the worker is ended afterwards`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.long(), to: "film.mp4")
    let command = try RunningCommand(
      cutroomBinary,
      [
        "analyze", folder("film.mp4"), "-o", folder("out"), "--stages", "scenes,frames", "--clips", "encode",
        "--retries", "0", "--threads", "1",
      ]
        + ["--events", folder("events"), "--work-dir", folder("work"), "--quiet"])
    let worker = try eventually(within: 120, "clips are being made") {
      (try? jsonLines(contents(of: folder("events"))))?.contains { $0.stage.string == "clips" } == true
        ? descendants(of: command.processIdentifier, with: "worker").first : nil
    }
    kill(worker, SIGKILL)
    #expect(try command.wait(upTo: 60).exitCode == 1)
    let document = try JSON(contents(of: folder("out/film.mp4/analysis.json")))
    #expect(document.status.string == "partial")
    #expect(document.errors.items.map { $0.code.string } == ["worker_crashed"])
    #expect(document.scenes.items.count >= 1 && document.frames.items.count == document.scenes.items.count)
    #expect(exists(folder("out/film.mp4/\(document.frames[0].file.string ?? "")")))
    #expect(!exists(folder("out/film.mp4/clips")))
    #expect(everything(in: folder("work")).isEmpty)
    #expect(try results(in: folder("out"))[0].status.string == "partial")
    #expect(try SchemaTests.complaints([contents(of: folder("out/film.mp4/analysis.json"))], schema: "analysis") == [])
    let last = try #require(try jsonLines(contents(of: folder("events"))).last)
    #expect(last.event.string == "finished" && last.status.string == "partial")
  }

  @Test func `what was brought back is kept when the worker is ended before it finds more`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.long(), to: "film.mp4")
    let options = ["--cache-dir", folder("cache"), "--retries", "0", "--quiet", "--threads", "1", "--stages"]
    #expect(try Batch([folder("film.mp4")], into: folder("one"), options + ["scenes"]).outcome.exitCode == 0)
    let command = try RunningCommand(
      cutroomBinary,
      ["analyze", folder("film.mp4"), "-o", folder("two"), "--events", folder("events")] + options + ["scenes,text"])
    let worker = try eventually("the film is being read") {
      (try? jsonLines(contents(of: folder("events"))))?.contains { $0.event.string == "progress" } == true
        ? descendants(of: command.processIdentifier, with: "worker").first : nil
    }
    kill(worker, SIGKILL)
    #expect(try command.wait(upTo: 60).exitCode == 1)
    let document = try JSON(contents(of: folder("two/film.mp4/analysis.json")))
    #expect(document.status.string == "partial")
    #expect(try document.scenes == JSON(contents(of: folder("one/film.mp4/analysis.json"))).scenes)
    #expect(document.text_tracks.isMissing)
    #expect(try SchemaTests.complaints([contents(of: folder("two/film.mp4/analysis.json"))], schema: "analysis") == [])
  }

  @Test func `too little memory`() throws {
    // One 1080p picture is 3 MB and a decoder holds several; the program itself needs more than 20 MB.
    let large = try Film.make(
      ["-f", "lavfi", "-i", "testsrc2=s=3840x2160:r=5:d=2", "-c:v", "libx264", "-preset", "ultrafast", "-refs", "16"],
      as: "mp4")
    let (outcome, document) = try run(large, ["--max-memory", "96m", "--jobs", "1"])
    #expect(outcome.exitCode == 1)
    expectFailure("out_of_memory", document)
  }

  @Test func `a size that only shows midway is bounded as well`() throws {
    let h264 = ["-c:v", "libx264", "-preset", "ultrafast"]
    let small = try Film.make(["-i", Film.master()] + h264, as: "ts")
    let large = try Film.make(["-i", Film.master("320x240"), "-output_ts_offset", "3.2"] + h264, as: "ts")
    let film = try Film.alter(small, "then a larger one") { $0 += (try? contents(of: large)) ?? $0 }
    let folder = try TemporaryFolder()
    try folder.copy(film, to: "grows.ts")
    let options = ["--stages", "scenes", "--max-pixels", "200x200"]
    let batch = try Batch([folder("grows.ts")], into: folder("out"), options)
    #expect(batch.outcome.exitCode == 1)
    let document = try batch.document("grows.ts")
    #expect(document.errors.items.contains { $0.code.string == "limit_exceeded" && $0.limit.string == "pixels" })
  }

  @Test func `sound that goes on long after the last picture is no stall`() throws {
    let sound = try Film.make(["-f", "lavfi", "-i", "anoisesrc=d=10:r=48000:a=0.1"], as: "flac")
    let film = try Film.make(
      ["-f", "lavfi", "-i", "testsrc2=s=64x64:r=1:d=1", "-stream_loop", "149", "-i", sound]
        + ["-c:v", "mjpeg", "-c:a", "copy"], as: "mkv")
    let folder = try TemporaryFolder()
    try folder.copy(film, to: "still.mkv")
    let options = ["--stages", "scenes,audio", "--stall-timeout", "1s"]
    let batch = try Batch([folder("still.mkv")], into: folder("out"), options)
    #expect(batch.outcome.exitCode == 0, "\(batch.outcome.errors)")
    #expect(try batch.document("still.mkv").audio.items.count == 1)
  }
}

/// Limits that the worker or its parent watches while it works.
struct WorkerLimitTests {
  private func run(_ film: String, _ options: [String], stages: String = "scenes") throws -> (
    Outcome, JSON, TemporaryFolder
  ) {
    let folder = try TemporaryFolder()
    try folder.copy(film, to: "film.mp4")
    let all = ["--stages", stages, "--work-dir", folder("work")] + options
    let batch = try Batch([folder("film.mp4")], into: folder("out"), all)
    #expect(everything(in: folder("work")).isEmpty)
    return (batch.outcome, try batch.document("film.mp4"), folder)
  }

  /// A minute of 1080p, the same seconds again and again: many seconds of decoding.
  private func slow() throws -> String {
    let part = try Film.make(
      ["-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=30:d=3", "-c:v", "libx264", "-preset", "ultrafast"], as: "mp4")
    return try Film.make(["-stream_loop", "19", "-i", part, "-c", "copy"], as: "mp4")
  }

  @Test func `processor time`() throws {
    let (outcome, document, _) = try run(slow(), ["--max-cpu", "1s"])
    #expect(outcome.exitCode == 1)
    expectFailure("limit_exceeded", document, limit: "cpu_time")
  }

  @Test func `the workspace`() throws {
    let film = try Film.make(
      ["-f", "lavfi", "-i", "testsrc2=s=640x480:r=25:d=6", "-c:v", "libx264", "-preset", "ultrafast"],
      as: "mp4")
    let options = ["--frame-format", "png", "--frame-width", "0", "--frames-per-scene", "100"]
    let (outcome, document, _) = try run(film, options + ["--max-output", "100k"], stages: "scenes,frames")
    #expect(outcome.exitCode == 1)
    #expect(document.status.string == "partial")
    #expect(document.scenes.items.count >= 1)
    #expect(document.frames.isMissing)
    #expect(document.errors[0].code.string == "limit_exceeded")
    #expect(document.errors[0].limit.string == "output_size")
  }

  @Test func `open files`() throws {
    let (outcome, document, _) = try run(Film.plain(), ["--max-open-files", "16"])
    // Sixteen are enough for a pass; whatever happens is told with the limit's name.
    if outcome.exitCode != 0 {
      expectFailure("limit_exceeded", document, limit: "open_files")
    } else {
      #expect(document.status.string == "succeeded")
    }
  }

  @Test(arguments: ["off", "auto"]) func `the document says how far the worker was locked in`(mode: String) throws {
    let (outcome, document, _) = try run(Film.plain(), ["--sandbox", mode])
    #expect(outcome.exitCode == 0)
    let doctor = try JSON(try cutroom(["doctor", "--json"]).output)
    #expect(document.engine.sandbox.string == (mode == "off" ? "off" : doctor.sandbox.string))
  }

  @Test func `required is met or refused`() throws {
    let doctor = try JSON(try cutroom(["doctor", "--json"]).output)
    let (outcome, document, _) = try run(Film.plain(), ["--sandbox", "required"])
    if doctor.sandbox.string == "full" {
      #expect(outcome.exitCode == 0)
      #expect(document.engine.sandbox.string == "full")
    } else {
      expectFailure("sandbox_unavailable", document)
    }
  }
}
