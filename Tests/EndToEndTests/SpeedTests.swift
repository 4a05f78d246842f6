import Foundation
import TestSupport
import Testing

/// Films with many key frames, in codecs that divide them in different ways.
private enum Divided {
  /// Name, encoder arguments and container. Open groups have frames that are shown before the key frame they follow.
  static let films: [(name: String, codec: [String], fileExtension: String)] = [
    ("h264, closed", ["-c:v", "libx264", "-g", "12"], "mp4"),
    ("h264, open", ["-c:v", "libx264", "-x264-params", "keyint=12:min-keyint=4:open-gop=1:bframes=3"], "mkv"),
    (
      "hevc, open",
      ["-c:v", "libx265", "-preset", "superfast", "-x265-params", "keyint=12:min-keyint=4:open-gop=1:log-level=none"],
      "mkv"
    ),
    (
      "hevc, transport stream",
      ["-c:v", "libx265", "-preset", "superfast", "-x265-params", "keyint=12:open-gop=1:log-level=none"], "ts"
    ),
    ("mpeg2, open", ["-c:v", "mpeg2video", "-g", "12", "-bf", "2", "-q:v", "4"], "ts"),
    ("mpeg2, program stream", ["-c:v", "mpeg2video", "-g", "12", "-bf", "2", "-q:v", "4"], "mpg"),
    ("mpeg4", ["-c:v", "mpeg4", "-g", "12", "-bf", "2", "-q:v", "4"], "mp4"),
    (
      "vp8",
      ["-c:v", "libvpx", "-g", "12", "-b:v", "1M", "-auto-alt-ref", "1", "-lag-in-frames", "8", "-cpu-used", "5"],
      "webm"
    ),
    ("vp9", ["-c:v", "libvpx-vp9", "-g", "12", "-b:v", "1M", "-deadline", "realtime", "-cpu-used", "8"], "webm"),
    ("av1", ["-c:v", "libsvtav1", "-g", "12", "-preset", "12"], "mkv"),
    ("every frame a key frame", ["-c:v", "mjpeg", "-q:v", "4"], "avi"),
    (
      "variable rate", ["-vf", "select='mod(n,5)+1-eq(mod(n,7),3)'", "-vsync", "vfr", "-c:v", "libx264", "-g", "10"],
      "mkv"
    ),
  ]

  /// 160 frames: two moving pictures with a cut, and a dissolve into a third.
  static func film(_ index: Int) throws -> String {
    let film = films[index]
    let source = try Film.make(
      [
        "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25,trim=end_frame=70,setsar=1,format=yuv420p",
        "-f", "lavfi", "-i", "mandelbrot=s=320x180:r=25,trim=end_frame=50,setsar=1,format=yuv420p",
        "-f", "lavfi", "-i", "smptebars=s=320x180:r=25,trim=end_frame=60,setsar=1,format=yuv420p,noise=alls=8:allf=t",
        "-filter_complex",
        "[1:v]settb=1/25[a];[2:v]settb=1/25[b];[a][b]xfade=transition=fade:duration=0.8:offset=1.2[c];[0:v]settb=1/25[d];"
          + "[d][c]concat=n=2:v=1[v]", "-map", "[v]", "-c:v", "ffv1",
      ], as: "mkv")
    return try Film.make(["-i", source] + film.codec, as: film.fileExtension)
  }
}

/// `--speed` and `--threads` change what is decoded and how, not what is found.
struct SpeedTests {
  private func analysis(_ film: String, _ folder: TemporaryFolder, _ name: String, _ arguments: [String]) throws
    -> String
  {
    try Batch([film], into: folder(name), ["--stages", "scenes"] + arguments).output
  }

  private func decoding(_ output: String) throws -> String? {
    let path = try #require(everything(in: output).first { $0.hasSuffix("analysis.json") })
    return try JSON(contents(of: "\(output)/\(path)"))["timings"]["decoding"].string
  }

  @Test(arguments: ["exact", "balanced", "fast"])
  func `one thread and more give the same bytes`(speed: String) throws {
    let folder = try TemporaryFolder()
    let names = Divided.films.enumerated().map { "\($0.offset).\($0.element.fileExtension)" }
    for (index, name) in names.enumerated() { try folder.copy(Divided.film(index), to: "in/\(name)") }
    let outputs = try ["1", "2", "3"].map {
      try analysis(folder("in"), folder, $0, ["--speed", speed, "--threads", $0, "--jobs", "1"])
    }
    for (film, name) in zip(Divided.films, names) {
      let texts = try outputs.map { try analysisWithoutTimings(in: "\($0)/\(name)") }
      #expect(texts[0] == texts[1], "\(film.name)")
      #expect(texts[0] == texts[2], "\(film.name)")
      if speed == "exact" { #expect(try decoding("\(outputs[0])/\(name)") == "sequential", "\(film.name)") }
      // Not by falling back: the groups themselves fit together.
      #expect(try decoding("\(outputs[1])/\(name)") == "groups", "\(film.name)")
    }
  }

  @Test(arguments: [0, 1, 2, 4, 6])
  func `what is left out does not change the boundaries`(index: Int) throws {
    let folder = try TemporaryFolder()
    let film = try Divided.film(index)
    let starts = try ["exact", "balanced", "fast"].map { speed in
      let output = try analysis(film, folder, speed, ["--speed", speed])
      let path = try #require(everything(in: output).first { $0.hasSuffix("analysis.json") })
      let document = try JSON(contents(of: "\(output)/\(path)"))
      #expect(document["media"]["video"]["frame_count"].int == 160)
      return document.scenes.items.map {
        ($0["start"]["frame"].int ?? -1, $0["transition_in"]["kind"].string)
      }
    }
    for found in starts {
      #expect(found.count == 3)
      #expect(found.count > 1 && found[1].0 == 70 && found[1].1 == "cut")
      // A dissolve from 100 to 120, whose middle may move by what is left out.
      #expect(found.count > 2 && abs(found[2].0 - 110) <= 4 && found[2].1 == "dissolve")
    }
  }

  /// What a title changes of a picture is little, but it comes on plain ground.
  @Test func `a title that comes on black, or goes, is a cut on its frame where frames are left out`() throws {
    let film = try Film.make(
      [
        "-f", "lavfi", "-i",
        "color=black:s=640x360:r=25:d=30,drawbox=x=260:y=170:w=110:h=24:color=white:t=4:enable='gte(mod(n,127),62)'",
        "-c:v", "libx264", "-bf", "3", "-g", "75", "-sc_threshold", "0", "-pix_fmt", "yuv420p",
      ], as: "mp4")
    // By the closed form, frames 62 and 127 of every 127.
    let cuts = (1..<750).filter { ($0 % 127 >= 62) != (($0 - 1) % 127 >= 62) }
    let starts = try ["balanced", "fast"].map { speed in
      let table = try cutroom(["scenes", film, "--speed", speed, "--csv", "--min-scene-length", "0"]).output
      return String(decoding: table, as: UTF8.self).split(whereSeparator: \.isNewline).dropFirst(2).map {
        Int($0.split(separator: ",")[1]) ?? -1
      }
    }
    #expect(starts[0] == cuts)
    // Two cuts lie in a group that it does not open.
    #expect(starts[1].count >= cuts.count - 2 && Set(starts[1]).isSubset(of: cuts))
  }

  @Test func `pictures of scenes are there at every speed`() throws {
    let folder = try TemporaryFolder()
    for speed in ["balanced", "fast"] {
      let batch = try Batch([Divided.film(0)], into: folder(speed), ["--stages", "scenes,frames", "--speed", speed])
      let files = everything(in: batch.output).filter { $0.hasSuffix(".jpg") }
      #expect(files.count == 3, "\(speed): \(files)")
    }
  }

  @Test func `where text is read every frame is decoded, and a warning says so`() throws {
    let folder = try TemporaryFolder()
    let batch = try Batch([Divided.film(0)], into: folder("out"), ["--stages", "scenes,text", "--speed", "fast"])
    let path = try #require(everything(in: batch.output).first { $0.hasSuffix("analysis.json") })
    let document = try JSON(contents(of: "\(batch.output)/\(path)"))
    #expect(document.warnings.items.contains { $0["code"].string == "speed_not_applied" })
    #expect(document["status"].string == "succeeded")
  }

  @Test func `few key frames are said, whatever the threads`() throws {
    let folder = try TemporaryFolder()
    let film = try Film.make(["-i", Divided.film(0), "-c:v", "libx264", "-g", "100"], as: "mp4")
    let outputs = try ["1", "2"].map { try analysis(film, folder, "out-\($0)", ["--threads", $0]) }
    let texts = try outputs.map(analysisWithoutTimings)
    #expect(texts[0] == texts[1])
    #expect(texts[0].contains("few_key_frames"))
  }

  @Test(arguments: ["balanced", "fast"])
  func `a damaged film is decoded whole, and a warning says so`(speed: String) throws {
    let folder = try TemporaryFolder()
    let film = try Film.alter(Divided.film(0), "damaged in the middle") { data in
      for index in data.count / 2..<data.count / 2 + 400 { data[index] = 0x55 }
    }
    let output = try analysis(film, folder, "out", ["--speed", speed, "--threads", "2"])
    let exact = try analysis(film, folder, "exact", ["--threads", "1"])
    let paths = try [output, exact].map { output in
      output + "/" + (try #require(everything(in: output).first { $0.hasSuffix("analysis.json") }))
    }
    let documents = try paths.map { try JSON(contents(of: $0)) }
    #expect(documents[0].warnings.items.contains { $0["code"].string == "speed_not_applied" })
    #expect(documents[0]["media"]["video"]["decode_errors"].int == documents[1]["media"]["video"]["decode_errors"].int)
  }
}
