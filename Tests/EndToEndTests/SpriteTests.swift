import Foundation
import TestSupport
import Testing

/// Sprites: the sheets and the WebVTT file, against every frame of the film as ffmpeg decodes it.
struct SpriteTests {
  /// Eight seconds in which no two frames are alike: a bar and a stripe wander over a slope.
  static let drawing =
    "color=black:s=160x90:r=25:d=8,format=yuv420p,geq="
    + "lum='if(lt(mod(X-2*N,160),12),235,if(lt(mod(Y-N,90),8),160,40+X/2))':cb='128+60*sin(N/40)':cr='100+Y/2'"

  /// A key frame every two seconds.
  static func film(_ fileExtension: String, _ more: [String] = []) throws -> String {
    let master = try Film.make(
      [
        "-f", "lavfi", "-i", drawing, "-c:v", "libx264", "-preset", "veryfast", "-crf", "14", "-g", "50", "-keyint_min",
        "50", "-sc_threshold", "0", "-bf", "2",
      ], as: "mp4")
    return try Film.make(["-i", master, "-c", "copy"] + more, as: fileExtension)
  }

  /// One cue: its time in seconds, and the part of the sheet it names.
  struct Cue: Equatable {
    var start: Double
    var end: Double
    var sheet: String
    var box: [Int]
  }

  /// Reads the WebVTT file with ffprobe.
  static func cues(_ file: String) throws -> [Cue] {
    let outcome = try tool(
      "ffprobe",
      ["-v", "error", "-show_entries", "packet=pts_time,duration_time,data", "-show_data", "-of", "json", file])
    let lines = String(decoding: try contents(of: file), as: UTF8.self).split(separator: "\n").map(String.init)
    let targets = lines.filter { $0.contains("#xywh=") }
    let packets = try JSON(outcome.output).packets.items
    #expect(packets.count == targets.count)
    return zip(packets, targets).map { packet, target in
      let start = packet.pts_time.string.flatMap(Double.init) ?? -1
      let parts = target.components(separatedBy: "#xywh=")
      return Cue(
        start: start, end: start + (packet.duration_time.string.flatMap(Double.init) ?? 0), sheet: parts[0],
        box: parts[1].split(separator: ",").compactMap { Int($0) })
    }
  }

  /// Which frame of the film each sprite fits best.
  static func best(_ folder: String, film: String) throws -> [(cue: Cue, frame: Int, ratio: Double)] {
    let cues = try cues("\(folder)/sprites.vtt")
    let box = try #require(cues.first).box
    let frames = try Pixels.frames(of: film, width: box[2], height: box[3])
    var sheets: [String: Pixels] = [:]
    return try cues.map { cue in
      let sheet = try sheets[cue.sheet] ?? Pixels("\(folder)/\(cue.sheet)")
      sheets[cue.sheet] = sheet
      let tile = sheet.part(x: cue.box[0], y: cue.box[1], width: cue.box[2], height: cue.box[3])
      let ratios = frames.map(tile.ratio(to:))
      let best = ratios.indices.max { ratios[$0] < ratios[$1] } ?? -1
      return (cue, best, ratios[best])
    }
  }

  /// The frame on the screen at a second of the film, as ffmpeg times them.
  static func shown(at seconds: Double, in film: FrameList, start: Double) -> Int {
    let tick = Double(film.timeBase.numerator) / Double(film.timeBase.denominator)
    return film.timestamps.lastIndex { Double($0) * tick - start <= seconds + 1e-6 } ?? 0
  }

  @Test(
    arguments: [
      ("mp4", []), ("mkv", []), ("ts", []),
      // Uneven frames: two of five are left out.
      ("mkv", ["-c:v", "libx264", "-vf", "select='not(eq(mod(n,5),1)+eq(mod(n,5),2))'", "-vsync", "0"]),
      // The picture begins later than the sound.
      ("mkv", ["-itsoffset", "-0.7", "-f", "lavfi", "-i", "sine=d=7", "-map", "0:v", "-map", "1:a", "-c:a", "flac"]),
    ] as [(String, [String])])
  func `in a pass each sprite is the frame on the screen at its time`(fileExtension: String, change: [String]) throws {
    let film =
      change.first == "-itsoffset"
      ? try Film.make(
        ["-itsoffset", "0.7", "-i", Self.film("mp4")] + change.dropFirst(2) + ["-c:v", "copy"], as: fileExtension)
      : try Self.film(fileExtension, change)
    let folder = try TemporaryFolder()
    let input = try folder.copy(film, to: "in/film.\(fileExtension)")
    let batch = try Batch(
      [input], into: folder("out"), ["--stages", "scenes", "--sprites", "--sprite-interval", "0.7s"])
    let document = try batch.document("film.\(fileExtension)")
    #expect(document.status.string == "succeeded" && document.sprites.accuracy.string == "exact")
    let sprites = try Self.best("\(batch.output)/film.\(fileExtension)", film: film)
    #expect(sprites.count == document.sprites.count.int && sprites.count >= 11)
    let frames = try FrameList(of: film)
    for (index, sprite) in sprites.enumerated() {
      let expected = Self.shown(
        at: Double(index) * 0.7, in: frames, start: document.media.start_seconds.double ?? 0)
      #expect(sprite.frame == expected && sprite.ratio > 30, "\(sprite.cue.start): \(sprite.frame), \(sprite.ratio) dB")
    }
  }

  @Test func `the cues tile the time of the film`() throws {
    let folder = try TemporaryFolder()
    let input = try folder.copy(
      Film.make(["-i", Self.film("mp4"), "-f", "lavfi", "-i", "sine=d=9.5", "-c:v", "copy"], as: "mkv"), to: "film.mkv")
    let batch = try Batch(
      [input], into: folder("out"), ["--stages", "scenes,audio", "--sprites", "--sprite-interval", "3"])
    let cues = try Self.cues("\(batch.output)/film.mkv/sprites.vtt")
    #expect(cues.map(\.start) == [0, 3, 6])
    // The sound goes on after the last picture.
    let duration = try #require(try batch.document("film.mkv").media.duration_seconds.double)
    #expect(duration > 9.4 && cues[2].end > duration - 0.0011 && cues[2].end < duration + 0.1)
    #expect(cues[0].end == 3 && cues[1].end == 6)
  }

  /// Ratio of the interval, the frames that have to come: key frames are at 0, 50, 100 and 150 of 25 a second.
  @Test(arguments: ["mp4", "mkv", "ts", "flv"])
  func `without a pass key frames stand for the times near them`(fileExtension: String) throws {
    let film = try Self.film(fileExtension)
    let folder = try TemporaryFolder()
    let input = try folder.copy(film, to: "film.\(fileExtension)")
    for (interval, expected) in [
      // Within 1.5 s before.
      ("3s", [0, 50, 150]),
      // 1.2, 2.4, 3.6 … with 0.6 s: one before, one after, else the frame itself.
      ("1.2s", [0, 30, 50, 100, 120, 150, 180]),
      ("2s", [0, 50, 100, 150]),
    ] {
      let outcome = try cutroom(["sprites", input, "-o", folder("out"), "--force", "--sprite-interval", interval])
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      let result = folder("out/film.\(fileExtension)")
      let document = try JSON(contents(of: "\(result)/analysis.json"))
      #expect(document.sprites.accuracy.string == "key_frames" && document.params.stages.items.isEmpty)
      #expect(try Self.best(result, film: film).map(\.frame) == expected, "\(interval)")
    }
  }

  /// Raw streams have no time of their own: they are decoded through, and times are exact.
  @Test func `a stream without an index is decoded through`() throws {
    let film = try Self.film("h264", ["-bsf:v", "h264_mp4toannexb"])
    let folder = try TemporaryFolder()
    let outcome = try cutroom(
      ["sprites", folder.copy(film, to: "film.h264"), "-o", folder("out"), "--sprite-interval", "1.2s"])
    #expect(outcome.exitCode == 0)
    #expect(try Self.best(folder("out/film.h264"), film: film).map(\.frame) == [0, 30, 60, 90, 120, 150, 180])
  }

  @Test func `sheets are full and then follow one another`() throws {
    let folder = try TemporaryFolder()
    let input = try folder.copy(Self.film("mp4"), to: "film.mp4")
    let batch = try Batch(
      [input], into: folder("out"),
      ["--stages", "scenes", "--sprites", "--sprite-interval", "0.1s", "--sprite-width", "512"])
    let result = "\(batch.output)/film.mp4"
    let sprites = try batch.document("film.mp4").sprites
    // Never enlarged: the film is 160 wide. 12 columns would fit, 10 is the most.
    #expect([sprites.width, sprites.height, sprites.columns, sprites.rows].map(\.int) == [160, 90, 10, 10])
    #expect(sprites.count.int == 80 && sprites.sheets.int == 1)
    let sheet = try probe("\(result)/sprites/sheet-1.jpg", "width,height")
    #expect(sheet.width.int == 1600 && sheet.height.int == 720)
  }

  @Test func `many sprites need several sheets, of which the last is smaller`() throws {
    let film = try Film.make(
      ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=10:d=15", "-c:v", "libx264", "-preset", "ultrafast"], as: "mp4")
    let folder = try TemporaryFolder()
    let input = try folder.copy(film, to: "film.mp4")
    let batch = try Batch(
      [input], into: folder("out"),
      ["--stages", "text", "--sprites", "--sprite-interval", "0.1", "--sprite-width", "320"])
    let result = "\(batch.output)/film.mp4"
    let sprites = try batch.document("film.mp4").sprites
    #expect(sprites.count.int == 150 && sprites.sheets.int == 3)
    #expect(sprites.columns.int == 6 && sprites.rows.int == 10)
    #expect(
      try Self.cues("\(result)/sprites.vtt").last
        == Self.Cue(
          start: 14.9, end: 15, sheet: "sprites/sheet-3.jpg", box: [1600, 720, 320, 180]))
    let sizes = try (1...3).map { try probe("\(result)/sprites/sheet-\($0).jpg", "width,height") }
    #expect(sizes.map { $0.width.int } == [1920, 1920, 1920] && sizes.map { $0.height.int } == [1800, 1800, 900])
  }

  @Test func `a file without a picture gives a warning, and no file`() throws {
    let folder = try TemporaryFolder()
    let sound = try folder.copy(Film.make(["-f", "lavfi", "-i", "sine=d=1"], as: "wav"), to: "sound.wav")
    let batch = try Batch(
      [sound], into: folder("out"), ["--stages", "audio", "--sprites", "--preview", "--contact-sheet"])
    let document = try batch.document("sound.wav")
    #expect(document.status.string == "succeeded" && document.sprites.isMissing)
    #expect(document.warnings.items.map(\.code.string) == ["no_sprites", "no_contact_sheet", "no_preview"])
    #expect(everything(in: "\(batch.output)/sound.wav") == ["analysis.json"])
  }

  @Test func `sprites alone of a file without a picture have failed`() throws {
    let folder = try TemporaryFolder()
    let sound = try folder.copy(Film.make(["-f", "lavfi", "-i", "sine=d=1"], as: "wav"), to: "sound.wav")
    #expect(try cutroom(["sprites", sound, "-o", folder("out")]).exitCode == 1)
    let document = try JSON(Data(contentsOf: URL(fileURLWithPath: folder("out/sound.wav/analysis.json"))))
    #expect(document.status.string == "failed" && document.errors.items.map(\.code.string) == ["no_video"])
  }

  @Test(arguments: [
    ("--sprite-interval", "0"), ("--sprite-interval", "0.05s"), ("--sprite-interval", "2h"),
    ("--sprite-interval", "often"), ("--sprite-width", "8"), ("--sprite-width", "wide"),
  ])
  func `what sprites cannot be is refused`(option: String, value: String) throws {
    let outcome = try cutroom(["sprites", "film.mp4", "-o", "/tmp/never", option, value])
    #expect(outcome.exitCode == 2 && outcome.errors.contains(option.dropFirst(2).replacing("-", with: "_")))
  }

  @Test func `a disk that fills while sheets are written costs the sprites alone`() throws {
    let film = try Film.make(
      ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=10:d=12", "-c:v", "libx264", "-preset", "ultrafast"], as: "mp4")
    let folder = try TemporaryFolder()
    let input = try folder.copy(film, to: "film.mp4")
    // A limit on the size of files stands for the full disk; the signal it sends is ignored.
    let script =
      "trap '' XFSZ; ulimit -f 60; exec \(cutroomBinary) analyze \(input) -o \(folder("out")) --stages scenes --sprites "
      + "--sprite-interval 0.1"
    let outcome = try run("/bin/sh", ["-c", script])
    #expect(outcome.exitCode == 4)
    let document = try JSON(contents(of: folder("out/film.mp4/analysis.json")))
    #expect(document.status.string == "partial" && document.scenes.items.count > 0 && document.sprites.isMissing)
    #expect(document.errors.items.map(\.code.string) == ["output_failed"])
    #expect(everything(in: folder("out/film.mp4")) == ["analysis.json"])
  }
}
