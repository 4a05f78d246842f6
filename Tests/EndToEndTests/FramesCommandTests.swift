import Foundation
import TestSupport
import Testing

/// `cutroom frames` names, finds and refuses frames as a user would expect.
struct FramesCommandTests {
  /// A run of `cutroom frames`, and its document.
  struct Taken {
    let outcome: Outcome
    let document: JSON
    let folder: TemporaryFolder
    var output: String { folder("out") }
    var frames: [Int] { document.frames.items.compactMap { $0.at.frame.int } }
    var files: [String] { document.frames.items.compactMap { $0.file.string } }
    func warnings(_ code: String) -> [JSON] { document.warnings.items.filter { $0.code.string == code } }
  }

  static func take(_ film: String, _ options: [String]) throws -> Taken {
    let folder = try TemporaryFolder()
    let outcome = try cutroom(["frames", film, "-o", folder("out"), "--json"] + options)
    return Taken(outcome: outcome, document: (try? JSON(outcome.output)) ?? .missing, folder: folder)
  }

  private func take(_ options: [String]) throws -> Taken { try Self.take(Film.plain(), options) }

  @Test func `times and numbers name frames, the same frame once, in files that sort by time`() throws {
    let taken = try take(["--at", "2.04,f3,00:00:01.000", "--at", "f25, 2.05"])
    #expect(taken.outcome.exitCode == 0, "\(taken.outcome.errors)")
    #expect(taken.frames == [3, 25, 51])
    #expect(taken.files == taken.files.sorted())
    #expect(
      everything(in: taken.output + "/frames") == ["frame-00000003.jpg", "frame-00000025.jpg", "frame-00000051.jpg"])
    #expect(
      taken.document.frames.items.map { $0.requested.items.map(\.string) } == [
        ["f3"], ["f25", "1s"], ["2.04s", "2.05s"],
      ])
    #expect(taken.document.scenes.isMissing && taken.document.frames[0].scene_id.isMissing)
    #expect(taken.document.timings.decoding.string == "sought")
    #expect(try contents(of: taken.output + "/analysis.json") == taken.outcome.output)
    let failures = try SchemaTests.complaints([taken.outcome.output], schema: "analysis")
    #expect(failures == [])
  }

  @Test(arguments: [
    ("first", [], [0, 30, 55]), ("last", [], [29, 54, 79]), ("middle", [], [15, 42, 67]),
    ("spread", ["--frames-per-scene", "3"], [5, 15, 25, 34, 42, 50, 59, 67, 75]),
    ("every:1s", [], [0, 25, 50, 75]), ("every:30f", [], [0, 30, 60]), ("every:00:00:02", [], [0, 50]),
  ])
  func `a rule names the frames it says`(rule: String, more: [String], frames: [Int]) throws {
    let taken = try take(["--frame-rule", rule] + more)
    #expect(taken.outcome.exitCode == 0, "\(taken.outcome.errors)")
    #expect(taken.frames == frames)
    #expect(try SchemaTests.complaints([taken.outcome.output], schema: "analysis") == [])
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "film.mp4")
    let batch = try Batch(
      [folder("film.mp4")], into: folder("out"), ["--stages", "scenes,frames", "--frame-rule", rule] + more)
    let document = try batch.document("film.mp4")
    #expect(document.frames.items.map { $0.at.frame.int } == frames)
    #expect(
      document.frames.items.allSatisfy { picture in
        let scene = document.scenes[(picture.scene_id.int ?? 0) - 1]
        guard let frame = picture.at.frame.int, let from = scene.start.frame.int, let to = scene.end.frame.int else {
          return false
        }
        return (from..<to).contains(frame)
      })
  }

  @Test func `key frames are those that ffprobe names`() throws {
    let film = try Film.make(["-i", Film.master(), "-c:v", "libx264", "-g", "17", "-bf", "2"], as: "mp4")
    let packets = try tool(
      "ffprobe",
      [
        "-v", "error", "-select_streams", "v:0", "-skip_frame", "nokey", "-show_entries", "frame=pts", "-of", "csv=p=0",
        film,
      ])
    let list = try FrameList(of: film)
    let keys = packets.lines.compactMap { Int($0.filter { $0.isNumber }) }.compactMap {
      list.timestamps.firstIndex(of: $0)
    }
    #expect(keys.count > 4)
    #expect(try Self.take(film, ["--frame-rule", "keys"]).frames == keys)
  }

  @Test func `best takes one of each scene`() throws {
    let taken = try take([])
    #expect(taken.document.frames.items.map { $0.scene_id.int } == [1, 2, 3])
    #expect(taken.document.frames.items.allSatisfy { ($0.scores.total.double ?? -1) > 0 })
    #expect(taken.files == ["frames/scene-0001.jpg", "frames/scene-0002.jpg", "frames/scene-0003.jpg"])
  }

  @Test(arguments: [
    (["--at", "-1"], "before the film"), (["--at", "f-3"], "before the film"), (["--at", "nan"], "neither a time"),
    (["--at", "12,,3"], "neither a time"), (["--at", "1:99"], "neither a time"), (["--at", "f1.5"], "neither a time"),
    (["--at", "inf"], "neither a time"), (["--at", ""], "neither a time"),
    (["--frame-rule", "midle"], "did you mean \"middle\""), (["--frame-rule", "every:0s"], "a step such as"),
    (["--frame-rule", "every:-2f"], "a step such as"), (["--frame-depth", "16"], "goes with frame_format png"),
    (["--frame-depth", "12"], "8 or 16"),
  ])
  func `what makes no sense is wrong usage`(options: [String], said: String) throws {
    let taken = try take(options)
    #expect(taken.outcome.exitCode == 2)
    #expect(taken.outcome.errors.contains(said), "\(taken.outcome.errors)")
    #expect(!exists(taken.output))
  }

  @Test func `a time past the end is a warning beside frames that are there`() throws {
    let taken = try take(["--at", "1,3.2,f80"])
    #expect(taken.outcome.exitCode == 0)
    #expect(taken.frames == [25])
    #expect(taken.warnings("past_the_end").count == 1)
    #expect(
      taken.outcome.errors.contains("f80, 3.2s lie past the end of the film; the film has 80 frames"),
      "\(taken.outcome.errors)")
  }

  @Test func `only times past the end is an error, and no picture is left`() throws {
    let taken = try take(["--at", "99:00"])
    #expect(taken.outcome.exitCode == 1)
    #expect(taken.document.errors[0].code.string == "out_of_range")
    #expect(everything(in: taken.output) == ["analysis.json"])
    #expect(try SchemaTests.complaints([taken.outcome.output], schema: "analysis") == [])
  }

  @Test func `an earlier result is kept unless force is given`() throws {
    let folder = try TemporaryFolder()
    let film = try Film.plain()
    let words = ["frames", film, "-o", folder("out"), "--at", "1"]
    #expect(try cutroom(words).exitCode == 0)
    let second = try cutroom(words)
    #expect(second.exitCode == 2 && second.errors.contains("--force"))
    #expect(try cutroom(words + ["--force"]).exitCode == 0)
  }

  @Test func `sound alone has no frames`() throws {
    let taken = try Self.take(Film.make(["-f", "lavfi", "-i", "sine=d=1"], as: "wav"), ["--at", "0"])
    #expect(taken.outcome.exitCode == 1)
    #expect(taken.document.errors[0].code.string == "no_video")
  }

  @Test func `a damaged frame gives way to the last good one, with a warning`() throws {
    // Every frame of Motion JPEG stands alone, so that only the spoilt one suffers.
    let whole = try Film.make(["-i", Film.master("320x240"), "-c:v", "mjpeg", "-q:v", "2"], as: "avi")
    let place = try tool(
      "ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pos,size", "-of", "csv=p=0", whole])
    let numbers = place.lines[40].split(separator: ",").compactMap { Int($0) }
    let (size, position) = (numbers[0], numbers[1])
    let spoilt = try Film.alter(whole, "a spoilt frame") { data in
      for offset in stride(from: size / 3, to: size - 200, by: 7) { data[position + 8 + offset] = 0xff }
    }
    let taken = try Self.take(spoilt, ["--at", "f39,f40,f41", "--frame-format", "png", "--frame-width", "0"])
    #expect(taken.outcome.exitCode == 0, "\(taken.outcome.errors)")
    #expect(taken.warnings("frame_replaced").count == 1, "\(taken.document.warnings)")
    #expect(taken.frames == [39, 39, 41])
    #expect(taken.document.timings.decoding.string == "sequential")
  }

  @Test func `threads and the way through the film make no difference`() throws {
    let film = try Film.make(["-i", Film.master(), "-c:v", "libx264", "-g", "9", "-bf", "2"], as: "mkv")
    let runs = try ["1", "2", "5"].map { threads in
      let taken = try Self.take(film, ["--frame-rule", "every:3f", "--threads", threads, "--frame-format", "png"])
      return try taken.files.map { try contents(of: "\(taken.output)/\($0)") }
    }
    #expect(runs[0].count == 27)
    #expect(runs[0] == runs[1] && runs[0] == runs[2])
  }
}
