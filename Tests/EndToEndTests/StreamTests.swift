import TestSupport
import Testing

/// Which streams of a file are heard and seen: several tracks, none, covers, and sizes that change.
struct StreamTests {
  static let films: [(name: String, make: @Sendable () throws -> String)] = [
    (
      "two-tracks.mkv",
      {
        try Film.make(
          ["-i", Film.plain(), "-f", "lavfi", "-i", "sine=1000:r=48000:d=3.2,volume=-6dB", "-f", "lavfi", "-i"]
            + [
              "sine=1000:r=44100:d=3.2,volume=-20dB,pan=stereo|c0=c0|c1=c0", "-map", "0:v", "-map", "1:a", "-map",
              "2:a",
            ]
            + ["-c:v", "copy", "-c:a", "flac", "-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu"],
          as: "mkv")
      }
    ),
    ("silent.mp4", { try Film.plain() }),
    ("only.wav", { try Film.make(["-f", "lavfi", "-i", "sine=1000:r=48000:d=2"], as: "wav") }),
    ("only.mp3", { try Film.make(["-f", "lavfi", "-i", "sine=1000:r=48000:d=2", "-c:a", "libmp3lame"], as: "mp3") }),
    ("cover.m4a", { try cover(["-c:a", "aac"], as: "m4a") }),
    ("cover.mp3", { try cover(["-c:a", "libmp3lame", "-id3v2_version", "3"], as: "mp3") }),
    (
      "film-with-cover.mp4",
      {
        try Film.make(
          ["-i", image.get(), "-i", Film.withSound(), "-map", "0:v", "-map", "1:v", "-map", "1:a", "-c", "copy"]
            + ["-disposition:v:0", "attached_pic"], as: "mp4")
      }
    ),
    (
      "grows.ts",
      {
        let h264 = ["-c:v", "libx264", "-preset", "ultrafast"]
        let small = try Film.make(["-i", Film.master()] + h264, as: "ts")
        let large = try Film.make(["-i", Film.master("320x240"), "-output_ts_offset", "3.2"] + h264, as: "ts")
        return try Film.alter(small, "then a larger one") { $0 += (try? contents(of: large)) ?? $0 }
      }
    ),
  ]

  private static let image = Result {
    try Film.make(["-f", "lavfi", "-i", "smptebars=s=320x320", "-frames:v", "1"], as: "png")
  }

  private static func cover(_ codec: [String], as fileExtension: String) throws -> String {
    try Film.make(
      ["-f", "lavfi", "-i", "sine=1000:r=48000:d=2", "-i", image.get(), "-map", "0:a", "-map", "1:v", "-c:v", "copy"]
        + codec + ["-disposition:v:0", "attached_pic"], as: fileExtension)
  }

  static let run = Result {
    let folder = try TemporaryFolder()
    for film in films { try folder.copy(film.make(), to: "films/\(film.name)") }
    let batch = try Batch([folder("films")], into: folder("out"), ["--stages", "scenes,frames,audio"])
    return (folder: folder, batch: batch)
  }

  private func document(_ name: String) throws -> JSON { try Self.run.get().batch.document(name) }

  @Test func `every sound track is listed and measured by itself`() throws {
    let document = try document("two-tracks.mkv")
    let media = document.media.audio.items
    #expect(media.map { $0.stream_index.int } == [1, 2])
    #expect(media.map { $0.codec.string } == ["flac", "flac"])
    #expect(media.map { $0.sample_rate.int } == [48000, 44100])
    #expect(media.map { $0.channels.int } == [1, 2])
    #expect(media.map { $0.channel_layout.string } == ["mono", "stereo"])
    #expect(media.map { $0.language.string }.first == "eng")
    #expect(document.audio.items.map { $0.stream_index.int } == [1, 2])
    // ffmpeg's sine is 1/8 of full scale; 997 Hz at full scale in one channel is -3.01 LKFS (ITU-R BS.1770-4).
    let loudness = document.audio.items.compactMap { $0.loudness.integrated_lufs.double }
    try #require(loudness.count == 2)
    #expect(abs(loudness[0] - (-18.06 - 3.01 - 6)) < 0.1)
    #expect(abs(loudness[1] - (-18.06 - 3.01 - 20 + 3.01)) < 0.1)
  }

  @Test func `a film without sound has an empty list of sound`() throws {
    let document = try document("silent.mp4")
    #expect(document.status.string == "succeeded")
    #expect(document.media.audio.isArray && document.media.audio.items.isEmpty)
    #expect(document.audio.isArray && document.audio.items.isEmpty)
  }

  @Test(arguments: ["only.wav", "only.mp3", "cover.m4a", "cover.mp3"])
  func `sound without pictures succeeds with a warning, and a cover is not the video`(name: String) throws {
    let document = try document(name)
    #expect(document.status.string == "succeeded")
    #expect(document.media.video.isMissing)
    #expect(!document.warnings.items.isEmpty)
    #expect(document.media.audio.items.count == 1)
    let loudness = try #require(document.audio[0].loudness.integrated_lufs.double)
    let file = try #require(Self.films.first { $0.name == name }).make()
    let meter = try filtered(file, "ebur128=metadata=1,ametadata=mode=print:key=lavfi.r128.I")
    #expect(abs(loudness - (try number(after: "lavfi.r128.I=", in: meter))) <= 0.1)
    #expect(document.scenes.items.isEmpty)
    #expect(document.frames.items.isEmpty)
  }

  @Test func `sound without pictures fails where only pictures were asked for`() throws {
    let folder = try TemporaryFolder()
    let batch = try Batch(
      [Self.films[2].make(), Self.films[4].make()], into: folder("out"), ["--stages", "scenes,frames"])
    #expect(batch.outcome.exitCode == 1)
    let results = try batch.results
    #expect(results.count == 2)
    #expect(results.map { $0.errors[0].code.string } == ["no_video", "no_video"])
  }

  @Test func `a cover beside a film is not the film`() throws {
    let document = try document("film-with-cover.mp4")
    #expect(document.media.video.codec.string == "h264")
    #expect(document.media.video.frame_count.int == Film.length)
    #expect(document.scenes.items.map { $0.start.frame.int } == Film.cuts)
  }

  @Test func `a stream that changes size midway is read to its end`() throws {
    let document = try document("grows.ts")
    let film = try #require(Self.films.first { $0.name == "grows.ts" }).make()
    let frames = try FrameList(of: film)
    #expect(frames.timestamps.count == 2 * Film.length, "the film is not what this test thinks it is")
    expectFrames(of: document, toBe: frames)
    #expect(document.scenes.items.map { $0.start.frame.int } == Film.cuts + Film.cuts.map { $0 + Film.length })
    try expectPictures(of: document, in: "\(Self.run.get().batch.output)/grows.ts", codec: "mjpeg")
  }
}
