import AudioMixing
import Documents
import Testing

@Suite struct SilenceDetectorTests {
  private func silences(_ blocks: [(Double?, [Float])], channels: Int = 1) -> [[Double]] {
    var detector = SilenceDetector(level: -60, shortest: 0.5, sampleRate: 1000)
    for (at, samples) in blocks { samples.withUnsafeBufferPointer { detector.add($0, channels: channels, at: at) } }
    return detector.finish().map { [$0.startSeconds, $0.endSeconds] }
  }

  private func run(_ value: Float, _ count: Int) -> [Float] { Array(repeating: value, count: count) }

  @Test func aSilenceIsHalfOpenAndExactToTheSample() {
    #expect(silences([(0, run(0.5, 1000) + run(0, 700) + run(0.5, 300))]) == [[1, 1.7]])
  }

  @Test func aSilenceRunsOnOverBlocksAndToTheEnd() {
    #expect(
      silences([(0, run(0, 300)), (0.3, run(0, 300)), (0.6, run(0.1, 10)), (0.61, run(0, 600))]) == [
        [0, 0.6], [0.61, 1.21],
      ])
  }

  @Test func whatIsShorterIsNotReported() {
    #expect(silences([(0, run(0.5, 10) + run(0, 499) + run(0.5, 10))]).isEmpty)
  }

  @Test func oneLoudChannelIsEnough() {
    let samples = (0..<1000).flatMap { _ in [Float(0), Float(0.2)] }
    #expect(silences([(0, samples)], channels: 2).isEmpty)
  }

  @Test func theLevelIsWhereSilenceBegins() {
    #expect(silences([(0, run(0.00099, 1000))]) == [[0, 1]])
    #expect(silences([(0, run(0.00101, 1000))]).isEmpty)
  }

  @Test func aLateStartIsKept() { #expect(silences([(2.5, run(0, 1000))]) == [[2.5, 3.5]]) }
}
