/// Whether a film is cut into a clip per scene, and how.
package enum ClipMode: String, Codable, Sendable, CaseIterable {
  case off
  /// At key frames, packets as they are.
  case copy
  /// At the very frame, encoded anew.
  case encode
}

/// How the picture of an encoded clip is coded.
package enum ClipCodec: String, Codable, Sendable, CaseIterable {
  case h264, hevc, vp9, av1, ffv1

  /// The largest value of the encoder's quality scale, which runs from 0, without loss; nil where nothing is lost anyway.
  package var worstQuality: Int? {
    switch self {
    case .h264, .hevc: 51
    case .vp9, .av1: 63
    case .ffv1: nil
    }
  }

  /// Used where none is given: a constant rate factor at which a film of 1080 lines looks like its source.
  package var defaultQuality: Int {
    switch self {
    case .h264: 20
    case .hevc: 23
    case .vp9, .av1: 30
    case .ffv1: 0
    }
  }
}

/// How the sound of an encoded clip is coded.
package enum ClipSound: String, Codable, Sendable, CaseIterable {
  /// AAC in MP4, Opus beside VP9, FLAC beside FFV1.
  case auto
  case aac, opus, flac, pcm
  /// Clips without sound.
  case none

  package var isLossy: Bool { self == .aac || self == .opus || self == .auto }
}

extension AnalysisOptions {
  /// Throws where options for clips exclude each other, or need what was not asked for.
  package func checkClips() throws(DocumentError) {
    guard clips != .off else { return }
    if !stages.contains(.scenes) {
      throw DocumentError("clips are cut at scenes; add scenes to the stages, or leave clips out")
    }
    guard clips == .encode else { return }
    if clipQuality != nil, clipBitRate != nil {
      throw DocumentError("clip_quality and clip_bit_rate exclude each other; give one of them")
    }
    let worst = clipCodec.worstQuality
    if worst == nil, clipQuality != nil || clipBitRate != nil {
      throw DocumentError("\(clipCodec.rawValue) loses nothing: it has neither clip_quality nor clip_bit_rate")
    }
    if let clipQuality, let worst, clipQuality > worst {
      throw DocumentError("clip_quality of \(clipCodec.rawValue) runs from 0, without loss, to \(worst)")
    }
    let sound = clipSound == .auto && clipCodec == .ffv1 ? ClipSound.flac : clipSound
    if clipSoundBitRate != nil, !sound.isLossy {
      throw DocumentError("clip_sound \(sound.rawValue) has no bit rate to choose; leave clip_sound_bit_rate out")
    }
  }
}

/// A piece of the film in a file of its own.
package struct Clip: Codable, Sendable, Equatable {
  package var id: Int
  package var sceneID: Int
  /// The last scene of a copied clip that holds several, for want of a key frame between them.
  package var lastSceneID: Int?
  /// Path of the clip, relative to the document.
  package var file: String
  /// Where the clip lies in the film.
  package var start: Instant
  package var end: Instant
  package var durationSeconds: Double
  /// Frames of the picture.
  package var frames: Int
  package var bytes: Int64
  /// Of a copied clip: how far its ends lie from those of its scenes.
  package var missed: ClipMiss?

  package init(
    id: Int, sceneID: Int, lastSceneID: Int?, file: String, start: Instant, end: Instant, frames: Int, bytes: Int64,
    missed: ClipMiss?
  ) {
    self.id = id
    self.sceneID = sceneID
    self.lastSceneID = lastSceneID
    self.file = file
    self.start = start
    self.end = end
    durationSeconds = ((end.seconds - start.seconds) * 1_000_000).rounded() / 1_000_000
    self.frames = frames
    self.bytes = bytes
    self.missed = missed
  }

  enum CodingKeys: String, CodingKey {
    case id
    case sceneID = "scene_id"
    case lastSceneID = "last_scene_id"
    case file, start, end
    case durationSeconds = "duration_seconds"
    case frames, bytes, missed
  }
}

/// The distance from the ends of scenes to those of a clip: positive where the clip's end is later.
package struct ClipMiss: Codable, Sendable, Equatable {
  package var startSeconds: Double
  package var startFrames: Int
  package var endSeconds: Double
  package var endFrames: Int

  /// `clip` and `scene` are the spans that are compared.
  package init(clip: (start: Instant, end: Instant), scene: (start: Instant, end: Instant)) {
    func seconds(_ a: Instant, _ b: Instant) -> Double { ((a.seconds - b.seconds) * 1_000_000).rounded() / 1_000_000 }
    startSeconds = seconds(clip.start, scene.start)
    startFrames = clip.start.frame - scene.start.frame
    endSeconds = seconds(clip.end, scene.end)
    endFrames = clip.end.frame - scene.end.frame
  }

  enum CodingKeys: String, CodingKey {
    case startSeconds = "start_seconds"
    case startFrames = "start_frames"
    case endSeconds = "end_seconds"
    case endFrames = "end_frames"
  }
}
