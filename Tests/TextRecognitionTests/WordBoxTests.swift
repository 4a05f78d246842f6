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

  private func withoutDoubles(_ line: [(text: String, columns: Range<Int>)], strokes: [Range<Int>]) -> [ReadWord] {
    func box(_ columns: Range<Int>) -> TextBox {
      TextBox(left: Double(columns.lowerBound), top: 3, right: Double(columns.upperBound), bottom: 20)
    }
    return line.map { ReadWord(text: $0.text, confidence: 0.9, box: box($0.columns), line: 0) }
      .withoutDoubles(letters: strokes.map(box))
  }

  @Test func `a character that was read twice is one`() {
    // As Tesseract 5.3 read "ご覧いただき…".
    let read = withoutDoubles(
      [("ご", 22..<37), ("ご", 37..<73), ("覧", 83..<106), ("いた", 115..<157)],
      strokes: [24..<46, 24..<50, 55..<80, 83..<106])
    #expect(read.map(\.text) == ["ご", "覧", "いた"])
    #expect(read[0].box.left == 22 && read[0].box.right == 73)
    #expect(
      withoutDoubles([("のご", 0..<33), ("ご覧", 32..<90)], strokes: [0..<18, 24..<44, 46..<70]).map(\.text)
        == ["の", "ご覧"])
  }

  @Test func `characters that follow one another stay`() {
    let strokes = [0..<20, 24..<44]
    #expect(withoutDoubles([("谢", 0..<22), ("谢", 22..<44)], strokes: strokes).count == 2)
    // Strokes that reach under the next character by a little.
    #expect(withoutDoubles([("谢", 0..<22), ("谢", 22..<44)], strokes: [0..<24, 24..<44]).count == 2)
    #expect(withoutDoubles([("い", 0..<10), ("こ", 10..<20)], strokes: [0..<20]).count == 2)
    #expect(withoutDoubles([("l", 0..<10), ("ll", 10..<20)], strokes: [0..<20]).count == 2)
  }
}
