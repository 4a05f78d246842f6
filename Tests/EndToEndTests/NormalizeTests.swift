import Foundation
import TestSupport
import Testing

/// `cutroom loudness` and `cutroom normalize` against ffmpeg's meter.
struct NormalizeTests {
  static let sounds = Result {
    let folder = try TemporaryFolder()
    try folder.folder("in/deep")
    try Sound.write(Sound.sine(1000, 6, amplitude: 0.1), to: folder("in/soft.wav"))
    try Sound.write(Sound.sine(700, 6, amplitude: 0.4), to: folder("in/deep/loud.wav"))
    _ = try tool(
      "ffmpeg",
      [
        "-nostdin", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=r=44100:d=6:a=0.1:seed=5", "-metadata",
        "title=Noise",
        folder("in/noise.mp3"),
      ])
    try folder.copy(Film.withSound(), to: "in/film.mp4")
    try folder.write("no sound", to: "in/broken.wav")
    return folder
  }

  @Test func `loudness is that of ffmpeg's meter`() throws {
    let folder = try Self.sounds.get()
    let files = ["in/soft.wav", "in/deep/loud.wav", "in/noise.mp3", "in/film.mp4"].map { folder($0) }
    let outcome = try cutroom(["loudness", "--json"] + files)
    #expect(outcome.exitCode == 0)
    let document = try JSON(outcome.output)
    for (result, file) in zip(document.results.items, files) {
      let found = try MixMasteringTests.measured(file)
      #expect(abs((result.loudness.integrated_lufs.double ?? 0) - found.lufs) <= 0.1)
      #expect(abs((result.loudness.true_peak_dbtp.double ?? 0) - found.peak) <= 0.15)
    }
    #expect(try SchemaTests.complaints([outcome.output], schema: "loudness") == [])
  }

  @Test func `a folder is brought to a target, one bad file costing one result`() throws {
    let folder = try Self.sounds.get()
    let outcome = try cutroom(["normalize", folder("in"), "-o", folder("out"), "--target", "podcast", "--json"])
    #expect(outcome.exitCode == 1)
    let document = try JSON(outcome.output)
    #expect(document.status.string == "partial")
    #expect(
      document.results.items.filter { $0.status.string == "failed" }.map { $0.errors[0].code.string } == ["not_media"])
    for name in ["soft.wav", "deep/loud.wav", "noise.mp3", "film.mp4"] {
      let found = try MixMasteringTests.measured(folder("out/\(name)"))
      #expect(abs(found.lufs + 16) <= 0.25, "\(name)")
      #expect(found.peak <= -1.4, "\(name)")
    }
    let entries = ["-v", "error", "-show_entries", "stream=sample_rate:format_tags=title", "-of", "json"]
    let noise = try JSON(tool("ffprobe", entries + [folder("out/noise.mp3")]).output)
    #expect(noise.streams[0].sample_rate.string == "44100")
    #expect(noise.format.tags.title.string == "Noise")
    #expect(
      try SchemaTests.complaints([outcome.output, contents(of: folder("out/normalize.json"))], schema: "normalize")
        == [])
    func pictures(_ path: String) throws -> String {
      try tool("ffmpeg", ["-nostdin", "-v", "error", "-i", path, "-map", "0:v", "-c", "copy", "-f", "md5", "-"]).text
    }
    #expect(try pictures(folder("in/film.mp4")) == pictures(folder("out/film.mp4")))
  }

  @Test func `an album keeps its differences`() throws {
    let folder = try Self.sounds.get()
    let files = [folder("in/soft.wav"), folder("in/deep/loud.wav")]
    let outcome = try cutroom(
      ["normalize", "-o", folder("album"), "--target", "-23", "--as", "album", "--json"] + files)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let before = try files.map { try MixMasteringTests.measured($0).lufs }
    let after = try ["soft.wav", "loud.wav"].map { try MixMasteringTests.measured(folder("album/\($0)")).lufs }
    #expect(abs((before[0] - before[1]) - (after[0] - after[1])) <= 0.15)
    let document = try JSON(outcome.output)
    let gain = try #require(document.album.gain_db.double)
    #expect(abs(after[0] - before[0] - gain) <= 0.15)
    #expect(abs((document.album.integrated_lufs.double ?? 0) + gain + 23) <= 0.01)
  }

  @Test func `an input is never replaced, and another file with --force alone`() throws {
    let folder = try TemporaryFolder()
    for name in ["d1", "d2"] {
      try folder.folder(name)
      try Sound.write(Sound.sine(1000, 1, amplitude: name == "d1" ? 0.1 : 0.2), to: folder("\(name)/s.wav"))
    }
    let before = try contents(of: folder("d1/s.wav"))
    for options in [[], ["--force"]] {
      let own = try cutroom(["normalize", "s.wav", "-o", "."] + options, in: folder("d1"))
      #expect(own.exitCode == 2)
      #expect(own.errors.contains("name another folder"), "\(own.errors)")
    }
    let foreign = try cutroom(["normalize", folder("d2/s.wav"), "-o", folder("d1")])
    #expect(foreign.exitCode == 2)
    #expect(foreign.errors.contains("--force"), "\(foreign.errors)")
    #expect(try contents(of: folder("d1/s.wav")) == before)
    #expect(!exists(folder("d1/normalize.json")))
    #expect(try cutroom(["normalize", folder("d2/s.wav"), "-o", folder("d1"), "--force"]).exitCode == 0)
    #expect(try contents(of: folder("d1/s.wav")) != before)
  }

  @Test func `a folder that is input and output is refused`() throws {
    let folder = try TemporaryFolder()
    try Sound.write(Sound.sine(1000, 1), to: folder("s.wav"))
    let outcome = try cutroom(["normalize", folder.path, "-o", folder.path])
    #expect(outcome.exitCode == 2)
    #expect(outcome.errors.contains("is the folder for the results too"), "\(outcome.errors)")
    #expect(outcome.text.isEmpty)
  }

  @Test func `two inputs of one name get names of their own, and --quiet no table`() throws {
    let folder = try TemporaryFolder()
    for name in ["d1", "d2"] {
      try folder.folder(name)
      try Sound.write(Sound.sine(1000, 1), to: folder("\(name)/s.wav"))
    }
    let outcome = try cutroom(
      ["normalize", folder("d1/s.wav"), folder("d2/s.wav"), "-o", folder("out"), "--quiet"])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.text.isEmpty)
    #expect(exists(folder("out/s.wav")) && exists(folder("out/s~2.wav")))
  }
}
