import Foundation
import TestSupport
import Testing

/// What stands in the files that a mix writes.
struct MixOutputTests {
  static let run = Result {
    let folder = try TemporaryFolder()
    for index in 0..<3 { try Sound.write(Sound.sine(300 + 200 * Double(index), 2.5), to: folder("p\(index).wav")) }
    _ = try tool(
      "ffmpeg",
      ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=96x64:d=1", "-frames:v", "1", folder("c.png")])
    let others = ["flac", "mp3", "m4a", "opus", "ogg", "mka"].map { "{\"file\": \"show.\($0)\"}" }.joined(
      separator: ", ")
    let mix = try Mix(
      #"""
      {"output": {"metadata": {"title": "Tëst", "artist": "Nobody"}, "cover": "c.png", "chapters": {"from_track": "v"},
                  "also": [\#(others)]},
       "tracks": [{"id": "v", "gap": 0.25, "clips": [{"source": "p0.wav", "title": "One"}, {"source": "p1.wav"},
                                                    {"source": "p2.wav", "title": "Three"}]}]}
      """#, in: folder, to: "show.wav", ["--waveform", folder("wave.png")])
    return (folder: folder, mix: mix)
  }

  private func show(_ ending: String) throws -> JSON {
    let (folder, mix) = try Self.run.get()
    #expect(mix.outcome.exitCode == 0, "\(mix.outcome.errors)")
    let text = try tool(
      "ffprobe",
      ["-v", "error", "-show_streams", "-show_format", "-show_chapters", "-of", "json", folder("show.\(ending)")])
    return try JSON(text.output)
  }

  private func tag(_ name: String, _ found: JSON) -> String? {
    let places = [found.format.tags] + found.streams.items.map(\.tags)
    return places.flatMap { tags in tags.keys.filter { $0.lowercased() == name }.map { tags[$0].string } }
      .compactMap { $0 }.first
  }

  @Test(arguments: [
    ("wav", "pcm_s16le"), ("flac", "flac"), ("mp3", "mp3"), ("m4a", "aac"), ("opus", "opus"), ("ogg", "vorbis"),
    ("mka", "flac"),
  ])
  func `every container has its codec and tags`(ending: String, codec: String) throws {
    let found = try show(ending)
    #expect(found.streams[0].codec_name.string == codec)
    #expect(found.streams[0].sample_rate.string == "48000")
    #expect(tag("title", found) == "Tëst")
    #expect(tag("artist", found) == "Nobody")
  }

  @Test(arguments: ["mp3", "m4a", "opus", "ogg", "mka"])
  func `chapters are those of the clips`(ending: String) throws {
    let chapters = try show(ending).chapters.items
    #expect(chapters.map { $0.tags.title.string } == ["One", "p1.wav", "Three"])
    #expect(
      chapters.map { ($0.start_time.string.flatMap { Double($0) } ?? -1).rounded(.toNearestOrEven) } == [0, 3, 6])
  }

  @Test(arguments: ["flac", "mp3", "m4a", "opus", "ogg"])
  func `the cover is inside`(ending: String) throws {
    let picture = try #require(try show(ending).streams.items.first { $0.codec_type.string == "video" })
    #expect(picture.codec_name.string == "png")
    #expect(picture.width.int == 96 && picture.height.int == 64)
    #expect(picture.disposition.attached_pic.int == 1)
  }

  @Test func `what a container cannot hold is reported`() throws {
    let codes = try Self.run.get().mix.report.warnings.items.map {
      "\($0.code.string ?? "") \($0.message.string ?? "")"
    }
    #expect(codes.contains { $0.hasPrefix("chapters_left_out show.wav") })
    #expect(codes.contains { $0.hasPrefix("cover_left_out show.wav") })
    #expect(codes.contains { $0.hasPrefix("chapters_left_out show.flac") })
  }

  @Test func `every file decodes to the programme's length`() throws {
    let report = try Self.run.get().mix.report
    #expect(report.outputs.items.count == 7)
    for output in report.outputs.items {
      // MP3 and Vorbis of FFmpeg 5.1 come back to the sample, too.
      #expect(output.samples == report.programme.samples, "\(output.path)")
    }
  }

  @Test func `the waveform is a picture with the tracks below`() throws {
    let stream = try probe(Self.run.get().folder("wave.png"), "codec_name,width,height")
    #expect(stream.codec_name.string == "png")
    #expect(stream.width.int == 1600)
    #expect((stream.height.int ?? 0) > 240)
  }

  @Test func `nothing else is left beside the outputs`() throws {
    let (folder, _) = try Self.run.get()
    #expect(!everything(in: folder.path).contains { $0.contains(".cutroom-") })
  }

  @Test func `a rate that a codec does not take is converted and reported`() throws {
    let folder = try TemporaryFolder()
    try Sound.write(Sound.sine(500, 2, rate: 44_100), to: folder("s.wav"), rate: 44_100)
    let mix = try Mix(
      #"{"output": {"sample_rate": 44100}, "tracks": [{"id": "a", "clips": [{"source": "s.wav"}]}]}"#, in: folder,
      to: "s.opus")
    #expect(try mix.report.outputs[0].sample_rate.int == 48_000)
    #expect(try mix.report.warnings.items.map { $0.code.string } == ["rate_conversion"])
  }
}
