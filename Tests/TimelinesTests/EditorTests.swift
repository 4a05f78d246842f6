import Documents
import TestSupport
import Testing
import Timelines

/// Timelines for editors, read back by OpenTimelineIO and its adapters, give the frames of the document.
struct EditorTests {
  static let rates: [(Int64, Int64)] = [
    (24, 1), (25, 1), (30, 1), (50, 1), (60, 1), (24_000, 1001), (30_000, 1001), (60_000, 1001),
  ]
  /// A film of some 70 minutes, cuts on its first frames, around minutes and beyond an hour.
  private static let starts = [0, 1, 2, 1438, 1799, 1800, 1801, 17_981, 17_982, 86_399, 86_400, 100_000]
  private static let end = 100_801

  @Test(arguments: rates) func `an edit decision list gives the same frames`(rate: (Int64, Int64)) throws {
    let document = MadeDocument.film(rate: rate, starts: Self.starts, frames: Self.end)
    let read = try ReadBack(document, as: .edl, rate: "\(rate.0)/\(rate.1)")
    #expect(read.source == spans(Self.starts, Self.end))
    #expect(read.place == spans(Self.starts, Self.end))
  }

  @Test(arguments: [(30_000, 1001), (60_000, 1001)] as [(Int64, Int64)])
  func `an edit decision list without drop frame gives the same frames`(rate: (Int64, Int64)) throws {
    let document = MadeDocument.film(rate: rate, starts: Self.starts, frames: Self.end) {
      $0.params.timecode = .nonDrop
    }
    let text = try #require(FilmTimeline(document, path: "/a.mp4")).text(as: .edl).text
    #expect(text.contains("FCM: NON-DROP FRAME") && !text.contains(";"))
    // A count of numbers without gaps: the whole rate reads it.
    let read = try ReadBack(document, as: .edl, rate: "\(rate.0 / 1000)")
    #expect(read.source == spans(Self.starts, Self.end))
  }

  @Test(arguments: rates) func `OpenTimelineIO gives the same frames, for the sound too`(rate: (Int64, Int64)) throws {
    let document = MadeDocument.film(rate: rate, starts: Self.starts, frames: Self.end)
    let read = try ReadBack(document, as: .otio)
    #expect(read.source == spans(Self.starts, Self.end))
    #expect(read.place == spans(Self.starts, Self.end))
    #expect(read.json.rate.double == Double(rate.0) / Double(rate.1))
    #expect(read.json.audio.items.map { $0.items.count } == [Self.starts.count])
  }

  @Test(arguments: rates) func `XML of Final Cut Pro 7 gives the same frames, for each channel too`(
    rate: (Int64, Int64)
  ) throws {
    let document = MadeDocument.film(rate: rate, starts: Self.starts, frames: Self.end)
    let read = try ReadBack(document, as: .fcp7)
    #expect(read.source == spans(Self.starts, Self.end))
    #expect(read.place == spans(Self.starts, Self.end))
    #expect(abs((read.json.rate.double ?? 0) - Double(rate.0) / Double(rate.1)) < 0.001)
    #expect(read.json.audio.items.map { $0.items.count } == [Self.starts.count, Self.starts.count])
  }

  @Test(arguments: rates.filter { $0.1 == 1 }) func `XML of Final Cut Pro gives the same frames at whole rates`(
    rate: (Int64, Int64)
  ) throws {
    let document = MadeDocument.film(rate: rate, starts: Self.starts, frames: Self.end)
    let read = try ReadBack(document, as: .fcpxml)
    // The adapter divides in floating point and cuts off what is behind the point: 1799/25 s becomes frame 1798.
    func cutOff(_ frames: Int) -> Int { Int(Double(frames) / Double(rate.0) * Double(rate.0)) }
    #expect(read.source == spans(Self.starts, Self.end).map { $0.map(cutOff) })
    #expect(read.place.map { $0[1] } == spans(Self.starts, Self.end).map { cutOff($0[1]) })
  }

  /// The reader above takes 1001/24000 s for a 23rd; here every time of the XML is checked as the fraction that it is.
  @Test(arguments: rates) func `times in XML of Final Cut Pro are exactly those of frames`(rate: (Int64, Int64)) throws
  {
    let first: Int64 = 86_400
    let document = MadeDocument.film(rate: rate, starts: Self.starts, frames: Self.end, timecode: "00:00:00:00")
    let later = MadeDocument.film(
      rate: rate, starts: Self.starts, frames: Self.end,
      timecode: Timecode(rate: FrameRate(rate.0, rate.1), isDropFrame: true).text(first))
    for (document, offset) in [(document, 0), (later, Int(first))] {
      let text = try #require(FilmTimeline(document, path: "/a.mp4")).text(as: .fcpxml).text
      let clips = text.split(separator: "\n").filter { $0.contains("<asset-clip ") }.map(String.init)
      let found = try clips.map { clip in
        try ["offset", "start", "duration"].map { try frames(of: $0, in: clip, rate: rate) }
      }
      #expect(found == spans(Self.starts, Self.end, from: offset).map { [$0[0], $0[0], $0[1]] })
    }
  }

  /// The value of an attribute such as `1001/24000s` in frames; throws where it is no whole number of them.
  private func frames(of attribute: String, in element: String, rate: (Int64, Int64)) throws -> Int {
    let value = try #require(element.components(after: " \(attribute)=\""))
    let parts = value.dropLast().split(separator: "/").compactMap { Int64($0) }
    let (top, bottom) = (try #require(parts.first), parts.count > 1 ? parts[1] : 1)
    // seconds × rate, in whole numbers.
    let (frames, rest) = (top * rate.0).quotientAndRemainder(dividingBy: bottom * rate.1)
    #expect(rest == 0, "\(attribute) of \(value)")
    return Int(frames)
  }

  @Test func `10,000 scenes are all there`() throws {
    let starts = (0..<10_000).map { $0 * 13 }
    let document = MadeDocument.film(rate: (24_000, 1001), starts: starts, frames: 130_000)
    for format in [TimelineFormat.edl, .otio] {
      let read = try ReadBack(document, as: format, rate: format == .edl ? "24000/1001" : nil)
      #expect(read.source == spans(starts, 130_000), "\(format)")
    }
    let timeline = try #require(FilmTimeline(document, path: "/a.mp4"))
    // OpenTimelineIO's adapters for XML look through all clips for every clip; here the numbers alone are read.
    let xml = timeline.text(as: .fcp7).text.split(separator: "\n").map { $0.drop { $0 == " " } }
    let ins = xml.filter { $0.hasPrefix("<in>") }.compactMap { Int($0.dropFirst(4).prefix { $0 != "<" }) }
    #expect(ins == starts + starts + starts)
    #expect(timeline.text(as: .edl).warnings.map(\.code) == ["edl_long"])
  }
}

extension String {
  /// What stands between `start` and the next quotation mark.
  func components(after start: String) -> Substring? {
    var rest = self[...]
    while !rest.isEmpty {
      if rest.hasPrefix(start) { return rest.dropFirst(start.count).prefix { $0 != "\"" } }
      rest = rest.dropFirst()
    }
    return nil
  }
}
