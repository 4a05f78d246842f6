import Foundation
import TestSupport
import Testing

/// What is kept of a film by its content: used under any name, never other than what would be found anew.
@Suite struct CacheTests {
  private let folder: TemporaryFolder
  private let film: String

  init() throws {
    folder = try TemporaryFolder()
    let text = "drawtext=text='CUTROOM 42':fontsize=40:fontcolor=white:box=1:boxcolor=black:boxborderw=12:x=30:y=90"
    film = try Film.make(
      [
        "-i", Film.master("320x240"), "-f", "lavfi", "-i", "sine=440:d=3.2", "-vf", text, "-c:v", "libx264", "-preset",
        "veryfast", "-g", "8", "-c:a", "aac",
      ], as: "mp4")
    try folder.copy(film, to: "first.mp4")
    try folder.copy(film, to: "second.mp4")
  }

  private func analyze(_ name: String, into output: String, _ options: [String]) throws -> Batch {
    try Batch(
      [folder(name)], into: folder(output), ["--threads", "2", "--cache-dir", folder("cache")] + options)
  }

  /// The document without what the run cost, and the bytes of every other file.
  private func results(_ batch: Batch, _ name: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for path in everything(in: "\(batch.output)/\(name)") {
      if (try? FileManager.default.contentsOfDirectory(atPath: "\(batch.output)/\(name)/\(path)")) != nil { continue }
      var bytes = try contents(of: "\(batch.output)/\(name)/\(path)")
      if path == "analysis.json" {
        let text = String(decoding: bytes, as: UTF8.self)
        let cut = try #require(text.range(of: "  \"timings\""))
        bytes = Data(text[..<cut.lowerBound].utf8)
      }
      files[path] = bytes
    }
    return files
  }

  private static let subsets: [[String]] = (1..<16).map { bits in
    ["scenes", "frames", "text", "audio"].enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element)
  }

  @Test func `every subset of the stages is the same from the cache as without one`() throws {
    _ = try analyze("first.mp4", into: "all", [])
    for stages in Self.subsets {
      let list = stages.joined(separator: ",")
      let options = ["--stages", list]
      let cached = try analyze("second.mp4", into: "cached-\(list)", options)
      let plain = try Batch([folder("second.mp4")], into: folder("plain-\(list)"), options + ["--threads", "2"])
      #expect(try results(cached, "second.mp4") == results(plain, "second.mp4"), "\(list)")
      #expect(try cached.document("second.mp4").timings.cached.items.compactMap(\.string) == stages)
      #expect(try plain.document("second.mp4").timings.cached.isMissing)
    }
  }

  @Test func `a file without pictures says so from the cache too, and with what it says without one`() throws {
    try folder.copy(
      Film.make(["-f", "lavfi", "-i", "sine=440:d=1", "-c:a", "aac"], as: "m4a"), to: "sound.m4a")
    _ = try analyze("sound.m4a", into: "all", ["--speed", "fast"])
    for stages in ["scenes,frames,text,audio", "text", "scenes,audio", "audio", "none"] {
      let options = ["--speed", "fast", "--stages", stages]
      let cached = try analyze("sound.m4a", into: "cached-\(stages)", options)
      let plain = try Batch([folder("sound.m4a")], into: folder("plain-\(stages)"), options + ["--threads", "2"])
      #expect(cached.outcome.exitCode == plain.outcome.exitCode, "\(stages)")
      #expect(plain.outcome.exitCode == (stages == "text" ? 1 : 0))
      #expect(try results(cached, "sound.m4a") == results(plain, "sound.m4a"), "\(stages)")
    }
  }

  @Test func `sound alone is not told how the picture would have been decoded`() throws {
    // One key frame: fast says that it cannot choose.
    try folder.copy(
      Film.make(["-i", film, "-c:v", "libx264", "-preset", "ultrafast", "-g", "999", "-c:a", "copy"], as: "mp4"),
      to: "one-key.mp4")
    let whole = try analyze("one-key.mp4", into: "whole", ["--speed", "fast", "--stages", "scenes,audio"])
    #expect(try whole.document("one-key.mp4").warnings.items.isEmpty == false)
    let sound = try analyze("one-key.mp4", into: "sound", ["--speed", "fast", "--stages", "audio"])
    #expect(try sound.document("one-key.mp4").warnings.items.isEmpty)
  }

  @Test func `each subset fills up what the others left out`() throws {
    for stages in [
      ["audio"], ["frames"], ["scenes", "text"], ["scenes", "frames"], ["scenes", "frames", "text", "audio"],
    ] {
      let list = stages.joined(separator: ",")
      let cached = try analyze(
        "first.mp4", into: "cached-\(list)", ["--stages", list, "--frame-width", "\(64 + stages.count)"])
      let plain = try Batch(
        [folder("first.mp4")], into: folder("plain-\(list)"),
        ["--stages", list, "--frame-width", "\(64 + stages.count)"])
      #expect(try results(cached, "first.mp4") == results(plain, "first.mp4"), "\(list)")
    }
  }

  private func cached(_ batch: Batch, _ name: String) throws -> [String] {
    try batch.document(name).timings.cached.items.compactMap(\.string)
  }

  private var entries: [String] { everything(in: folder("cache")).filter { $0.hasSuffix(".part") } }

  @Test func `with another language only text is done again`() throws {
    _ = try analyze("first.mp4", into: "one", [])
    let other = try analyze("second.mp4", into: "two", ["--languages", "eng+deu"])
    #expect(try cached(other, "second.mp4") == ["scenes", "frames", "audio"])
    #expect(try other.document("second.mp4").timings.stages.keys.sorted() == ["decode", "text"])
  }

  @Test(arguments: [
    ["--clips", "encode"], ["--clips", "copy", "--timelines", "edl,otio"], ["--sprites", "--sprite-interval", "1s"],
    ["--waveform", "--contact-sheet", "--preview"], ["--speed", "balanced", "--stages", "scenes,frames"],
    ["--frame-rule", "middle"], ["--frame-rule", "every:1s"], ["--stages", "none", "--sprites"],
  ])
  func `what is made of the stages is the same from the cache`(options: [String]) throws {
    let options = options + ["--min-scene-length", "2f"]
    let fresh = try analyze("first.mp4", into: "one", options)
    let plain = try Batch([folder("second.mp4")], into: folder("plain"), options + ["--threads", "2"])
    let kept = try analyze("second.mp4", into: "two", options)
    // With the stages known and the product not, and the other way round.
    let more = try analyze("second.mp4", into: "three", options + ["--silence-length", "0.3s"])
    let morePlain = try Batch(
      [folder("second.mp4")], into: folder("plain-more"), options + ["--silence-length", "0.3s", "--threads", "2"])
    #expect(fresh.outcome.exitCode == 0 && kept.outcome.exitCode == 0)
    #expect(try results(kept, "second.mp4") == results(plain, "second.mp4"))
    #expect(try results(more, "second.mp4") == results(morePlain, "second.mp4"))
    #expect(try !cached(kept, "second.mp4").isEmpty)
    #expect(try kept.document("second.mp4").timings.decoding.isMissing)
  }

  @Test func `a damaged entry is found by its checksum, done again and replaced`() throws {
    _ = try analyze("first.mp4", into: "one", [])
    let scenes = try #require(entries.first { $0.contains("scenes-") })
    let frames = try #require(entries.first { $0.contains("frames-") })
    var bytes = try contents(of: folder("cache/\(scenes)"))
    bytes[bytes.count - 5] ^= 1
    try folder.write(bytes, to: "cache/\(scenes)")
    try folder.write(contents(of: folder("cache/\(frames)")).prefix(300), to: "cache/\(frames)")
    let look = try cutroom(["cache", "look", "--check", "--json", "--cache-dir", folder("cache")])
    #expect(look.exitCode == 1)
    #expect(try JSON(look.output).damaged.int == 2)
    let again = try analyze("second.mp4", into: "two", ["--events", folder("events")])
    #expect(try cached(again, "second.mp4") == ["text", "audio"])
    let warnings = try jsonLines(contents(of: folder("events"))).filter { $0.code.string == "cache_entry_unusable" }
    #expect(warnings.count == 2)
    #expect(try SchemaTests.complaints([contents(of: folder("events"))].flatMap { lines($0) }, schema: "event") == [])
    let plain = try Batch([folder("second.mp4")], into: folder("plain"))
    #expect(try results(again, "second.mp4") == results(plain, "second.mp4"))
    #expect(try cached(analyze("first.mp4", into: "three", []), "first.mp4").count == 4)
  }

  private func lines(_ data: Data) -> [Data] { data.split(separator: UInt8(ascii: "\n")).map { Data($0) } }

  @Test func `a damaged film is not kept`() throws {
    let cut = try Film.alter(film, "cut for the cache") { $0 = $0.prefix($0.count * 9 / 10) }
    try folder.copy(cut, to: "cut.mp4")
    let flipped = try Film.alter(film, "flipped for the cache") {
      for place in stride(from: 3000, to: 9000, by: 97) { $0[place] ^= 0x55 }
    }
    try folder.copy(flipped, to: "flipped.mp4")
    for name in ["cut.mp4", "flipped.mp4"] {
      let first = try analyze(name, into: "one-\(name)", [])
      let second = try analyze(name, into: "two-\(name)", [])
      #expect(try first.document(name).status.string != "succeeded" || first.document(name).warnings.items.count > 0)
      #expect(try cached(second, name).isEmpty)
      #expect(try results(first, name) == results(second, name))
    }
  }

  @Test func `another option of a stage and other content are other entries`() throws {
    _ = try analyze("first.mp4", into: "one", ["--stages", "scenes,audio"])
    let options = ["--stages", "scenes,audio", "--min-scene-length", "1s", "--silence-level=-50"]
    #expect(try cached(analyze("second.mp4", into: "two", options), "second.mp4").isEmpty)
    var bytes = try contents(of: folder("second.mp4"))
    bytes[bytes.count - 1] ^= 1
    try folder.write(bytes, to: "third.mp4")
    #expect(try cached(analyze("third.mp4", into: "three", ["--stages", "scenes,audio"]), "third.mp4").isEmpty)
  }

  @Test func `the cache stays within its bound, and what was used last stays in it`() throws {
    var names: [String] = []
    for number in 0..<6 {
      let name = "film-\(number).mp4"
      // A byte behind the end is other content, and the same film.
      try folder.write(contents(of: film) + Data([UInt8(number)]), to: name)
      names.append(name)
    }
    let one = try analyze(names[0], into: "first", [])
    let size = try entries.reduce(0) { try $0 + TestSupport.size(of: folder("cache/\($1)")) }
    #expect(try one.document(names[0]).status.string == "succeeded")
    let bound = ["--max-cache", "\(size * 7 / 2)"]
    for name in names { _ = try analyze(name, into: "round-\(name)", bound) }
    let held = try entries.reduce(0) { try $0 + TestSupport.size(of: folder("cache/\($1)")) }
    #expect(held <= size * 7 / 2 && held > 0)
    #expect(try cached(analyze(names[5], into: "last", bound), names[5]).count == 4)
    #expect(try cached(analyze(names[1], into: "gone", bound), names[1]).count < 4)
  }

  @Test func `many processes at once neither spoil it nor wait for each other`() throws {
    let commands = try (0..<6).map { number in
      try RunningCommand(
        cutroomBinary,
        ["analyze", folder(number % 2 == 0 ? "first.mp4" : "second.mp4"), "-o", folder("at-once-\(number)")]
          + ["--cache-dir", folder("cache"), "--max-cache", "60k", "--threads", "1", "--quiet"])
    }
    for command in commands { #expect(try command.wait(upTo: 180).exitCode == 0) }
    let documents = try (0..<6).map {
      try JSON(contents(of: folder("at-once-\($0)/\($0 % 2 == 0 ? "first" : "second").mp4/analysis.json")))
    }
    #expect(documents.allSatisfy { $0.scenes == documents[0].scenes && $0.text_tracks == documents[0].text_tracks })
    let look = try JSON(cutroom(["cache", "--check", "--json", "--cache-dir", folder("cache")]).output)
    #expect(look.damaged.int == 0)
    #expect((look.bytes.int ?? .max) <= 60_000)
    #expect(everything(in: folder("cache")).filter { $0.contains("cutroom-") || $0.contains("unfinished") }.isEmpty)
  }

  @Test func `cache prints what it holds and removes it`() throws {
    _ = try analyze("first.mp4", into: "one", [])
    let options = ["--json", "--cache-dir", folder("cache")]
    let look = try cutroom(["cache"] + options)
    #expect(try JSON(look.output).entries.int == entries.count)
    #expect(try JSON(look.output).films.int == 1)
    let pruned = try cutroom(["cache", "prune", "--max-cache", "20k"] + options)
    #expect(try (JSON(pruned.output).bytes.int ?? .max) <= 20_000)
    let cleared = try cutroom(["cache", "clear"] + options)
    #expect(try JSON(cleared.output).entries.int == 0)
    #expect(entries.isEmpty)
    #expect(try SchemaTests.complaints([look.output, pruned.output, cleared.output], schema: "cache") == [])
    #expect(try cutroom(["cache", "claer", "--cache-dir", folder("cache")]).errors.contains("clear"))
    #expect(try cutroom(["cache", "--cache-dir", folder("cache")]).text.contains("entries"))
  }

  @Test func `without a folder that can be made analyses go on`() throws {
    try folder.write("", to: "file")
    let batch = try Batch([folder("first.mp4")], into: folder("one"), ["--cache-dir", folder("file/cache")])
    #expect(batch.outcome.exitCode == 0)
  }
}
