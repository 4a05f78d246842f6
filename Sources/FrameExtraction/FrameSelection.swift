import Documents
import Timing

/// Says which frames a rule names, seeing their times in the order they are shown.
///
/// A frame is on the screen until the next is due, so that each is decided when the next one comes. A time before the first
/// frame is the first frame's.
struct FrameSelection {
  /// Frames and times that are left, sorted, the next one last.
  private var frames: [Int] = []
  private var times: [Int64] = []
  private var step: (frames: Int, microseconds: Int64) = (0, 0)
  private var nextStep: Int64 = 0
  private let takesKeys: Bool
  private let isList: Bool
  private let clock: MediaClock
  private var held: (time: FrameTime, isKey: Bool)?

  /// `rule` is one that needs no scenes.
  init(_ rule: FrameRule, clock: MediaClock) {
    self.clock = clock
    takesKeys = rule == .keys
    switch rule {
    case .everySeconds(let seconds): step.microseconds = max(1, Int64((seconds * 1_000_000).rounded()))
    case .everyFrames(let count): step.frames = count
    default: break
    }
    guard case .moments(let moments) = rule else {
      isList = false
      return
    }
    isList = true
    for moment in moments {
      switch moment {
      case .frame(let number): frames.append(number)
      case .time(let microseconds): times.append(microseconds)
      }
    }
    frames.sort(by: >)
    times.sort(by: >)
  }

  /// Whether no frame can be named any more.
  var isDone: Bool { isList && frames.isEmpty && times.isEmpty && held == nil }
  /// Whether the frame held is all that is left to decide, and needs no other to be decided.
  var isDecided: Bool { isList && times.isEmpty && frames.allSatisfy { $0 == held?.time.index } }

  /// What is asked for and has not come.
  var left: [FrameMoment] { frames.reversed().map { .frame($0) } + times.reversed().map { .time($0) } }

  /// Takes the time of the next frame. Returns what asks for the one before it: nil where nothing does; empty where the
  /// rule does without being a list.
  mutating func next(_ time: FrameTime, isKey: Bool) -> [FrameMoment]? {
    defer { held = (time, isKey) }
    return decide(before: clock.microseconds(time.pts))
  }

  /// Takes the end of the film, in ticks. Returns what asks for the last frame.
  mutating func finish(end: Int64) -> [FrameMoment]? {
    defer { held = nil }
    return decide(before: clock.microseconds(end))
  }

  private mutating func decide(before end: Int64) -> [FrameMoment]? {
    guard let held else { return nil }
    var asked: [FrameMoment] = []
    while let number = frames.last, number <= held.time.index {
      frames.removeLast()
      if number == held.time.index { asked.append(.frame(number)) }
    }
    while let time = times.last, time < end {
      times.removeLast()
      asked.append(.time(time))
    }
    if isList { return asked.isEmpty ? nil : asked }
    if takesKeys { return held.isKey ? [] : nil }
    if step.frames > 0 { return held.time.index % step.frames == 0 ? [] : nil }
    guard nextStep < end else { return nil }
    // The first multiple that is not on the screen with this frame.
    nextStep += ((end - nextStep + step.microseconds - 1) / step.microseconds) * step.microseconds
    return []
  }
}
