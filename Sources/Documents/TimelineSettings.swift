/// A file that tells another program where the scenes of a film lie.
package enum TimelineFormat: String, Codable, Sendable, CaseIterable {
  /// The scene list of PySceneDetect, as comma-separated values.
  case pyscenedetect
  /// Edit decision list, CMX 3600.
  case edl
  /// OpenTimelineIO.
  case otio
  /// XML of Final Cut Pro (X).
  case fcpxml
  /// XML of Final Cut Pro 7, which other editors read too.
  case fcp7
  /// Chapters for the ffmpeg command.
  case ffmetadata
  /// Chapters for players in web pages.
  case webvtt
  /// Chapters for mkvmerge.
  case matroska
  /// Chapters for the description of a video on YouTube.
  case youtube
  /// Frames that x264 and x265 are to begin with a key frame.
  case qpfile
  /// The same for programs that read `keyframe format v1`.
  case keyframes

  /// The name of the file below the folder `timelines`.
  package var fileName: String {
    switch self {
    case .pyscenedetect: "scenes.csv"
    case .edl: "scenes.edl"
    case .otio: "scenes.otio"
    case .fcpxml: "scenes.fcpxml"
    case .fcp7: "scenes.xml"
    case .ffmetadata: "chapters.ffmeta"
    case .webvtt: "chapters.vtt"
    case .matroska: "chapters.xml"
    case .youtube: "chapters.txt"
    case .qpfile: "scenes.qp"
    case .keyframes: "keyframes.txt"
    }
  }
}

/// Whether time code leaves out numbers at 29.97 and 59.94 frames a second, so that it stays with the clock on the wall.
package enum TimecodeCounting: String, Codable, Sendable, CaseIterable {
  /// As the film's own time code does; drop frame where it has none.
  case auto
  case drop
  case nonDrop = "non-drop"
}

extension SettingTable {
  static let timelineSettings: [Setting] = [
    Setting(
      key: "timelines", group: .result, placeholder: "LIST",
      help:
        "Files for editors, players and encoders: \(TimelineFormat.allCases.map(\.rawValue).joined(separator: ", ")), "
        + "or all.",
      defaultText: "none"
    ) { settings, value throws(DocumentError) in
      var formats = Set<TimelineFormat>()
      for word in try value.words(separator: ",") where word != "none" {
        if word == "all" {
          formats.formUnion(TimelineFormat.allCases)
        } else {
          formats.insert(try value.choice(word, key: "timelines"))
        }
      }
      settings.options.timelines = TimelineFormat.allCases.filter(formats.contains)
    },
    Setting(
      key: "timecode", group: .result, placeholder: "auto|drop|non-drop",
      help: "How the time code of timelines counts at 29.97 and 59.94 frames a second; auto: as the film's own.",
      defaultText: "auto"
    ) { settings, value throws(DocumentError) in
      settings.options.timecode = try value.choice(value.asTyped, key: "timecode")
    },
  ]
}
