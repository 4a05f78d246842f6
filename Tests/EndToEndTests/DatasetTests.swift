import Foundation
import TestSupport
import Testing

struct DatasetTests {
  /// Three films, one of them damaged beyond use, and a sound; analysed with a dataset.
  private static let run = Result {
    let folder = try TemporaryFolder()
    try folder.copy(Film.withSound(), to: "in/a, \"b\" 🎬.mp4")
    try folder.copy(TextTests.film.get(), to: "in/deep/words.mp4")
    try folder.copy(Film.make(["-f", "lavfi", "-i", "sine=d=1"], as: "wav"), to: "in/sound.wav")
    try folder.write("no film", to: "in/broken.mp4")
    let batch = try Batch(
      [folder("in")], into: folder("out"), ["--dataset", "--frames-per-scene", "2"], keeping: folder)
    return (folder: folder, batch: batch)
  }

  private func rows(_ output: String) throws -> [JSON] { try jsonLines(contents(of: "\(output)/dataset.jsonl")) }

  @Test func `the dataset has a row for every scene, and what the documents say`() throws {
    let (_, batch) = try Self.run.get()
    let rows = try rows(batch.output)
    var index = 0
    for place in try batch.results.compactMap(\.document.string) {
      let document = try JSON(contents(of: "\(batch.output)/\(place)"))
      for scene in document.scenes.items {
        let row = try #require(rows.indices.contains(index) ? rows[index] : nil)
        index += 1
        #expect(row.document.string == place)
        #expect(row.path == document.input.path)
        #expect(row.fingerprint == document.input.fingerprint)
        #expect(row.scene_id == scene.id)
        #expect(row.start_seconds == scene.start.seconds && row.end_seconds == scene.end.seconds)
        #expect(row.start_frame == scene.start.frame && row.end_pts == scene.end.pts)
        #expect(row.transition_in == scene.transition_in.kind)
        #expect(row.width == document.media.video.display_width)
        #expect(row.film_integrated_lufs == document.audio[0].loudness.integrated_lufs)
        let frames = document.frames.items.filter { $0.scene_id == scene.id }
        #expect(row.frame_seconds.items == frames.map(\.at.seconds))
        let texts = document.text_tracks.items.filter {
          ($0.start.pts.int ?? 0) < (scene.end.pts.int ?? 0) && ($0.end.pts.int ?? 0) > (scene.start.pts.int ?? 0)
        }
        #expect(row.text.string == texts.compactMap(\.text.string).joined(separator: "\n"))
      }
    }
    #expect(index == rows.count && index >= 4)
    #expect(rows.contains { $0.text.string?.isEmpty == false })
  }

  @Test func `every picture of the dataset is where it says`() throws {
    let (_, batch) = try Self.run.get()
    let paths = try rows(batch.output).flatMap { $0.frame_paths.items.compactMap(\.string) }
    #expect(paths.count >= 8)
    #expect(paths.allSatisfy { exists("\(batch.output)/\($0)") })
  }

  @Test func `rows hold to their schema, and a wrong one does not`() throws {
    let (_, batch) = try Self.run.get()
    let lines = try contents(of: "\(batch.output)/dataset.jsonl").split(separator: UInt8(ascii: "\n")).map { Data($0) }
    #expect(try SchemaTests.complaints(lines, schema: "dataset") == [])
    let wrong = String(decoding: lines[0], as: UTF8.self).replacingOccurrences(
      of: "\"scene_id\": 1", with: "\"scene_id\": 0")
    #expect(try !SchemaTests.complaints([Data(wrong.utf8)], schema: "dataset").isEmpty)
  }

  @Test func `resuming writes the same dataset, with what is new`() throws {
    let (folder, batch) = try Self.run.get()
    let copy = try folder.copy(batch.output, to: "copy")
    let before = try contents(of: "\(copy)/dataset.jsonl")
    let again = try Batch([folder("in")], into: copy, ["--resume", "--dataset", "--frames-per-scene", "2"])
    #expect(again.outcome.exitCode == 1)
    #expect(try contents(of: "\(copy)/dataset.jsonl") == before)
    // Only what speaks of the films as they are is there.
    _ = try Batch([folder("in")], into: copy, ["--resume", "--frames-per-scene", "2"])
    #expect(!exists("\(copy)/dataset.jsonl"))
    try folder.copy(Film.plain(), to: "more/new.mp4")
    _ = try Batch([folder("in"), folder("more")], into: copy, ["--resume", "--dataset", "--frames-per-scene", "2"])
    #expect(try rows(copy).count == jsonLines(before).count + Film.cuts.count)
  }

  @Test func `a batch of no scenes has an empty dataset`() throws {
    let folder = try TemporaryFolder()
    let sound = try Film.make(["-f", "lavfi", "-i", "sine=d=1"], as: "wav")
    let batch = try Batch([sound], into: folder("out"), ["--dataset", "--stages", "scenes,audio"])
    #expect(batch.outcome.exitCode == 0)
    #expect(try contents(of: "\(batch.output)/dataset.jsonl").isEmpty)
  }

  @Test func `silence is that of the scene`() throws {
    let folder = try TemporaryFolder()
    let film = try Film.make(
      ["-i", Film.master(), "-f", "lavfi", "-i", "sine=1000:r=48000:d=3.2", "-filter_complex"]
        + [
          "[1:a]volume=0:enable='between(t,0.6,1.6)'[a]", "-map", "0:v", "-map", "[a]", "-c:v", "ffv1", "-c:a",
          "pcm_s16le",
        ],
      as: "mkv")
    let batch = try Batch([film], into: folder("out"), ["--dataset", "--stages", "scenes,audio"])
    let rows = try rows(batch.output)
    // Scenes are cut at 1.2 and 2.2 s.
    for (row, wanted) in zip(rows, [0.6, 0.4, 0]) {
      #expect(abs((row.silence_seconds.double ?? -1) - wanted) < 0.03)
    }
  }

  @Test func `a disk that fills leaves no dataset`() throws {
    let folder = try TemporaryFolder()
    let film = try Film.plain()
    let batch = try Batch([film], into: folder("out"), ["--stages", "scenes"])
    // Many films with one document: rows take far more than anything else that is written.
    let line = try contents(of: "\(batch.output)/results.jsonl")
    let others = (0..<40).map {
      String(decoding: line, as: UTF8.self).replacingOccurrences(of: film, with: "/none/\($0)")
    }
    try folder.write(others.joined(), to: "out/results.jsonl")
    // dash counts in blocks of 512 bytes.
    let script =
      "trap '' XFSZ; ulimit -f 100; exec \(cutroomBinary) analyze \(film) -o \(batch.output) --resume --dataset "
    let outcome = try TestSupport.run("/bin/sh", ["-c", script + "--stages scenes"])
    #expect(outcome.exitCode == 4)
    #expect(outcome.errors.contains("dataset.jsonl: File too large"), "\(outcome.errors)")
    #expect(!everything(in: batch.output).contains { $0.hasPrefix("dataset.jsonl") })
    #expect(
      try Batch([film], into: batch.output, ["--resume", "--dataset", "--stages", "scenes"]).outcome.exitCode == 0)
    #expect(try rows(batch.output).count == 41 * Film.cuts.count)
  }

  @Test func `an interrupted batch leaves no dataset and says so`() throws {
    let folder = try TemporaryFolder()
    let films = [try Film.plain(), try Film.long()]
    let command = try RunningCommand(
      cutroomBinary,
      ["analyze"] + films
        + ["-o", folder("out"), "--dataset", "--jobs", "1", "--threads", "1", "--stages", "scenes"])
    _ = try eventually("the first film is done") {
      try exists(folder("out/results.jsonl")) && !results(in: folder("out")).isEmpty ? true : nil
    }
    command.send(SIGINT)
    let outcome = try command.wait()
    #expect(outcome.exitCode == 130)
    #expect(outcome.errors.contains("the dataset was not written"), "\(outcome.errors)")
    #expect(!exists(folder("out/dataset.jsonl")))
  }

  @Test func `the recipe of the article makes Parquet of it`() throws {
    let (_, batch) = try Self.run.get()
    let folder = try TemporaryFolder()
    let table = try JSON(reader("timelines.py", ["parquet", "\(batch.output)/dataset.jsonl"], in: folder.path).output)
    let rows = try rows(batch.output)
    #expect(table.rows.items.count == rows.count)
    #expect(table.rows.items.map(\.text) == rows.map(\.text))
    #expect(table.rows.items.map(\.start_seconds) == rows.map(\.start_seconds))
    #expect(table.rows.items.map(\.frame_paths) == rows.map(\.frame_paths))
  }

  @Test func `a document that is damaged afterwards is an error, and one that is gone a warning`() throws {
    let (folder, batch) = try Self.run.get()
    let copy = try folder.copy(batch.output, to: "damaged")
    let place = "\(copy)/deep/words.mp4/analysis.json"
    // Whole to look at; one that is cut off would be made again.
    try Data("{}\n".utf8).write(to: URL(fileURLWithPath: place))
    let options = ["--resume", "--dataset", "--frames-per-scene", "2"]
    let damaged = try Batch([folder("in")], into: copy, options)
    #expect(damaged.outcome.exitCode == 4)
    #expect(damaged.outcome.errors.contains("deep/words.mp4/analysis.json is no analysis document"))
    #expect(!everything(in: copy).contains { $0.hasPrefix("dataset.jsonl") })
    try FileManager.default.removeItem(atPath: place)
    let gone = try Batch([folder("in/sound.wav")], into: copy, options)
    #expect(gone.outcome.errors.contains("deep/words.mp4/analysis.json is gone"))
    #expect(exists("\(copy)/dataset.jsonl"))
  }
}
