package import Documents
import Timing

/// The scenes of one film, laid on the frames of an editing program and on the clock of a player.
package struct FilmTimeline: Sendable {
  package struct Shot: Sendable {
    package let scene: Scene
    /// On the player's clock, whose 0 is the container's start.
    package let start: ExactTime
    package let end: ExactTime
    /// Frames of ``FilmTimeline/rate`` since the first picture, half open.
    package let editStart: Int64
    package let editEnd: Int64
  }

  /// The name of the file, without characters that steer a terminal or end a line.
  package let name: String
  package let url: FileURL
  package let media: MediaDescription
  package let video: VideoDescription
  package let shots: [Shot]
  package let rate: FrameRate
  package let timecode: Timecode
  /// The frame that the time code of the first picture names.
  package let startFrame: Int64
  /// Whether the frames of ``rate`` are not those of the film, but lie nearest to their times.
  package let isConformed: Bool
  /// What the formats that count frames cannot say of the film.
  package private(set) var warnings: [WarningRecord] = []

  /// Lays out the scenes of a document; `path` is the absolute path of the film. Nil where there are no scenes.
  package init?(_ document: AnalysisDocument, path: String) {
    guard let media = document.media, let video = media.video, let scenes = document.scenes, let first = scenes.first,
      let last = scenes.last
    else { return nil }
    let clock = FilmClock(media: media, video: video, first: first.start)
    let origin = clock.time(first.start)
    let length = (clock.time(last.end) - origin).seconds
    let frames = last.end.frame - first.start.frame
    let average = length > 0 && frames > 0 ? Double(frames) / length : nil
    let pace = Pace(video: video, average: average)
    url = FileURL(path: path)
    name = Self.plain(path.split(separator: "/").last.map(String.init) ?? path)
    self.media = media
    self.video = video
    rate = pace.rate
    isConformed = !pace.isCounted
    shots = scenes.map { scene in
      let (start, end) = (clock.time(scene.start), clock.time(scene.end))
      return Shot(
        scene: scene, start: start, end: end,
        editStart: pace.isCounted ? Int64(scene.start.frame) : (start - origin).frame(at: pace.rate),
        editEnd: pace.isCounted ? Int64(scene.end.frame) : (end - origin).frame(at: pace.rate))
    }
    let own = video.timecode
    let wanted = document.params.timecode
    timecode = Timecode(
      rate: pace.rate, isDropFrame: wanted == .auto ? own.map(Timecode.isDropFrame) ?? true : wanted == .drop)
    startFrame = own.flatMap(timecode.frame) ?? 0
    warnings = notes(average: average, wanted: wanted)
  }

  /// Shots that last a frame or more of ``rate``.
  package var editShots: [Shot] { shots.filter { $0.editEnd > $0.editStart } }

  /// The time of the first picture.
  var origin: ExactTime { shots[0].start }

  /// Frames of the whole film at ``rate``.
  package var editLength: Int64 { shots.last?.editEnd ?? 0 }

  private func notes(average: Double?, wanted: TimecodeCounting) -> [WarningRecord] {
    var notes: [WarningRecord] = []
    func note(_ code: String, _ sentence: String) { notes.append(WarningRecord(code, sentence, stage: "output")) }
    if isConformed {
      note(
        "timeline_rate",
        "the film has \(video.variableFrameRate == true ? "a variable frame rate" : "a frame rate that editors do not have"); "
          + "timelines that count frames place each scene on the nearest frame at \(rate.numerator)/\(rate.denominator) a second"
      )
    }
    let lost = shots.count - editShots.count
    if lost > 0 {
      note(
        "timeline_scenes_left_out", "\(lost) scenes last less than a frame at that rate and are not in those timelines")
    }
    if let shot = shots.first, shot.start.frame(at: rate) > 0 {
      note(
        "timeline_late_picture",
        "the picture begins \(shot.scene.start.seconds) s after the file; timelines that count frames begin with the first picture"
      )
    }
    if wanted == .drop, !rate.canDropFrames {
      note(
        "timecode_not_dropped", "only at 29.97 and 59.94 frames a second does time code drop numbers; it does not here")
    }
    if let own = video.timecode, timecode.frame(own) == nil {
      note(
        "timecode_unfit",
        "the film's time code \(Self.plain(own)) names no frame at its rate; timelines begin at 00:00:00:00")
    }
    if startFrame + editLength > timecode.framesPerDay {
      note("timecode_wraps", "the time code goes past 24 hours and begins again with 00:00:00:00")
    }
    return notes
  }

  /// Text for one line of a file: control characters become spaces.
  static func plain(_ text: String) -> String {
    var plain = ""
    for scalar in text.unicodeScalars {
      let isControl =
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
      plain.unicodeScalars.append(isControl ? " " : scalar)
    }
    return plain
  }
}

/// Turns instants of a document into exact times on the player's clock.
private struct FilmClock {
  private let numerator: Int
  private let denominator: Int
  /// The container's start is told to the microsecond; where that is the first picture, its exact time is the start.
  private let start: Int64
  private let correction: ExactTime?

  init(media: MediaDescription, video: VideoDescription, first: Instant) {
    let parts = video.timeBase.split(separator: "/").map { Int($0) ?? 0 }
    let base = TimeBase(parts.first ?? 0, parts.count > 1 ? parts[1] : 0)
    (numerator, denominator) = (base.numerator, base.denominator)
    let start = Int64((max(-9e12, min(9e12, media.startSeconds)) * 1_000_000).rounded())
    self.start = start
    let time = ExactTime(pts: first.pts, numerator: base.numerator, denominator: base.denominator, start: start)
    correction = abs(time.seconds) <= 1e-6 ? time : nil
  }

  func time(_ instant: Instant) -> ExactTime {
    let time = ExactTime(pts: instant.pts, numerator: numerator, denominator: denominator, start: start)
    return correction.map { time - $0 } ?? time
  }
}

/// The rate of a timeline, and whether its frames are those of the film.
private struct Pace {
  let rate: FrameRate
  let isCounted: Bool

  /// A constant film keeps its frames. What its container says is checked against what was counted, as some say the rate
  /// of fields; half a per cent allows for a last frame of unknown length.
  init(video: VideoDescription, average: Double?) {
    let told = FrameRate(fraction: video.frameRate)?.value
    let measured = average ?? told ?? 25
    let nominal = told.flatMap { abs($0 - measured) <= measured * 0.005 ? $0 : nil } ?? measured
    guard video.variableFrameRate != true else {
      let likely = told.flatMap { $0 <= measured * 2 && $0 * 2 >= measured ? $0 : nil } ?? measured
      (rate, isCounted) = (FrameRate.near(likely), false)
      return
    }
    if let rate = FrameRate.standard(nominal) {
      (self.rate, isCounted) = (rate, true)
    } else {
      (rate, isCounted) = (FrameRate.multiple(of: nominal) ?? FrameRate.near(nominal), false)
    }
  }
}
