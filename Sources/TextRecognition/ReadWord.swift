/// A word as it was read, in pixels of a block.
struct ReadWord: Equatable, Sendable {
  var text: String
  /// From 0 to 1.
  var confidence: Double
  var language = ""
  var box: TextBox
  /// Number of its line.
  var line: Int
  /// Whether the language's dictionary holds it.
  var isKnown = false

  /// Letters and digits.
  var letters: Int { text.letterCount }
}

extension String {
  /// Number of letters and digits.
  var letterCount: Int { reduce(0) { $0 + ($1.isLetter || $1.isNumber ? 1 : 0) } }

  /// Without what is neither letter nor digit at both ends.
  var core: String {
    func isPlain(_ character: Character) -> Bool { character.isLetter || character.isNumber }
    guard let first = firstIndex(where: isPlain), let last = lastIndex(where: isPlain) else { return "" }
    return String(self[first...last])
  }
}

extension Sequence<ReadWord> {
  var letters: Int { reduce(0) { $0 + $1.letters } }

  /// Mean confidence, weighted by letters.
  var confidence: Double {
    let letters = letters
    return letters == 0 ? 0 : reduce(0) { $0 + $1.confidence * Double($1.letters) } / Double(letters)
  }
}

/// Makes one reading out of several of the same picture.
enum WordVote {
  /// What a dictionary word is worth in confidence.
  static let knownBonus = 0.12
  /// What a sign that hardly ever stands in a word costs: it is a letter misread in one of the shapes.
  static let oddSignCost = 0.3
  static let oddSigns: Set<Character> = [
    "«", "»", "|", "\\", "_", "~", "^", "{", "}", "<", ">", "=", "*", "§", "©", "®", "¢", "¥", "°",
  ]
  /// Share of the narrower word's width from which two words claim the same place.
  static let samePlace = 0.3

  /// Whether a sign stands among letters as if it were one.
  static func isOdd(_ word: ReadWord) -> Bool { word.letters > 1 && word.text.contains(where: oddSigns.contains) }

  /// Of words in one place the surest stays; lines are made anew from the places.
  static func vote(_ words: [ReadWord]) -> [ReadWord] {
    func weight(_ word: ReadWord) -> Double {
      word.confidence + (word.isKnown && word.text.core.count > 1 ? knownBonus : 0)
        - (isOdd(word) ? oddSignCost : 0)
    }
    var kept: [ReadWord] = []
    for word in words.sorted(by: { weight($0) > weight($1) }) {
      let middle = (word.box.top + word.box.bottom) / 2
      let isTaken = kept.contains { other in
        word.box.overlap(other.box).width > samePlace * min(word.box.width, other.box.width)
          && other.box.top < middle && middle < other.box.bottom
      }
      if !isTaken { kept.append(word) }
    }
    return lines(kept)
  }

  private static func lines(_ words: [ReadWord]) -> [ReadWord] {
    func middle(_ word: ReadWord) -> Double { (word.box.top + word.box.bottom) / 2 }
    var lines: [(top: Double, bottom: Double, words: [ReadWord])] = []
    for word in words.sorted(by: { middle($0) < middle($1) }) {
      let y = middle(word)
      if let line = lines.firstIndex(where: { $0.top < y && y < $0.bottom }) {
        lines[line].words.append(word)
      } else {
        lines.append((word.box.top, word.box.bottom, [word]))
      }
    }
    return lines.enumerated().flatMap { number, line in
      line.words.inReadingOrder.map { word in
        var word = word
        word.line = number
        return word
      }
    }
  }
}
