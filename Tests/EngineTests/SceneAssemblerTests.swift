import Documents
@testable import Engine
import FrameExtraction
import SceneDetection
import Testing
import Timing

@Suite struct SceneAssemblerTests {
  private let clock = MediaClock(timeBase: TimeBase(1, 25), startMicroseconds: 0)

  private func time(_ frame: Int) -> FrameTime {
    FrameTime(index: frame, pts: Int64(frame), duration: 1, seconds: clock.seconds(Int64(frame)))
  }

  private func shots(_ starts: [Int]) -> [SceneAssembler.Shot] {
    starts.enumerated().map { index, start in
      let boundary = Boundary(kind: .cut, at: time(start), first: time(start), last: time(start), confidence: 0.9)
      return SceneAssembler.Shot(transitionIn: index == 0 ? nil : boundary, start: time(start), pictures: [])
    }
  }

  private func merged(_ starts: [Int], end: Int, _ length: SceneLength) -> [Int] {
    let assembler = SceneAssembler(minLength: length, framesPerScene: 1, clock: clock)
    let stop = Instant(pts: Int64(end), seconds: clock.seconds(Int64(end)), frame: end)
    return assembler.merged(shots(starts), end: stop).map(\.start.index)
  }

  @Test func withoutAMinimumNothingIsMerged() { #expect(merged([0, 1, 2], end: 3, .none) == [0, 1, 2]) }

  @Test func aShortSceneJoinsTheOneBefore() {
    #expect(merged([0, 50, 55, 100], end: 150, .frames(15)) == [0, 55, 100])
  }

  @Test func theFirstSceneJoinsTheOneAfter() { #expect(merged([0, 5, 100], end: 150, .frames(15)) == [0, 100]) }

  @Test func theLastSceneJoinsTheOneBefore() { #expect(merged([0, 100], end: 110, .seconds(0.6)) == [0]) }

  @Test func aLengthOfExactlyTheMinimumStays() { #expect(merged([0, 15, 30], end: 45, .seconds(0.6)) == [0, 15, 30]) }

  @Test func boundariesThatStayDoNotMove() {
    let starts = [0, 3, 40, 41, 42, 90, 130]
    let kept = merged(starts, end: 200, .frames(10))
    #expect(Set(kept).isSubset(of: Set(starts)))
    #expect(kept == [0, 42, 90, 130])
  }

  @Test func scenesTileTheFilm() {
    let assembler = SceneAssembler(minLength: .none, framesPerScene: 1, clock: clock)
    let end = Instant(pts: 100, seconds: 4, frame: 100)
    let scenes = assembler.scenes(shots([0, 30, 60]), end: end)
    #expect(scenes.map(\.start.frame) == [0, 30, 60])
    #expect(scenes.map(\.end.frame) == [30, 60, 100])
    #expect(scenes.map(\.durationSeconds) == [1.2, 1.2, 1.6])
    #expect(scenes.map(\.transitionIn.kind) == [.start, .cut, .cut])
  }
}
