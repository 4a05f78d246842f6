/// The settings of pictures that say which frames are taken and how large they become.
extension SettingTable {
  static let pictureSettings: [Setting] = [
    Setting(
      key: "frame_rule", group: .result, placeholder: "RULE",
      help: "Which frames become pictures. Of each scene: best or spread (N of them), first, middle, last. "
        + "Of the film: keys, every:10s, every:250f, at:12.5,00:01:02.250,f300.",
      defaultText: "best"
    ) { settings, value throws(DocumentError) in
      settings.options.frameRule = try FrameRule(typed: value.asTyped)
    },
    Setting(
      key: "frame_height", group: .result, placeholder: "PIXELS",
      help: "Height of the pictures, never more than the film's own; with a width both are upper bounds. 0: any.",
      defaultText: "0"
    ) { settings, value throws(DocumentError) in
      settings.options.frameHeight = try value.integer("frame_height", in: 0...16384)
    },
    Setting(
      key: "frame_enlarge", group: .result, placeholder: nil, help: "Also enlarge pictures to the size asked for.",
      defaultText: nil
    ) { settings, value throws(DocumentError) in
      settings.options.frameEnlarge = try value.bool("frame_enlarge")
    },
    Setting(
      key: "frame_depth", group: .result, placeholder: "8|16",
      help: "Bits of each colour; 16 keeps what films of 10 and 12 bits hold, in PNG only.", defaultText: "8"
    ) { settings, value throws(DocumentError) in
      let depth = try value.integer("frame_depth", in: 8...16)
      guard depth == 8 || depth == 16 else { throw value.unfit("frame_depth", "8 or 16") }
      settings.options.frameDepth = depth
    },
  ]
}

extension AnalysisOptions {
  /// Throws where the pictures' format cannot hold what was asked for: 16 bits a colour are for PNG alone.
  package func checkPictures() throws(DocumentError) {
    guard frameDepth == 16, frameFormat != .png else { return }
    throw DocumentError("frame_depth 16 goes with frame_format png: \(frameFormat.rawValue) is written with 8 bits")
  }
}
