import Testing
import Timelines

struct TimecodeTests {
  private let film = Timecode(rate: FrameRate(24_000, 1001), isDropFrame: false)
  private let drop = Timecode(rate: FrameRate(30_000, 1001), isDropFrame: true)
  private let fastDrop = Timecode(rate: FrameRate(60_000, 1001), isDropFrame: true)

  /// Frames to numbers the slow way: numbers are counted up, and those that drop frame leaves out are passed over.
  private func counted(_ frames: Int, base: Int, dropped: Int) -> [String] {
    var numbers: [String] = []
    var number = 0
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    while numbers.count < frames {
      let (minutes, seconds, frame) = (number / (base * 60), number / base % 60, number % base)
      if !(seconds == 0 && frame < dropped && minutes % 10 != 0) {
        numbers.append(
          "\(two(minutes / 60)):\(two(minutes % 60)):\(two(seconds))\(dropped > 0 ? ";" : ":")\(two(frame))")
      }
      number += 1
    }
    return numbers
  }

  @Test(arguments: [(30, 2), (60, 4)]) func `drop frame leaves out the numbers that the standard names`(
    base: Int, dropped: Int
  ) {
    let code = base == 30 ? drop : fastDrop
    let wanted = counted(base * 60 * 21, base: base, dropped: dropped)
    for (frame, text) in wanted.enumerated() where code.text(Int64(frame)) != text {
      Issue.record("frame \(frame) is \(code.text(Int64(frame))), not \(text)")
      break
    }
  }

  @Test func `frames and time codes name each other`() {
    for code in [film, drop, fastDrop, Timecode(rate: FrameRate(25), isDropFrame: true)] {
      for frame in stride(from: Int64(0), to: code.framesPerDay, by: 7919) {
        #expect(code.frame(code.text(frame)) == frame)
      }
    }
  }

  /// SMPTE ST 12-1: an hour of drop frame is 107,892 frames, 3,599.996 s; without, the clock falls behind by 3.6 s an hour.
  @Test func `an hour of time code has the frames that the standard gives it`() {
    #expect(drop.text(107_892) == "01:00:00;00")
    #expect(fastDrop.text(215_784) == "01:00:00;00")
    #expect(film.text(86_400) == "01:00:00:00")
    #expect(drop.framesPerDay == 2_589_408)
  }

  @Test func `past 24 hours time code begins again`() {
    #expect(film.text(24 * 86_400 + 5) == "00:00:00:05")
    #expect(film.text(-1) == "23:59:59:23")
  }

  @Test(arguments: [
    "00:01:00;00", "00:01:00;01", "24:00:00;00", "00:60:00;00", "00:00:60;00", "00:00:00;30", "00:00:00", "a:b:c:d", "",
    "-1:00:00;00",
  ]) func `what names no frame is refused`(text: String) {
    #expect(drop.frame(text) == nil)
  }

  @Test func `numbers are dropped only at 29 97 and 59 94`() {
    for rate in [FrameRate(24), FrameRate(30), FrameRate(24_000, 1001), FrameRate(60), FrameRate(25)] {
      #expect(!Timecode(rate: rate, isDropFrame: true).isDropFrame)
    }
  }
}
