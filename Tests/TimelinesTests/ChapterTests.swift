import Documents
import TestSupport
import Testing
import Timelines

struct ChapterTests {
  /// Some two hours at 24000/1001, a cut every 997 frames.
  private static let starts = Array(stride(from: 0, to: 172_000, by: 997))
  private static let end = 172_800
  private static let film = MadeDocument.film(rate: (24_000, 1001), starts: starts, frames: end)

  private func text(_ format: TimelineFormat, _ document: AnalysisDocument = film) throws -> String {
    try #require(FilmTimeline(document, path: "/films/film.mp4")).text(as: format).text
  }

  /// The frame that a player shows at a time of `ticks` per `unit`: the last that begins not later, ⌊t × 24000 / 1001⌋.
  private func shown(_ ticks: Int64, per unit: Int64) -> Int { Int(Int128(ticks) * 24_000 / (Int128(unit) * 1001)) }

  /// Nanoseconds of `00:00:01.5` with any number of digits.
  private func nanoseconds(_ clock: Substring) throws -> Int64 {
    let parts = clock.split { ":.".contains($0) }
    let numbers = parts.compactMap { Int64($0) }
    try #require(numbers.count == 4)
    var fraction = numbers[3]
    for _ in parts[3].count..<9 { fraction *= 10 }
    return ((numbers[0] * 60 + numbers[1]) * 60 + numbers[2]) * 1_000_000_000 + fraction
  }

  @Test func `after two hours at 23 976 the picture at a chapter's time is still the first of its scene`() throws {
    let cues = try text(.webvtt).split(separator: "\n").filter { $0.contains(" --> ") }
    #expect(try cues.map { shown(try nanoseconds($0.prefix(12)), per: 1_000_000_000) } == Self.starts)
    // Ends are the starts of what follows, so that chapters tile the film.
    #expect(cues.dropLast().map { $0.suffix(12) } == cues.dropFirst().map { $0.prefix(12) })
    let atoms = try text(.matroska).split(separator: "\n").filter { $0.contains("<ChapterTimeStart>") }
      .map { $0.split { "<>".contains($0) }[2] }
    #expect(try atoms.map { shown(try nanoseconds($0), per: 1_000_000_000) } == Self.starts)
    let begins = try text(.ffmetadata).split(separator: "\n").filter { $0.hasPrefix("START=") }
      .compactMap { Int64($0.dropFirst(6)) }
    #expect(begins.map { shown($0, per: 1_000_000_000) } == Self.starts)
    // Closed form: frame n begins at n × 1001 / 24000 s; rounding adds less than a nanosecond.
    for (begin, frame) in zip(begins, Self.starts) {
      let exact = Int128(frame) * 1001 * 1_000_000_000
      #expect((0..<24_000).contains(Int128(begin) * 24_000 - exact))
    }
  }

  @Test func `YouTube gets chapters of ten seconds and more from 0 00 on, beginning within their scenes`() throws {
    let starts = [0, 24, 500, 600, 1000, 90_000, 172_700]
    let document = MadeDocument.film(rate: (24_000, 1001), starts: starts, frames: Self.end)
    let timeline = try #require(FilmTimeline(document, path: "/a.mp4"))
    let (text, warnings) = timeline.text(as: .youtube)
    #expect(text == "0:00:00 Scene 1\n0:00:21 Scene 3\n0:00:42 Scene 5\n1:02:34 Scene 6\n")
    #expect(warnings.map(\.code) == ["youtube_chapters_merged"])
    let short = MadeDocument.film(rate: (25, 1), starts: [0, 300], frames: 1000)
    let few = try #require(FilmTimeline(short, path: "/a.mp4")).text(as: .youtube)
    #expect(few.text == "0:00 Scene 1\n0:12 Scene 2\n")
    #expect(few.warnings.map(\.code) == ["youtube_chapters_few"])
  }

  @Test(
    arguments: [
      ("24000/1001", (24_000, 1001)), ("25/1", (25, 1)), ("30000/1001", (30_000, 1001)), ("60/1", (60, 1)),
      ("15/1", (15, 1)),
    ] as [(String, (Int64, Int64))])
  func `the scene list is what PySceneDetect writes, byte for byte`(fraction: String, rate: (Int64, Int64)) throws {
    let document = MadeDocument.film(rate: rate, starts: Self.starts, frames: Self.end)
    let words = ["scenedetect", fraction] + (Self.starts + [Self.end]).map(String.init)
    #expect(try text(.pyscenedetect, document) == reader("timelines.py", words).text)
    let one = MadeDocument.film(rate: rate, starts: [0], frames: 77)
    #expect(try text(.pyscenedetect, one) == reader("timelines.py", ["scenedetect", fraction, "0", "77"]).text)
  }
}
