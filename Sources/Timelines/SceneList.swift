import Documents

/// The scene list of PySceneDetect, as its `list-scenes` writes it (version 0.7): a line of cuts, a line of names, a line a
/// scene. Frames count from 1, so that the last of a scene is its `End Frame`.
struct SceneList {
  private let timeline: FilmTimeline

  init(_ timeline: FilmTimeline) { self.timeline = timeline }

  var text: String {
    let starts = timeline.shots.dropFirst().map { clock(start(of: $0)) }
    // Where there is no cut PySceneDetect leaves out the label too.
    let cuts = starts.isEmpty ? "\n" : line(["Timecode List:"] + starts)
    return cuts + line(Self.columns) + timeline.shots.map(row).joined()
  }

  private static let columns = [
    "Scene Number", "Start Frame", "Start Timecode", "Start Time (seconds)", "End Frame", "End Timecode",
    "End Time (seconds)", "Length (frames)", "Length (timecode)", "Length (seconds)",
  ]

  private func row(_ shot: FilmTimeline.Shot) -> String {
    let (first, next) = (shot.scene.start.frame, shot.scene.end.frame)
    let (start, end, length) = (start(of: shot), end(of: shot), length(of: shot))
    return line([
      "\(shot.scene.id)", "\(first + 1)", clock(start), seconds(start), "\(next)", clock(end), seconds(end),
      "\(next - first)", clock(length), seconds(length),
    ])
  }

  /// A time as PySceneDetect computes it, in floating point: at a constant rate its clock divides the frame by a rounded rate
  /// and its seconds by the fraction, which shows where a millisecond is halved.
  private struct Time {
    let clock: Double
    let seconds: Double
  }

  private func start(of shot: FilmTimeline.Shot) -> Time {
    timeline.isConformed ? time(shot.start - timeline.origin) : time(frame: shot.scene.start.frame)
  }

  private func end(of shot: FilmTimeline.Shot) -> Time {
    timeline.isConformed ? time(shot.end - timeline.origin) : time(frame: shot.scene.end.frame)
  }

  private func length(of shot: FilmTimeline.Shot) -> Time {
    timeline.isConformed ? time(shot.end - shot.start) : time(frame: shot.scene.end.frame - shot.scene.start.frame)
  }

  private func time(_ exact: ExactTime) -> Time { Time(clock: exact.seconds, seconds: exact.seconds) }

  private func time(frame: Int) -> Time {
    let rate = timeline.rate
    return Time(
      clock: Double(frame) / rate.value,
      seconds: Double(Int64(frame) * rate.denominator) / Double(rate.numerator))
  }

  private func line(_ fields: [String]) -> String { fields.joined(separator: ",") + "\n" }

  private func seconds(_ time: Time) -> String {
    let milliseconds = Self.milliseconds(time.seconds)
    return "\(milliseconds / 1000)." + Digits.padded(milliseconds % 1000, 3)
  }

  private func clock(_ time: Time) -> String { Clock.text(Self.milliseconds(time.clock), hours: 2, mark: ".") }

  /// The nearest number of milliseconds to the exact value of a floating-point number, halves to the even one, as Python
  /// rounds.
  static func milliseconds(_ seconds: Double) -> Int64 {
    guard seconds >= 1e-6, seconds < 1e12 else { return 0 }
    // significand × 2^exponent is the value to its last bit.
    let bits = Int128(seconds.significandBitPattern | 1 << 52) * 1000
    let shift = 52 - Int(seconds.exponent)
    let (whole, rest) = (bits >> Int128(shift), bits & ((1 << Int128(shift)) - 1))
    let half = Int128(1) << Int128(shift - 1)
    return Int64(clamping: whole + (rest > half || (rest == half && whole % 2 == 1) ? 1 : 0))
  }
}

enum Clock {
  /// `00:00:01.500`, with at least as many digits for the hours.
  static func text(_ milliseconds: Int64, hours: Int, mark: String) -> String {
    let seconds = milliseconds / 1000
    return Digits.padded(seconds / 3600, hours) + ":" + Digits.padded(seconds / 60 % 60, 2) + ":"
      + Digits.padded(seconds % 60, 2) + mark + Digits.padded(milliseconds % 1000, 3)
  }
}
