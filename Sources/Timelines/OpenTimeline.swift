import Documents

/// An OpenTimelineIO document: one video track, and one of sound where the film has it, with a clip a scene.
struct OpenTimeline {
  private let timeline: FilmTimeline

  init(_ timeline: FilmTimeline) { self.timeline = timeline }

  var text: String {
    let kinds = timeline.media.audio.isEmpty ? ["Video"] : ["Video", "Audio"]
    let document = Timeline(
      globalStart: time(timeline.startFrame), name: timeline.name,
      tracks: Stack(name: "tracks", children: kinds.map { Track(kind: $0, name: $0, children: clips) }))
    // No number here can be other than finite.
    return (try? DocumentEncoder.pretty(document)) ?? ""
  }

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

private struct Track: Encodable {
  let schema = "Track.1"
  let kind: String
  let name: String
  let children: [Clip]

  enum CodingKeys: String, CodingKey {
    case schema = "OTIO_SCHEMA"
    case kind, name, children
  }
}

private struct Stack: Encodable {
  let schema = "Stack.1"
  let name: String
  let children: [Track]

  enum CodingKeys: String, CodingKey {
    case schema = "OTIO_SCHEMA"
    case name, children
  }
}

private struct Timeline: Encodable {
  let schema = "Timeline.1"
  let globalStart: RationalTime
  let name: String
  let tracks: Stack

  enum CodingKeys: String, CodingKey {
    case schema = "OTIO_SCHEMA"
    case globalStart = "global_start_time"
    case name, tracks
  }
}
