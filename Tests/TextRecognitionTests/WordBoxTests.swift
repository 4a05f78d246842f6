import Testing

@testable import TextRecognition

struct WordBoxTests {
  private func word(_ columns: Range<Int>) -> TesseractEngine.Word {
    TesseractEngine.Word(
      text: "word", confidence: 0.9, language: "eng", left: columns.lowerBound, top: 3, right: columns.upperBound,
      bottom: 20)
  }

  private func apart(_ line: [Range<Int>]) -> [Range<Int>] { line.map(word).apart.map { $0.left..<$0.right } }

  @Test func `a box that reaches over the words after it ends where they begin`() {
    // As Tesseract 5.3 read "Please turn on PBC to show photos".
    #expect(
      apart([23..<309, 119..<169, 184..<214, 229..<309, 330..<345]) == [
        23..<119, 119..<169, 184..<214, 229..<309, 330..<345,
      ])
    // Lines from the right.
    #expect(apart([100..<400, 300..<350, 100..<280]) == [350..<400, 300..<350, 100..<280])
  }

  @Test func `other boxes stay as they are`() {
    for line in [[], [5..<50], [5..<50, 55..<90], [5..<60, 55..<90], [5..<50, 5..<50], [5..<50, 5..<20, 15..<50]] {
      #expect(apart(line) == line)
    }
  }
}
