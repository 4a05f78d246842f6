import Testing
import Timing

@testable import TextRecognition

struct LetterITests {
  private static func isKnown(_ word: String) -> Bool { ["I", "am", "lam", "was", "left", "eft"].contains(word) }

  /// Letters 20 pixels high, the first a bar of three, by what lies between them.
  private func parted(
    _ text: String, confidence: Double, gaps: [Double], bar: Double = 3,
    isKnown: @escaping (String) -> Bool = Self.isKnown
  ) -> [String] {
    var letters = [TextBox(left: 10, top: 10, right: 10 + bar, bottom: 30)]
    for gap in gaps {
      let left = (letters.last?.right ?? 0) + gap
      letters.append(TextBox(left: left, top: 16, right: left + 12, bottom: 30))
    }
    let box = TextBox(around: letters).grown(across: 1, down: 1)
    let word = ReadWord(text: text, confidence: confidence, box: box, line: 0, isKnown: isKnown(text))
    let parts = LetterI.parted(word, letters: letters, isKnown: isKnown)
    for (part, next) in zip(parts, parts.dropFirst()) { #expect(part.box.right <= next.box.left) }
    #expect(parts.first?.box.left == box.left && parts.last?.box.right == box.right || parts.count == 1)
    return parts.map(\.text)
  }

  @Test(arguments: ["Iam", "lam", "|am"]) func `a bar that stands by itself is a word`(text: String) {
    #expect(parted(text, confidence: 0.65, gaps: [7, 2]) == ["I", "am"])
  }

  @Test func `one bar read as two letters is one`() {
    #expect(parted("Il", confidence: 0.64, gaps: []) == ["I"])
    #expect(parted("ll", confidence: 0.64, gaps: [3]) == ["ll"])
  }

  @Test func `what may be one word stays one`() {
    #expect(parted("lam", confidence: 0.65, gaps: [2, 2]) == ["lam"])
    // As in a font whose letters are all equally wide.
    #expect(parted("lam", confidence: 0.65, gaps: [7, 6]) == ["lam"])
    #expect(parted("left", confidence: 0.95, gaps: [7, 2, 2]) == ["left"])
    #expect(parted("Iran", confidence: 0.65, gaps: [7, 2, 2]) == ["Iran"])
    #expect(parted("lam", confidence: 0.65, gaps: [7, 2], bar: 12) == ["lam"])
    #expect(parted("lam", confidence: 0.65, gaps: [7, 2]) { $0 != "I" } == ["lam"])
  }
}
