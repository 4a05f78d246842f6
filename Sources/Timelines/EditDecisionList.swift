import Documents

/// An edit decision list after CMX 3600: an event a scene, each a cut, on one track of picture.
///
/// The programme runs with the film's own time code, so that source and record are the same.
struct EditDecisionList {
  private let timeline: FilmTimeline

  init(_ timeline: FilmTimeline) { self.timeline = timeline }

  /// CMX 3600 has three digits for the number of an event.
  private static let mostEvents = 999
  /// And two for the frame within a second.
  private static let mostFrames = 99

  var text: (text: String, warnings: [WarningRecord]) {
    let shots = timeline.editShots
    var warnings: [WarningRecord] = []
    if shots.count > Self.mostEvents {
      warnings.append(
        WarningRecord(
          "edl_long",
          "the edit decision list has \(shots.count) events; CMX 3600 numbers \(Self.mostEvents), and some programs read no more",
          stage: "output"))
    }
    if timeline.rate.base > Self.mostFrames + 1 {
      warnings.append(
        WarningRecord(
          "edl_fast",
          "at \(timeline.rate.base) frames a second time code needs three digits, which some programs do not read",
          stage: "output"))
    }
    let digits = max(3, String(shots.count).count)
    var text = "TITLE: \(timeline.name)\nFCM: \(timeline.timecode.isDropFrame ? "DROP FRAME" : "NON-DROP FRAME")\n\n"
    for (index, shot) in shots.enumerated() { text += event(shot, number: Digits.padded(Int64(index + 1), digits)) }
    return (text, warnings)
  }

  /// The reel is `AX`, the source that is a file; its name follows as a comment.
  private func event(_ shot: FilmTimeline.Shot, number: String) -> String {
    let from = timeline.timecode.text(timeline.startFrame + shot.editStart)
    let to = timeline.timecode.text(timeline.startFrame + shot.editEnd)
    let kind = shot.scene.transitionIn.kind.rawValue.uppercased().split(separator: "_").joined(separator: " ")
    return """
      \(number)  AX       V     C        \(from) \(to) \(from) \(to)
      * FROM CLIP NAME: \(timeline.name)
      * COMMENT: SCENE \(shot.scene.id), \(kind)

      """
  }
}
