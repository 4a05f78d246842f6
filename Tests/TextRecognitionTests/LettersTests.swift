import Testing
@testable import TextRecognition
import Timing

@Suite struct LettersTests {
  private func page(_ draw: (inout Plane) -> Void) -> Letters {
    var plane = Plane(width: 400, height: 120, repeating: 0)
    draw(&plane)
    return Letters(plane, above: 150)
  }

  private func row(_ plane: inout Plane, count: Int, top: Int = 30, gap: Int = 8, left: Int = 20) {
    MadePlanes.drawLetters(&plane, count: count, left: left, top: top, width: 20, height: 32, stroke: 4, gap: gap)
  }

  @Test func lettersSideBySideMakeARow() {
    let letters = page { row(&$0, count: 8) }
    #expect(letters.rows.map(\.members.count) == [8])
    #expect(letters.rows.first?.height == 32)
    #expect(letters.rows.first?.unevenness == 0)
    #expect(letters.ink == letters.inkInRows)
  }

  @Test func twoLinesAreTwoRows() {
    let letters = page {
      row(&$0, count: 8, top: 10)
      row(&$0, count: 6, top: 70)
    }
    #expect(letters.rows.map(\.members.count).sorted() == [6, 8])
  }

  @Test func fewLettersAreAShortRow() {
    let letters = page { row(&$0, count: 2) }
    #expect(letters.rows.isEmpty)
    #expect(letters.shortRows.map(\.members.count) == [2])
  }

  @Test func aWideGapPartsRows() {
    let letters = page { row(&$0, count: 6, gap: 45) }
    #expect(letters.rows.isEmpty)
  }

  @Test func filledBoxesAndBlobsAreNoLetters() {
    let letters = page { plane in
      for i in 0..<6 {
        MadePlanes.fill(&plane, PixelBox(left: 20 + 40 * i, top: 30, right: 50 + 40 * i, bottom: 62), 255)
      }
    }
    #expect(letters.rows.isEmpty && letters.shortRows.isEmpty)
  }

  @Test func lettersCutByTheEdgeAreLeftOut() {
    let letters = page { row(&$0, count: 8, left: 0) }
    #expect(letters.rows.map(\.members.count) == [7])
  }

  @Test func aStrokeIsAsWideAsDrawn() {
    var letters = page { MadePlanes.fill(&$0, PixelBox(left: 50, top: 20, right: 56, bottom: 60), 255) }
    // The chamfer distance of the middle of six pixels is three steps of 0.955.
    #expect(abs(letters.strokeWidth(0) - 5.73) < 0.01)
  }

  @Test func aPictureToReadIsDarkOnWhiteWithoutClutter() throws {
    var plane = Plane(width: 400, height: 120, repeating: 0)
    MadePlanes.drawLetters(&plane, count: 8, left: 20, top: 30, width: 20, height: 32, stroke: 4, gap: 8)
    MadePlanes.fill(&plane, PixelBox(left: 300, top: 5, right: 390, bottom: 115), 255)
    let pictures = BlockPictures([plane], PixelBox(left: 0, top: 0, right: 400, bottom: 120))
    let candidates = ReadingCandidate.all(pictures, capHeight: 32, done: []).filter { $0.polarity == .bright }
    let best = try #require(candidates.first)
    #expect(best.looksLikeText)
    let picture = LetterPicture(best)
    #expect(picture.lineCount == 1)
    #expect(picture.capitals == 32)
    #expect(picture.plane[22 - picture.left, 40 - picture.top] == 0)
    #expect(picture.plane[picture.plane.width - 1, 20] == 255)
    let shaped = picture.shaped(LetterPicture.Shape(capitals: 16, width: 1.25))
    #expect(shaped.down == 0.5 && shaped.across == 0.625)
  }

  @Test func linesThatAreReadForGoodAreNotReadAgain() throws {
    var plane = Plane(width: 300, height: 260, repeating: 0)
    for line in 0..<4 {
      MadePlanes.drawLetters(&plane, count: 8, left: 20, top: 20 + 60 * line, width: 20, height: 32, stroke: 4, gap: 8)
    }
    let pictures = BlockPictures([plane], PixelBox(left: 0, top: 0, right: 300, bottom: 260))
    let candidates = ReadingCandidate.all(pictures, capHeight: 32, done: []).filter { $0.polarity == .bright }
    let whole = LetterPicture(try #require(candidates.first))
    #expect(whole.lineCount == 4)
    let lines = (0..<4).map { TextBox(PixelBox(left: 20, top: 20 + 60 * $0, right: 240, bottom: 52 + 60 * $0)) }
    let rest = try #require(whole.without([lines[0], lines[3]]))
    #expect(rest.lineCount == 2)
    #expect(rest.capitals == whole.capitals)
    #expect(rest.plane[22 - rest.left, 90 - rest.top] == 0)
    #expect(rest.plane[22 - rest.left, 150 - rest.top] == 0)
    #expect(rest.plane.height == 92 + 2 * LetterPicture.marginDown)
    // The one between those that are read is gone, though the picture goes from the first to the last.
    let ends = try #require(whole.without([lines[1], lines[2]]))
    #expect(ends.plane.height > 200)
    #expect(ends.plane[22 - ends.left, 90 - ends.top] == 255)
    // One line is not left by itself.
    let pair = try #require(whole.without([lines[0], lines[1], lines[2]]))
    #expect(pair.lineCount == 2)
    #expect(pair.plane[22 - pair.left, 150 - pair.top] == 0)
    #expect(whole.without(lines) == nil)
    #expect(whole.without([])?.plane == whole.plane)
  }

  /// Letters each of which stands two pixels lower than the one before.
  @Test(arguments: [(4, true), (5, false), (6, true)]) func aShortRowMustBeEven(letters: (count: Int, areText: Bool))
    throws
  {
    var plane = Plane(width: 400, height: 120, repeating: 0)
    for i in 0..<letters.count {
      let drop = letters.count == 4 ? 0 : 2 * i
      MadePlanes.drawLetters(
        &plane, count: 1, left: 20 + 28 * i, top: 30 + drop, width: 20, height: 32, stroke: 4, gap: 8)
    }
    let pictures = BlockPictures([plane], PixelBox(left: 0, top: 0, right: 400, bottom: 120))
    let candidates = ReadingCandidate.all(pictures, capHeight: 32, done: []).filter { $0.polarity == .bright }
    #expect(!candidates.isEmpty)
    #expect(candidates.contains(where: \.looksLikeText) == letters.areText)
  }

  @Test func boxesOnOneHeightAreOneLine() {
    let boxes = [(0, 0, 10, 20), (30, 2, 50, 21), (0, 40, 10, 60)].map {
      PixelBox(left: $0.0, top: $0.1, right: $0.2, bottom: $0.3)
    }
    #expect(LetterPicture.lines(boxes) == 2)
  }
}
