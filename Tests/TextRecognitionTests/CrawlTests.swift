import Testing
@testable import TextRecognition
import Timing

/// Letters that move across: through a band, as in a ticker, or in from a side and out again.
@Suite struct CrawlTests {
  private let width = 320
  private let height = 120
  private var geometry: TextGeometry { TextGeometry(width: width, height: height) }

  /// Letters of uneven widths and words, drawn as far as they are within some columns.
  private func draw(_ plane: inout Plane, left: Int, top: Int, letters: Int, within: Range<Int>) {
    for bar in bars(letters: letters) {
      let columns = (bar.left + left..<bar.right + left).clamped(to: within)
      guard !columns.isEmpty else { continue }
      MadePlanes.fill(
        &plane,
        PixelBox(left: columns.lowerBound, top: top + bar.top, right: columns.upperBound, bottom: top + bar.bottom),
        240)
    }
  }

  /// The strokes of so many letters from column 0 on.
  private func bars(letters: Int) -> [PixelBox] {
    var bars: [PixelBox] = []
    var left = 0
    for letter in 0..<letters {
      let width = 6 + letter * 5 % 4
      for x in [left, left + width - 2] { bars.append(PixelBox(left: x, top: 0, right: x + 2, bottom: 11)) }
      let middle = letter % 3 * 4
      bars.append(PixelBox(left: left, top: middle, right: left + width, bottom: middle + 2))
      left += width + (letter % 5 == 4 ? 8 : 3)
    }
    return bars
  }

  private func width(letters: Int) -> Int { bars(letters: letters).map(\.right).max() ?? 0 }

  /// What was found in a film of a picture that moves, in which `draw` draws.
  private func look(
    frames: Int, draw: (Int, inout Plane) -> Void
  ) throws -> (blocks: [TextBlock], crawls: [CrawlText]) {
    var watch = TextWatch(geometry: geometry)
    var (blocks, crawls): ([TextBlock], [CrawlText]) = ([], [])
    for frame in 0..<frames {
      var plane = MadePlanes.pan(width: width, height: height, frame: frame)
      draw(frame, &plane)
      let time = MadePlanes.time(frame)
      guard frame % 3 == 0 else {
        watch.add(plane, time: time)
        continue
      }
      blocks += try watch.look(plane, Look(plane: plane, time: time, geometry: geometry))
      crawls += watch.crawledTexts()
    }
    blocks += watch.finish(at: MadePlanes.time(frames - 1))
    return (blocks, crawls + watch.crawledTexts())
  }

  /// Left of the column `label` the bar holds other letters, which stand.
  private func ticker(speed: Int, letters: Int, label: Int = 0, frames: Int) throws -> [CrawlText] {
    try look(frames: frames) { frame, plane in
      MadePlanes.fill(&plane, PixelBox(left: 0, top: 88, right: width, bottom: 112), 20)
      if label > 0 { draw(&plane, left: 4, top: 94, letters: 4, within: 0..<label) }
      let left = speed > 0 ? width - speed * (frame - 10) : -width(letters: letters) - speed * (frame - 10)
      if frame >= 10 { draw(&plane, left: left, top: 94, letters: letters, within: label..<width) }
    }.crawls
  }

  /// Slow and fast, narrower and wider than the picture, to the left and to the right.
  @Test(arguments: [(1, 20), (3, 20), (3, 50), (8, 60), (-3, 40)])
  func aTickerIsOneTextFromItsFirstFrameToItsLast(speed: Int, letters: Int) throws {
    let way = width + width(letters: letters)
    let last = 10 + (way - 1) / abs(speed)
    let found = try ticker(speed: speed, letters: letters, frames: last + 40)
    let text = try #require(found.first)
    #expect(found.count == 1)
    #expect(abs(text.start.index - 11) <= 1 && abs(text.end.index - last) <= 1)
    // Steps lie a pixel outside the letters.
    #expect(abs(text.columns.count - width(letters: letters) - 2) <= 1)
    #expect(text.window == 0..<width)
  }

  @Test func aTickerThatRunsBehindALabelEndsThere() throws {
    let last = 10 + (width - 60 + width(letters: 40) - 1) / 4
    let found = try ticker(speed: 4, letters: 40, label: 60, frames: last + 40)
    let text = try #require(found.first)
    #expect(found.count == 1)
    #expect(abs(text.window.lowerBound - 60) <= 4 && text.window.upperBound == width)
    #expect(abs(text.start.index - 11) <= 1 && abs(text.end.index - last) <= 1)
  }

  @Test func aFilmThatEndsBeforeItsTickerHoldsWhatWasSeen() throws {
    let text = try #require(try ticker(speed: 4, letters: 80, frames: 120).first)
    #expect(text.start.index == 11 && text.end.index == 119)
    // What came into view with the last look.
    #expect((4 * 105...4 * 110).contains(text.columns.count))
  }

  @Test func textsFarApartAreTwo() throws {
    let found = try look(frames: 300) { frame, plane in
      MadePlanes.fill(&plane, PixelBox(left: 0, top: 88, right: width, bottom: 112), 20)
      for left in [width, width + 280] {
        draw(&plane, left: left - 4 * frame, top: 94, letters: 18, within: 0..<width)
      }
    }.crawls
    #expect(found.map(\.start.index) == [1, 71])
  }

  @Test func whatStandsOrMovesWithThePictureIsNoTicker() throws {
    #expect(try look(frames: 120) { _, _ in }.crawls.isEmpty)
    let still = try look(frames: 120) { _, plane in
      MadePlanes.fill(&plane, PixelBox(left: 0, top: 88, right: width, bottom: 112), 20)
      draw(&plane, left: 20, top: 94, letters: 24, within: 0..<width)
    }
    #expect(still.crawls.isEmpty && !still.blocks.isEmpty)
  }

  /// In from the left or the right within 15 frames, and out on the other side.
  @Test(arguments: [true, false]) func aTitleThatSlidesIsDatedByItsWayInAndOut(fromTheLeft: Bool) throws {
    let (letters, rest, arrives, goes) = (14, 90, 40, 80)
    let wide = width(letters: letters)
    let (before, after) = fromTheLeft ? (-wide, width) : (width, -wide)
    func left(_ frame: Int) -> Int {
      if frame < arrives { return rest + (before - rest) * (arrives - frame) / 15 }
      return frame <= goes ? rest : rest + (after - rest) * (frame - goes) / 15
    }
    let blocks = try look(frames: 140) { frame, plane in
      draw(&plane, left: left(frame), top: 40, letters: letters, within: 0..<width)
    }.blocks
    func isShown(_ frame: Int) -> Bool { left(frame) < width && left(frame) + wide > 0 }
    let shown = (0..<140).filter(isShown)
    let block = try #require(blocks.filter { $0.end.index - $0.start.index > 20 }.max { $0.strokes < $1.strokes })
    let request = try #require(try ReadingRequest(block, geometry: geometry))
    let times = SlideTimes(request.parts, lines: [TextBox(block.box)], standing: (block.start, block.end))
    #expect(abs(times.start.index - (shown.first ?? -9)) <= 1 && abs(times.end.index - (shown.last ?? -9)) <= 1)
  }

  @Test func whatTheStillSearchReadOfATickerIsAPartOfIt() {
    #expect(Crawls.holds("Train drivers end their strike after talks", "rivers end thei"))
    #expect(Crawls.holds("Train drivers end their strike after talks", "’rs emd their strik:"))
    #expect(!Crawls.holds("Train drivers end their strike after talks", "Harbour"))
    #expect(!Crawls.holds("Train drivers end their strike after talks", "Weather"))
  }
}
