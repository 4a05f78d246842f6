/// All that can be set for a batch of analyses.
package struct Settings: Sendable, Equatable {
  package var options = AnalysisOptions()
  package var limits = Limits()
  package var batch = BatchSettings()

  package init() {}

  /// Throws where something is to be made of scenes that are not looked for.
  package func checkScenes() throws(DocumentError) {
    guard !options.stages.contains(.scenes) else { return }
    if !options.timelines.isEmpty { throw DocumentError("timelines are made of scenes; add scenes to stages") }
    if batch.dataset { throw DocumentError("the dataset has a line a scene; add scenes to stages") }
  }
}

/// How a batch runs: nothing here changes what is found.
package struct BatchSettings: Sendable, Equatable {
  package enum LogLevel: String, Sendable, CaseIterable, Comparable {
    case error, warning, info, debug

    package static func < (a: Self, b: Self) -> Bool {
      (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
    }
  }
  package enum LogFormat: String, Sendable, CaseIterable { case text, json }

  /// Files at once; nil shares the cores.
  package var jobs: Int?
  /// Decoder threads of each file; nil shares the cores.
  package var threads: Int?
  /// Lower-case file name endings that count as media in a folder.
  package var extensions = BatchSettings.mediaExtensions
  package var resume = false
  package var retryFailed = false
  /// How often an input is tried again where what went wrong may pass.
  package var retries = 2
  /// Processors that the whole batch may keep busy; nil: all that this process may use.
  package var cpus: Int?
  /// Results of files below this folder mirror their path below it.
  package var root: String?
  package var force = false
  package var failFast = false
  /// Whether the batch ends with a line for each of its scenes in `dataset.jsonl`.
  package var dataset = false
  package var dryRun = false
  package var workDir: String?
  /// Where finished stages are kept; nil: the user's cache folder, in a request: nowhere.
  package var cacheDir: String?
  package var usesCache = true
  /// Bytes that the cache may hold.
  package var maxCache: Int64 = 4 << 30
  /// What events, logs and documents call the request.
  package var requestID: String?
  /// A CSV file that gets a row a frame of what the scene detector weighed; only for one input.
  package var sceneStats: String?
  /// Whether the batch ends with a page that shows its results.
  package var report = false
  package var json = false
  package var events: String?
  package var logLevel = LogLevel.warning
  package var logFormat = LogFormat.text
  package var quiet = false

  package init() {}

  /// What FFmpeg's demuxers register for video, and the sound formats people keep beside it.
  package static let mediaExtensions = [
    "3g2", "3gp", "amv", "asf", "av1", "avi", "divx", "dv", "f4v", "flv", "gxf", "h264", "h265", "hevc", "ivf", "m1v",
    "m2t", "m2ts", "m2v", "m4v", "mjpeg", "mjpg", "mk3d", "mkv", "mod", "mov", "mp4", "mpe", "mpeg", "mpg", "mpv",
    "mts",
    "mxf", "nut", "obu", "ogm", "ogv", "ogx", "qt", "rm", "rmvb", "tod", "ts", "vob", "webm", "wmv", "wtv", "y4m",
    "aac", "aif", "aiff", "flac", "m4a", "m4b", "mka", "mp3", "oga", "ogg", "opus", "wav", "weba", "wma",
  ]
}
