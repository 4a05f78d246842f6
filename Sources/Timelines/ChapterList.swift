import Documents

/// Scenes as chapters, on the player's clock. A time that must be rounded is rounded up, so that the picture shown at it is the
/// first of its scene.
struct ChapterList {
  private let shots: [FilmTimeline.Shot]

  init(_ timeline: FilmTimeline) { shots = timeline.shots }

  private static let nanosecond: Int64 = 1_000_000_000

  private func title(_ shot: FilmTimeline.Shot) -> String { "Scene \(shot.scene.id)" }

  /// For the ffmpeg command, as an input with `-map_chapters`.
  var ffmetadata: String {
    ";FFMETADATA1\n"
      + shots.map { shot in
        """
        [CHAPTER]
        TIMEBASE=1/\(Self.nanosecond)
        START=\(shot.start.ticks(notBefore: Self.nanosecond))
        END=\(shot.end.ticks(notBefore: Self.nanosecond))
        title=\(title(shot))

        """
      }.joined()
  }

  /// A WebVTT chapters track (W3C WebVTT, 5.3).
  var webVTT: String {
    "WEBVTT\n"
      + shots.map { shot in
        func clock(_ time: ExactTime) -> String { Clock.text(time.ticks(notBefore: 1000), hours: 2, mark: ".") }
        return "\n\(shot.scene.id)\n\(clock(shot.start)) --> \(clock(shot.end))\n\(title(shot))\n"
      }.joined()
  }

  /// For `mkvmerge --chapters` and `mkvpropedit`.
  var matroska: String {
    let atoms = shots.map { shot in
      XMLElement(
        "ChapterAtom", [],
        [
          XMLElement("ChapterTimeStart", clock(shot.start)), XMLElement("ChapterTimeEnd", clock(shot.end)),
          XMLElement(
            "ChapterDisplay", [], [XMLElement("ChapterString", title(shot)), XMLElement("ChapterLanguage", "eng")]),
        ])
    }
    return XMLElement("Chapters", [], [XMLElement("EditionEntry", [], atoms)])
      .document(doctype: "Chapters SYSTEM \"matroskachapters.dtd\"")
  }

  /// To the nanosecond, as Matroska keeps them.
  private func clock(_ time: ExactTime) -> String {
    let ticks = time.ticks(notBefore: Self.nanosecond)
    let million: Int64 = 1_000_000
    return Clock.text(ticks / million, hours: 2, mark: ".") + Digits.padded(ticks % million, 6)
  }

  /// YouTube takes chapters of 10 s and longer, at least three, the first at 0:00
  /// (https://support.google.com/youtube/answer/9884579).
  private static let shortestChapter: Int64 = 10
  private static let fewestChapters = 3

  /// For the description of a video: scenes that begin within ten seconds of a chapter, or of the end, belong to the chapter
  /// before.
  var youtube: (text: String, warnings: [WarningRecord]) {
    let end = shots.last?.end.ticks(notBefore: 1) ?? 0
    var starts: [(seconds: Int64, shot: FilmTimeline.Shot)] = []
    for shot in shots {
      let seconds = starts.isEmpty ? 0 : shot.start.ticks(notBefore: 1)
      if let last = starts.last, seconds - last.seconds < Self.shortestChapter || end - seconds < Self.shortestChapter {
        continue
      }
      starts.append((seconds, shot))
    }
    let text = starts.map { "\(youtubeClock($0.seconds, of: end)) \(title($0.shot))\n" }.joined()
    return (text, youtubeWarnings(kept: starts.count))
  }

  private func youtubeWarnings(kept: Int) -> [WarningRecord] {
    var warnings: [WarningRecord] = []
    if kept < shots.count {
      warnings.append(
        WarningRecord(
          "youtube_chapters_merged",
          "\(shots.count - kept) scenes are no chapters of their own for YouTube, which takes none under 10 s",
          stage: "output"))
    }
    if kept < Self.fewestChapters {
      warnings.append(
        WarningRecord(
          "youtube_chapters_few", "YouTube shows chapters only where there are at least three; there are \(kept)",
          stage: "output"))
    }
    return warnings
  }

  /// `1:02:03`, the hours only where the film has any.
  private func youtubeClock(_ seconds: Int64, of end: Int64) -> String {
    let rest = Digits.padded(seconds % 60, 2)
    guard end >= 3600 else { return "\(seconds / 60):\(rest)" }
    return "\(seconds / 3600):\(Digits.padded(seconds / 60 % 60, 2)):\(rest)"
  }
}
