import Documents

/// The scene list of PySceneDetect, as its `list-scenes` writes it (version 0.7): a line of cuts, a line of names, a line a
/// scene. Frames count from 1, so that the last of a scene is its `End Frame`.
struct SceneList {
  private let timeline: FilmTimeline

  init(_ timeline: FilmTimeline) { self.timeline = timeline }

  var text: String {
    let starts = timeline.shots.dropFirst().map { clock(start(of: $0).milliseconds) }
    // Where there is no cut PySceneDetect leaves out the label too.
    let cuts = starts.isEmpty ? "\n" : line(["Timecode List:"] + starts)
    return cuts + line(Self.columns) + timeline.shots.map(row).joined()
  }

  private static let columns = [
    "Scene Number", "Start Frame", "Start Timecode", "Start Time (seconds)", "End Frame", "End Timecode",
    "End Time (seconds)", "Length (frames)", "Length (timecode)", "Length (seconds)",
  ]

  private func row(_ shot: FilmTimeline.Shot) -> String {
    let (first, next) = (shot.scene.start.frame, shot.scene.end.frame)
    let (start, end) = (start(of: shot), end(of: shot))
    let length = duration(of: shot)
    return line([
      "\(shot.scene.id)", "\(first + 1)", clock(start.milliseconds), seconds(start.milliseconds), "\(next)",
      clock(end.milliseconds), seconds(end.milliseconds), "\(next - first)", clock(length.milliseconds),
      seconds(length.milliseconds),
    ])
  }

  // At a constant rate PySceneDetect's times are frames over the rate; else those of the pictures, from the first.

  private func start(of shot: FilmTimeline.Shot) -> ExactTime {
    timeline.isConformed ? shot.start - timeline.origin : time(ofFrame: shot.scene.start.frame)
  }

  private func end(of shot: FilmTimeline.Shot) -> ExactTime {
    timeline.isConformed ? shot.end - timeline.origin : time(ofFrame: shot.scene.end.frame)
  }

  private func duration(of shot: FilmTimeline.Shot) -> ExactTime {
    timeline.isConformed
      ? shot.end - shot.start : time(ofFrame: shot.scene.end.frame - shot.scene.start.frame)
  }

  private func time(ofFrame frame: Int) -> ExactTime {
    ExactTime(Int128(frame) * Int128(timeline.rate.denominator), Int128(timeline.rate.numerator))
  }

  private func line(_ fields: [String]) -> String { fields.joined(separator: ",") + "\n" }

  private func seconds(_ milliseconds: Int64) -> String {
    "\(milliseconds / 1000)." + Digits.padded(milliseconds % 1000, 3)
  }

  private func clock(_ milliseconds: Int64) -> String { Clock.text(milliseconds, hours: 2, mark: ".") }
}

enum Clock {
  /// `00:00:01.500`, with at least as many digits for the hours.
  static func text(_ milliseconds: Int64, hours: Int, mark: String) -> String {
    let seconds = milliseconds / 1000
    return Digits.padded(seconds / 3600, hours) + ":" + Digits.padded(seconds / 60 % 60, 2) + ":"
      + Digits.padded(seconds % 60, 2) + mark + Digits.padded(milliseconds % 1000, 3)
  }
}
