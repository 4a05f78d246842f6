import Testing
@testable import TextRecognition
import Timing

/// What tells strokes of letters from others before their pictures are touched.
@Suite struct StrokeStatisticsTests {
  /// Uprights of two pixels, `pitch` apart, as their edges: rising on the left, falling on the right.
  private func uprights(_ count: Int, pitch: Int, height: Int, top: Int = 10, step: Int16 = 40) -> StandingText {
    var pixels: [Int32] = []
    var weights: [Int16] = []
    for y in top..<top + height {
      for upright in 0..<count {
        let x = 20 + upright * pitch
        pixels += [Int32(y * 160 + x), Int32(y * 160 + x + 2)]
        weights += [step, -step]
      }
    }
    return StandingText(
      pixels: pixels, weights: weights, width: 160, isLong: false, clean: MadePlanes.time(0), now: MadePlanes.time(10))
  }

  @Test func aLineOfLettersMayBeText() {
    #expect(TextBlock([uprights(10, pitch: 6, height: 10)], width: 160).mayBeText(width: 160))
  }

  @Test func aFenceOfFewPostsIsNoText() {
    #expect(!TextBlock([uprights(4, pitch: 9, height: 10)], width: 160).mayBeText(width: 160))
  }

  @Test func strokesFainterThanCompressionLeavesAreNoText() {
    #expect(!TextBlock([uprights(10, pitch: 6, height: 10, step: 12)], width: 160).mayBeText(width: 160))
  }

  /// Lines that follow each other so closely that their rows run together are not one high line.
  @Test func clutterThatRunsTogetherIsReadByItsMembers() {
    let members = (0..<8).map { row in uprights(6, pitch: 12, height: 8, top: 20 + 6 * row) }
    #expect(TextBlock([members[0]], width: 160).readable(width: 160).map(\.members.count) == [1])
    let clutter = TextBlock(members, width: 160)
    #expect(clutter.lineHeight > 40)
    #expect(clutter.readable(width: 160).map(\.members.count) == Array(repeating: 1, count: 8))
  }
}
