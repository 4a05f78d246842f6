/// Which frames of a film become pictures.
package enum FrameRule: Codable, Sendable, Equatable {
  /// The best of each scene, or of each of N equal parts of it.
  case best
  case first, middle, last
  /// The frames in the middle of N equal parts of each scene.
  case spread
  /// Every key frame.
  case keys
  /// What is on the screen at 0 and after every so many seconds.
  case everySeconds(Double)
  /// Frame 0 and every so many frames after it.
  case everyFrames(Int)
  case moments([FrameMoment])

  /// Whether the frames follow from where scenes begin and end.
  package var needsScenes: Bool {
    switch self {
    case .best, .first, .middle, .last, .spread: true
    case .keys, .everySeconds, .everyFrames, .moments: false
    }
  }

  private static let words: [(String, FrameRule)] = [
    ("best", .best), ("first", .first), ("middle", .middle), ("last", .last), ("spread", .spread), ("keys", .keys),
  ]

  /// Reads `best`, `first`, `middle`, `last`, `spread`, `keys`, `every:10s`, `every:250f` or `at:12.5,00:01:02.250,f300`.
  package init(typed text: String) throws(DocumentError) {
    if let known = Self.words.first(where: { $0.0 == text }) {
      self = known.1
    } else if text.hasPrefix("every:") {
      self = try Self.step(String(text.dropFirst(6)))
    } else if text.hasPrefix("at:") {
      self = .moments(try FrameMoment.list(String(text.dropFirst(3))))
    } else {
      let known = Self.words.map(\.0) + ["every:10s", "every:250f", "at:12.5,f300"]
      throw DocumentError(
        "frame_rule: \"\(text)\" is not one of \(known.joined(separator: ", "))"
          + (Spelling.closest(to: text, among: known).map { "; did you mean \"\($0)\"?" } ?? ""))
    }
  }

  private static func step(_ text: String) throws(DocumentError) -> FrameRule {
    if text.hasSuffix("f"), let frames = Int(text.dropLast()), frames > 0 { return .everyFrames(frames) }
    // A thousandth of a second is shorter than any frame.
    if let seconds = Quantity.seconds(text), seconds >= 0.001 { return .everySeconds(seconds) }
    throw DocumentError(
      "frame_rule: every:\(text) should name a step such as every:10s, every:00:01:00 or every:250f")
  }

  package init(from decoder: any Decoder) throws {
    try self.init(typed: decoder.singleValueContainer().decode(String.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(typed)
  }

  /// As it can be typed.
  package var typed: String {
    switch self {
    case .everySeconds(let seconds): "every:" + Quantity.text(seconds: seconds)
    case .everyFrames(let count): "every:\(count)f"
    case .moments(let moments): "at:" + moments.map(\.typed).joined(separator: ",")
    case .best, .first, .middle, .last, .spread, .keys: Self.words.first { $0.1 == self }?.0 ?? ""
    }
  }
}

/// A frame that was asked for: by its number, or by a time at which it is on the screen.
package enum FrameMoment: Sendable, Hashable {
  /// Counted from 0 in the order frames are shown.
  case frame(Int)
  /// Microseconds since the container's start.
  case time(Int64)

  /// `12.5`, `00:01:02.250` or `f300`, several with commas between.
  package static func list(_ text: String) throws(DocumentError) -> [FrameMoment] {
    var moments: [FrameMoment] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      let moment = try FrameMoment(typed: JSONValue.trimmed(word))
      if !moments.contains(moment) { moments.append(moment) }
    }
    return moments
  }

  package init(typed text: String) throws(DocumentError) {
    if text.first == "f", let number = Int(text.dropFirst()), number >= 0, text.dropFirst().first?.isNumber == true {
      self = .frame(number)
    } else if let seconds = Quantity.seconds(text), seconds < 1e9 {
      self = .time(Int64((seconds * 1_000_000).rounded()))
    } else if text.hasPrefix("-") || text.hasPrefix("f-") {
      throw DocumentError("\"\(text)\" lies before the film: times and frame numbers count from 0")
    } else {
      throw DocumentError(
        "\"\(text)\" is neither a time such as 12.5 or 00:01:02.250 nor a frame number such as f300")
    }
  }

  /// As it can be typed.
  package var typed: String {
    switch self {
    case .frame(let number): "f\(number)"
    case .time(let microseconds): Quantity.text(seconds: Double(microseconds) / 1_000_000)
    }
  }
}
