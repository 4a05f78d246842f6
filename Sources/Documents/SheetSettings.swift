extension SettingTable {
  /// What is drawn out of a film beside its document: contact sheet, sprites, preview and waveforms.
  static let sheetSettings: [Setting] = [
    flag("contact_sheet", .result, "Draw a sheet with one picture of each scene, its number and time.") {
      $0.options.contactSheet = $1
    },
    flag("sprites", .result, "Draw small pictures at even steps of time, and WebVTT that says where each stands.") {
      $0.options.sprites = $1
    },
    Setting(
      key: "sprite_interval", group: .result, placeholder: "TIME", help: "Time between two sprites, 0.1s to 1h.",
      defaultText: "10s"
    ) { settings, value throws(DocumentError) in
      let seconds = try value.seconds("sprite_interval")
      guard SpriteBounds.interval.contains(seconds) else {
        throw value.unfit("sprite_interval", "a time from 0.1s to 1h")
      }
      settings.options.spriteInterval = seconds
    },
    Setting(
      key: "sprite_width", group: .result, placeholder: "PIXELS",
      help: "Width of a sprite, never more than the film's own.", defaultText: "160"
    ) { settings, value throws(DocumentError) in
      settings.options.spriteWidth = try value.integer("sprite_width", in: SpriteBounds.width)
    },
    flag("preview", .result, "Make a short animated WebP of pictures from all over the film.") {
      $0.options.preview = $1
    },
    flag("waveform", .result, "Draw the waveform of each audio track, and write its peaks for web pages.") {
      $0.options.waveform = $1
    },
  ]
}

/// What sprites may be set to.
package enum SpriteBounds {
  /// Seconds.
  static let interval = 0.1...3600
  /// Pixels.
  static let width = 16...1024
}
