import Media
import Testing
@testable import TextRecognition
import Timing

/// What ends the work on pages that would never end, and says so.
@Suite struct BoundTests {
  /// Dark letters on white.
  private func page(_ text: String) throws -> Plane {
    let line = try CaptionFont(height: 36).draw(text)
    var page = Plane(width: line.width + 40, height: line.height + 40, repeating: 255)
    for y in 0..<line.height {
      for x in 0..<line.width { page.bytes[(y + 20) * page.width + x + 20] = 255 - line[x, y] }
    }
    return page
  }

  @Test func aPageThatTakesTooLongIsGivenUp() throws {
    let engine = try TesseractEngine(languages: ["eng"])
    let page = try page("The quick brown fox jumps over the lazy dog")
    #expect(try engine.read(page, layout: .block, deadline: 1) == nil)
    let words = try #require(try engine.read(page, layout: .block)).joined()
    #expect(words.map(\.text).contains("quick"))
  }

  @Test func aPictureLargerThanTesseractTakesIsGivenUp() throws {
    let engine = try TesseractEngine(languages: ["eng"])
    let side = TesseractEngine.largestSide
    #expect(try engine.read(Plane(width: side + 1, height: 8, repeating: 255), layout: .line) == nil)
    #expect(try engine.read(Plane(width: 8, height: side + 1, repeating: 255), layout: .block) == nil)
    #expect(try engine.read(Plane(width: side, height: 8, repeating: 255), layout: .line) == [])
  }

  @Test func modelsAreLoadedAnewWhenTheHeapHasGrown() throws {
    func loads(mostGrowth: Int) throws -> Int {
      let engine = try LazyEngine(languages: ["eng"], mostGrowth: mostGrowth)
      for _ in 0..<2 * LazyEngine.pagesBetweenLooks { _ = try engine.loaded() }
      return engine.loads
    }
    #expect(try loads(mostGrowth: LazyEngine.mostGrowth) == 1)
    // Less than nothing: the heap has always grown by more.
    #expect(try loads(mostGrowth: -1 << 40) == 3)
  }

  @Test func aBlockThatIsGivenUpIsCounted() throws {
    let geometry = TextGeometry(width: 160, height: 72)
    var watch = TextWatch(geometry: geometry)
    var blocks: [TextBlock] = []
    for frame in 0..<90 {
      var plane = MadePlanes.pan(width: 160, height: 72, frame: frame)
      MadePlanes.drawLetters(
        &plane, count: 10, left: 30, top: 30, width: 7, height: 10, stroke: 2, gap: 3, value: 240)
      let time = MadePlanes.time(frame)
      watch.add(plane, time: time)
      if frame % 3 == 0 { blocks += try watch.look(plane, Look(plane: plane, time: time, geometry: geometry)) }
    }
    blocks += watch.finish(at: MadePlanes.time(89))
    let block = try #require(blocks.first)
    let request = try #require(try ReadingRequest(block, geometry: geometry))
    func givenUp(deadline: Int32) throws -> Int {
      let engine = try LazyEngine(languages: ["eng"], deadline: deadline)
      let desk = ReadingDesk(BlockReader(engine: engine, acceptance: LineAcceptance(floor: 0.6)))
      try desk.take(request)
      return desk.notes.pagesGivenUp
    }
    #expect(try givenUp(deadline: TesseractEngine.deadline) == 0)
    #expect(try givenUp(deadline: 0) > 0)
  }

  @Test func noMoreThanSomeHundredRegionsAreFollowed() throws {
    let geometry = TextGeometry(width: 480, height: 1200)
    var plane = Plane(width: 480, height: 1200, repeating: 60)
    for row in 0..<60 {
      for column in 0..<9 {
        MadePlanes.drawLetters(
          &plane, count: 3, left: 12 + column * 52, top: 8 + row * 20, width: 6, height: 8, stroke: 2, gap: 2)
      }
    }
    var watch = TextWatch(geometry: geometry)
    for look in 0..<6 {
      let time = MadePlanes.time(3 * look)
      _ = try watch.look(plane, Look(plane: plane, time: time, geometry: geometry))
    }
    #expect(watch.leftOut >= 540 - TextWatch.most)
  }
}
