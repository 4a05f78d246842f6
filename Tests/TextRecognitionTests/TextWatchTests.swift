import Testing
@testable import TextRecognition
import Timing

/// Letters that come and go over a picture that never stands still.
@Suite struct TextWatchTests {
  private let geometry = TextGeometry(width: 160, height: 72)

  /// Strength of the letters, from 0 to 1, on each frame.
  private func blocks(frames: Int, strength: (Int) -> Double) throws -> [TextBlock] {
    try blocks(frames: frames) { frame, plane in
      let value = UInt8(90 + 150 * strength(frame))
      guard strength(frame) > 0 else { return }
      MadePlanes.drawLetters(
        &plane, count: 10, left: 30, top: 30, width: 7, height: 10, stroke: 2, gap: 3, value: value)
    }
  }

  private func blocks(frames: Int, draw: (Int, inout Plane) -> Void) throws -> [TextBlock] {
    var watch = TextWatch(geometry: geometry)
    var found: [TextBlock] = []
    for frame in 0..<frames {
      var plane = MadePlanes.pan(width: 160, height: 72, frame: frame)
      draw(frame, &plane)
      let time = MadePlanes.time(frame)
      watch.add(plane, time: time)
      guard frame % 3 == 0 else { continue }
      found += try watch.look(plane, Look(plane: plane, time: time, geometry: geometry))
    }
    return found + watch.finish(at: MadePlanes.time(frames - 1))
  }

  @Test func aHardCutTitleIsDatedToTheFrame() throws {
    let found = try blocks(frames: 160) { (31...100).contains($0) ? 1 : 0 }
    let block = try #require(found.first)
    #expect(found.count == 1)
    #expect(block.start.index == 31)
    #expect(block.end.index == 100)
    #expect(block.box.left <= 31 && block.box.right >= 126 && block.box.top <= 30 && block.box.bottom >= 40)
    #expect((8...12).contains(block.lineHeight))
  }

  @Test func aFadeBeginsAndEndsWithinIt() throws {
    let found = try blocks(frames: 180) { frame in
      min(1, max(0, Double(frame - 30) / 12), max(0, Double(130 - frame) / 12))
    }
    let block = try #require(found.first)
    #expect((31...36).contains(block.start.index))
    #expect((124...129).contains(block.end.index))
  }

  /// A ground that is cut, behind letters that stay: fainter, or darker than the new ground.
  @Test(arguments: [UInt8(240), 150]) func aCutBehindATextDoesNotDateIt(letters: UInt8) throws {
    let found = try blocks(frames: 170) { frame, plane in
      if frame >= 60 { for i in plane.bytes.indices { plane.bytes[i] &+= 95 } }
      guard (31...120).contains(frame) else { return }
      MadePlanes.drawLetters(
        &plane, count: 10, left: 30, top: 30, width: 7, height: 10, stroke: 2, gap: 3, value: letters)
    }
    #expect(found.map(\.start.index).min() == 31)
    #expect(found.map(\.end.index).max() == 120)
  }

  /// Letters that cannot be seen on three frames, one of them a look, while the ground passes through their brightness; gone
  /// before they could be found anew.
  @Test func aGroundThatPassesThroughTheBrightnessOfATextDoesNotEndIt() throws {
    let found = try blocks(frames: 130) { frame, plane in
      if frame >= 63 { for i in plane.bytes.indices { plane.bytes[i] &+= 95 } }
      guard (31...74).contains(frame), !(62...64).contains(frame) else { return }
      MadePlanes.drawLetters(
        &plane, count: 10, left: 30, top: 30, width: 7, height: 10, stroke: 2, gap: 3, value: 150)
    }
    #expect(found.map(\.start.index).min() == 31)
    #expect(found.map(\.end.index).max() == 74)
  }

  /// A tenth of their contrast is more than compression leaves behind, where that was high; a fiftieth is not.
  @Test(arguments: [(UInt8(16), true), (3, false)]) func faintStrokesAreSeenByTheirSteps(step: UInt8, seen: Bool) {
    func plane(_ ground: UInt8) -> Plane {
      var plane = Plane(width: 160, height: 72, bytes: [UInt8](repeating: ground, count: 160 * 72))
      MadePlanes.drawLetters(
        &plane, count: 10, left: 30, top: 30, width: 7, height: 10, stroke: 2, gap: 3, value: 240)
      return plane
    }
    let strong = plane(80)
    var (pixels, weights) = ([Int32](), [Int16]())
    for pixel in 1..<160 * 72 - 1 {
      let step = Int16(strong.bytes[pixel + 1]) - Int16(strong.bytes[pixel - 1])
      guard step != 0 else { continue }
      pixels.append(Int32(pixel))
      weights.append(step)
    }
    let text = StandingText(
      pixels: pixels, weights: weights, width: 160, isLong: false, clean: MadePlanes.time(0), now: MadePlanes.time(9))
    let sight = text.sight(in: plane(240 - step))
    #expect(sight.likeness > 0.95)
    #expect(sight.hasSameStrokes == seen)
  }

  /// Outlined letters of another width in the same place a frame later: some of their strokes are those of the first text.
  @Test func aSubtitleInThePlaceOfAnotherIsDatedByItsOwnStrokes() throws {
    let found = try blocks(frames: 160) { frame, plane in
      let first = (20...69).contains(frame)
      guard first || (71...120).contains(frame) else { return }
      for (grown, value) in [(1, UInt8(0)), (0, 250)] {
        for letter in 0..<(first ? 12 : 10) {
          let (width, left) = first ? (6, 20 + letter * 10) : (8, 20 + letter * 12)
          for x in [left, left + width - 2] {
            MadePlanes.fill(
              &plane, PixelBox(left: x - grown, top: 30 - grown, right: x + 2 + grown, bottom: 42 + grown), value)
          }
        }
      }
    }
    let second = try #require(found.filter { $0.end.index == 120 }.max { $0.strokes < $1.strokes })
    #expect(second.start.index == 71)
    #expect(Set(found.map(\.end.index)) == [69, 120])
  }

  /// On four looks, or five, wherever it begins between two searches.
  @Test(arguments: 40...45) func aTextOfHalfASecondIsFound(start: Int) throws {
    let found = try blocks(frames: 120) { (start...start + 13).contains($0) ? 1 : 0 }
    let block = try #require(found.first)
    #expect(found.count == 1)
    #expect(block.start.index == start && block.end.index == start + 13)
    let request = try #require(try ReadingRequest(block, geometry: geometry))
    // Nothing of the looks before and after it is among its pictures.
    #expect(request.pictures.darkest[30 - request.origin.left, 34 - request.origin.top] == 240)
  }

  /// Thirteen frames of 0.04 seconds, of which the last is shown as long as the others; twelve are too few.
  @Test(arguments: 40...45, [(13, true), (12, false)])
  func whatIsShownForHalfASecondIsRead(start: Int, frames: (number: Int, isRead: Bool)) throws {
    let found = try blocks(frames: 120) { (start..<start + frames.number).contains($0) ? 1 : 0 }
    let requests = try found.compactMap { try ReadingRequest($0, geometry: geometry) }
    #expect(requests.count == (frames.isRead ? 1 : 0))
  }

  @Test func aTextToTheLastFrameEndsThere() throws {
    let found = try blocks(frames: 90) { $0 >= 20 ? 1 : 0 }
    #expect(found.map(\.end.index) == [89])
  }

  @Test func movingPicturesGiveNothing() throws {
    #expect(try blocks(frames: 100) { _ in 0 }.isEmpty)
  }

  @Test func aFlashOfTextIsNotRead() throws {
    let found = try blocks(frames: 100) { (40...49).contains($0) ? 1 : 0 }
    for block in found { #expect(try ReadingRequest(block, geometry: geometry) == nil) }
  }

  @Test func linesThatEndTogetherAreOneBlock() throws {
    let found = try blocks(frames: 140) { frame, plane in
      guard (20...100).contains(frame) else { return }
      for top in [20, 36] {
        MadePlanes.drawLetters(
          &plane, count: 10, left: 30, top: top, width: 7, height: 10, stroke: 2, gap: 3, value: 240)
      }
    }
    #expect(found.count == 1)
    #expect(found.first?.box.height ?? 0 >= 25)
  }

  @Test func oneSubtitleAfterTheOtherAreTwoBlocks() throws {
    let found = try blocks(frames: 160) { frame, plane in
      let first = (20...69).contains(frame)
      guard first || (70...120).contains(frame) else { return }
      MadePlanes.drawLetters(
        &plane, count: first ? 10 : 8, left: first ? 30 : 34, top: first ? 40 : 54, width: first ? 7 : 8, height: 10,
        stroke: 2,
        gap: first ? 3 : 4, value: 240)
    }
    #expect(found.map(\.start.index) == [20, 70])
    #expect(found.map(\.end.index) == [69, 120])
  }

  @Test func letterStrokesOfBothWindowsCountOnce() throws {
    let block = try #require(try blocks(frames: 160) { (31...100).contains($0) ? 1 : 0 }.first)
    #expect(block.members.count > 1, "one window alone found it: the test shows nothing")
    let one = block.members.map(\.strokes).max() ?? 0
    let all = block.comingStrokes(width: geometry.smallWidth).reduce(0, +)
    #expect(all >= one && Double(all) < 1.2 * Double(one))
  }

  @Test func theRequestHoldsWhatStoodStill() throws {
    let found = try blocks(frames: 160) { (31...100).contains($0) ? 1 : 0 }
    let block = try #require(found.first)
    let request = try #require(try ReadingRequest(block, geometry: geometry))
    // The newest look is the one on which the text is missing.
    #expect(request.pictures.count == LookRing.count - 1)
    let (x, y) = (30 - request.origin.left, 34 - request.origin.top)
    #expect(request.pictures.darkest[x, y] == 240)
    #expect(request.pictures.brightest[x, y] == 240)
    #expect(request.pictures.darkest[x + 4, 0] < request.pictures.brightest[x + 4, 0])
  }
}
