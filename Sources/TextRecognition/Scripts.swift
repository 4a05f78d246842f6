/// What differs between the world's scripts: direction, spaces, and letters in several parts.
enum Scripts {
  /// Languages whose characters fill a square each and whose words have no spaces, by the start of Tesseract's names.
  private static let squareLanguages = ["chi_", "jpn", "kor"]

  static func isSquare(_ language: String) -> Bool { squareLanguages.contains { language.hasPrefix($0) } }

  /// Han, kana, hangul and the punctuation that goes with them, as Unicode's blocks have them.
  static func isSquare(_ character: Character) -> Bool {
    character.unicodeScalars.contains { scalar in
      switch scalar.value {
      case 0x1100...0x11FF, 0x2E80...0x9FFF, 0xA960...0xA97F, 0xAC00...0xD7FF, 0xF900...0xFAFF, 0xFE30...0xFE4F,
        0xFF00...0xFFEF, 0x20000...0x3FFFF:
        true
      default: false
      }
    }
  }

  /// Hebrew, Arabic, Syriac, Thaana, N'Ko and their presentation forms.
  static func isRightToLeft(_ character: Character) -> Bool {
    character.unicodeScalars.contains { scalar in
      switch scalar.value {
      case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF: true
      default: false
      }
    }
  }
}

extension Sequence<ReadWord> {
  /// The words of a line as they are read: from the right where most letters are of such a script.
  var inReadingOrder: [ReadWord] {
    let fromRight = reduce(0) { $0 + $1.text.reduce(0) { $0 + (Scripts.isRightToLeft($1) ? 1 : 0) } }
    return 2 * fromRight > letters
      ? sorted { $0.box.right > $1.box.right } : sorted { $0.box.left < $1.box.left }
  }

  /// The words with spaces between them, except where neither side writes spaces.
  var joinedText: String {
    var text = ""
    for word in self {
      if let last = text.last, let first = word.text.first, !(Scripts.isSquare(last) && Scripts.isSquare(first)) {
        text += " "
      }
      text += word.text
    }
    return text
  }
}

extension Array<ReadWord> {
  /// Gap in heights from which characters are two words all the same.
  private static var widestGap: Double { 1.2 }
  /// Share of a stroke's width on either side of what parts it.
  private static var leastSide: Double { 0.15 }

  /// The words of a line without characters that recognition saw twice, as Tesseract's networks do now and then: where two of a script
  /// without spaces are the same, and what parts them goes through a stroke. `letters` are boxes of connected areas.
  func withoutDoubles(letters: [TextBox]) -> [ReadWord] {
    var single: [ReadWord] = []
    for var word in self {
      if let last = single.last, let end = last.text.last, end == word.text.first, Scripts.isSquare(end) {
        let (x, top, bottom) = ((last.box.right + word.box.left) / 2, word.box.top, word.box.bottom)
        let isParted = letters.contains { letter in
          let side = Self.leastSide * letter.width
          return letter.left + side < x && x < letter.right - side && letter.top < bottom && letter.bottom > top
        }
        if isParted {
          if last.text.count == 1 {
            word.box.left = last.box.left
            single.removeLast()
          } else {
            single[single.count - 1].text.removeLast()
          }
        }
      }
      single.append(word)
    }
    return single
  }

  /// The words of a line, those of a script without spaces joined: Tesseract parts them where it likes.
  var withoutLooseCharacters: [ReadWord] {
    var joined: [ReadWord] = []
    for word in self {
      guard let last = joined.last, let end = last.text.last, let first = word.text.first, Scripts.isSquare(end),
        Scripts.isSquare(first), word.box.left - last.box.right < Self.widestGap * last.box.height
      else {
        joined.append(word)
        continue
      }
      var whole = last
      whole.text += word.text
      whole.confidence = [last, word].confidence
      whole.box = TextBox(around: [last.box, word.box])
      joined[joined.count - 1] = whole
    }
    return joined
  }
}
