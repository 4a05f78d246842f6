import Documents
import TestSupport
import Testing
import Timelines

/// Films that are not as editors would have them.
struct SourceTests {
  private func timeline(_ document: AnalysisDocument, path: String = "/films/film.mp4") throws -> FilmTimeline {
    try #require(FilmTimeline(document, path: path))
  }

  @Test(
    arguments: [
      ("01:00:00:00", (24_000, 1001), 86_400, "NON-DROP"), ("01:00:00;00", (30_000, 1001), 107_892, "DROP"),
      ("01:00:00:00", (30_000, 1001), 108_000, "NON-DROP"), ("10:20:30:12", (25, 1), 930_762, "NON-DROP"),
    ] as [(String, (Int64, Int64), Int, String)])
  func `the film's own time code is that of the timelines`(
    timecode: String, rate: (Int64, Int64), first: Int, counting: String
  ) throws {
    let document = MadeDocument.film(rate: rate, starts: [0, 40], frames: 100, timecode: timecode)
    let fraction = counting == "DROP" || rate.1 == 1 ? "\(rate.0)/\(rate.1)" : "\((rate.0 + 500) / 1000)"
    for format in [TimelineFormat.edl, .otio] {
      let read = try ReadBack(document, as: format, rate: format == .edl ? fraction : nil)
      #expect(read.source == spans([0, 40], 100, from: first), "\(format)")
      #expect(read.place == spans([0, 40], 100), "\(format)")
    }
    #expect(try ReadBack(document, as: .otio).json.start.int == first)
    let edl = try timeline(document).text(as: .edl).text
    #expect(edl.contains("FCM: \(counting) FRAME"))
    #expect(edl.contains("  \(timecode) "))
    #expect(try timeline(document).warnings.isEmpty)
  }

  @Test(arguments: ["01:00:00:24", "nonsense", "25:00:00:00"])
  func `a time code that is none is left out with a warning`(
    timecode: String
  ) throws {
    let document = MadeDocument.film(rate: (24, 1), starts: [0, 40], frames: 100, timecode: timecode)
    let timeline = try timeline(document)
    #expect(timeline.warnings.map(\.code) == ["timecode_unfit"])
    #expect(timeline.text(as: .edl).text.contains("  00:00:00:00 00:00:01:16 "))
  }

  @Test func `time code that passes midnight begins again, with a warning`() throws {
    let document = MadeDocument.film(rate: (25, 1), starts: [0, 40], frames: 100, timecode: "23:59:59:00")
    let timeline = try timeline(document)
    #expect(timeline.warnings.map(\.code) == ["timecode_wraps"])
    #expect(timeline.text(as: .edl).text.contains("00:00:00:15 00:00:03:00"))
  }

  @Test func `drop frame that a rate does not have is not applied, with a warning`() throws {
    let document = MadeDocument.film(rate: (25, 1), starts: [0, 40], frames: 100) { $0.params.timecode = .drop }
    #expect(try timeline(document).warnings.map(\.code) == ["timecode_not_dropped"])
    #expect(try timeline(document).text(as: .edl).text.contains("FCM: NON-DROP FRAME"))
  }

  /// Positions are round(time × rate) by the rule; frame numbers of decoders stay what they are.
  @Test func `a variable rate is laid on the nearest frames of a constant one, with a warning`() throws {
    let bounds: [(frame: Int, milliseconds: Int64)] = [(0, 0), (31, 1040), (45, 1511), (90, 4000), (200, 8000)]
    let document = MadeDocument.variable(rate: "30/1", bounds: bounds)
    let timeline = try timeline(document)
    #expect(timeline.warnings.map(\.code) == ["timeline_rate"])
    let wanted = bounds.map { Int((Double($0.milliseconds) * 30 / 1000).rounded()) }
    for format in [TimelineFormat.otio, .fcp7, .fcpxml] {
      #expect(try ReadBack(document, as: format).source == spans(Array(wanted.dropLast()), wanted[4]), "\(format)")
    }
    #expect(timeline.text(as: .qpfile).text == "0 I -1\n31 I -1\n45 I -1\n90 I -1\n")
    #expect(timeline.text(as: .keyframes).text == "# keyframe format v1\nfps 0\n0\n31\n45\n90\n")
    #expect(
      timeline.text(as: .pyscenedetect).text.contains(
        "\n2,32,00:00:01.040,1.040,45,00:00:01.511,1.511,14,00:00:00.471,0.471\n"))
  }

  @Test(
    arguments: [
      ("25/2", (25, 2), 2.0, 25.0), ("15/1", (15, 1), 1, 15), ("1/2", (1, 2), 2, 1), ("50/1", (25, 1), 1, 25),
      ("24000/1001", (24_000, 1001), 1, 24_000 / 1001.0), ("2997/100", (2997, 100), 1, 30_000 / 1001.0),
      ("15000/1001", (15_000, 1001), 1, 15_000 / 1001.0), ("1170/100", (1170, 100), 0, 0),
    ] as [(String, (Int64, Int64), Double, Double)])
  func `a constant rate is kept, or multiplied until it is whole`(
    told: String, real: (Int64, Int64), factor: Double, rate: Double
  ) throws {
    // The container may tell another rate than that of the frames, such as that of fields.
    let document = MadeDocument.film(rate: real, starts: [0, 7, 20], frames: 100) { $0.media?.video?.frameRate = told }
    let timeline = try timeline(document)
    guard factor > 0 else {
      #expect(timeline.warnings.map(\.code) == ["timeline_rate"])
      return
    }
    #expect(timeline.rate.value == rate)
    #expect(timeline.shots.map(\.editStart) == [0, 7, 20].map { Int64($0 * factor) })
    #expect(timeline.isConformed == (factor > 1))
  }

  @Test func `scenes that fall on one frame are left out of what counts frames, with a warning`() throws {
    let document = MadeDocument.variable(rate: "25/1", bounds: [(0, 0), (10, 1000), (11, 1004), (20, 2000)])
    let timeline = try timeline(document)
    #expect(timeline.warnings.map(\.code) == ["timeline_rate", "timeline_scenes_left_out"])
    #expect(try ReadBack(document, as: .otio).json.clips.items.count == 2)
    #expect(timeline.text(as: .webvtt).text.contains("00:00:01.000 --> 00:00:01.004\nScene 2\n"))
  }

  @Test func `a late picture is where it is for players, and first for editors, with a warning`() throws {
    let document = MadeDocument.film(rate: (25, 1), starts: [0, 25], frames: 50, firstPTS: 13)
    let timeline = try timeline(document)
    #expect(timeline.warnings.map(\.code) == ["timeline_late_picture"])
    #expect(timeline.shots.map(\.editStart) == [0, 25])
    #expect(timeline.text(as: .webvtt).text.contains("00:00:00.520 --> 00:00:01.520"))
  }

  @Test func `hostile names come back as they are`() throws {
    let path = "/films/a & b <\"c\"> 'd' 🎬 ümlaut %41 #1?x=2\u{1}\u{fffe}.mp4"
    let document = MadeDocument.film(rate: (25, 1), starts: [0, 25], frames: 50)
    for format in [TimelineFormat.otio, .fcp7, .fcpxml] {
      let read = try ReadBack(document, as: format, path: path)
      let url = try #require(read.json.clips[0].url.string)
      #expect(
        url.hasSuffix(
          "/films/a%20%26%20b%20%3C%22c%22%3E%20%27d%27%20%F0%9F%8E%AC%20%C3%BCmlaut%20%2541%20%231%3Fx%3D2%01%EF%BF%BE.mp4"
        ))
      #expect(read.json.name.string?.hasPrefix("a & b <\"c\"> 'd' 🎬 ümlaut %41 #1?x=2 ") == true, "\(format)")
    }
    let edl = try ReadBack(document, as: .edl, rate: "25", path: "/films/two\nlines\r\n001  BL V.mp4")
    #expect(edl.json.clips.items.count == 2)
    #expect(edl.json.name.string == "two lines  001  BL V.mp4")
  }

  @Test func `turned and stretched pictures have the size that is shown`() throws {
    let document = MadeDocument.film(rate: (25, 1), starts: [0, 25], frames: 50) {
      $0.media?.video?.displayWidth = 1080
      $0.media?.video?.displayHeight = 1920
      $0.media?.video?.rotationDegrees = 90
    }
    let timeline = try timeline(document)
    #expect(timeline.text(as: .fcpxml).text.contains("width=\"1080\" height=\"1920\""))
    #expect(timeline.text(as: .fcp7).text.contains("<width>1080</width>"))
  }

  @Test func `without scenes or without a picture there is no timeline`() {
    let none = MadeDocument.film(rate: (25, 1), starts: [0], frames: 50) { $0.scenes = [] }
    let sound = MadeDocument.film(rate: (25, 1), starts: [0], frames: 50) { $0.media?.video = nil }
    let failed = MadeDocument.film(rate: (25, 1), starts: [0], frames: 50) { $0.scenes = nil }
    for document in [none, sound, failed] { #expect(FilmTimeline(document, path: "/a.mp4") == nil) }
  }
}
