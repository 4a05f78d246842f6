import Documents
import Testing

@Suite struct RequestTests {
  private func read(_ text: String) throws(DocumentError) -> Request { try Request(json: Array(text.utf8)) }

  private func message(_ text: String) -> String {
    do throws(DocumentError) {
      _ = try read(text)
      return "accepted"
    } catch {
      return error.message
    }
  }

  @Test func aMinimalRequestHasTheDefaults() throws {
    let request = try read(#"{"operation": "analyze", "input": {"path": "a.mp4"}, "output": "out"}"#)
    #expect(request.settings == Settings())
    #expect(request.inputPath == "a.mp4")
    #expect(request.id == "")
  }

  @Test func optionsAndLimitsAreRead() throws {
    let request = try read(
      #"""
      {"schema_version": 1, "kind": "request", "id": "r1", "operation": "analyze", "input": {"path": "a.mp4", "name": "b"},
       "output": "out", "stages": ["scenes", "audio"], "options": {"frame_width": 320, "min_scene_length": "15f",
       "languages": "eng+deu", "threads": 2}, "limits": {"timeout": "1h30m", "max_memory": 536870912, "max_pixels": "1920x1080"}}
      """#)
    #expect(request.settings.options.stages == [.scenes, .audio])
    #expect(request.settings.options.frameWidth == 320)
    #expect(request.settings.options.minSceneLength == .frames(15))
    #expect(request.settings.options.languages == ["eng", "deu"])
    #expect(request.settings.batch.threads == 2)
    #expect(request.settings.limits.timeout == 5400)
    #expect(request.settings.limits.maxMemory == 512 << 20)
    #expect(request.settings.limits.maxPixels == 1920 * 1080)
  }

  @Test func whatIsWrittenReadsBackTheSame() throws {
    var settings = Settings()
    settings.options.stages = [.frames]
    settings.options.minSceneLength = .seconds(0.6)
    settings.options.textRegion = .box(Box(x: 0, y: 0.5, width: 1, height: 0.5))
    settings.limits.timeout = 12.5
    settings.options.clips = .encode
    settings.options.stages = [.scenes, .frames]
    settings.options.clipCodec = .vp9
    settings.options.clipQuality = 31
    settings.options.clipSound = .opus
    settings.options.clipSoundBitRate = 96_000
    settings.batch.threads = 3
    settings.batch.sceneStats = "/tmp/a b.csv"
    let request = Request(
      id: "7", operation: .analyze, inputPath: "/a \"b\"\n.mp4", inputName: "b", output: "/out", settings: settings)
    #expect(try read(DocumentEncoder.line(request)) == request)
  }

  /// A setting that the request forgets would be a default in the worker, without a word.
  @Test func everySettingOfTheResultIsWritten() throws {
    let request = Request(
      id: "", operation: .analyze, inputPath: "a", inputName: nil, output: "o", settings: Settings())
    let line = try DocumentEncoder.line(request)
    for setting in SettingTable.all where setting.group == .result {
      #expect(line.contains("\"\(setting.key)\""), "\(setting.key)")
    }
  }

  @Test(arguments: [
    (#"{"operation": "analyse", "input": {"path": "a"}, "output": "o"}"#, "did you mean \"analyze\""),
    (
      #"{"operation": "analyze", "input": {"path": "a"}, "outptu": "o", "output": "o"}"#,
      "outptu is not a known key; did you mean \"output\""
    ),
    (#"{"operation": "analyze", "input": {"pth": "a", "path": "a"}, "output": "o"}"#, "input.pth is not a known key"),
    (
      #"{"operation": "analyze", "input": {"path": "a"}, "output": "o", "options": {"frame_widht": 3}}"#,
      "options.frame_widht is not a known key; did you mean \"frame_width\""
    ),
    (
      #"{"operation": "analyze", "input": {"path": "a"}, "output": "o", "options": {"frame_format": "jpg"}}"#,
      "is not one of jpeg, png, webp, avif; did you mean \"jpeg\""
    ),
    (
      #"{"operation": "analyze", "input": {"path": "a"}, "output": "o", "limits": {"timeout": -1}}"#,
      "timeout should be a time"
    ),
    (#"{"operation": "analyze", "input": {"path": "a"}}"#, "output is missing"),
    (
      #"{"operation": "analyze", "input": {"path": "a"}, "output": "o", "options": {"clips": "encode", "clip_codec": "ffv1", "clip_sound_bit_rate": 96000}}"#,
      "clip_sound flac has no bit rate"
    ),
    (
      #"{"operation": "analyze", "input": {"path": "a"}, "output": "o", "stages": ["text"], "options": {"clips": "copy"}}"#,
      "clips are cut at scenes"
    ),
    (#"{"operation": "analyze", "input": "a", "output": "o"}"#, "input should be an object, not text"),
    (#"{"operation": "analyze"#, "not valid JSON"),
    ("[]", "the request should be an object, not a list"),
    (#"{"schema_version": 2, "operation": "probe", "input": {"path": "a"}}"#, "schema_version should be the number 1"),
  ])
  func aBadRequestNamesThePlaceAndWhatWouldBeRight(json: String, expected: String) {
    #expect(message(json).contains(expected), "said: \(message(json))")
  }
}
