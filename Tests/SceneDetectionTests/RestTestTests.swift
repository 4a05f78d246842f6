import SceneDetection
import Testing
import Timing

@Suite struct RestTestTests {
  private static let length = 400
  private let old = MadeFilm.shot(1)
  private let new = MadeFilm.shot(2)

  /// The first packet at which the rest of a group is quiet, whose picture at each packet is given.
  private func told(
    before next: AnalysisPicture, unevenPackets: Int = 0, framesPerSecond: Double = 25,
    _ picture: (Int) -> AnalysisPicture
  ) -> Int? {
    var test = RestTest(next: next, unevenPackets: unevenPackets, framesPerSecond: framesPerSecond)
    return (0..<Self.length).first { test.isQuiet(from: picture($0), packets: $0) }
  }

  @Test func afterACutTheRestIsQuietOnceTheNewShotStands() throws {
    let told = try #require(told(before: new) { $0 < 40 ? old : new })
    #expect((52...60).contains(told), "twelve frames after the cut: \(told)")
  }

  @Test(arguments: [12, 24, 50, 100, 150], [25.0, 60])
  func aDissolveIsNotCutOff(length: Int, rate: Double) throws {
    let told = try #require(
      told(before: new, framesPerSecond: rate) {
        MadeFilm.mix(old, new, min(1, max(0, Double($0 - 20) / Double(length))))
      })
    // A picture that one predicts from the next is that, though the last of the old shot is in it.
    #expect((20 + length * 9 / 10...20 + length + Int(rate / 2) + 8).contains(told), "\(told)")
  }

  @Test func aFadeInIsNotCutOff() throws {
    let told = try #require(
      told(before: new) { MadeFilm.mix(MadeFilm.plain(16), new, min(1, max(0, Double($0 - 20) / 40))) })
    #expect((60...80).contains(told), "\(told)")
  }

  @Test func whereTheNextShotDoesNotComeNothingIsToldOfTheRest() {
    #expect(told(before: new) { _ in old } == nil)
    #expect(told(before: MadeFilm.plain(16)) { $0 < 40 ? old : MadeFilm.plain(16) } == nil)
    // It comes and goes.
    #expect(told(before: new) { $0 % 16 < 10 ? new : old } == nil)
  }

  @Test func nothingIsToldWhileSizesAreSuspect() throws {
    #expect(try #require(told(before: old) { _ in old }) < 20)
    #expect(try #require(told(before: old, unevenPackets: 60) { _ in old }) >= 72)
  }
}
