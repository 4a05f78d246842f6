import SceneDetection
import Testing
import Timing

/// What changes a picture and is no boundary.
@Suite struct NoBoundaryTests {
  private func found(_ make: (inout MadeFilm) -> Void) -> [Boundary] {
    var film = MadeFilm()
    make(&film)
    return film.boundaries().found
  }

  @Test(arguments: [1, 2, 4]) func aFlash(length: Int) {
    let shot = MadeFilm.shot(5)
    let all = found { film in
      film.hold(shot, 100)
      film.hold(MadeFilm.mix(shot, MadeFilm.plain(250), 0.8), length)
      film.hold(shot, 100)
    }
    #expect(all.isEmpty, "\(all)")
  }

  @Test func lightThatFillsThePictureAndGoes() {
    let (shot, light) = (MadeFilm.shot(5), MadeFilm.plain(250))
    func made(after: AnalysisPicture) -> [Boundary] {
      found { film in
        film.hold(shot, 100)
        film.dissolve(shot, light, 6)
        film.hold(light, 3)
        film.dissolve(light, after, 20)
        film.hold(after, 100)
      }
    }
    #expect(made(after: shot).isEmpty)
    // Another shot behind it makes it a transition.
    #expect(made(after: MadeFilm.shot(8)).map(\.kind) == [.fadeThrough])
  }

  @Test func lightThatComesAtOnceAndFades() {
    let (shot, light) = (MadeFilm.shot(5), MadeFilm.shot(9, brightness: 70))
    func made(after: AnalysisPicture, frames: Int = 6) -> [Boundary] {
      found { film in
        film.hold(shot, 60)
        film.hold(light, frames)
        film.dissolve(light, after, 14)
        film.hold(after, 80)
      }
    }
    #expect(made(after: shot).isEmpty)
    #expect(made(after: MadeFilm.shot(8)).map(\.kind) == [.cut, .dissolve])
    // It stays for three seconds: a shot of its own.
    #expect(made(after: shot, frames: 75).map(\.kind) == [.cut, .dissolve])
  }

  @Test func aBrighterShotBetweenTwoCutsIsNoLight() {
    let all = found { film in
      film.hold(MadeFilm.shot(5), 60)
      film.hold(MadeFilm.shot(9, brightness: 70), 20)
      film.hold(MadeFilm.shot(5), 80)
    }
    #expect(all.map(\.kind) == [.cut, .cut])
  }

  @Test func whatComesInHaltsAndGoesOnIsNoWipe() {
    func made(halt: Int) -> [Boundary] {
      found { film in
        film.hold(MadeFilm.shot(5), 60)
        film.wipe(MadeFilm.shot(5), MadeFilm.shot(8), 19, halt: halt)
        film.hold(MadeFilm.shot(8), 60)
      }
    }
    #expect(made(halt: 0).map(\.kind) == [.wipe])
    // Repeated frames are no halt.
    #expect(made(halt: 4).map(\.kind) == [.wipe])
    #expect(made(halt: 18).isEmpty, "\(made(halt: 18))")
  }

  @Test func aPan() {
    let parts = [MadeFilm.shot(5), MadeFilm.shot(6), MadeFilm.shot(7)]
    let all = found { film in
      film.hold(parts[0], 60)
      for step in 0...40 { film.append(MadeFilm.view(of: parts, at: 3 * step)) }
      film.hold(MadeFilm.view(of: parts, at: 120), 60)
    }
    #expect(all.isEmpty, "\(all)")
  }

  @Test func aLightThatGrowsSlowly() {
    let shot = MadeFilm.shot(5, brightness: -20)
    let all = found { film in
      film.hold(shot, 60)
      for step in 0..<40 { film.append(MadeFilm.mix(shot, MadeFilm.plain(235), 0.005 * Double(step))) }
      film.hold(MadeFilm.mix(shot, MadeFilm.plain(235), 0.2), 60)
    }
    #expect(all.isEmpty, "\(all)")
  }

  @Test(arguments: [0.003, 0.005, 0.008, 0.012]) func aGradientThatTurns(step: Double) {
    let all = found { film in
      for frame in 0..<300 { film.append(MadeFilm.gradient(turned: step * Double(frame))) }
    }
    #expect(all.isEmpty, "\(all)")
  }

  @Test func aDissolveOfGradients() {
    let (old, new) = (MadeFilm.gradient(turned: 0), MadeFilm.gradient(turned: 0.3))
    let all = found { film in
      film.hold(old, 80)
      film.dissolve(old, new, 20)
      film.hold(new, 80)
    }
    #expect(all.map(\.kind) == [.dissolve])
    // Into one that turns.
    let turning = found { film in
      film.hold(old, 80)
      for frame in 0..<20 {
        film.append(MadeFilm.mix(old, MadeFilm.gradient(turned: 0.5 + 0.001 * Double(frame)), Double(frame + 1) / 21))
      }
      for frame in 20..<100 { film.append(MadeFilm.gradient(turned: 0.5 + 0.001 * Double(frame))) }
    }
    #expect(turning.map(\.kind) == [.dissolve])
  }

  @Test func aFilmOfOneColour() { #expect(found { $0.hold(MadeFilm.plain(90), 300) }.isEmpty) }

  @Test(arguments: [0, 1, 2, 3]) func aFilmOfFewFrames(count: Int) {
    #expect(
      found { film in for seed in 0..<count { film.append(MadeFilm.shot(UInt64(seed + 1))) } }.count
        <= max(0, count - 1))
  }

  @Test func aFadeInFromBlackAtTheVeryStart() {
    let all = found { film in
      film.hold(MadeFilm.plain(16), 3)
      film.hold(MadeFilm.shot(5), 100)
    }
    #expect(all.isEmpty, "\(all)")
  }
}
