import Timing

/// Puts what was found in order and joins what belongs together.
struct BoundaryMerger {
  private struct Event {
    var kind: Boundary.Kind
    var first: Int
    var last: Int
    var confidence: Double
  }

  /// A plain part shorter than this, in seconds, between a fade out and a fade in makes one transition of them.
  static let fadeThroughSeconds = 0.75
  /// Of two cuts closer than this the second stays: what lies between is a flash of frames.
  static let doubleCutSeconds = 0.13
  /// Two cuts around a plain gap shorter than this are one transition.
  static let gapSeconds = 0.3
  /// Light or smoke that comes over a shot is gone after this long, and the shot was darker before by this many grey levels.
  static let passingSeconds = 2.0
  static let passingLight = 6.0
  /// How like the shot is to what it was before, and how far from it, in grey levels, at most.
  static let passingLikeness = 0.4
  static let passingDistance = 25.0
  /// A film that begins plain for less than this has merely a lead-in.
  static let leadInSeconds = 0.5

  private let rate: FrameRate
  private var events: [Event] = []
  private var runs: [ClosedRange<Int>] = []
  /// The last frame of the latest boundary that was handed out.
  private var released = 0

  init(rate: FrameRate) { self.rate = rate }

  /// The first frame of the earliest boundary still held.
  var oldest: Int? { events.first?.first }

  mutating func add(_ kind: Boundary.Kind, first: Int, last: Int, confidence: Double) {
    let event = Event(kind: kind, first: first, last: last, confidence: confidence)
    let place = events.firstIndex { ($0.first, $0.last) > (first, last) } ?? events.count
    events.insert(event, at: place)
  }

  mutating func add(run: ClosedRange<Int>) {
    runs.append(run)
    if runs.count > 64 { runs.removeFirst(32) }
  }

  /// No boundary will lie before this frame, given that none is added before `frame`.
  func settled(before frame: Int) -> Int { min(frame, oldest ?? .max) }

  /// Boundaries that nothing added from `frame` on can change.
  mutating func release(before frame: Int, _ frames: FrameBuffer) -> [Boundary] {
    join(before: frame, frames)
    let reach = frame == .max ? 0 : rate.frames(Self.passingSeconds) + 1
    var out: [Boundary] = []
    while let event = events.first, frame == .max || event.last + reach < frame {
      events.removeFirst()
      released = event.last
      if let boundary = boundary(event, frames) { out.append(boundary) }
    }
    return out
  }

  /// Joins neighbours among the events before `frame`, which are all known.
  private mutating func join(before frame: Int, _ frames: FrameBuffer) {
    var joined: [Event] = []
    for event in events {
      guard event.first < frame, let last = joined.last else {
        joined.append(event)
        continue
      }
      let gap = event.first - last.last
      if Double(gap) < Self.fadeThroughSeconds * rate.perSecond, isPassing(from: last, to: event, frames) {
        joined.removeLast()
        continue
      }
      switch (last.kind, event.kind) {
      case (.fadeOut, .fadeIn) where Double(gap) < Self.fadeThroughSeconds * rate.perSecond:
        joined[joined.count - 1] = Event(
          kind: .fadeThrough, first: last.first, last: event.last, confidence: max(last.confidence, event.confidence))
      case (.cut, .cut) where gap <= rate.frames(Self.doubleCutSeconds):
        joined[joined.count - 1] = event
      case (.cut, .cut) where gap <= rate.frames(Self.gapSeconds) && runs.contains(last.last...event.first - 1):
        joined[joined.count - 1] = Event(
          kind: .fadeThrough, first: last.first, last: event.last, confidence: last.confidence)
      default: joined.append(event)
      }
    }
    events = joined
    dropPassing(before: frame == .max ? .max : frame - rate.frames(Self.passingSeconds) - 1, frames)
  }

  /// Whether what filled the picture was light or a thing passing close, and the same shot is behind it.
  private func isPassing(from first: Event, to second: Event, _ frames: FrameBuffer) -> Bool {
    guard first.kind == .fadeOut && second.kind == .fadeIn || first.kind == .wipe && second.kind == .wipe,
      first.first > frames.indices.lowerBound, second.last < frames.end
    else { return false }
    let (before, filled, after) = (frames[first.first - 1], frames[first.last], frames[second.last])
    // To go dark between two looks at one thing is how films tell that time goes by.
    let isLight = filled.picture.luma.mean > max(before.picture.luma.mean, after.picture.luma.mean)
    guard first.kind == .wipe || isLight else { return false }
    let share = before.half.distance(after.half) / (before.half.distance(filled.half) + 0.1)
    return share < Trial.returnDistance && Likeness.correlation(before, after, reach: 1) > Trial.returnLikeness
  }

  /// Removes what was taken for a boundary where light or smoke came over a shot and went.
  private mutating func dropPassing(before horizon: Int, _ frames: FrameBuffer) {
    var index = 0
    while index < events.count, events[index].last < horizon {
      if let after = endOfPassing(index, frames) {
        events.removeSubrange(index..<(events[index...].firstIndex { $0.first > after } ?? events.count))
      } else {
        index += 1
      }
    }
  }

  /// The frame that shows the shot from before an event again, where what changed at the event has gone: one picture from soon before it
  /// and one from soon after are like each other, both darker than it made the picture, and less far apart, as a share of what it
  /// changed, than they are like. One more boundary may lie between, but not two cuts: cuts to another shot and back are cuts.
  private func endOfPassing(_ index: Int, _ frames: FrameBuffer) -> Int? {
    let event = events[index]
    let reach = rate.frames(Self.passingSeconds)
    let earliest = max(
      frames.indices.lowerBound, event.last - reach, index > 0 ? events[index - 1].last : released)
    var end = min(frames.end, event.first + reach)
    if index + 1 < events.count, event.kind == .cut, events[index + 1].kind == .cut {
      end = min(end, events[index + 1].first)
    } else if index + 2 < events.count {
      end = min(end, events[index + 2].first)
    }
    guard earliest < event.first, event.last < end else { return nil }
    let sides = [frames[event.first - 1], frames[event.last]]
    let change = sides[0].half.distance(sides[1].half) + 0.1
    let brightest = sides.map(\.picture.luma.mean).max()! - Self.passingLight
    // A fade from black and one to black have dark pictures on both sides that may be like each other.
    let leastContrast = max(Trial.plainContrast, Trial.plainShare * sides.map(\.contrast).max()!)
    func isShot(_ frame: FrameFeatures) -> Bool {
      frame.picture.luma.mean < brightest && frame.contrast >= leastContrast
    }
    let step = 2 * rate.stride
    let before = stride(from: event.first - 1, through: earliest, by: -step).filter { isShot(frames[$0]) }
    return stride(from: event.last, to: end, by: step).first { after in
      isShot(frames[after])
        && before.contains {
          let distance = frames[$0].half.distance(frames[after].half)
          guard after - $0 <= reach, distance < min(change, Self.passingDistance) else { return false }
          let likeness = Likeness.correlation(frames[$0], frames[after], reach: 2)
          return likeness > max(Self.passingLikeness, distance / change)
        }
    }
  }

  private func boundary(_ event: Event, _ frames: FrameBuffer) -> Boundary? {
    if let lead = runs.first, lead.lowerBound == 0, Double(lead.upperBound) < Self.leadInSeconds * rate.perSecond,
      event.first <= lead.upperBound + 2
    {
      return nil
    }
    let middle = (event.first + event.last) / 2
    guard frames.indices.contains(event.first), frames.indices.contains(event.last) else { return nil }
    let isBlank = event.kind == .fadeOut || event.kind == .cut && runs.contains { $0.contains(event.first) }
    let boundary = Boundary(
      kind: event.kind, at: frames[middle].time, first: frames[event.first].time, last: frames[event.last].time,
      confidence: event.confidence, beginsBlank: isBlank)
    frames[middle].evidence?.boundary = boundary
    return boundary
  }
}
