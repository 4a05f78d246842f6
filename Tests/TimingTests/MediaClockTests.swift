import Testing
import Timing

@Suite struct MediaClockTests {
  @Test func secondsAreExactFractionsRoundedToTheMicrosecond() {
    let clock = MediaClock(timeBase: TimeBase(1001, 24000), startMicroseconds: 0)
    // 118 × 1001 / 24000 = 4.92158333…
    #expect(clock.microseconds(118) == 4_921_583)
    #expect(clock.seconds(118) == 4.921583)
    #expect(clock.microseconds(24000) == 1_001_000_000)
  }

  @Test func theStartOfTheContainerIsZero() {
    let clock = MediaClock(timeBase: TimeBase(1, 90_000), startMicroseconds: 1_400_000)
    #expect(clock.seconds(126_000) == 0)
    #expect(clock.seconds(126_000 + 3_003) == 0.033367)
    #expect(clock.seconds(0) == -1.4)
  }

  @Test func halvesRoundAwayFromZeroOnBothSides() {
    let clock = MediaClock(timeBase: TimeBase(1, 2_000_000), startMicroseconds: 0)
    #expect(clock.microseconds(1) == 1)
    #expect(clock.microseconds(-1) == -1)
    #expect(clock.microseconds(3) == 2)
  }

  @Test func timestampsNearTheEndOfTheRangeDoNotOverflow() {
    let clock = MediaClock(timeBase: TimeBase(1, 1_000_000_000), startMicroseconds: 0)
    #expect(clock.microseconds(.max) == Int64.max / 1000 + 1)
  }

  @Test func aTimeBaseWithoutMeaningBecomesMicroseconds() {
    #expect(TimeBase(0, 0) == TimeBase(1, 1_000_000))
    #expect("\(TimeBase(1001, 30000))" == "1001/30000")
  }

  @Test func ticksGoBackAndForth() {
    let clock = MediaClock(timeBase: TimeBase(1, 12_800), startMicroseconds: 0)
    #expect(clock.ticks(0.04) == 512)
    #expect(clock.duration(512) == 0.04)
  }
}
