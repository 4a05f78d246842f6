import Foundation
import TestSupport
import Testing

/// Pictures of frames that were sought are, bit for bit, those of a decode from the start.
struct ExactFrameTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    /// Whether packets tell enough to seek; nil where that depends on the encoder.
    var isSought: Bool? = true
    let make: @Sendable () throws -> String
    var testDescription: String { name }
  }

  /// 200 frames of which no two are alike, without loss.
  @Sendable private static func master() throws -> String {
    try Film.make(["-f", "lavfi", "-i", "testsrc2=s=192x112:r=25:d=8", "-c:v", "ffv1", "-g", "1"], as: "mkv")
  }

  private static func film(_ options: [String], as ending: String) -> @Sendable () throws -> String {
    { try Film.make(["-i", master()] + options, as: ending) }
  }

  private static let x264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", "40", "-bf", "3"]
  private static let open = [
    "-c:v", "libx264", "-x264-params", "open-gop=1:keyint=30:bframes=3:b-pyramid=normal",
  ]
  private static let x265 = [
    "-c:v", "libx265", "-preset", "veryfast", "-x265-params", "log-level=none:open-gop=1:keyint=30:bframes=4",
  ]

  private static func copy(_ make: @escaping @Sendable () throws -> String, _ options: [String] = [], as ending: String)
    -> @Sendable () throws -> String
  { { try Film.make(["-i", make(), "-c", "copy"] + options, as: ending) } }

  static let cases: [Case] = [
    Case(name: "H.264 in MP4", make: film(x264, as: "mp4")),
    Case(name: "H.264 in Matroska", make: film(x264, as: "mkv")),
    Case(name: "H.264 in MPEG-TS", make: film(x264, as: "ts")),
    Case(name: "H.264 in FLV", make: film(x264, as: "flv")),
    Case(name: "H.264 in AVI, without times of presentation", isSought: false, make: film(x264, as: "avi")),
    Case(name: "H.264 with open groups", make: film(open, as: "mp4")),
    Case(name: "H.264 with open groups in MPEG-TS", make: film(open, as: "ts")),
    Case(
      name: "H.264 with one key frame", make: film(["-c:v", "libx264", "-g", "900", "-sc_threshold", "0"], as: "mp4")),
    Case(
      name: "H.264 with intra refresh", isSought: nil,
      make: film(["-c:v", "libx264", "-x264-params", "intra-refresh=1:keyint=40"], as: "ts")),
    Case(name: "H.264 with 10 bits", make: film(["-pix_fmt", "yuv420p10le"] + x264, as: "mkv")),
    Case(name: "H.264 interlaced", make: film(x264 + ["-flags", "+ildct+ilme"], as: "ts")),
    Case(name: "HEVC with open groups", make: film(x265, as: "mkv")),
    Case(name: "HEVC with open groups in MP4", make: copy(film(x265, as: "mkv"), as: "mp4")),
    Case(name: "HEVC with open groups in MPEG-TS", make: copy(film(x265, as: "mkv"), as: "ts")),
    Case(
      name: "VP8",
      make: film(
        ["-c:v", "libvpx", "-cpu-used", "4", "-auto-alt-ref", "1", "-lag-in-frames", "16", "-g", "40"], as: "webm")),
    Case(
      name: "VP9",
      make: film(["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "40"], as: "webm")),
    Case(name: "AV1", make: film(["-c:v", "libsvtav1", "-preset", "10", "-g", "40"], as: "mkv")),
    Case(
      name: "MPEG-2 program stream", isSought: nil,
      make: film(["-c:v", "mpeg2video", "-bf", "2", "-g", "15"], as: "mpg")),
    Case(name: "MPEG-2 transport stream", make: film(["-c:v", "mpeg2video", "-bf", "2", "-g", "15"], as: "ts")),
    Case(
      name: "MPEG-4 with packed B-frames in AVI", isSought: false,
      make: film(["-c:v", "libxvid", "-bf", "2", "-g", "40"], as: "avi")),
    Case(name: "MPEG-4 in MP4", make: film(["-c:v", "mpeg4", "-bf", "2", "-g", "40"], as: "mp4")),
    Case(name: "Motion JPEG", make: film(["-c:v", "mjpeg", "-q:v", "3"], as: "avi")),
    Case(name: "ProRes", make: film(["-c:v", "prores"], as: "mov")),
    Case(
      name: "DV",
      make: film(
        ["-vf", "scale=720:576,setsar=1", "-c:v", "dvvideo", "-pix_fmt", "yuv420p", "-frames:v", "60"], as: "mov")),
    Case(name: "WMV", make: film(["-c:v", "wmv2"], as: "wmv")),
    Case(name: "Sorenson H.263 in FLV", make: film(["-c:v", "flv1", "-g", "40"], as: "flv")),
    Case(name: "Theora", make: film(["-c:v", "libtheora", "-q:v", "6", "-g", "40"], as: "ogv")),
    Case(
      name: "a variable rate",
      make: film(
        [
          "-vf", "select='if(lt(n,70),1,not(mod(n,3)))',setpts=PTS+0.013*mod(N\\,2)/TB", "-vsync", "vfr",
          "-enc_time_base", "1/1000",
        ] + x264,
        as: "mkv")),
    Case(
      name: "an edit list",
      make: { try Film.make(["-ss", "2.3", "-i", film(x264, as: "mp4")(), "-c", "copy"], as: "mp4") }),
    Case(name: "a late start", make: film(x264 + ["-output_ts_offset", "5"], as: "mp4")),
    Case(
      name: "a picture later than its sound",
      make: {
        try Film.make(
          [
            "-f", "lavfi", "-i", "sine=d=9", "-itsoffset", "1.48", "-i", master(), "-map", "0", "-map", "1", "-c:a",
            "aac",
          ] + x264,
          as: "mkv")
      }),
  ]

  @Test(arguments: cases)
  func `a frame is that of a full decode`(film: Case) throws {
    let path = try film.make()
    let (list, raw) = (try FrameList(of: path), try RawFrames(path))
    try #require(raw.count == list.timestamps.count && raw.count > 40)
    // By number and by time, near key frames and far from them, first and last.
    let numbers = Set([0, 17, 39, 41, 77, 120, 121, raw.count / 2, raw.count - 1].filter { $0 < raw.count })
    let times = [0, 123, 1599, 1600, 2960, 4777, 6431]
    let asked = numbers.map { "f\($0)" } + times.map { "\(Double($0) / 1000)" }
    let taken = try FramesCommandTests.take(
      path, ["--at", asked.joined(separator: ","), "--frame-format", "png", "--frame-width", "0"])
    #expect(taken.outcome.exitCode == 0, "\(asked) \(taken.outcome.errors)")
    if let isSought = film.isSought {
      #expect(taken.document.timings.decoding.string == (isSought ? "sought" : "sequential"))
    }
    let zero = try #require(taken.document.media.start_seconds.double)
    let seconds = list.timestamps.map {
      Double($0 * list.timeBase.numerator) / Double(list.timeBase.denominator) - zero
    }
    let last = Int((seconds[seconds.count - 1] * 1000).rounded(.up))
    let shown = times.filter { $0 < last }.map { time in
      max(0, (seconds.firstIndex { $0 > Double(time) / 1000 + 5e-7 } ?? seconds.count) - 1)
    }
    #expect(Set(taken.frames).isSuperset(of: numbers.union(shown)), "\(asked) gave \(taken.frames)")
    let pictures = taken.document.frames.items
    let made = try RawFrames(picturesIn: "\(taken.output)/frames")
    let files = pictures.compactMap(\.file.string)
    #expect(files.count == made.count && files == files.sorted())
    for (index, picture) in pictures.enumerated() {
      let number = try #require(picture.at.frame.int)
      #expect(list.frame(number, isAt: picture.at.pts.int, base: taken.document.media.video.time_base.string))
      #expect(made[index] == raw[number], "frame \(number) of \(film.name), asked for \(asked)")
    }
  }

  @Test func `a turned film is turned after decoding`() throws {
    let upright = try Self.film(Self.x264, as: "mp4")()
    let turned = try Film.make(["-i", upright, "-c", "copy", "-metadata:s:v", "rotate=180"], as: "mp4")
    let taken = try FramesCommandTests.take(turned, ["--at", "f77", "--frame-format", "png", "--frame-width", "0"])
    let made = try RawFrames("\(taken.output)/\(#require(taken.files.first))")
    let stored = try RawFrames(upright)[77]
    let pixels = stride(from: 0, to: stored.count, by: 3).map { stored[$0..<$0 + 3] }
    #expect(made[0] == Data(pixels.reversed().joined()))
  }

  @Test func `few frames of a long film leave most of it alone`() throws {
    let film = try Film.make(["-stream_loop", "29", "-i", Self.film(Self.x264, as: "mp4")(), "-c", "copy"], as: "mp4")
    func cost(_ rule: String) throws -> Double {
      let taken = try FramesCommandTests.take(film, ["--frame-rule", rule, "--threads", "1", "--frame-width", "16"])
      #expect(taken.outcome.exitCode == 0)
      return try #require(taken.document.timings.cpu_seconds.double)
    }
    #expect(try cost("at:30,f3001,200") * 2 < cost("every:1f"))
  }
}
