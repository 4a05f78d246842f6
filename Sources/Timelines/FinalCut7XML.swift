import Documents

/// XML of Final Cut Pro 7 (xmeml 4), which Premiere Pro, DaVinci Resolve and others read: a sequence with a clip a scene, the
/// channels of the film's first sound linked to its picture.
struct FinalCut7XML {
  private let timeline: FilmTimeline
  private let shots: [FilmTimeline.Shot]
  /// Channels beyond these have no track.
  private static let mostChannels = 16

  init(_ timeline: FilmTimeline) {
    self.timeline = timeline
    shots = timeline.editShots
  }

  private var channels: Int { min(Self.mostChannels, timeline.media.audio.first?.channels ?? 0) }

  var text: String {
    XMLElement(
      "xmeml", [("version", "4")],
      [
        XMLElement(
          "sequence", [("id", "sequence-1")],
          [
            XMLElement("name", timeline.name), XMLElement("duration", timeline.editLength), rate, timecode,
            XMLElement("media", [], [video] + (channels > 0 ? [audio] : [])),
          ])
      ]
    ).document(doctype: "xmeml")
  }

  private var rate: XMLElement {
    XMLElement(
      "rate", [],
      [XMLElement("timebase", timeline.rate.base), XMLElement("ntsc", timeline.rate.isNTSC ? "TRUE" : "FALSE")])
  }

  private var timecode: XMLElement {
    XMLElement(
      "timecode", [],
      [
        rate, XMLElement("string", timeline.timecode.text(timeline.startFrame)),
        XMLElement("frame", timeline.startFrame),
        XMLElement("displayformat", timeline.timecode.isDropFrame ? "DF" : "NDF"),
      ])
  }

  private var video: XMLElement {
    XMLElement(
      "video", [],
      [
        XMLElement("format", [], [picture]),
        XMLElement("track", [], shots.indices.map { clip($0, track: 0) }),
      ])
  }

  private var picture: XMLElement {
    XMLElement(
      "samplecharacteristics", [],
      [
        rate, XMLElement("width", Int64(timeline.video.displayWidth)),
        XMLElement("height", Int64(timeline.video.displayHeight)), XMLElement("anamorphic", "FALSE"),
        XMLElement("pixelaspectratio", "square"), XMLElement("fielddominance", "none"),
      ])
  }

  private var audio: XMLElement {
    XMLElement(
      "audio", [],
      (1...channels).map { channel in
        XMLElement("track", [], shots.indices.map { clip($0, track: channel) })
      })
  }

  /// The clip of a scene on the track of the picture, 0, or of a channel of sound.
  private func clip(_ index: Int, track: Int) -> XMLElement {
    let shot = shots[index]
    var children = [
      XMLElement("name", "Scene \(shot.scene.id)"), XMLElement("enabled", "TRUE"),
      XMLElement("duration", timeline.editLength), rate, XMLElement("start", shot.editStart),
      XMLElement("end", shot.editEnd), XMLElement("in", shot.editStart), XMLElement("out", shot.editEnd),
      // Described where it is first named, referred to afterwards.
      index == 0 && track == 0 ? file : XMLElement("file", [("id", "file-1")]),
    ]
    if track > 0 {
      children.append(
        XMLElement("sourcetrack", [], [XMLElement("mediatype", "audio"), XMLElement("trackindex", Int64(track))]))
    }
    if channels > 0 { children += (0...channels).map { link(index, track: $0) } }
    return XMLElement("clipitem", [("id", name(index, track))], children)
  }

  private func name(_ index: Int, _ track: Int) -> String {
    track == 0 ? "clipitem-\(index + 1)" : "clipitem-\(index + 1)-sound-\(track)"
  }

  private func link(_ index: Int, track: Int) -> XMLElement {
    XMLElement(
      "link", [],
      [
        XMLElement("linkclipref", name(index, track)), XMLElement("mediatype", track == 0 ? "video" : "audio"),
        XMLElement("trackindex", Int64(max(1, track))), XMLElement("clipindex", Int64(index + 1)),
      ])
  }

  private var file: XMLElement {
    var media = [XMLElement("video", [], [XMLElement("duration", timeline.editLength), picture])]
    if let sound = timeline.media.audio.first {
      media.append(
        XMLElement(
          "audio", [],
          [
            XMLElement("samplecharacteristics", [], [XMLElement("samplerate", Int64(sound.sampleRate))]),
            XMLElement("channelcount", Int64(channels)),
          ]))
    }
    return XMLElement(
      "file", [("id", "file-1")],
      [
        XMLElement("name", timeline.name), XMLElement("pathurl", timeline.url.withHost), rate,
        XMLElement("duration", timeline.editLength), timecode, XMLElement("media", [], media),
      ])
  }
}
