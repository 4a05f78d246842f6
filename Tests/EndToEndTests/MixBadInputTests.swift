import Foundation
import TestSupport
import Testing

/// Documents and sources that are not as they should be: a sentence that names the place, and no file.
struct MixBadInputTests {
  static let sources = Result {
    let folder = try TemporaryFolder()
    try Sound.write(Sound.sine(500, 1), to: folder("s.wav"))
    try folder.write("", to: "empty.wav")
    try folder.write(String(repeating: "no sound ", count: 100), to: "text.wav")
    try folder.copy(Film.plain(), to: "film.mp4")
    var bad = Sound.sine(500, 1)
    for index in 1000..<1100 { bad[index] = .nan }
    try Sound.write(bad, to: folder("nan.wav"))
    return folder
  }

  static let wrong: [(document: String, place: String)] = [
    (#"{"tracks": [{"id": "a", "clips": [{"source": "s.wav", "gian_db": 1}]}]}"#, "tracks[0].clips[0].gian_db"),
    (#"{"tracks": [{"id": "a", "clips": [{"source": "s.wav", "start": "12s"}]}]}"#, "tracks[0].clips[0].start"),
    (#"{"tracks": [{"id": "a", "clips": [{"source": "s.wav", "start": -1}]}]}"#, "tracks[0].clips[0].start"),
    (#"{"tracks": [{"id": "a", "clips": [{"source": "s.wav", "pan": 3}]}]}"#, "tracks[0].clips[0].pan"),
    (#"{"tracks": [{"id": "a", "clips": [{"source": "s.wav", "trim_start": 2, "trim_end": 1}]}]}"#, "trim_end"),
    (#"{"tracks": [{"id": "a", "clips": [{}]}]}"#, "tracks[0].clips[0].source"),
    (
      #"{"tracks": [{"id": "a", "duck": {"under": ["b"]}, "clips": [{"source": "s.wav"}]}]}"#, "tracks[0].duck.under[0]"
    ),
    (#"{"tracks": [{"id": "a", "clips": [{"source": "s.wav"}]}, {"id": "a", "clips": []}]}"#, "tracks[1].id"),
    (#"{"tracks": [{"id": "a", "clips": []}]}"#, "nothing to mix"),
    (#"{"tracks": [{"id": "a", "clips": [{"source": "s.wav", "loop": true}]}]}"#, "output.duration"),
    (#"{"output": {"loudness": "podcats"}, "tracks": []}"#, "output.loudness"),
    (#"{"output": {"codec": "mp3"}, "tracks": [{"id": "a", "clips": [{"source": "s.wav"}]}]}"#, "output.codec"),
    (#"{"output": {"bit_rate": 160}, "tracks": []}"#, "output.bit_rate"),
    (#"{"output": {"channels": 3}, "tracks": []}"#, "output.channels"),
    (#"{"schema_version": 2, "tracks": []}"#, "schema_version"),
    (
      #"{"tracks": [{"id": "a", "role": "speech", "clips": [{"source": "s.wav", "start": 0}, {"source": "s.wav", "start": 0.5}]}]}"#,
      "tracks[0].clips[1]"
    ),
    (#"not JSON"#, "JSON"),
  ]

  @Test(arguments: wrong.indices)
  func `a wrong document is refused with the place`(index: Int) throws {
    let folder = try Self.sources.get()
    let mix = try Mix(Self.wrong[index].document, in: folder, to: "wrong-\(index).wav")
    #expect(mix.complaint(2).contains(Self.wrong[index].place))
    #expect(!exists(mix.output))
  }

  @Test(arguments: ["none.wav", "empty.wav", "text.wav", "film.mp4"])
  func `a source that gives no sound is an error that names it`(name: String) throws {
    let folder = try Self.sources.get()
    let mix = try Mix(
      #"{"tracks": [{"id": "a", "clips": [{"source": "s.wav"}, {"source": "\#(name)"}]}]}"#, in: folder,
      to: "\(name)-out.wav")
    #expect(mix.complaint(1).contains("tracks[0].clips[1].source: \(name)"))
    #expect(!exists(mix.output) && !exists(mix.output + ".mix-report.json"))
  }

  @Test func `a source outside the roots is refused, also through a link`() throws {
    let folder = try Self.sources.get()
    let inside = try folder.folder("inside")
    try? FileManager.default.createSymbolicLink(atPath: "\(inside)/link.wav", withDestinationPath: folder("s.wav"))
    for source in ["s.wav", "inside/link.wav", "inside/../s.wav"] {
      let mix = try Mix(
        #"{"tracks": [{"id": "a", "clips": [{"source": "\#(source)"}]}]}"#, in: folder, to: "root.wav",
        ["--source-root", inside])
      #expect(mix.complaint(1).contains("outside --source-root"))
    }
    let mix = try Mix(
      #"{"tracks": [{"id": "a", "clips": [{"source": "s.wav"}]}]}"#, in: folder, to: "root.wav",
      ["--source-root", inside, "--source-root", folder.path])
    #expect(mix.outcome.exitCode == 0)
  }

  @Test func `samples that are no numbers become silence and a warning`() throws {
    let folder = try Self.sources.get()
    let mix = try Mix(
      #"{"output": {"codec": "pcm_f32le"}, "tracks": [{"id": "a", "clips": [{"source": "nan.wav"}]}]}"#, in: folder,
      to: "nan-out.wav")
    #expect(try mix.report.warnings[0].code.string == "not_finite")
    #expect(try Sound.samples(mix.output).allSatisfy { $0.isFinite && abs($0) < 0.3 })
  }

  @Test func `clips past the end are cut or left out, and reported`() throws {
    let folder = try Self.sources.get()
    let mix = try Mix(
      #"{"output": {"duration": 0.5}, "tracks": [{"id": "a", "clips": [{"source": "s.wav"}, {"source": "s.wav", "start": 3}, {"source": "s.wav", "start": 0, "trim_start": 5}]}]}"#,
      in: folder, to: "short.wav")
    let report = try mix.report
    #expect(report.clips[0].cut.bool == true)
    #expect(report.unused_clips.items.map { $0.reason.string } == ["starts_after_end", "empty"])
    #expect(report.outputs[0].samples.int == 24_000)
  }

  @Test func `a hundred thousand clips are mixed`() throws {
    let folder = try Self.sources.get()
    try Sound.write(Sound.sine(500, 0.01), to: folder("tick.wav"))
    let clips = (0..<100_000).map { "{\"source\": \"tick.wav\", \"start\": \(Double($0) / 1000)}" }
    let mix = try Mix(
      "{\"output\": {\"channels\": 1}, \"tracks\": [{\"id\": \"a\", \"clips\": [\(clips.joined(separator: ","))]}]}",
      in: folder, to: "many.flac")
    #expect(mix.outcome.exitCode == 0, "\(mix.outcome.errors)")
    #expect(try mix.report.clips.items.count == 100_000)
  }

  @Test func `a full disk is an error, and no half-written file stays`() throws {
    let folder = try Self.sources.get()
    try folder.folder("out")
    let path = try folder.write(
      #"{"output": {"duration": 100}, "tracks": [{"id": "a", "clips": [{"source": "s.wav", "start": 0, "loop": true}]}]}"#,
      to: "full.json")
    // A limit on the size of files stands for the full disk; the signal it sends is ignored.
    let script = "trap '' XFSZ; ulimit -f 2000; exec \(cutroomBinary) mix \(path) -o \(folder("out/full.wav"))"
    let outcome = try run("/bin/sh", ["-c", script])
    #expect(outcome.exitCode == 4, "\(outcome.errors)")
    #expect(everything(in: folder("out")).isEmpty)
  }

  @Test func `documents hold to their schemas, and wrong ones do not`() throws {
    let folder = try Self.sources.get()
    let good =
      #"{"schema_version": 1, "kind": "mix", "output": {"loudness": "podcast", "also": [{"file": "a.mp3", "bit_rate": 96000}]}, "tracks": [{"id": "a", "role": "speech", "trim_silence": true, "clips": [{"source": "s.wav", "fade_in": 0.1}]}]}"#
    #expect(try SchemaTests.complaints([Data(good.utf8)], schema: "mix") == [])
    for wrong in Self.wrong.prefix(6) {
      // What only contradicts itself, a schema does not see.
      guard !wrong.place.contains("trim_end") else { continue }
      #expect(try !SchemaTests.complaints([Data(wrong.document.utf8)], schema: "mix").isEmpty, "\(wrong.document)")
    }
    let mix = try Mix(good, in: folder, to: "schema.wav")
    let (_, shown) = try MixOutputTests.run.get()
    let reports = try [mix, shown].map { try contents(of: $0.output + ".mix-report.json") }
    #expect(try SchemaTests.complaints(reports, schema: "mix-report") == [])
  }

  @Test(arguments: ["own.wav", "./in/../own.wav", "link.wav", "hard.wav"])
  func `a mix does not replace its own source`(name: String) throws {
    let folder = try TemporaryFolder()
    try folder.folder("in")
    try Sound.write(Sound.sine(500, 1), to: folder("own.wav"))
    try FileManager.default.createSymbolicLink(atPath: folder("link.wav"), withDestinationPath: "own.wav")
    try FileManager.default.linkItem(atPath: folder("own.wav"), toPath: folder("hard.wav"))
    let before = try contents(of: folder("own.wav"))
    let mix = try Mix(#"{"tracks": [{"id": "a", "clips": [{"source": "own.wav"}]}]}"#, in: folder, to: name)
    #expect(mix.complaint(2).contains("is an input"))
    #expect(try contents(of: folder("own.wav")) == before)
    #expect(!exists(mix.output + ".mix-report.json"))
  }

  @Test(arguments: ["--report", "--waveform"])
  func `neither report nor waveform replaces a source`(option: String) throws {
    let folder = try TemporaryFolder()
    try Sound.write(Sound.sine(500, 1), to: folder("s.wav"))
    let before = try contents(of: folder("s.wav"))
    let mix = try Mix(
      #"{"tracks": [{"id": "a", "clips": [{"source": "s.wav"}]}]}"#, in: folder, [option, folder("s.wav")])
    #expect(mix.complaint(2).contains("is an input"))
    #expect(try contents(of: folder("s.wav")) == before)
  }
}
