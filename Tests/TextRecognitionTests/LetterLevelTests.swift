import Testing
import Timing

@testable import TextRecognition

/// Letters with a stem above their neighbours, as an h has, brighter or darker than a ground that their shadow or outline is further from.
struct LetterLevelTests {
  private static let size = PixelBox(left: 0, top: 0, right: 460, bottom: 110)
  /// Stem and body of each letter, and the middle of its stem above the body.
  private static let letters = (0..<10).map { i in
    let left = 50 + 36 * i
    return (
      parts: [
        PixelBox(left: left, top: 30, right: left + 5, bottom: 76),
        PixelBox(left: left, top: 48, right: left + 22, bottom: 53),
        PixelBox(left: left + 17, top: 48, right: left + 22, bottom: 76),
      ],
      stem: (x: left + 2, y: 36)
    )
  }

  private func picture(letter: UInt8, round: UInt8, ground: UInt8, outlined: Bool) -> BlockPictures {
    var plane = Plane(width: Self.size.width, height: Self.size.height, repeating: ground)
    for part in Self.letters.flatMap(\.parts) {
      MadePlanes.fill(
        &plane,
        PixelBox(
          left: part.left - (outlined ? 3 : -3), top: part.top - (outlined ? 3 : -3), right: part.right + 3,
          bottom: part.bottom + 3),
        round)
    }
    for part in Self.letters.flatMap(\.parts) { MadePlanes.fill(&plane, part, letter) }
    return BlockPictures([plane], Self.size)
  }

  @Test(arguments: [
    (letter: 255, round: 0, ground: 110, polarity: Polarity.bright),
    (letter: 20, round: 255, ground: 150, polarity: .dark),
    (letter: 200, round: 40, ground: 150, polarity: .bright),
  ])
  func `letters are cut out whole though their shadow hides their stems from a hat`(
    film: (letter: UInt8, round: UInt8, ground: UInt8, polarity: Polarity)
  ) throws {
    let pictures = picture(letter: film.letter, round: film.round, ground: film.ground, outlined: false)
    let candidates = ReadingCandidate.all(pictures, capHeight: 32, done: [])
    let first = try #require(candidates.first { $0.polarity == film.polarity })
    #expect(first.looksLikeText && first.letters.lettersInRows == 10)
    let read = LetterPicture(first)
    for letter in Self.letters { #expect(read.plane[letter.stem.x - read.left, letter.stem.y - read.top] < 40) }
    // Between two letters there is ground.
    for letter in Self.letters.dropFirst() { #expect(read.plane[letter.stem.x - 9 - read.left, 60 - read.top] > 215) }
  }

  @Test func `bright letters in outlines are read before the outlines`() throws {
    let pictures = picture(letter: 255, round: 0, ground: 110, outlined: true)
    let first = try #require(ReadingCandidate.all(pictures, capHeight: 32, done: []).first)
    #expect(first.polarity == .bright && first.letters.lettersInRows == 10 && first.inkShare > 0.95)
  }

  @Test func `letters that hardly stand out from their ground have no level`() throws {
    let pictures = picture(letter: 135, round: 0, ground: 110, outlined: false)
    let candidates = ReadingCandidate.all(pictures, capHeight: 32, done: [])
    #expect(!candidates.contains { $0.polarity == .bright && $0.threshold == ReadingCandidate.levelThreshold })
  }

  @Test func `a thing as bright as letters and higher is no ink`() throws {
    var pictures = picture(letter: 255, round: 0, ground: 110, outlined: true)
    var plane = pictures.last
    MadePlanes.fill(&plane, PixelBox(left: 425, top: 8, right: 452, bottom: 104), 255)
    pictures = BlockPictures([plane], Self.size)
    let candidates = ReadingCandidate.all(pictures, capHeight: 32, done: [])
    let first = try #require(candidates.first { $0.polarity == .bright })
    #expect(first.threshold == ReadingCandidate.levelThreshold && first.inkShare > 0.95)
    #expect(LetterPicture(first).plane.width < 400)
  }
}
