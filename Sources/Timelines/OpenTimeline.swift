import Documents

/// An OpenTimelineIO document: one video track, and one of sound where the film has it, with a clip a scene.
struct OpenTimeline {
  private let timeline: FilmTimeline

  init(_ timeline: FilmTimeline) { self.timeline = timeline }

  /// A clip a line, so that a film of many scenes needs no more memory than its text.
  var text: String {
    let clips = clips.map(line).joined(separator: ",\n")
    let kinds = timeline.media.audio.isEmpty ? ["Video"] : ["Video", "Audio"]
    let tracks = kinds.map { kind in
      """
      {"OTIO_SCHEMA": "Track.1", "kind": "\(kind)", "name": "\(kind)", "children": [
      \(clips)
      ]}
      """
    }
    return """
      {"OTIO_SCHEMA": "Timeline.1", "name": \(line(timeline.name)), "global_start_time": \(line(time(timeline.startFrame))),
      "tracks": {"OTIO_SCHEMA": "Stack.1", "name": "tracks", "children": [
      \(tracks.joined(separator: ",\n"))
      ]}}

      """
  }

  /// No number here can be other than finite, so that encoding cannot fail.
  private func line(_ value: some Encodable) -> String { (try? DocumentEncoder.line(value)) ?? "" }

  private var clips: [Clip] {
    let reference = ExternalReference(
      name: timeline.name, url: timeline.url.text, range: range(timeline.startFrame, timeline.editLength))
    return timeline.editShots.map { shot in
      Clip(
        metadata: Clip.Metadata(scene: shot.scene), name: "Scene \(shot.scene.id)",
        range: range(timeline.startFrame + shot.editStart, shot.editEnd - shot.editStart), reference: reference)
    }
  }

  private func time(_ frames: Int64) -> RationalTime { RationalTime(rate: timeline.rate.value, value: Double(frames)) }

  private func range(_ start: Int64, _ duration: Int64) -> TimeRange {
    TimeRange(duration: time(duration), start: time(start))
  }
}

// The schemas of OpenTimelineIO 0.17, https://opentimelineio.readthedocs.io/en/stable/tutorials/otio-serialized-schema.html

private struct RationalTime: Encodable {
  let schema = "RationalTime.1"
  let rate: Double
  let value: Double

  enum CodingKeys: String, CodingKey {
    case schema = "OTIO_SCHEMA"
    case rate, value
  }
}

private struct TimeRange: Encodable {
  let schema = "TimeRange.1"
  let duration: RationalTime
  let start: RationalTime

  enum CodingKeys: String, CodingKey {
    case schema = "OTIO_SCHEMA"
    case duration
    case start = "start_time"
  }
}

private struct ExternalReference: Encodable {
  let schema = "ExternalReference.1"
  let name: String
  let url: String
  let range: TimeRange

  enum CodingKeys: String, CodingKey {
    case schema = "OTIO_SCHEMA"
    case name
    case url = "target_url"
    case range = "available_range"
  }
}

private struct Clip: Encodable {
  let schema = "Clip.1"
  let metadata: Metadata
  let name: String
  let range: TimeRange
  let reference: ExternalReference

  enum CodingKeys: String, CodingKey {
    case schema = "OTIO_SCHEMA"
    case metadata, name
    case range = "source_range"
    case reference = "media_reference"
  }

  /// What the document knows of the scene, under the program's name.
  struct Metadata: Encodable {
    let scene: Scene

    enum CodingKeys: String, CodingKey { case cutroom }
    enum SceneKeys: String, CodingKey {
      case id = "scene_id"
      case kind = "transition_in"
      case confidence
    }

    func encode(to encoder: any Encoder) throws {
      var top = encoder.container(keyedBy: CodingKeys.self)
      var own = top.nestedContainer(keyedBy: SceneKeys.self, forKey: .cutroom)
      try own.encode(scene.id, forKey: .id)
      try own.encode(scene.transitionIn.kind.rawValue, forKey: .kind)
      try own.encode(scene.transitionIn.confidence, forKey: .confidence)
    }
  }
}
