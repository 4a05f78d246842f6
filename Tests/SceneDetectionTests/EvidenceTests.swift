import SceneDetection
import Testing
import Timing

/// What the detector hands out to tell why.
@Suite struct EvidenceTests {
  /// A cut at 60, a dissolve around 130, a flash at 200.
  private static func film() -> [AnalysisPicture] {
    let shots = [MadeFilm.shot(2), MadeFilm.shot(3), MadeFilm.shot(8)]
    var film = MadeFilm()
    film.hold(shots[0], 60)
    film.hold(shots[1], 60)
    film.dissolve(shots[1], shots[2], 20)
    film.hold(shots[2], 60)
    film.hold(MadeFilm.mix(shots[2], MadeFilm.plain(250), 0.8), 2)
    film.hold(shots[2], 60)
    return film.pictures
  }

  private func run(
    _ pictures: [AnalysisPicture], keepsEvidence: Bool
  ) -> (boundaries: [Boundary], evidence: [FrameEvidence], mostWaiting: Int) {
    var detector = SceneDetector(frameRate: 25, keepsEvidence: keepsEvidence)
    var (boundaries, evidence, mostWaiting): ([Boundary], [FrameEvidence], Int) = ([], [], 0)
    for (index, picture) in pictures.enumerated() {
      let time = FrameTime(index: index, pts: Int64(index), duration: 1, seconds: Double(index) / 25)
      boundaries += detector.push(picture, at: time)
      evidence += detector.takeEvidence()
      mostWaiting = max(mostWaiting, index + 1 - evidence.count)
    }
    boundaries += detector.finish()
    return (boundaries, evidence + detector.takeEvidence(), mostWaiting)
  }

  @Test func everyFrameComesOnceInOrderAndSoon() {
    let pictures = (0..<3).flatMap { _ in Self.film() }
    let (_, evidence, mostWaiting) = run(pictures, keepsEvidence: true)
    #expect(evidence.map(\.time.index) == Array(pictures.indices))
    // Memory is bounded by this: some twenty seconds of film, however long that is.
    #expect(mostWaiting < 600)
  }

  @Test func lookingChangesNothing() {
    let pictures = Self.film()
    let (with, without) = (run(pictures, keepsEvidence: true), run(pictures, keepsEvidence: false))
    #expect(with.boundaries == without.boundaries)
    #expect(without.evidence.isEmpty)
  }

  @Test func whatWasWeighedExplainsWhatWasFound() throws {
    let (boundaries, evidence, _) = run(Self.film(), keepsEvidence: true)
    #expect(evidence.compactMap(\.boundary) == boundaries)
    #expect(boundaries.map(\.kind) == [.cut, .dissolve])
    let cut = evidence[60]
    #expect(cut.cut.isCandidate && cut.change > 4)
    #expect(try #require(cut.cut.ratio) > 1.3)
    #expect(try #require(cut.cut.returning) > 0.4)
    // The confidence is the logistic function of the log odds.
    let odds = try #require(cut.cut.logOdds)
    #expect(
      abs(boundaries[0].confidence / (1 - boundaries[0].confidence) - exponential(odds)) < 0.01 * exponential(odds))
    let dissolve = evidence[boundaries[1].at.index]
    #expect(try #require(dissolve.window).residual < 0.1)
    #expect(evidence[30].change == 0 && evidence[30].boundary == nil && !evidence[30].cut.isCandidate)
  }

  @Test func aFlashIsACandidateThatComesBack() throws {
    let (_, evidence, _) = run(Self.film(), keepsEvidence: true)
    let flash = try #require(evidence.first { $0.time.index >= 195 && $0.cut.isCandidate })
    #expect(flash.boundary == nil)
    // Either both sides are too much alike, or the picture of before came back.
    #expect(flash.cut.returning.map { $0 <= 0.4 } ?? true)
  }

  @Test func plainFramesAreMarked() {
    var film = MadeFilm()
    film.hold(MadeFilm.shot(2), 40)
    film.hold(MadeFilm.plain(16), 40)
    film.hold(MadeFilm.shot(3), 40)
    let (_, evidence, _) = run(film.pictures, keepsEvidence: true)
    #expect(evidence.map(\.isBlank) == (0..<120).map { (40..<80).contains($0) })
    #expect(evidence[60].lumaMean == 16 && evidence[60].contrast == 0 && evidence[60].lumaRange == 0)
  }

  /// e to the power of x by its series: the target has no other use for a mathematics library.
  private func exponential(_ x: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for step in 1..<60 {
      term *= x / Double(step)
      sum += term
    }
    return sum
  }
}
