/// What can be set for the cache of finished stages.
extension SettingTable {
  static let cacheSettings: [Setting] = [
    Setting(
      key: "cache_dir", group: .cache, placeholder: "DIR",
      help: "Where finished stages are kept by content, so that the same film costs only what is new.",
      defaultText: "cutroom in the user's cache folder"
    ) { settings, value throws(DocumentError) in
      settings.batch.cacheDir = try value.nonEmpty("cache_dir")
      settings.batch.usesCache = true
    },
    flag("no_cache", .cache, "Keep nothing, and use nothing that was kept.") { settings, isOff in
      settings.batch.usesCache = !isOff
    },
    Setting(
      key: "max_cache", group: .cache, placeholder: "SIZE",
      help: "What the cache may hold; what was not used for longest goes first.", defaultText: "4g"
    ) { settings, value throws(DocumentError) in
      settings.batch.maxCache = try value.size("max_cache")
    },
  ]
}
