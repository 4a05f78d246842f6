package import Documents

extension FilmTimeline {
  /// The file of a format, and what it could not say.
  package func text(as format: TimelineFormat) -> (text: String, warnings: [WarningRecord]) {
    switch format {
    case .pyscenedetect: (SceneList(self).text, [])
    case .edl: EditDecisionList(self).text
    case .otio: (OpenTimeline(self).text, [])
    case .fcpxml: (FinalCutProXML(self).text, [])
    case .fcp7: (FinalCut7XML(self).text, [])
    case .ffmetadata: (ChapterList(self).ffmetadata, [])
    case .webvtt: (ChapterList(self).webVTT, [])
    case .matroska: (ChapterList(self).matroska, [])
    case .youtube: ChapterList(self).youtube
    case .qpfile: (KeyFrameList(self).qpFile, [])
    case .keyframes: (KeyFrameList(self).keyframes, [])
    }
  }
}

/// The first frames of scenes, for encoders. Frames are counted as they are decoded, at any rate.
struct KeyFrameList {
  private let frames: [Int]

  init(_ timeline: FilmTimeline) { frames = timeline.shots.map(\.scene.start.frame) }

  /// For `x264 --qpfile`, and x265's: the frame, its type (I: a key frame that stands alone), and −1 for a quantiser of the
  /// encoder's own choice.
  var qpFile: String { frames.map { "\($0) I -1\n" }.joined() }

  /// As Aegisub and others read it; `fps 0` leaves the rate to the film.
  var keyframes: String { "# keyframe format v1\nfps 0\n" + frames.map { "\($0)\n" }.joined() }
}
