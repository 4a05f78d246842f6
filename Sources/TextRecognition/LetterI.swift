/// The English word I, where it has no feet: a bar that recognition takes for another letter, or joins to the next word.
///
/// It is what a dictionary says: in a language without such a word nothing is changed.
enum LetterI {
  /// What Tesseract reads where there is one bar.
  private static let bars: Set<Character> = ["I", "l", "|"]
  /// Heights by which a bar is narrower than it is high, and that there are at least between two words.
  private static let widest = 0.4
  private static let leastGap = 0.22
  /// How many times the gap after the bar is wider than those between the other letters of the word.
  private static let widerGap = 1.6

  /// A bar is the letter I where a dictionary holds the word that it makes.
  static func read(_ text: String, isKnown: (String) -> Bool) -> String {
    guard text.contains("|") else { return text }
    let word = text.replacing("|", with: "I")
    return isKnown(word.core) ? word : text
  }

  /// A word that is a bar and another word, as in "lam" or "Iam", parted where the bar stands by itself; of one bar that was read as two
  /// letters one. `letters` are boxes of connected areas, in pixels of the block.
  static func parted(_ word: ReadWord, letters: [TextBox], isKnown: (String) -> Bool) -> [ReadWord] {
    guard let first = word.text.first, bars.contains(first), isKnown("I") else { return [word] }
    let inside = letters.filter { letter in
      let (x, y) = ((letter.left + letter.right) / 2, (letter.top + letter.bottom) / 2)
      return word.box.left <= x && x <= word.box.right && word.box.top <= y && y <= word.box.bottom
    }.sorted { $0.left < $1.left }
    guard let bar = inside.first, bar.width <= widest * bar.height else { return [word] }
    var letter = word
    (letter.text, letter.isKnown) = ("I", true)
    // Its place tells what its shape left open.
    letter.confidence = max(word.confidence, LineAcceptance.singleKnownLetter)
    if inside.count == 1, word.text.count > 1 { return word.text.allSatisfy(bars.contains) ? [letter] : [word] }
    let rest = String(word.text.dropFirst())
    if word.isKnown, word.confidence >= BlockReader.sureWord { return [word] }
    guard inside.count > 1, rest.letterCount > 1, rest.first?.isLowercase == true, isKnown(rest.core) else {
      return [word]
    }
    let gaps = zip(inside, inside.dropFirst()).map { max(0, $1.left - $0.right) }
    guard gaps[0] >= leastGap * bar.height, gaps[0] >= widerGap * (gaps.dropFirst().max() ?? 0) else { return [word] }
    var next = word
    (next.text, next.isKnown) = (rest, true)
    letter.box.right = bar.right
    next.box.left = inside[1].left
    return [letter, next]
  }
}
