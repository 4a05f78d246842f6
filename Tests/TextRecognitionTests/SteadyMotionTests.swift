import Testing
@testable import TextRecognition
import Timing

/// Pages that move, rest, or change without moving.
@Suite struct SteadyMotionTests {
  private let width = 160
  private let height = 90

  /// Words of other lengths on every line of a page that has moved up by `way`.
  private func page(_ way: Int) -> Plane {
    var plane = Plane(width: width, height: height, repeating: 30)
    for line in 0..<12 {
      let top = 20 * line + 5 - way
      guard top >= 0, top + 8 <= height else { continue }
      MadePlanes.drawLetters(
        &plane, count: 4 + line * 7 % 9, left: 10, top: top, width: 6, height: 8, stroke: 2, gap: 3, value: 240)
    }
    return plane
  }

  private func motions(_ pages: [Plane]) -> [SharedMotion] {
    var motion = SteadyMotion()
    for (look, page) in pages.enumerated() { motion.push(page, seconds: Double(look) / 8) }
    return motion.motions()
  }

  @Test(arguments: [2, 3, 7, -4]) func aPageThatMovesIsFound(speed: Int) throws {
    let start = speed < 0 ? 100 : 0
    let best = try #require(motions((0..<7).map { page(start + speed * $0) }).first)
    #expect(best.steps.map(\.shift) == [speed, 2 * speed, 3 * speed])
  }

  @Test func aSlowPageIsFoundOverMoreLooks() throws {
    let best = try #require(motions([0, 0, 1, 1, 2, 2, 3].map { page($0) }).first)
    #expect(best.steps.map(\.ago) == [2, 4, 6] && best.total == 3)
  }

  @Test func whatRestsOrFlickersDoesNotMove() {
    #expect(motions((0..<7).map { _ in page(0) }).isEmpty)
    #expect(motions((0..<7).map { MadePlanes.noise(width: width, height: height, seed: UInt64($0)) }).isEmpty)
  }

  @Test func aPathIsFollowedBetweenLooksAndBeyond() {
    let path = MotionPath([(0.0, 0.0), (1.0, -10.0), (2.0, -30.0)].map { .init(seconds: $0.0, x: 0, y: $0.1) })
    #expect([-1.0, 0.5, 1.5, 3].map { path.offset(at: $0).y } == [10, -5, -20, -50])
  }
}
