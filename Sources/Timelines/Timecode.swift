/// SMPTE time code (ST 12-1): frames numbered as hours, minutes, seconds and frames.
///
/// At 23.976 frames a second it counts 24 numbers a second and so falls behind the clock on the wall; no frame is ever
/// without its number. With drop frame, at 29.97 and 59.94, the first two (four) numbers of each minute are left out but
/// for every tenth minute.
package struct Timecode: Sendable, Equatable {
  package let rate: FrameRate
  package let isDropFrame: Bool

  package init(rate: FrameRate, isDropFrame: Bool) {
    self.rate = rate
    self.isDropFrame = isDropFrame && rate.canDropFrames
  }

  private var base: Int64 { rate.base }
  /// Numbers left out in a minute.
  private var dropped: Int64 { isDropFrame ? base / 15 : 0 }
  private var framesPerMinute: Int64 { base * 60 - dropped }
  private var framesPerTenMinutes: Int64 { base * 600 - 9 * dropped }
  /// After as many frames it begins again with 00:00:00:00.
  package var framesPerDay: Int64 { framesPerTenMinutes * 144 }

  /// The time code of a frame, `00:00:00:00` or, with drop frame, `00:00:00;00` where `separator` says so.
  package func text(_ frame: Int64, dropSeparator separator: Character = ";") -> String {
    let ofDay = ((frame % framesPerDay) + framesPerDay) % framesPerDay
    let (tens, rest) = ofDay.quotientAndRemainder(dividingBy: framesPerTenMinutes)
    let minutes = rest < base * 60 ? 0 : 1 + (rest - base * 60) / framesPerMinute
    let number = ofDay + dropped * (9 * tens + minutes)
    let seconds = number / base
    let frames = number % base
    return Digits.padded(seconds / 3600, 2) + ":" + Digits.padded(seconds / 60 % 60, 2) + ":"
      + Digits.padded(seconds % 60, 2) + String(isDropFrame ? separator : ":") + Digits.padded(frames, 2)
  }

  /// The frame that a time code names; nil where it names none at this rate.
  package func frame(_ text: String) -> Int64? {
    let parts = text.split(omittingEmptySubsequences: false) { ":;.".contains($0) }.map { Int64($0) }
    guard parts.count == 4, !parts.contains(where: { $0.map { $0 < 0 } ?? true }) else { return nil }
    let (hours, minutes, seconds, frames) = (parts[0]!, parts[1]!, parts[2]!, parts[3]!)
    guard hours < 24, minutes < 60, seconds < 60, frames < base else { return nil }
    if seconds == 0, minutes % 10 != 0, frames < dropped { return nil }
    let total = hours * 60 + minutes
    return (total * 60 + seconds) * base + frames - dropped * (total - total / 10)
  }

  /// Whether a time code is written as drop frame: with a semicolon or a point before the frames.
  static func isDropFrame(_ text: String) -> Bool {
    text.last { !("0"..."9").contains($0) }.map { $0 == ";" || $0 == "." } ?? false
  }
}

enum Digits {
  /// A number that is not negative, with zeros in front up to `width`.
  static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
