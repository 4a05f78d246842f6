import Documents
import Testing

@Suite struct QuantityTests {
  @Test(arguments: [
    ("90", 90.0), ("60s", 60), ("1.5m", 90), ("2h", 7200), ("250ms", 0.25), ("1h30m", 5400), ("00:01:02.250", 62.25),
    ("01:30", 90),
  ])
  func timesAreReadAsPeopleTypeThem(text: String, seconds: Double) { #expect(Quantity.seconds(text) == seconds) }

  @Test(arguments: ["", "-1", "1x", "nan", "inf", "1e5", "1:75", "::", "s", "1.2.3"])
  func whatIsNoTimeIsRefused(text: String) { #expect(Quantity.seconds(text) == nil) }

  @Test(arguments: [("2g", Int64(2) << 30), ("512m", 512 << 20), ("1.5k", 1536), ("1000", 1000), ("2GiB", 2 << 30)])
  func sizesArePowersOf1024(text: String, bytes: Int64) { #expect(Quantity.bytes(text) == bytes) }

  @Test func pixelsAreAProductOrACount() {
    #expect(Quantity.pixels("8192x8192") == Int64(8192 * 8192))
    #expect(Quantity.pixels("1000") == 1000)
    #expect(Quantity.pixels("0x5") == nil)
    #expect(Quantity.pixels("9223372036854775807x2") == nil)
  }

  @Test func aSceneLengthIsFramesOrSeconds() {
    #expect(SceneLength(typed: "15f") == .frames(15))
    #expect(SceneLength(typed: "0.6s") == .seconds(0.6))
    #expect(SceneLength(typed: "00:00:00.600") == .seconds(0.6))
    #expect(SceneLength(typed: "0") == SceneLength.none)
    #expect(SceneLength(typed: "x") == nil)
  }

  @Test func aTextRegionLiesWithinThePicture() {
    #expect(TextRegion(typed: "0,0.75,1,0.25") == .box(Box(x: 0, y: 0.75, width: 1, height: 0.25)))
    #expect(TextRegion(typed: "0,0.8,1,0.25") == nil)
    #expect(TextRegion(typed: "0,0,0,1") == nil)
    #expect(TextRegion(typed: "full") == .full)
  }

  @Test func theClosestWordIsFoundAndAFarOneIsNot() {
    #expect(Spelling.closest(to: "fames", among: ["scenes", "frames", "text"]) == "frames")
    #expect(Spelling.closest(to: "zebra", among: ["scenes", "frames", "text"]) == nil)
  }
}
