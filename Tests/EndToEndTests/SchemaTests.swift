import Foundation
import TestSupport
import Testing

/// Documents of real runs, failures included, hold to the published schemas, as python3-jsonschema judges.
struct SchemaTests {
  /// Arguments: a schema, then the documents, one JSON value a line. Prints what is wrong, a line each.
  private static let validator = """
    import json, sys
    from jsonschema import Draft202012Validator
    schema = json.load(open(sys.argv[1], encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for number, line in enumerate(open(sys.argv[2], encoding="utf-8"), 1):
        for error in validator.iter_errors(json.loads(line)):
            print(number, "/".join(map(str, error.absolute_path)), error.message[:200])
    """

  /// What is wrong with documents, a line each, after the schema that `cutroom schema` prints.
  static func complaints(_ documents: [Data], schema: String) throws -> [String] {
    let folder = try TemporaryFolder()
    try folder.write(Self.validator, to: "validate.py")
    let text = try cutroom(["schema", schema]).output
    try #require(try !JSON(text).keys.isEmpty, "the schema \(schema) says nothing")
    try folder.write(text, to: "schema.json")
    let lines = documents.map { Data($0.map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: " ") : $0 }) + Data("\n".utf8) }
    try folder.write(lines.reduce(Data(), +), to: "documents")
    return try tool("python3", [folder("validate.py"), folder("schema.json"), folder("documents")]).lines
  }

  static let run = Result {
    let folder = try TemporaryFolder()
    try folder.copy(Film.withSound(), to: "in/film.mp4")
    try folder.copy(TextTests.film.get(), to: "in/words.mp4")
    try folder.copy(SoundTests.film("nothing"), to: "in/silence.mkv")
    try folder.copy(Film.make(["-f", "lavfi", "-i", "sine=d=1"], as: "wav"), to: "in/sound.wav")
    let cut = try Film.alter(Film.make(["-i", Film.withSound(), "-c", "copy"], as: "mkv"), "cut off") {
      $0 = $0.prefix($0.count * 6 / 10)
    }
    try folder.copy(cut, to: "in/cut-off.mkv")
    try folder.write("no film", to: "in/words-only.mp4")
    let batch = try Batch(
      [folder("in"), folder("none.mp4")], into: folder("out"),
      ["--events", folder("events"), "--frames-per-scene", "2", "--max-duration", "1h"])
    return (folder: folder, batch: batch)
  }

  @Test func `analyses hold to their schema`() throws {
    let (_, batch) = try Self.run.get()
    let paths = everything(in: batch.output).filter { $0.hasSuffix("analysis.json") }
    #expect(paths.count == 7)
    #expect(try Self.complaints(paths.map { try contents(of: "\(batch.output)/\($0)") }, schema: "analysis") == [])
  }

  @Test func `products alone hold to the schema, and those of a film that is cut off are partial`() throws {
    let (folder, _) = try Self.run.get()
    let inputs = ["film.mp4", "cut-off.mkv", "sound.wav"]
    let batch = try Batch(
      inputs.map { folder("in/\($0)") }, into: folder("products"), ["--stages", "none", "--sprites", "--waveform"])
    let documents = try inputs.map { try contents(of: "\(batch.output)/\($0)/analysis.json") }
    #expect(try Self.complaints(documents, schema: "analysis") == [])
    #expect(try documents.map { try JSON($0).status.string } == ["succeeded", "partial", "succeeded"])
  }

  @Test func `what scenes prints as JSON holds to the schema of an analysis, failures too`() throws {
    let (folder, _) = try Self.run.get()
    let one = try cutroom(["scenes", folder("in/film.mp4"), "--json"]).output
    let several = try cutroom([
      "scenes", folder("in/film.mp4"), folder("in/words-only.mp4"), folder("none.mp4"), "--json",
    ])
    let lines = several.output.split(separator: UInt8(ascii: "\n")).map { Data($0) }
    #expect(lines.count == 3)
    #expect(try Self.complaints([one] + lines, schema: "analysis") == [])
  }

  @Test func `batches hold to their schema`() throws {
    let (_, batch) = try Self.run.get()
    #expect(try Self.complaints([contents(of: "\(batch.output)/batch.json")], schema: "batch") == [])
  }

  @Test func `events hold to their schema`() throws {
    let (folder, _) = try Self.run.get()
    let events = try contents(of: folder("events")).split(separator: UInt8(ascii: "\n")).map { Data($0) }
    #expect(events.count > 7)
    #expect(try Self.complaints(events, schema: "event") == [])
  }

  @Test func `probes hold to their schema, failed ones too`() throws {
    let (folder, _) = try Self.run.get()
    let documents = try ["in/film.mp4", "in/sound.wav", "in/words-only.mp4", "none.mp4"].map {
      try cutroom(["probe", folder($0)]).output
    }
    #expect(try Self.complaints(documents, schema: "probe") == [])
  }

  @Test func `a request that the worker takes holds to its schema, and one it refuses does not`() throws {
    let good =
      #"{"schema_version":1,"kind":"request","id":"1","operation":"analyze","input":{"path":"a.mp4"},"output":"o"}"#
    #expect(try Self.complaints([Data(good.utf8)], schema: "request") == [])
    for wrong in WorkerTests.wrong where wrong.request.hasPrefix("{") {
      #expect(try !Self.complaints([Data(wrong.request.utf8)], schema: "request").isEmpty, "\(wrong.request)")
    }
  }

  @Test func `a schema notices what does not belong`() throws {
    let (_, batch) = try Self.run.get()
    let text = String(decoding: try contents(of: "\(batch.output)/film.mp4/analysis.json"), as: UTF8.self)
    for wrong in [
      text.replacingOccurrences(of: "\"succeeded\"", with: "\"fine\""),
      text.replacingOccurrences(of: "\"frame_count\": 80", with: "\"frame_count\": \"80\""),
      text.replacingOccurrences(of: "\"scenes\": [\n", with: "\"scene\": [\n"),
      text.replacingOccurrences(of: "\"schema_version\": 1", with: "\"schema_version\": 2"),
    ] {
      try #require(wrong != text)
      #expect(try !Self.complaints([Data(wrong.utf8)], schema: "analysis").isEmpty)
    }
  }
}
