/// What can be set for clips.
extension SettingTable {
  static let clipSettings: [Setting] = [
    Setting(
      key: "clips", group: .clips, placeholder: "off|copy|encode",
      help: "Cut the film at its scenes: copy, at key frames and without encoding, or encode, at the very frame.",
      defaultText: "off"
    ) { settings, value throws(DocumentError) in
      settings.options.clips = try value.choice(value.asTyped, key: "clips")
    },
    Setting(
      key: "clip_codec", group: .clips, placeholder: "h264|hevc|vp9|av1|ffv1",
      help: "How the picture of encoded clips is coded; ffv1 loses nothing.", defaultText: "h264"
    ) { settings, value throws(DocumentError) in
      settings.options.clipCodec = try value.choice(value.asTyped, key: "clip_codec")
    },
    Setting(
      key: "clip_quality", group: .clips, placeholder: "N",
      help: "Constant rate factor: 0 loses nothing, 51 (h264, hevc) or 63 (vp9, av1) is the worst.",
      defaultText: "20 h264, 23 hevc, 30 vp9 and av1"
    ) { settings, value throws(DocumentError) in
      settings.options.clipQuality = try value.integer("clip_quality", in: 0...63)
    },
    Setting(
      key: "clip_bit_rate", group: .clips, placeholder: "BITS",
      help: "Bits a second of the picture, in place of a quality.",
      defaultText: nil
    ) { settings, value throws(DocumentError) in
      settings.options.clipBitRate = try value.integer("clip_bit_rate", in: 10_000...1_000_000_000)
    },
    Setting(
      key: "clip_sound", group: .clips, placeholder: "auto|aac|opus|flac|pcm|none",
      help: "How the sound of encoded clips is coded.", defaultText: "aac, opus beside vp9, flac beside ffv1"
    ) { settings, value throws(DocumentError) in
      settings.options.clipSound = try value.choice(value.asTyped, key: "clip_sound")
    },
    Setting(
      key: "clip_sound_bit_rate", group: .clips, placeholder: "BITS",
      help: "Bits a second of each sound track.", defaultText: "160000 aac, 128000 opus in stereo"
    ) { settings, value throws(DocumentError) in
      settings.options.clipSoundBitRate = try value.integer("clip_sound_bit_rate", in: 6_000...1_024_000)
    },
  ]
}
