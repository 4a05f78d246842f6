import Documents

/// Final Cut Pro XML (fcpxml 1.8): a project with one storyline, a clip a scene.
///
/// Times are fractions of a second on the bounds of frames, `1001/24000s`, so that nothing is rounded.
struct FinalCutProXML {
  private let timeline: FilmTimeline

  init(_ timeline: FilmTimeline) { self.timeline = timeline }

  var text: String {
    XMLElement(
      "fcpxml", [("version", "1.8")],
      [
        XMLElement("resources", [], [format, asset]),
        XMLElement(
          "library", [],
          [
            XMLElement(
              "event", [("name", timeline.name)], [XMLElement("project", [("name", timeline.name)], [sequence])])
          ]),
      ]
    ).document(doctype: "fcpxml")
  }

  /// Every clip of it is shown upright and with square pixels.
  private var format: XMLElement {
    XMLElement(
      "format",
      [
        ("id", "r1"), ("frameDuration", time(1)), ("width", "\(timeline.video.displayWidth)"),
        ("height", "\(timeline.video.displayHeight)"),
      ])
  }

  private var asset: XMLElement {
    var attributes = [
      ("id", "r2"), ("name", timeline.name), ("src", timeline.url.text), ("start", time(timeline.startFrame)),
      ("duration", time(timeline.editLength)), ("hasVideo", "1"), ("format", "r1"),
    ]
    if let sound = timeline.media.audio.first {
      attributes += [
        ("hasAudio", "1"), ("audioSources", "1"), ("audioChannels", "\(sound.channels)"),
        ("audioRate", "\(sound.sampleRate)"),
      ]
    }
    return XMLElement("asset", attributes)
  }

  private var sequence: XMLElement {
    XMLElement(
      "sequence",
      [
        ("format", "r1"), ("duration", time(timeline.editLength)), ("tcStart", time(timeline.startFrame)),
        ("tcFormat", counting),
      ], [XMLElement("spine", [], timeline.editShots.map(clip))])
  }

  private func clip(_ shot: FilmTimeline.Shot) -> XMLElement {
    let start = time(timeline.startFrame + shot.editStart)
    return XMLElement(
      "asset-clip",
      [
        ("name", "Scene \(shot.scene.id)"), ("ref", "r2"), ("offset", start), ("start", start),
        ("duration", time(shot.editEnd - shot.editStart)), ("format", "r1"), ("tcFormat", counting),
      ])
  }

  private var counting: String { timeline.timecode.isDropFrame ? "DF" : "NDF" }

  private func time(_ frames: Int64) -> String {
    frames == 0 ? "0s" : "\(frames * timeline.rate.denominator)/\(timeline.rate.numerator)s"
  }
}
