/// One line of `dataset.jsonl`: a scene with what is known of its pictures, texts and sound, flat, as data pipelines want it.
package struct DatasetRow: Codable, Sendable, Equatable {
  package var schemaVersion = 1
  package var kind = "scene"
  /// The film, as the batch names it.
  package var path: String
  package var fingerprint: String?
  /// The film's analysis document, relative to the dataset.
  package var document: String
  /// How the film came out: `succeeded` or `partial`.
  package var status: Status
  package var sceneID: Int
  package var startSeconds: Double
  package var endSeconds: Double
  package var durationSeconds: Double
  package var startFrame: Int
  package var endFrame: Int
  package var startPTS: Int64
  package var endPTS: Int64
  package var timeBase: String
  package var frameRate: String?
  /// Of the film, as shown.
  package var width: Int
  package var height: Int
  package var transitionIn: String
  package var transitionInConfidence: Double
  /// How the next scene comes in; `end` for the last.
  package var transitionOut: String
  package var blank: Bool
  /// Pictures of the scene, relative to the dataset, and when they are shown.
  package var framePaths: [String]?
  package var frameSeconds: [Double]?
  /// Texts shown while the scene lasts, in order, a line feed between two.
  package var text: String?
  package var textTrackIDs: [Int]?
  /// The first sound that was measured; figures are of the whole film but for the silence.
  package var audioStreamIndex: Int?
  package var filmIntegratedLUFS: Double?
  package var filmRangeLU: Double?
  package var filmTruePeakDBTP: Double?
  /// Seconds of the scene in which that sound is silent.
  package var silenceSeconds: Double?

  enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case kind, path, fingerprint, document, status
    case sceneID = "scene_id"
    case startSeconds = "start_seconds"
    case endSeconds = "end_seconds"
    case durationSeconds = "duration_seconds"
    case startFrame = "start_frame"
    case endFrame = "end_frame"
    case startPTS = "start_pts"
    case endPTS = "end_pts"
    case timeBase = "time_base"
    case frameRate = "frame_rate"
    case width, height
    case transitionIn = "transition_in"
    case transitionInConfidence = "transition_in_confidence"
    case transitionOut = "transition_out"
    case blank
    case framePaths = "frame_paths"
    case frameSeconds = "frame_seconds"
    case text
    case textTrackIDs = "text_track_ids"
    case audioStreamIndex = "audio_stream_index"
    case filmIntegratedLUFS = "film_integrated_lufs"
    case filmRangeLU = "film_range_lu"
    case filmTruePeakDBTP = "film_true_peak_dbtp"
    case silenceSeconds = "silence_seconds"
  }
}
