import Foundation
import TestSupport
import Testing

/// Clips are compared with their film by the hashes that the ffmpeg command makes of frames, packets and samples.
struct ClipTests {
  private static let sound = [
    "-f", "lavfi", "-i", "sine=1000:r=48000:d=3.2,aformat=sample_fmts=s16:channel_layouts=stereo",
  ]
  private static let h264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", "10", "-bf", "3"]
  private static let everyThird = ["-vf", "select=not(eq(mod(n\\,3)\\,1))", "-vsync", "0"]

  private static func film(_ arguments: [String], as ending: String, before: [String] = []) throws -> String {
    try Film.make(before + ["-i", Film.master()] + sound + arguments, as: ending)
  }

  static let films: [(name: String, make: @Sendable () throws -> String)] = [
    ("b-frames.mkv", { try film(h264 + ["-c:a", "pcm_s16le"], as: "mkv") }),
    ("b-frames.mp4", { try film(h264 + ["-c:a", "aac"], as: "mp4") }),
    ("deep.mov", { try film(h264 + ["-c:a", "pcm_s24le"], as: "mov") }),
    (
      "open.mp4",
      {
        try film(
          ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=10:bframes=3:open-gop=1"]
            + ["-c:a", "aac"], as: "mp4")
      }
    ),
    ("variable.mp4", { try film(everyThird + h264 + ["-c:a", "aac"], as: "mp4") }),
    ("variable.mkv", { try film(everyThird + h264 + ["-c:a", "flac"], as: "mkv") }),
    ("mpeg2.ts", { try film(["-c:v", "mpeg2video", "-q:v", "3", "-g", "10", "-c:a", "mp2"], as: "ts") }),
    (
      "vp9.webm",
      {
        try film(
          ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "10", "-c:a", "libopus"], as: "webm")
      }
    ),
    (
      "edited.mp4",
      { try Film.make(["-i", film(h264 + ["-c:a", "aac"], as: "mp4"), "-ss", "0.5", "-c", "copy"], as: "mp4") }
    ),
    ("late.mkv", { try film(h264 + ["-c:a", "pcm_s16le"], as: "mkv", before: ["-itsoffset", "0.8"]) }),
    (
      "turned.mp4",
      {
        try Film.make(
          ["-i", film(h264 + ["-c:a", "aac"], as: "mp4"), "-c", "copy", "-metadata:s:v", "rotate=90"], as: "mp4")
      }
    ),
  ]

  private static func run(_ options: [String]) -> Result<Batch, any Error> {
    Result {
      let folder = try TemporaryFolder()
      for film in films { try folder.copy(film.make(), to: "in/\(film.name)") }
      return try Batch(
        [folder("in")], into: folder("out"), ["--stages", "scenes"] + options, keeping: folder, timeLimit: 600)
    }
  }
  static let encoded = run(["--clips", "encode", "--clip-codec", "ffv1", "--clip-sound", "pcm"])
  static let copied = run(["--clips", "copy"])

  private struct Found {
    let film: String
    let document: JSON
    let clips: [JSON]
    let files: [String]

    init(_ batch: Batch, _ name: String) throws {
      film = try (ClipTests.films.first { $0.name == name }?.make()) ?? ""
      document = try batch.document(name)
      clips = document.clips.items
      files = clips.map { "\(batch.output)/\(name)/\($0.file.string ?? "")" }
    }
  }

  /// Every frame once, in order, in the clip and at the time that the document says.
  private func expectFrames(_ found: Found) throws {
    let film = try FrameHashes.frames(found.film)
    let clips = try found.files.map { try FrameHashes.frames($0) }
    #expect(clips.flatMap(\.hashes) == film.hashes)
    var first = 0
    for (clip, line) in zip(clips, found.clips) {
      #expect(line.start.frame.int == first)
      #expect(line.frames.int == clip.hashes.count)
      #expect(line.end.frame.int == first + clip.hashes.count)
      // Matroska and transport streams round to their ticks, and may begin after 0; distances count.
      for index in clip.seconds.indices where first + index < film.seconds.count {
        let off = (clip.seconds[index] - clip.seconds[0]) - (film.seconds[first + index] - film.seconds[first])
        #expect(abs(off) < 0.0011)
      }
      first += clip.hashes.count
    }
    #expect(first == film.hashes.count)
  }

  @Test(arguments: films.map(\.name))
  func `encoded clips hold exactly the frames of their scenes`(name: String) throws {
    let found = try Found(Self.encoded.get(), name)
    #expect(found.document.status.string == "succeeded")
    #expect(found.clips.count == 3)
    #expect(found.clips.map(\.start) == found.document.scenes.items.map(\.start))
    #expect(found.clips.map(\.end) == found.document.scenes.items.map(\.end))
    #expect(found.clips.filter { !$0.missed.isMissing }.isEmpty)
    try expectFrames(found)
  }

  @Test(arguments: films.map(\.name))
  func `the sounds of encoded clips are the film's, sample by sample`(name: String) throws {
    let found = try Found(Self.encoded.get(), name)
    func samples(_ path: String) throws -> Data {
      try tool("ffmpeg", ["-nostdin", "-v", "error", "-i", path, "-map", "0:a", "-f", "s32le", "-"]).output
    }
    let film = try samples(found.film)
    let clips = try found.files.map(samples)
    let sum = clips.reduce(Data(), +)
    // ffmpeg decodes the padding behind the end of AAC in MP4, which the edit list takes off: less than a packet.
    let isPadded = name.hasSuffix(".mp4")
    #expect(isPadded ? film.prefix(sum.count) == sum && film.count - sum.count <= 1024 * 8 : film == sum)
    for (clip, line) in zip(clips.dropFirst(), found.clips.dropFirst()).dropLast() {
      let wanted = 48_000 * ((line.end.seconds.double ?? 0) - (line.start.seconds.double ?? 0))
      #expect(abs(Double(clip.count / 8) - wanted) <= 1)
    }
  }

  @Test(arguments: films.map(\.name))
  func `copied clips hold every packet of the film once, and every frame`(name: String) throws {
    let found = try Found(Self.copied.get(), name)
    #expect(found.document.status.string == "succeeded")
    for stream in ["v:0", "a:0"] {
      let film = try FrameHashes.packets(found.film, stream).hashes
      #expect(try found.files.flatMap { try FrameHashes.packets($0, stream).hashes } == film, "\(stream)")
    }
    try expectFrames(found)
    let scenes = found.document.scenes.items
    for clip in found.clips {
      let first = scenes[(clip.scene_id.int ?? 0) - 1]
      let last = scenes[(clip.last_scene_id.int ?? clip.scene_id.int ?? 0) - 1]
      #expect(clip.missed.start_frames.int == (clip.start.frame.int ?? 0) - (first.start.frame.int ?? 0))
      #expect(clip.missed.end_frames.int == (clip.end.frame.int ?? 0) - (last.end.frame.int ?? 0))
    }
    #expect((name == "open.mp4") == (found.clips.count == 1))
  }

  @Test func `a film of open groups is not cut, and that is said`() throws {
    let found = try Found(Self.copied.get(), "open.mp4")
    #expect(found.document.warnings.items.map { $0.code.string }.contains("clips_not_cut"))
    #expect(found.clips[0].last_scene_id.int == 3)
  }

  @Test func `a turned film stays turned, in a container that can say so`() throws {
    for (batch, ending) in [(Self.copied, "mp4"), (Self.encoded, "mov")] {
      let found = try Found(batch.get(), "turned.mp4")
      for file in found.files {
        #expect(file.hasSuffix(ending))
        let probe = try JSON(
          tool("ffprobe", ["-v", "error", "-show_entries", "stream_side_data=rotation", "-of", "json", file]).output)
        #expect(probe.streams[0].side_data_list[0].rotation.int.map { abs($0) } == 90)
      }
    }
  }

  @Test func `documents with clips hold to the schema`() throws {
    let documents = try [Self.copied, Self.encoded].flatMap { run in
      try Self.films.map { try contents(of: "\(run.get().output)/\($0.name)/analysis.json") }
    }
    #expect(try SchemaTests.complaints(documents, schema: "analysis") == [])
    #expect(try SchemaTests.complaints([contents(of: "\(Self.copied.get().output)/batch.json")], schema: "batch") == [])
  }
}
