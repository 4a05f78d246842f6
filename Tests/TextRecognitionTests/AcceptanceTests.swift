import Documents
import Testing
@testable import TextRecognition
import Timing

@Suite struct AcceptanceTests {
  private func word(
    _ text: String, _ confidence: Double, line: Int = 0, x: Double = 0, known: Bool = false
  ) -> ReadWord {
    ReadWord(
      text: text, confidence: confidence,
      box: TextBox(left: x, top: Double(line) * 30, right: x + 10 * Double(text.count), bottom: Double(line) * 30 + 20),
      line: line, isKnown: known)
  }

  private func texts(_ words: [ReadWord], floor: Double = 0.6) -> [String] {
    LineAcceptance(floor: floor).lines(words).map { $0.map(\.text).joined(separator: " ") }
  }

  @Test func aSureLineIsAccepted() {
    #expect(texts([word("BLENDER", 0.9), word("FOUNDATION", 0.85, x: 80)]) == ["BLENDER FOUNDATION"])
  }

  @Test func aShortUnknownWordMustBeSurer() {
    #expect(texts([word("ABCDE", 0.84)]).isEmpty)
    #expect(texts([word("ABCDE", 0.84, known: true)]) == ["ABCDE"])
    #expect(texts([word("hare", 0.9, known: true)]) == ["hare"])
    #expect(texts([word("hxre", 0.9)]).isEmpty)
  }

  @Test func lettersAloneAreNoText() { #expect(texts([word("I", 0.99), word("at", 0.99, x: 20)]).isEmpty) }

  @Test func wordsBesideALineThatWereNotBelievedBelongToItsExtent() {
    let kept = [word("SILENCE", 0.9, x: 300), word("SOLITUDE", 0.9, x: 390)]
    // Gaps of 60 and 101; a line is 20 high.
    let all =
      kept + [
        word("...", 0, x: 260), word("EMPTINESS", 0, x: 150), word("gr", 0.1, x: 571),
        word("below", 0.2, line: 1, x: 100),
      ]
    let line = BlockReader.Line(kept, of: all)
    #expect(line.box.left == 300 && line.box.right == 470)
    #expect(line.extent.left == 150 && line.extent.right == 470 && line.extent.bottom == 20)
    #expect(BlockReader.Line(kept).extent.left == 300)
    #expect(BlockReader.Line(kept, of: all.filter { $0.text != "EMPTINESS" }).extent.left == 300, "dots are no word")
  }

  /// What is read reaches from 0 to 400, the block from 100 to 300, capitals are 20 high.
  @Test func wordsThatTheEdgeOfWhatIsReadMayHaveCutAreTakenForThat() {
    let words = [word("tion:", 0.9, x: 12), word("1280", 0.9, x: 110), word("north", 0.9, x: 340)]
    func cut(_ words: [ReadWord], left: Double? = 0, right: Double? = 400) -> [String] {
      ReadingRequest.cutWords(words, block: 100...300, capHeight: 20, left: left, right: right).map(\.text)
    }
    #expect(cut(words) == ["tion:", "north"])
    #expect(cut(words, left: nil, right: nil).isEmpty, "nothing is cut by the edge of the picture")
    #expect(cut([word("of", 0.9, x: 30), word("on", 0.9, x: 340)]).isEmpty, "they begin and end before the edge")
    #expect(cut([word("Resolution:", 0.9, x: 12)]).isEmpty, "part of it came with the block")
  }

  @Test func aFewSureWordsDoNotMakeALineOfDoubtsText() {
    #expect(texts([word("presents", 0.9), word("qwxyzqwxyzqwxyzq", 0.2, x: 100)]).isEmpty)
  }

  @Test func aSureLineBringsBackItsWeakerWords() throws {
    let words = [word("THE", 0.95), word("BLENDRE", 0.45, x: 40), word("FOUNDATION", 0.9, x: 120)]
    #expect(texts(words) == ["THE BLENDRE FOUNDATION"])
    let kept = LineAcceptance(floor: 0.6).lines(words)
    #expect(kept.joined().allSatisfy { $0.confidence >= 0.6 })
  }

  @Test func aSureLineVouchesForItsNeighbour() {
    let weak = word("directed", 0.72, line: 1)
    #expect(texts([weak]).isEmpty)
    #expect(texts([word("FOUNDATION", 0.95), weak]) == ["FOUNDATION", "directed"])
  }

  @Test func theFloorMovesTheThresholds() {
    let words = [word("BLENDER", 0.75, known: true), word("FOUNDATION", 0.75, x: 80, known: true)]
    #expect(texts(words) == ["BLENDER FOUNDATION"])
    #expect(texts(words, floor: 0.7).isEmpty)
    #expect(
      texts([word("BLENDER", 0.55, known: true), word("FOUNDATION", 0.55, x: 80, known: true)], floor: 0.4).count == 1)
  }

  @Test func ofTwoReadingsInOnePlaceTheSurerStays() {
    let voted = WordVote.vote([word("B1ENDER", 0.8), word("BLENDER", 0.75, known: true), word("next", 0.9, x: 90)])
    #expect(voted.map(\.text) == ["BLENDER", "next"])
  }

  @Test func aSignAmongLettersLosesToALetter() {
    #expect(WordVote.vote([word("»earch.", 0.9), word("Search.", 0.68)]).map(\.text) == ["Search."])
    // A sign by itself is no letter misread.
    #expect(WordVote.vote([word("»", 0.9), word("S", 0.8)]).map(\.text) == ["»"])
  }

  @Test func aSignStaysBetweenWordsAndNotBesideThem() {
    let line = [word("|", 0.95), word("Tom", 0.95, x: 20), word("&", 0.9, x: 60), word("Jerry", 0.95, x: 80)]
    #expect(texts(line) == ["Tom & Jerry"])
    #expect(texts(line.map { $0.text == "&" ? word("&", 0.7, x: 60) : $0 }) == ["Tom Jerry"])
  }

  @Test func whatIsDroppedFromAKeptLineIsListedHoweverShort() {
    let words = [
      word("He", 0.9), word("is", 0.2, x: 30), word("directing", 0.95, x: 60), word("xq", 0.3, line: 1),
      word("mountains", 0.3, line: 2),
    ]
    let kept = LineAcceptance(floor: 0.6).lines(words)
    #expect(kept.map { $0.map(\.text) } == [["He", "directing"]])
    // What stands by itself has to have letters enough to be worth a look.
    #expect(BlockReader.refused(words, kept).map { $0.words.map(\.text) } == [["is"], ["mountains"]])
  }

  @Test func coresLoseTheirPunctuation() {
    #expect("\"...don't!\"".core == "don't")
    #expect("--".core.isEmpty)
    #expect("B104-GS12".letterCount == 8)
  }
}

@Suite struct TrackAssemblyTests {
  private func line(
    _ text: String, _ frames: ClosedRange<Int>, top: Double = 0, confidence: Double = 0.9, block: Int = 0,
    pops: Bool = false, path: MotionPath? = nil, hasOwnTimes: Bool = true, looks: ClosedRange<Int>? = nil
  ) -> ReadLine {
    let box = TextBox(left: 10, top: top, right: 110, bottom: top + 20)
    return ReadLine(
      words: [ReadWord(text: text, confidence: confidence, box: box, line: 0)], box: box, confidence: confidence,
      start: MadePlanes.time(frames.lowerBound), end: MadePlanes.time(frames.upperBound), block: block,
      isOfPage: false, size: (200, 100), path: path, pops: pops, hasOwnTimes: hasOwnTimes,
      looks: looks)
  }

  private func tracks(_ lines: [ReadLine], region: TextRegion = .full) -> [FoundText] {
    TrackAssembly.tracks(lines, region: region, language: "eng").tracks
  }

  @Test func linesOfABlockAreOneTrackFromTopToBottom() {
    let found = tracks([line("below", 10...50, top: 40), line("above", 10...50)])
    #expect(found.map(\.text) == ["above\nbelow"])
    #expect(found.first?.language == "eng")
    #expect(found.first?.lines.first?.box == Box(x: 0.05, y: 0, width: 0.5, height: 0.2))
  }

  @Test func aLineReadTwiceStaysOnceWithTheLongerTime() {
    let found = tracks([line("HARDWARE", 20...50), line("HARDWAFE", 10...60, confidence: 0.7, block: 1)])
    #expect(found.map(\.text) == ["HARDWARE"])
    #expect(found.map(\.start.index) == [10])
    #expect(found.map(\.last.index) == [60])
  }

  /// As letters are found at once where they are seen well, and late where the picture hid them.
  @Test func readingsOfTwoPartsOfATextsTimeGiveAllOfIt() {
    let found = tracks([line("SINTEL", 10...60), line("SINTEL", 30...90, confidence: 0.85, block: 1)])
    #expect(found.map(\.start.index) == [10] && found.map(\.last.index) == [90])
    // What came and went within a frame is dated: the other is clutter round it.
    for (dated, clutter) in [(0.9, 0.85), (0.85, 0.9)] {
      let popped = tracks([
        line("SINTEL", 10...60, confidence: dated, pops: true), line("SINTEL", 40...70, confidence: clutter, block: 1),
      ])
      #expect(popped.map(\.start.index) == [10] && popped.map(\.last.index) == [60])
    }
  }

  @Test func whatIsReadOfATextAsItGoesIsNoText() {
    for (whole, rest) in [(0.9, 0.8), (0.8, 0.95)] {
      let found = tracks([
        line("I told you not to come", 0...75, confidence: whole),
        line("not to come", 76...80, confidence: rest, block: 1),
      ])
      #expect(found.map(\.text) == ["I told you not to come"] && found.map(\.last.index) == [75])
    }
    // Another text, one that stays, one in another place, and one before the first.
    #expect(tracks([line("HARDWARE", 0...75), line("no, thanks", 76...80, block: 1)]).count == 2)
    #expect(tracks([line("I told you not to", 0...75), line("not to come", 76...120, block: 1)]).count == 2)
    #expect(tracks([line("HARDWARE", 0...75), line("HARDWARE", 76...80, top: 50, block: 1)]).count == 2)
    #expect(tracks([line("HARDWARE", 10...75), line("HARD", 2...8, block: 1)]).count == 2)
  }

  @Test func aLineBetweenThoseOfABlockBelongsToIt() {
    let page = [line("first", 0...75), line("third", 0...75, top: 60)]
    #expect(tracks(page + [line("second", 3...70, top: 30, block: 1)]).map(\.text) == ["first\nsecond\nthird"])
    // With what was read with it.
    #expect(
      tracks(page + [line("second", 0...75, top: 30, block: 1), line("fourth", 0...75, top: 90, block: 1)]).map(\.text)
        == ["first\nsecond\nthird\nfourth"])
    // Below, or at another time.
    #expect(tracks(page + [line("fourth", 0...75, top: 90, block: 1)]).count == 2)
    #expect(tracks(page + [line("second", 40...75, top: 30, block: 1)]).count == 2)
    #expect(tracks(page + [line("second", 0...30, top: 30, block: 1)]).count == 2)
  }

  /// As a line that was read in a panel, which stood there before it was typed.
  @Test(arguments: [(0.95, 0.9), (0.9, 0.95)]) func clutterRoundALineDoesNotDateIt(panel: Double, own: Double) {
    let found = tracks([
      line("OUR LAST CHANCE.", 0...98, confidence: panel, hasOwnTimes: false),
      line("OUR LAST CHANCE.", 40...97, confidence: own, block: 1),
    ])
    #expect(found.map(\.start.index) == [40] && found.map(\.last.index) == [97])
  }

  @Test func aRefusedWordBetweenKeptOnesIsReviewed() {
    func line(_ words: [(String, ClosedRange<Double>)]) -> ReadLine {
      let read = words.map { text, columns in
        ReadWord(
          text: text, confidence: 0.9,
          box: TextBox(left: columns.lowerBound, top: 10, right: columns.upperBound, bottom: 30), line: 0)
      }
      return ReadLine(
        words: read, box: TextBox(around: read.map(\.box)), confidence: 0.9, start: MadePlanes.time(0),
        end: MadePlanes.time(50), block: 0, isOfPage: true, size: (400, 100))
    }
    let kept = line([
      ("THE", 10...30), ("BASE.IF", 40...80), ("THIS", 90...120), ("PROVES", 130...170), ("IMPOSSIBLE", 180...250),
      ("IT.", 310...330),
    ])
    // Most of its letters follow one another somewhere in the line.
    let lost = line([("OE&STROY", 260...302)])
    #expect(TrackAssembly.areOne(lost, kept))
    let again = line([("IMPOSSIBIE", 181...251)])
    let review = TextReview.all(kept: [(track: 0, line: kept)], refused: [lost, again])
    #expect(review.map(\.text) == ["OE&STROY"])
  }

  /// Read in the pictures of clutter that stayed longer: the last of them shows the text, or what is there after it.
  @Test(arguments: [(0.95, 0.9), (0.9, 0.95)], [(30...50, 60), (30...70, 90)])
  func whatWasSeenWhileATextStoodDoesNotDateIt(confidence: (own: Double, other: Double), seen: (ClosedRange<Int>, Int))
  {
    let found = tracks([
      line("Very many pixels", 10...60, confidence: confidence.own),
      line("Very many pixels", 50...90, confidence: confidence.other, block: 1, hasOwnTimes: false, looks: seen.0),
    ])
    #expect(found.map(\.start.index) == [10] && found.map(\.last.index) == [seen.1])
  }

  @Test(arguments: [(0.9, 10), (0.7, 30)]) func onlyASureReadingOfOtherWordsLendsItsTime(confidence: Double, start: Int)
  {
    let found = tracks([
      line("quiet room", 30...60, confidence: 0.95), line("the qui 00", 10...59, confidence: confidence, block: 1),
    ])
    #expect(found.map(\.text) == ["quiet room"])
    #expect(found.map(\.start.index) == [start] && found.map(\.last.index) == [60])
  }

  @Test(arguments: [(true, 30), (false, 10)]) func whatPopsWasNoPartOfWhatMoved(pops: Bool, start: Int) {
    let path = MotionPath([MotionPath.Point(seconds: 0, x: 0, y: 0)])
    let found = tracks([
      line("distant question", 30...80, pops: pops),
      line("distant questior", 10...80, confidence: 0.8, block: 1, path: path),
    ])
    #expect(found.map(\.start.index) == [start])
  }

  @Test func oneTextAfterAnotherInOnePlaceAreTwo() {
    let found = tracks([line("second", 61...99, block: 1), line("first", 10...60)])
    #expect(found.map(\.text) == ["first", "second"])
  }

  @Test func wordsOutsideTheRegionAreLeftOut() {
    let lines = [line("inside", 10...50, top: 70), line("outside", 10...50)]
    #expect(tracks(lines, region: .box(Box(x: 0, y: 0.5, width: 1, height: 0.5))).map(\.text) == ["inside"])
  }

  @Test func likenessIsByLettersInOrder() {
    #expect(TrackAssembly.areAlike("THE LOST CITY", "The L0st city."))
    #expect(!TrackAssembly.areAlike("first", "second"))
  }

  @Test func aStrayMemberDoesNotDateAText() {
    func part(_ frames: ClosedRange<Int>, _ strokes: Int, left: Double) -> ReadingRequest.Part {
      Self.part(frames, strokes, left: left)
    }
    let parts = [
      part(30...90, 300, left: 0), part(32...88, 300, left: 20), part(5...200, 10, left: 40),
      part(0...300, 500, left: 300),
    ]
    let times = ReadingDesk.times(parts, lines: [TextBox(left: 0, top: 0, right: 80, bottom: 20)])
    #expect(times.start.index == 30 && times.end.index == 90)
  }

  private static func part(
    _ frames: ClosedRange<Int>, _ strokes: Int, new: Int? = nil, left: Double, pops: Bool = false
  ) -> ReadingRequest.Part {
    ReadingRequest.Part(
      box: TextBox(left: left, top: 0, right: left + 20, bottom: 20), start: MadePlanes.time(frames.lowerBound),
      end: MadePlanes.time(frames.upperBound), strokes: strokes, comingStrokes: new ?? strokes,
      goingStrokes: new ?? strokes, popsOn: pops, popsOff: pops)
  }

  private static let place = [TextBox(left: 0, top: 0, right: 80, bottom: 20)]

  /// Letters over dark ground are seen from the start, those over bright ground when the picture behind them is cut.
  @Test func lettersThatWereHiddenDoNotDateAText() {
    let parts = [Self.part(30...90, 260, left: 0), Self.part(48...70, 240, left: 20, pops: true)]
    let times = ReadingDesk.times(parts, lines: Self.place)
    #expect(times.start.index == 30 && times.end.index == 90)
  }

  @Test func clutterThatDriftsBeforeATextPopsDoesNotDateIt() {
    let parts = [Self.part(10...110, 40, left: 0), Self.part(30...90, 400, left: 20, pops: true)]
    let times = ReadingDesk.times(parts, lines: Self.place)
    #expect(times.start.index == 30 && times.end.index == 90)
  }

  @Test func whatFollowsATextInItsPlaceDoesNotDateIt() {
    let text = [Self.part(30...90, 100, left: 0, pops: true), Self.part(30...90, 130, left: 20, pops: true)]
    let times = ReadingDesk.times(text + [Self.part(91...96, 250, left: 40, pops: true)], lines: Self.place)
    #expect(times.start.index == 30 && times.end.index == 90)
    // Its own strokes, found again when they had faded, do.
    let again = ReadingRequest.Part(
      box: Self.place[0], start: MadePlanes.time(91), end: MadePlanes.time(120), strokes: 220, comingStrokes: 20,
      goingStrokes: 220)
    let faded = ReadingDesk.times(
      text.map { part in
        ReadingRequest.Part(
          box: part.box, start: part.start, end: part.end, strokes: part.strokes, comingStrokes: part.strokes,
          goingStrokes: 5)
      } + [again], lines: Self.place)
    #expect(faded.end.index == 120)
  }

  @Test func aLineReadInTheBlockRoundItIsDatedByItsOwnStrokes() throws {
    let panel = Self.part(10...90, 900, left: 300)
    let recent = [
      panel, Self.part(40...90, 100, left: 0), Self.part(45...90, 100, left: 20), Self.part(12...50, 80, left: 60),
    ]
    #expect(!ReadingDesk.times([panel], lines: Self.place).own)
    let times = try #require(ReadingDesk.times(of: Self.place[0], among: recent, endingWith: MadePlanes.time(90)))
    #expect(times.own && times.start.index == 40 && times.end.index == 90)
    // A speck does not.
    let long = TextBox(left: 0, top: 0, right: 180, bottom: 20)
    #expect(ReadingDesk.times(of: long, among: recent, endingWith: MadePlanes.time(90)) == nil)
  }

  /// The same letters found a second time, late, weigh nothing.
  @Test func strokesFoundTwiceDateOnce() {
    let parts = [Self.part(30...90, 500, left: 0), Self.part(50...90, 800, new: 150, left: 0)]
    #expect(ReadingDesk.times(parts, lines: Self.place).start.index == 30)
  }

  @Test func aTextSeenInTwoPartsAsThePictureBehindItChangesIsOne() {
    let found = tracks([line("n railway", 16...44), line("Hidden railway", 35...64, block: 1)])
    #expect(found.map(\.text) == ["Hidden railway"])
    #expect(found.map(\.start.index) == [16] && found.map(\.last.index) == [64])
  }

  @Test func aTextOnBothSidesOfACutIsOne() {
    let found = tracks([line("Promise teacher", 144...191), line("Proimise teacher", 194...225, block: 1)])
    #expect(found.map(\.start.index) == [144] && found.map(\.last.index) == [225])
  }

  @Test(arguments: [("Who are you", "How are you"), ("10 seconds to the end", "11 seconds to the end")])
  func subtitlesInTurnThatDifferByALetterAreTwo(first: String, second: String) {
    #expect(tracks([line(first, 10...60), line(second, 61...99, block: 1)]).map(\.text) == [first, second])
  }
}
