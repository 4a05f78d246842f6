import Glibc
import Testing
@testable import SceneDetection
import Timing

/// Edges between two shots whose cameras move on meanwhile: samples are like neither end, and go back.
@Suite struct MovingEdgeTests {
  struct Edge: Sendable, CustomTestStringConvertible {
    let name: String
    let way: @Sendable (Double, Double) -> Double
    var testDescription: String { name }
  }

  static let edges = [
    Edge(name: "from the left") { x, _ in x }, Edge(name: "from below") { _, y in -y },
    Edge(name: "from a corner") { x, y in x + 1.5 * y }, Edge(name: "from the middle to both sides") { x, _ in abs(x) },
    Edge(name: "from above and below to the middle") { _, y in -abs(y) },
    Edge(name: "a circle that closes") { x, y in -hypot(x, y) },
    Edge(name: "the hand of a clock") { x, y in -atan2(x, y) },
  ]
  /// The frames in which the second shot comes in.
  private static let passage = 20..<38
  private static let length = 76

  /// Two pans against each other, a sample in two frames, each frame so many times; `share` tells how much of the second is seen.
  private func frames(times: Int = 1, along way: MadeFilm.Way, share: (Int) -> Double) -> FrameBuffer {
    let (a, b) = ([3, 6, 9].map { MadeFilm.shot($0) }, [4, 7, 11].map { MadeFilm.shot($0) })
    var frames = FrameBuffer()
    for frame in 0..<Self.length {
      let old = MadeFilm.view(of: a, at: frame / 2)
      let new = MadeFilm.view(of: b, at: 100 - frame / 2)
      let part = share(frame)
      let picture = part <= 0 ? old : part >= 1 ? new : MadeFilm.split(old, new, along: way, part)
      for _ in 0..<times {
        let index = frames.end
        let time = FrameTime(index: index, pts: Int64(index), duration: 1, seconds: Double(index) / 25 / Double(times))
        frames.append(FrameFeatures(picture, time: time, before: frames.last))
      }
    }
    return frames
  }

  private func passed(_ frame: Int) -> Double {
    Double(frame - Self.passage.lowerBound + 1) / Double(Self.passage.count + 1)
  }

  private func fit(_ frames: FrameBuffer, _ start: Int, _ end: Int, stride: Int = 1) throws -> Double {
    MovingEdge.fit(try #require(TransitionWindow(start, end, frames)), frames, from: 0, stride: stride)
  }

  @Test(arguments: edges) func thePlaceOfAChangeTellsItsTime(edge: Edge) throws {
    let frames = frames(along: edge.way, share: passed)
    let told = try fit(frames, 18, 40)
    #expect(told >= WipeTest.leastFit, "\(told)")
    // Twice as many frames are looked at every other one.
    let doubled = self.frames(times: 2, along: edge.way, share: passed)
    let toldByEveryOther = try fit(doubled, 36, 80, stride: 2)
    #expect(abs(toldByEveryOther - told) < 0.05, "\(toldByEveryOther), not \(told)")
  }

  /// What still shots are judged by fails where they move, and the fit takes its place.
  @Test func samplesOfMovingShotsGoBack() throws {
    let frames = frames(along: Self.edges[1].way, share: passed)
    let window = try #require(TransitionWindow(18, 40, frames))
    let evidence = try #require(WipeTest.evidence(window, frames, within: 0...frames.end - 1, stride: 1))
    #expect(evidence.edge == nil && evidence.fit >= WipeTest.leastFit && evidence.logOdds > 0, "\(evidence)")
  }

  @Test func piecesThatComeInAnyOrderHaveNone() throws {
    let frames = frames(along: { x, y in sin(78 * (x / 8).rounded() + 13 * (y / 6).rounded()) }, share: passed)
    for start in 10...Self.passage.lowerBound {
      let window = try #require(TransitionWindow(start, start + 24, frames))
      let evidence = WipeTest.evidence(window, frames, within: 0...frames.end - 1, stride: 1)
      #expect(evidence == nil, "\(start)")
    }
  }
}
