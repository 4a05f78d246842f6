/// Decides which lines of a reading are text, and which of their words are kept.
///
/// Thresholds are confidences from 0 to 1, set on the sample films for a floor of 0.6, and move with the floor.
struct LineAcceptance {
  /// The floor for which the thresholds hold.
  static let usualFloor = 0.6
  /// Mean confidence that a line of at least ``longLine`` letters needs, and a shorter one.
  static let longNeed = 0.70
  static let shortNeed = 0.78
  static let longLine = 10
  /// What is added where under half of the letters are in words of the dictionary.
  static let unknownExtra = 0.08
  /// What a line of fewer than ``tinyLine`` letters needs, in known words and in others.
  static let tinyLine = 5
  static let tinyKnownNeed = 0.88
  static let tinyNeed = 0.93
  /// Confidence of a letter by itself.
  static let singleLetter = 0.8
  /// The same where it is a word, as "I" and "a" are in English.
  static let singleKnownLetter = 0.7
  /// Share of a line's letters that its sure words must hold.
  static let sureShare = 0.4
  /// Letters in accepted lines from which they vouch for their neighbours, and what these are then let off.
  static let vouching = 6
  static let vouchedFor = 0.14
  /// How far below the floor a word of a sure line may lie.
  static let rescueDepth = 0.2
  /// Letters of rescued words to letters of sure ones: more, and the line is not sure.
  static let mostRescued = 0.7

  /// Words below it are left out.
  let floor: Double

  /// The accepted words, line by line.
  func lines(_ words: [ReadWord]) -> [[ReadWord]] {
    let numbers = Set(words.map(\.line)).sorted()
    var accepted: [Int: [ReadWord]] = [:]
    var weak: [Int: [ReadWord]] = [:]
    for number in numbers {
      let line = words.filter { $0.line == number && $0.letters > 0 }
      switch judge(line) {
      case .accepted(let words): accepted[number] = words
      case .weak(let words): weak[number] = words
      case .refused: break
      }
    }
    // A sure line vouches for its neighbours.
    if accepted.values.reduce(0, { $0 + $1.letters }) >= Self.vouching { accepted.merge(weak) { sure, _ in sure } }
    return numbers.compactMap { number in
      accepted[number].map { kept in
        let line = words.filter { $0.line == number }
        return withSigns(rescue(kept, from: line), from: line)
      }
    }
  }

  /// With what is neither letter nor digit where it stands between two words, as "&" does, and as sure as a letter by itself must be.
  private func withSigns(_ kept: [ReadWord], from line: [ReadWord]) -> [ReadWord] {
    let signs = line.filter { sign in
      guard sign.letters == 0, sign.confidence >= max(floor, Self.singleLetter) else { return false }
      let middle = (sign.box.left + sign.box.right) / 2
      return kept.contains { $0.box.right < middle } && kept.contains { $0.box.left > middle }
    }
    return signs.isEmpty ? kept : (kept + signs).inReadingOrder
  }

  private enum Verdict {
    case accepted([ReadWord])
    case weak([ReadWord])
    case refused
  }

  private func judge(_ line: [ReadWord]) -> Verdict {
    let sure = line.filter { $0.confidence >= floor }
    let real = sure.filter { $0.letters >= 3 }
    let count = real.letters
    guard !real.isEmpty, Double(count) >= Self.sureShare * Double(line.letters) else { return .refused }
    let known = real.filter(\.isKnown).letters
    var need = count >= Self.longLine ? Self.longNeed : Self.shortNeed
    if 2 * known < count { need += Self.unknownExtra }
    if count < Self.tinyLine { need = known > 0 ? Self.tinyKnownNeed : Self.tinyNeed }
    need = min(0.97, need + floor - Self.usualFloor)
    let kept = sure.filter {
      $0.letters > 1 || $0.confidence >= max(floor, $0.isKnown ? Self.singleKnownLetter : Self.singleLetter)
    }
    if real.confidence >= need { return .accepted(kept) }
    return real.confidence >= need - Self.vouchedFor && count >= 4 ? .weak(kept) : .refused
  }

  /// In a sure line a weaker word is worth its risk: a word that fits between sure ones is likelier right than Tesseract,
  /// which judges it by itself, says. Its confidence becomes a mean with its line's, which counts twice.
  private func rescue(_ kept: [ReadWord], from line: [ReadWord]) -> [ReadWord] {
    let count = kept.letters
    guard count >= Self.longLine else { return kept }
    let mean = kept.confidence
    let rescued = line.filter {
      $0.letters > 0 && $0.confidence < floor && $0.confidence >= floor - Self.rescueDepth
    }.map { word in
      var word = word
      word.confidence = (word.confidence + 2 * mean) / 3
      return word
    }.filter { $0.confidence >= floor }
    guard Double(rescued.letters) < Self.mostRescued * Double(count) else { return kept }
    return (kept + rescued).inReadingOrder
  }
}
