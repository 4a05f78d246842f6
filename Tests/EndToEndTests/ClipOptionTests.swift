import Foundation
import TestSupport
import Testing

/// How clips are encoded, and what is said where they cannot be.
struct ClipOptionTests {
  private static func analyze(_ film: String, _ options: [String]) throws -> (batch: Batch, document: JSON) {
    let folder = try TemporaryFolder()
    let name = "film." + (film as NSString).pathExtension
    try folder.copy(film, to: name)
    let batch = try Batch([folder(name)], into: folder("out"), ["--stages", "scenes"] + options, keeping: folder)
    return (batch, try batch.document(name))
  }

  @Test(arguments: [
    (["--clip-codec", "h264", "--clip-quality", "0"], "h264", "mp4", true),
    (["--clip-codec", "hevc", "--clip-quality", "0"], "hevc", "mp4", true),
    (["--clip-codec", "vp9", "--clip-quality", "0"], "vp9", "webm", true),
    (["--clip-codec", "h264"], "h264", "mp4", false),
    (["--clip-codec", "av1", "--clip-quality", "50"], "av1", "mp4", false),
    (["--clip-codec", "h264", "--clip-bit-rate", "200000", "--clip-sound", "flac"], "h264", "mkv", false),
  ])
  func `clips are coded as asked`(options: [String], codec: String, ending: String, isExact: Bool) throws {
    let (batch, document) = try Self.analyze(Film.withSound(), ["--clips", "encode"] + options)
    #expect(document.status.string == "succeeded")
    let files = document.clips.items.map { "\(batch.output)/film.mp4/\($0.file.string ?? "")" }
    #expect(files.count == 3)
    for (file, clip) in zip(files, document.clips.items) {
      #expect(file.hasSuffix("." + ending))
      let probe = try JSON(tool("ffprobe", ["-v", "error", "-show_streams", "-of", "json", file]).output)
      #expect(probe.streams[0].codec_name.string == codec)
      #expect(try contents(of: file).count == clip.bytes.int)
    }
    let clips = try files.map { try FrameHashes.frames($0) }
    let film = try FrameHashes.frames(Film.withSound())
    #expect(clips.map(\.hashes.count) == document.clips.items.map { $0.frames.int })
    if isExact { #expect(clips.flatMap(\.hashes) == film.hashes) }
    for clip in clips {
      for (index, seconds) in clip.seconds.enumerated() {
        #expect(abs(seconds - clip.seconds[0] - Double(index) / 25) < 0.0011)
      }
    }
  }

  @Test(arguments: ["aac", "opus"])
  func `sound that is coded with a loss is in step to the sample`(codec: String) throws {
    let folder = try TemporaryFolder()
    // A tone whose pitch rises, so that no other place looks like the right one.
    let film = try Film.make(
      ["-i", Film.master(), "-f", "lavfi", "-i", "aevalsrc=0.4*sin(2*PI*(300+150*t)*t):s=48000:d=3.2"]
        + ["-c:v", "ffv1", "-c:a", "pcm_s16le"], as: "mkv")
    let (batch, document) = try Self.analyze(
      film, ["--clips", "encode", "--clip-sound", codec, "--clip-sound-bit-rate", "192000"])
    let whole = try Sound.samples(film)
    for clip in document.clips.items {
      let path = "\(batch.output)/film.mkv/\(clip.file.string ?? "")"
      // On the clip's own clock, from 0: what a container says of delays is applied.
      let wave = folder("clip.wav")
      _ = try tool(
        "ffmpeg",
        ["-nostdin", "-v", "error", "-y", "-i", path, "-map", "0:a", "-af", "aresample=async=1:first_pts=0", wave])
      let heard = try Sound.samples(wave)
      let start = Int(((clip.start.seconds.double ?? 0) * 48_000).rounded())
      let length = Int(((clip.duration_seconds.double ?? 0) * 48_000).rounded())
      // The edges of a lossy sound ring.
      let best = Sound.shift(of: heard, in: whole, from: start, over: 2000..<length - 2000)
      #expect(best == 0, "\(codec), clip \(clip.id.int ?? 0)")
    }
  }

  @Test func `the bytes of clips do not depend on the number of threads`() throws {
    for codec in ["h264", "hevc", "vp9", "ffv1"] {
      let runs = try ["1", "3"].map {
        try Self.analyze(Film.withSound(), ["--clips", "encode", "--clip-codec", codec, "--threads", $0])
      }
      for (first, second) in zip(runs[0].document.clips.items, runs[1].document.clips.items) {
        let paths = zip(runs, [first, second]).map { "\($0.batch.output)/film.mp4/\($1.file.string ?? "")" }
        #expect(try contents(of: paths[0]) == contents(of: paths[1]), "\(codec)")
      }
    }
  }

  @Test func `a picture with odd sides is made even where the codec wants it, with a warning`() throws {
    let film = try Film.make(["-i", Film.master(), "-vf", "crop=157:119:exact=1", "-c:v", "ffv1"], as: "mkv")
    let (batch, document) = try Self.analyze(film, ["--clips", "encode", "--clip-quality", "0"])
    #expect(document.warnings.items.map { $0.code.string }.contains("clips_padded"))
    let clip = "\(batch.output)/film.mkv/\(document.clips[0].file.string ?? "")"
    func pixels(_ path: String) throws -> Data {
      try tool(
        "ffmpeg",
        ["-nostdin", "-v", "error", "-i", path, "-vf", "crop=156:118:0:0", "-frames:v", "5", "-f", "rawvideo", "-"]
      ).output
    }
    #expect(try pixels(clip) == pixels(film))
  }

  @Test func `sound alone and a still give no clips and one`() throws {
    let sound = try Film.make(["-f", "lavfi", "-i", "sine=d=1"], as: "wav")
    let folder = try TemporaryFolder()
    try folder.copy(sound, to: "film.wav")
    let batch = try Batch(
      [folder("film.wav")], into: folder("out"), ["--stages", "scenes,audio", "--clips", "encode"], keeping: folder)
    let document = try batch.document("film.wav")
    #expect(document.status.string == "succeeded")
    #expect(document.clips.isArray && document.clips.items.isEmpty)
    #expect(document.warnings.items.map { $0.code.string }.contains("no_clips"))
    let still = try Film.make(["-i", Film.master(), "-frames:v", "1", "-c:v", "libx264"], as: "mp4")
    for mode in ["copy", "encode"] {
      let clips = try Self.analyze(still, ["--clips", mode]).document.clips.items
      #expect(clips.map { $0.frames.int } == [1])
    }
  }

  @Test func `a disk that is full costs the clips and nothing else`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.withSound(), to: "film.mp4")
    for mode in ["copy", "encode"] {
      let output = folder("out-" + mode)
      // A limit on the size of files stands for the full disk; the signal it sends is ignored.
      let script =
        "trap '' XFSZ; ulimit -f 30; exec \(cutroomBinary) analyze \(folder("film.mp4")) -o \(output) --stages scenes "
        + "--clips \(mode) --clip-codec ffv1"
      _ = try run("/bin/bash", ["-c", script])
      let document = try JSON(contents(of: output + "/film.mp4/analysis.json"))
      #expect(document.status.string == "partial")
      #expect(document.scenes.items.count == 3)
      #expect(document.clips.isMissing)
      #expect(document.errors.items.map { [$0.code.string, $0.stage.string] } == [["output_failed", "clips"]])
      #expect(everything(in: output).allSatisfy { !$0.contains("clips") })
    }
  }

  @Test(arguments: [
    (["--clips", "copy", "--stages", "audio"], "clips are cut at scenes"),
    (["--clips", "encode", "--clip-quality", "20", "--clip-bit-rate", "100000"], "exclude each other"),
    (["--clips", "encode", "--clip-codec", "h264", "--clip-quality", "60"], "to 51"),
    (["--clips", "encode", "--clip-codec", "ffv1", "--clip-bit-rate", "100000"], "loses nothing"),
    (["--clips", "move"], "is not one of off, copy, encode"),
  ])
  func `options that do not fit together are refused`(options: [String], complaint: String) throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "film.mp4")
    let outcome = try cutroom(["analyze", folder("film.mp4"), "-o", folder("out")] + options)
    #expect(outcome.exitCode == 2)
    #expect(outcome.errors.contains(complaint), "\(outcome.errors)")
  }
}
