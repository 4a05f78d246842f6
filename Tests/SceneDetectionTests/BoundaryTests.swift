import SceneDetection
import Testing
import Timing

@Suite struct BoundaryTests {
  private func found(_ make: (inout MadeFilm) -> Void, frameRate: Double = 25) -> [Boundary] {
    var film = MadeFilm()
    make(&film)
    let (found, keptOrder) = film.boundaries(frameRate: frameRate)
    #expect(keptOrder, "a boundary came before a frame that was said to be settled")
    #expect(found.map(\.at.index) == found.map(\.at.index).sorted())
    return found
  }

  @Test(arguments: [8.0, 25, 60]) func cutsAreFoundOnTheirExactFrame(rate: Double) {
    let cuts = found({ film in for seed in 1...6 { film.hold(MadeFilm.shot(UInt64(seed)), 70) } }, frameRate: rate)
    #expect(cuts.map(\.at.index) == [70, 140, 210, 280, 350])
    #expect(cuts.allSatisfy { $0.kind == .cut && $0.first == $0.at && $0.last == $0.at && $0.confidence > 0.5 })
  }

  @Test func aLongFilmIsJudgedLikeAShortOne() {
    let cuts = found { film in for seed in 1...40 { film.hold(MadeFilm.shot(UInt64(seed)), 60 + seed) } }
    var expected: [Int] = []
    for seed in 1..<40 { expected.append((expected.last ?? 0) + 60 + seed) }
    #expect(cuts.map(\.at.index) == expected)
  }

  @Test(arguments: [10, 24, 40]) func aDissolveIsOneBoundaryWithItsSpan(length: Int) throws {
    let (a, b) = (MadeFilm.shot(3), MadeFilm.shot(8))
    let all = found { film in
      film.hold(a, 80)
      film.dissolve(a, b, length)
      film.hold(b, 80)
    }
    let boundary = try #require(all.first)
    #expect(all.count == 1 && boundary.kind == .dissolve)
    #expect(abs(boundary.first.index - 80) <= 3)
    #expect(abs(boundary.last.index - (80 + length)) <= 3)
    #expect(boundary.at.index == (boundary.first.index + boundary.last.index) / 2)
  }

  @Test func aMixThatWasMadeUpAsOneIsNoDissolve() {
    var film = MadeFilm()
    film.hold(MadeFilm.shot(3), 80)
    film.dissolve(MadeFilm.shot(3), MadeFilm.shot(8), 20)
    film.hold(MadeFilm.shot(8), 80)
    // Between the frames that others need, and of a group that was left closed up to its end.
    #expect(film.boundaries(seen: { $0 % 4 == 0 }).found.map(\.kind) == [.dissolve])
    #expect(film.boundaries(seen: { !(80..<95).contains($0) }).found.isEmpty)
  }

  @Test(arguments: [UInt8(16), 235]) func aShortWayThroughAPlainColourIsOneBoundary(level: UInt8) throws {
    let (a, b) = (MadeFilm.shot(3), MadeFilm.shot(8))
    let plain = MadeFilm.plain(level)
    let all = found { film in
      film.hold(a, 80)
      film.dissolve(a, plain, 15)
      film.hold(plain, 8)
      film.dissolve(plain, b, 15)
      film.hold(b, 80)
    }
    #expect(all.map(\.kind) == [.fadeThrough])
    let boundary = try #require(all.first)
    #expect(abs(boundary.first.index - 80) <= 3)
    #expect(abs(boundary.last.index - 118) <= 3)
  }

  @Test func aLongPlainPartIsASceneOfItsOwn() {
    let (a, b) = (MadeFilm.shot(3), MadeFilm.shot(8))
    let black = MadeFilm.plain(16)
    let all = found { film in
      film.hold(a, 80)
      film.dissolve(a, black, 15)
      film.hold(black, 50)
      film.dissolve(black, b, 15)
      film.hold(b, 80)
    }
    #expect(all.map(\.kind) == [.fadeOut, .fadeIn])
    #expect(all.map(\.beginsBlank) == [true, false])
  }

  @Test func aWipeIsFound() {
    let (a, b) = (MadeFilm.shot(3), MadeFilm.shot(8))
    let all = found { film in
      film.hold(a, 80)
      film.wipe(a, b, 19)
      film.hold(b, 80)
    }
    #expect(all.map(\.kind) == [.wipe])
  }

  @Test(arguments: [2, 4]) func littleContrastHidesNoTransition(divisor: Int) {
    let shots = [3, 8, 5, 2].map { MadeFilm.flat(MadeFilm.shot($0), over: divisor) }
    let all = found { film in
      film.hold(shots[0], 80)
      film.dissolve(shots[0], shots[1], 20)
      film.hold(shots[1], 80)
      film.wipe(shots[1], shots[2], 20)
      film.hold(shots[2], 80)
    }
    #expect(all.map(\.kind) == [.dissolve, .wipe])
    #expect(zip(all, [90, 190]).allSatisfy { abs($0.at.index - $1) <= 3 }, "\(all.map(\.at.index))")
  }

  @Test func toGoDarkBetweenTwoLooksAtOneThingIsABoundary() {
    let (shot, black) = (MadeFilm.shot(3), MadeFilm.plain(16))
    let all = found { film in
      film.hold(shot, 80)
      film.dissolve(shot, black, 10)
      film.hold(black, 5)
      film.dissolve(black, shot, 10)
      film.hold(shot, 80)
    }
    #expect(all.map(\.kind) == [.fadeThrough])
  }

  @Test func aCutToBlackAndBackIsTwoBoundariesWithABlankScene() {
    let all = found { film in
      film.hold(MadeFilm.shot(3), 80)
      film.hold(MadeFilm.plain(16), 60)
      film.hold(MadeFilm.shot(8), 80)
    }
    #expect(all.map(\.at.index) == [80, 140])
    #expect(all.map(\.kind) == [.cut, .cut])
    #expect(all.map(\.beginsBlank) == [true, false])
  }
}
