import Foundation
import TestSupport
import Testing

/// The contact sheet against the pictures of the scenes, and the animated preview against its own structure.
struct SheetTests {
  private static let gap = 12
  private static let caption = 24

  /// The sheet's room for a scene, counted from 0.
  private static func place(_ index: Int, columns: Int, _ width: Int, _ height: Int) -> (x: Int, y: Int) {
    (gap + index % columns * (width + gap), gap + index / columns * (height + caption + gap))
  }

  /// What tesseract reads in a part of a picture.
  private static func read(_ sheet: String, x: Int, y: Int, width: Int, in folder: TemporaryFolder) throws -> String {
    let picture = folder("caption.png")
    _ = try tool(
      "ffmpeg",
      [
        "-nostdin", "-v", "error", "-y", "-i", sheet, "-vf",
        "crop=\(width):\(caption):\(x):\(y),negate,scale=iw*4:-1:flags=lanczos,pad=iw+80:ih+80:40:40:white", picture,
      ])
    return try tool("tesseract", [picture, "-", "--psm", "7", "-c", "tessedit_char_whitelist=0123456789:. "]).text
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test func `every scene stands on the sheet with its number and time`() throws {
    let film = try Film.make(
      Film.segments("320x180", filter: "setpts=PTS*30,fps=25") + ["-c:v", "libx264", "-preset", "ultrafast"], as: "mp4")
    let folder = try TemporaryFolder()
    let input = try folder.copy(film, to: "film.mp4")
    let batch = try Batch([input], into: folder("out"), ["--stages", "scenes,frames", "--contact-sheet"])
    let (result, document) = ("\(batch.output)/film.mp4", try batch.document("film.mp4"))
    #expect(
      document.outputs.items.contains { $0.kind.string == "contact_sheet" && $0.path.string == "contact-sheet.jpg" })
    let sheet = try Pixels("\(result)/contact-sheet.jpg")
    let scenes = document.scenes.items
    try #require(scenes.count == 3)
    #expect(sheet.width == 3 * (240 + Self.gap) + Self.gap && sheet.height == 135 + Self.caption + 2 * Self.gap)
    for (index, scene) in scenes.enumerated() {
      let (x, y) = Self.place(index, columns: 3, 240, 135)
      let file = try #require(document.frames[index].file.string)
      let picture = try Pixels.frames(of: "\(result)/\(file)", width: 240, height: 135)[0]
      #expect(sheet.part(x: x, y: y, width: 240, height: 135).ratio(to: picture) > 28)
      let tenths = Int((scene.start.seconds.double ?? 0) * 10)
      let time = "\(tenths / 600):" + (tenths / 10 % 60 < 10 ? "0" : "") + "\(tenths / 10 % 60).\(tenths % 10)"
      let words = try Self.read("\(result)/contact-sheet.jpg", x: x, y: y + 135, width: 240, in: folder)
      // The dots of a colon are small: tesseract does not always see them.
      let digits = words.split(separator: " ").map { $0.filter { $0.isNumber || $0 == "." } }
      #expect(digits == ["\(index + 1)", time.filter { $0 != ":" }], "read: \(words)")
    }
  }

  /// 160x120 with the left half bright, turned, with tall pixels.
  @Test(arguments: [
    (["-metadata:s:v", "rotate=90"], 135, 240), (["-vf", "setsar=2/1"], 240, 68),
    (["-vf", "scale=40:240,setsar=1"], 40, 240),
  ])
  func `turned and stretched films keep their shape`(change: [String], width: Int, height: Int) throws {
    let film = try Film.make(
      ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=1", "-c:v", "libx264", "-preset", "ultrafast"], as: "mp4")
    // The old way to say it, which ffmpeg 5.1 still turns into a display matrix.
    let changed = try Film.make(
      ["-i", film] + (change[0] == "-vf" ? ["-c:v", "libx264"] : ["-c", "copy"]) + change, as: "mp4")
    let folder = try TemporaryFolder()
    let input = try folder.copy(changed, to: "film.mp4")
    let batch = try Batch(
      [input], into: folder("out"),
      ["--stages", "scenes,frames", "--contact-sheet", "--sprites", "--sprite-width", "80"])
    let (result, document) = ("\(batch.output)/film.mp4", try batch.document("film.mp4"))
    let sheet = try Pixels("\(result)/contact-sheet.jpg")
    let room = max(144, width)
    #expect(sheet.width == room + 2 * Self.gap && sheet.height == height + Self.caption + 2 * Self.gap)
    let file = try #require(document.frames[0].file.string)
    let picture = try Pixels.frames(of: "\(result)/\(file)", width: width, height: height)[0]
    let part = sheet.part(x: Self.gap + (room - width) / 2, y: Self.gap, width: width, height: height)
    #expect(part.ratio(to: picture) > 25)
    let shape = Double(document.sprites.width.int ?? 0) / Double(document.sprites.height.int ?? 1)
    #expect(abs(shape / (Double(width) / Double(height)) - 1) < 0.04)
  }

  @Test func `many scenes fill several sheets`() throws {
    // A new colour every twelve frames.
    let film = try Film.make(
      [
        "-f", "lavfi", "-i",
        "color=black:s=96x54:r=25:d=48,format=yuv420p,geq=lum='60+mod(floor(N/12)*97,150)+X/4':cb='40+mod(floor(N/12)*61,170)':cr='40+mod(floor(N/12)*113,170)'",
        "-c:v", "libx264", "-preset", "ultrafast",
      ], as: "mp4")
    let folder = try TemporaryFolder()
    let input = try folder.copy(film, to: "film.mp4")
    let batch = try Batch([input], into: folder("out"), ["--stages", "scenes,frames", "--contact-sheet"])
    let document = try batch.document("film.mp4")
    let count = document.scenes.items.count
    // Nine columns of 144, as the captions need, and seventeen rows of 54 with captions.
    let rows = (1600 - Self.gap) / (54 + Self.caption + Self.gap)
    let sheets = (count + 9 * rows - 1) / (9 * rows)
    #expect(count > 90)
    let names = everything(in: "\(batch.output)/film.mp4").filter { $0.hasPrefix("contact-sheet") }
    #expect(names == (sheets == 1 ? ["contact-sheet.jpg"] : (1...sheets).map { "contact-sheet-\($0).jpg" }))
    for name in names {
      let size = try probe("\(batch.output)/film.mp4/\(name)", "width,height")
      #expect(size.width.int! <= 1524 && size.height.int! <= 1600)
    }
  }

  @Test func `no picture of a scene is a warning`() throws {
    let folder = try TemporaryFolder()
    let input = try folder.copy(Film.plain(), to: "film.mp4")
    let batch = try Batch([input], into: folder("out"), ["--stages", "scenes", "--contact-sheet"])
    let document = try batch.document("film.mp4")
    let warning = document.warnings.items.first { $0.code.string == "no_contact_sheet" }
    #expect(warning?.message.string?.contains("frames") == true)
    #expect(everything(in: "\(batch.output)/film.mp4") == ["analysis.json"])
  }

  // MARK: - Preview

  /// The frames of an animated WebP, read after the container's specification: width, height and milliseconds.
  private static func animation(_ file: String) throws -> [(width: Int, height: Int, milliseconds: Int)] {
    let bytes = Array(try contents(of: file))
    func number(_ at: Int, _ count: Int) -> Int { (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) } }
    #expect(bytes[0..<4].elementsEqual("RIFF".utf8) && bytes[8..<12].elementsEqual("WEBP".utf8))
    #expect(number(4, 4) + 8 == bytes.count)
    var frames: [(width: Int, height: Int, milliseconds: Int)] = []
    var at = 12
    while at + 8 <= bytes.count {
      let length = number(at + 4, 4)
      if bytes[at..<at + 4].elementsEqual("ANMF".utf8) {
        frames.append((number(at + 14, 3) + 1, number(at + 17, 3) + 1, number(at + 20, 3)))
      }
      at += 8 + length + length % 2
    }
    return frames
  }

  @Test(arguments: [
    ["--stages", "none"], ["--stages", "scenes,frames"], ["--stages", "scenes", "--speed", "balanced"],
  ])
  func `a preview is short, small and animated`(options: [String]) throws {
    let folder = try TemporaryFolder()
    let input = try folder.copy(SpriteTests.film("mp4"), to: "film.mp4")
    let batch = try Batch([input], into: folder("out"), options + ["--preview"])
    #expect(batch.outcome.exitCode == 0, "\(batch.outcome.errors)")
    let file = "\(batch.output)/film.mp4/preview.webp"
    let frames = try Self.animation(file)
    #expect(frames.count == 16 && frames.map(\.milliseconds).reduce(0, +) <= 8000)
    #expect(frames.allSatisfy { $0.width <= 160 && $0.height <= 90 })
    #expect(try size(of: file) < 300_000)
  }

  @Test func `a film of one frame has a preview, a sheet and a sprite`() throws {
    let film = try Film.make(
      ["-f", "lavfi", "-i", "testsrc2=s=98x66:r=25", "-frames:v", "1", "-c:v", "ffv1"], as: "mkv")
    let folder = try TemporaryFolder()
    let batch = try Batch(
      [folder.copy(film, to: "film.mkv")], into: folder("out"),
      ["--stages", "scenes,frames", "--preview", "--sprites", "--contact-sheet", "--waveform"])
    let document = try batch.document("film.mkv")
    #expect(document.status.string == "succeeded" && document.sprites.count.int == 1)
    #expect(document.waveforms.isArray && document.warnings.items.map(\.code.string) == ["no_waveform"])
    for output in document.outputs.items {
      #expect(exists("\(batch.output)/film.mkv/\(output.path.string ?? "?")"))
    }
  }
}
