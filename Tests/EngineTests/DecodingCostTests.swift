@testable import Engine
import Media
import Testing

@Suite struct DecodingCostTests {
  private static let area = 1_000_000
  /// Compressed bytes that stand for predicting all pixels of a frame.
  private static let predicted = 5700

  /// A group: its key frame and what follows it in the file, each as bytes and the place on the screen, from the key frame on.
  private struct Group {
    var key: Int
    var others: [(bytes: Int, place: Int)] = []

    /// Each frame is shown after all before it.
    static func forward(_ count: Int, of bytes: Int, key: Int = 50_000) -> Group {
      Group(key: key, others: (1...count).map { (bytes, $0) })
    }
  }

  private func cost(_ groups: [Group], area: Int = Self.area) -> DecodingCost {
    var cost = DecodingCost()
    cost.area = area
    var start = 0
    for group in groups {
      for (index, frame) in ([(group.key, 0)] + group.others).enumerated() {
        let pts = Int64(start + frame.1)
        cost.add(PacketFacts(pts: pts, dts: nil, duration: 1, bytes: frame.0, isKey: index == 0))
      }
      start += group.others.count + 1
    }
    return cost
  }

  private func isNear(_ a: Double, _ b: Double, within part: Double = 1e-9) -> Bool { abs(a - b) <= part * abs(b) }

  @Test func aFrameCostsItsBytesAndTheSameAgainForSoMuchArea() {
    let few = 10
    let shares = cost([
      .forward(few, of: 0), .forward(2 * few, of: 0), .forward(few, of: Self.predicted),
    ]).ofOpening
    // Ten more frames without bytes cost what the bytes of ten do that stand for their area.
    #expect(shares[1] > shares[0])
    #expect(isNear(shares[1] - shares[0], shares[2] - shares[0]))
  }

  @Test func sharesDoNotDependOnTheSizeOfThePicture() {
    let small = cost([.forward(10, of: 4000), .forward(30, of: 1000)])
    let large = cost(
      [.forward(10, of: 16_000, key: 200_000), .forward(30, of: 4000, key: 200_000)], area: 4 * Self.area)
    #expect(isNear(large.ofTheRest, small.ofTheRest))
    #expect(zip(large.ofOpening, small.ofOpening).allSatisfy { isNear($0, $1) })
  }

  @Test func ofKeyFramesAloneOnlyTheLoopFilterIsLeftOut() {
    // So many bytes that neither area nor detection weigh.
    let keys = cost([Group](repeating: Group(key: 1_000_000_000), count: 20))
    #expect(isNear(keys.ofTheRest, 1 / 1.2, within: 0.001))
    // Opening one decodes it once more.
    #expect(isNear(keys.ofOpening.reduce(0, +), 1 / 1.2, within: 0.001))
  }

  @Test func framesBetweenOthersAreNoPartOfOpening() {
    func between(_ bytes: Int) -> Group { Group(key: 50_000, others: [(4000, 4), (bytes, 2), (bytes, 1), (bytes, 3)]) }
    let shares = cost([between(100), between(9000), Group(key: 50_000, others: [(4000, 4)])]).ofOpening
    #expect(isNear(shares[0], shares[1]) && isNear(shares[0], shares[2]))
    // The whole decode, of which it is a share, has them.
    #expect(cost([between(100)]).ofOpening[0] > cost([between(9000)]).ofOpening[0])
    #expect(cost([between(100)]).ofTheRest > cost([between(9000)]).ofTheRest)
  }

  @Test func framesShownBeforeTheKeyFrameTheyFollowAreBetween() {
    let leading = Group(key: 50_000, others: [(9000, -2), (9000, -1), (4000, 1)])
    let shares = cost([.forward(3, of: 4000), leading, .forward(1, of: 4000)]).ofOpening
    #expect(isNear(shares[1], shares[2]))
  }

  @Test func aFrameWithoutATimeCostsAsOneThatIsShownLast() {
    func shares(_ pts: Int64?) -> [Double] {
      var cost = DecodingCost()
      cost.area = Self.area
      for (bytes, pts) in [(50_000, 0), (4000, 1), (3000, pts)] as [(Int, Int64?)] {
        cost.add(PacketFacts(pts: pts, dts: nil, duration: 1, bytes: bytes, isKey: bytes == 50_000))
      }
      return cost.ofOpening
    }
    #expect(shares(nil) == shares(2))
  }

  @Test func openingAllCostsMoreThanAWholeDecodeOnlyByTheKeyFramesThatAreDecodedTwice() {
    // Nothing between, so that an opened group leaves nothing out; key frames of a tenth of the film.
    let film = cost([Group](repeating: .forward(18, of: 10_000, key: 31_400 - Self.predicted), count: 40))
    let all = film.ofTheRest + film.ofOpening.reduce(0, +)
    // (0.1 + 0.1 + 0.9 × 1.08) / 1.2 and, of a thousand pixels' worth each, what detection takes.
    #expect(isNear(all, (0.1 + 0.1 + 0.9 * 1.08) / 1.2, within: 0.03))
  }

  @Test func nothingCostsNothing() {
    #expect(DecodingCost().ofTheRest == 0)
    #expect(DecodingCost().ofOpening.isEmpty)
  }
}
