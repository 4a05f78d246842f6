import Foundation
import TestSupport
import Testing

/// Options from flags, the environment and a file: which wins, and what is said of those that are wrong.
struct OptionTests {
  private static let quick = ["--stages", "scenes,frames"]

  /// A wrong use: exit code 2, `hints` in the message, nothing on standard output and nothing written.
  private func expectWrongUse(
    _ arguments: [String], environment: [String: String] = [:], hints: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let folder = try TemporaryFolder()
    let outcome = try cutroom(
      ["analyze", Film.plain(), "-o", folder("out")] + arguments, environment: environment, in: folder.path)
    #expect(outcome.exitCode == 2, sourceLocation: sourceLocation)
    for hint in hints { #expect(outcome.errors.contains(hint), "\(outcome.errors)", sourceLocation: sourceLocation) }
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
    #expect(!exists(folder("out")), sourceLocation: sourceLocation)
  }

  @Test func `an unknown option is wrong usage with the closest right one`() throws {
    try expectWrongUse(["--frame-widht", "80"], hints: ["--frame-widht", "--frame-width"])
    try expectWrongUse(["--frame-widht=80"], hints: ["--frame-widht", "--frame-width"])
    try expectWrongUse(["--resum"], hints: ["--resume"])
  }

  @Test(arguments: [
    ["--frame-format", "jpg2000"], ["--stages", "scenes,sound"], ["--jobs", "0"], ["--jobs", "many"],
    ["--threads", "-1"],
    ["--frame-quality", "101"], ["--frame-quality", "0"], ["--frames-per-scene", "0"], ["--frame-width", "-5"],
    ["--text-region", "0,0,2,2"], ["--text-region", "0,0,1"], ["--min-scene-length", "soon"], ["--timeout", "fast"],
    ["--max-memory", "lots"], ["--max-pixels", "8192x"], ["--max-duration", "-1s"], ["--log-level", "loud"],
    ["--log-format", "xml"], ["--min-scene-length", "nan"], ["--frame-width", ""], ["--frame-width"],
  ])
  func `a value that cannot be is wrong usage and names the option`(arguments: [String]) throws {
    try expectWrongUse(arguments, hints: [])
    let outcome = try cutroom(["analyze", Film.plain(), "-o", "/tmp/never"] + arguments)
    let option = String(arguments[0].dropFirst(2))
    let names = [option, option.replacingOccurrences(of: "-", with: "_")]
    #expect(names.contains { outcome.errors.contains($0) }, "\(outcome.errors)")
  }

  @Test(arguments: [
    ("--frame-format", "jpg", "jpeg"), ("--stages", "scene", "scenes"), ("--log-level", "warn", "warning"),
  ])
  func `a value close to a right one is named with it`(option: String, value: String, right: String) throws {
    try expectWrongUse([option, value], hints: [value, right])
  }

  @Test func `an unknown key in a file is wrong usage with the closest right one`() throws {
    let folder = try TemporaryFolder()
    try folder.write(#"{"frame_widht": 80}"#, to: "options.json")
    try expectWrongUse(["--config", folder("options.json")], hints: ["frame_widht", "frame_width"])
    try folder.write(#"{"frame_width": "wide"}"#, to: "options.json")
    try expectWrongUse(["--config", folder("options.json")], hints: ["frame_width"])
    try folder.write(#"{"frame_width": 80,,}"#, to: "options.json")
    try expectWrongUse(["--config", folder("options.json")], hints: ["options.json"])
    try expectWrongUse(["--config", folder("none.json")], hints: ["none.json"])
  }

  @Test func `an unknown name in the environment is wrong usage with the closest right one`() throws {
    try expectWrongUse(
      [], environment: ["CUTROOM_FRAME_WIDHT": "80"], hints: ["CUTROOM_FRAME_WIDHT", "CUTROOM_FRAME_WIDTH"])
    try expectWrongUse([], environment: ["CUTROOM_FRAME_WIDTH": "wide"], hints: ["CUTROOM_FRAME_WIDTH"])
  }

  @Test func `a flag beats the environment, which beats the file, which beats the default`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "film.mp4")
    try folder.write(#"{"frame_width": 32, "frame_format": "png", "frames_per_scene": 2}"#, to: "options.json")
    let batch = try Batch(
      [folder("film.mp4")], into: folder("out"),
      Self.quick + ["--config", folder("options.json"), "--frames-per-scene", "3"],
      environment: ["CUTROOM_FRAME_WIDTH": "64", "CUTROOM_FRAMES_PER_SCENE": "4"])
    #expect(batch.outcome.exitCode == 0)
    let document = try batch.document("film.mp4")
    #expect(document.params.frame_width.int == 64, "the environment beats the file")
    #expect(document.frames.items.allSatisfy { $0.width.int == 64 })
    #expect(document.params.frame_format.string == "png", "the file beats the default")
    #expect(document.params.frames_per_scene.int == 3, "the flag beats both")
    #expect(document.frames.items.count == 9)
    #expect(document.params.frame_quality.int == 85, "the default, where nobody says otherwise")
  }

  @Test func `two documents for one standard output are wrong usage`() throws {
    try expectWrongUse(["--json", "--events", "-"], hints: ["--json", "--events"])
  }

  @Test func `a missing language is exit code 3 and names its package`() throws {
    let folder = try TemporaryFolder()
    let batch = try Batch([Film.plain()], into: folder("out"), ["--languages", "eng+xho"])
    #expect(batch.outcome.exitCode == 3)
    #expect(batch.outcome.errors.contains("tesseract-ocr-xho"))
    #expect(!exists(folder("out/batch.json")))
  }

  @Test func `no input and no output are wrong usage`() throws {
    for arguments in [
      ["analyze"], ["analyze", "film.mp4"], ["analyze", "-o", "/tmp/never"], ["probe"], ["schema"], [], ["analyse"],
    ] {
      let outcome = try cutroom(arguments)
      #expect(outcome.exitCode == 2, "\(arguments)")
      #expect(!(outcome.errors + outcome.text).isEmpty, "\(arguments)")
    }
  }

  @Test func `a least length merges the scenes that are shorter`() throws {
    let folder = try TemporaryFolder()
    for (length, starts) in [("0", [0, 30, 55]), ("26f", [0]), ("1.1s", [0]), ("00:00:01.000", [0, 30, 55])] {
      try folder.copy(Film.plain(), to: "\(starts.count)-\(length)/film.mp4")
      let batch = try Batch(
        [folder("\(starts.count)-\(length)/film.mp4")], into: folder("out-\(length)"),
        ["--stages", "scenes", "--min-scene-length", length])
      // Both later scenes are 25 frames long: shorter than 26 frames, they go to the first.
      #expect(try batch.document("film.mp4").scenes.items.map { $0.start.frame.int } == starts, "\(length)")
    }
  }
}
