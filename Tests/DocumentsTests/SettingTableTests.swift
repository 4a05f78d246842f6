import Documents
import Testing

@Suite struct SettingTableTests {
  private func set(_ key: String, _ value: JSONValue) throws -> Settings {
    var settings = Settings()
    try #require(SettingTable.setting(key)).apply(&settings, value)
    return settings
  }

  @Test func everyKeyIsThereOnceAndSpelledForAllThreePlaces() {
    let keys = SettingTable.all.map(\.key)
    #expect(Set(keys).count == keys.count)
    #expect(SettingTable.setting("min_scene_length")?.flag == "--min-scene-length")
    #expect(SettingTable.setting("min_scene_length")?.environmentName == "CUTROOM_MIN_SCENE_LENGTH")
  }

  @Test func textAndJSONMeanTheSame() throws {
    #expect(try set("frame_width", .string("320")) == set("frame_width", .number(320)))
    #expect(try set("resume", .string("true")) == set("resume", .bool(true)))
    #expect(try set("stages", .string("audio,scenes")) == set("stages", .array([.string("scenes"), .string("audio")])))
  }

  @Test(arguments: [
    ("frame_width", "-1"), ("frame_width", "3.5"), ("frames_per_scene", "0"), ("frame_quality", "101"), ("jobs", "0"),
    ("stages", "scenes,fames"), ("stages", ""), ("text_region", "0,0,2,1"), ("text_min_confidence", "1.5"),
    ("languages", "../etc"), ("timeout", "0"), ("max_memory", "1k"), ("max_pixels", "big"), ("log_level", "loud"),
    ("resume", "maybe"), ("silence_level", "3"),
  ])
  func aValueOutOfRangeIsRefused(key: String, value: String) {
    #expect(throws: DocumentError.self) { try set(key, .string(value)) }
  }
}
