/// What `analyze` found in one input: the product. Absent values are left out, never null.
package struct AnalysisDocument: Codable, Sendable {
  package var schemaVersion = 1
  package var kind = "analysis"
  /// What the request was called by who made it.
  package var requestID: String?
  package var status: Status
  package var engine: EngineVersion
  package var input: InputDescription
  package var params: AnalysisOptions
  package var media: MediaDescription?
  package var scenes: [Scene]?
  package var frames: [FramePicture]?
  package var textTracks: [TextTrack]?
  package var audio: [AudioAnalysis]?
  package var clips: [Clip]?
  package var sprites: SpriteDescription?
  package var waveforms: [WaveformDescription]?
  package var outputs: [OutputFile]
  package var warnings: [WarningRecord]
  package var errors: [ErrorRecord]
  package var timings: Timings?

  package init(status: Status, engine: EngineVersion, input: InputDescription, params: AnalysisOptions) {
    self.status = status
    self.engine = engine
    self.input = input
    self.params = params
    outputs = []
    warnings = []
    errors = []
  }

  enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case kind
    case requestID = "request_id"
    case status, engine, input, params, media, scenes, frames
    case textTracks = "text_tracks"
    case audio, clips, sprites, waveforms, outputs, warnings, errors, timings
  }
}

/// How an input, or a whole batch, came out.
package enum Status: String, Codable, Sendable, CaseIterable {
  case succeeded
  /// Some stages worked, or only part of the input could be read.
  case partial
  case failed
  case canceled
}

/// Which program and which libraries made a document.
package struct EngineVersion: Codable, Sendable, Equatable {
  package var name = "cutroom"
  package var version: String
  package var ffmpeg: String
  package var tesseract: String
  /// How far the worker was locked in; absent where no worker wrote the document.
  package var sandbox: SandboxLevel?

  package init(version: String, ffmpeg: String, tesseract: String, sandbox: SandboxLevel? = nil) {
    self.version = version
    self.ffmpeg = ffmpeg
    self.tesseract = tesseract
    self.sandbox = sandbox
  }
}

/// How far a process is locked in.
package enum SandboxLevel: String, Codable, Sendable {
  /// Files and system calls.
  case full
  /// One of both: the kernel has no Landlock, or takes no filters.
  case partial
  case off
}

/// The file that was read.
package struct InputDescription: Codable, Sendable, Equatable {
  package var path: String
  package var bytes: Int64?
  /// `xxh3-128:` and the hash of all bytes, in hexadecimal.
  package var fingerprint: String?

  package init(path: String, bytes: Int64? = nil, fingerprint: String? = nil) {
    self.path = path
    self.bytes = bytes
    self.fingerprint = fingerprint
  }
}

/// An instant of the film: a presentation timestamp in the video's time base, and what follows from it.
package struct Instant: Codable, Sendable, Equatable {
  package var pts: Int64
  /// Seconds since the container's start, rounded to the microsecond.
  package var seconds: Double
  /// The frame shown at that instant, counted from 0 in presentation order.
  package var frame: Int

  package init(pts: Int64, seconds: Double, frame: Int) {
    self.pts = pts
    self.seconds = seconds
    self.frame = frame
  }
}

/// A run of frames between two boundaries. Scenes tile the film: each ends where the next begins.
package struct Scene: Codable, Sendable, Equatable {
  package var id: Int
  package var start: Instant
  package var end: Instant
  package var durationSeconds: Double
  /// True for a scene that is one plain colour, between a fade out and a fade in.
  package var blank: Bool?
  package var transitionIn: Transition

  package init(
    id: Int, start: Instant, end: Instant, durationSeconds: Double, blank: Bool?, transitionIn: Transition
  ) {
    self.id = id
    self.start = start
    self.end = end
    self.durationSeconds = durationSeconds
    self.blank = blank
    self.transitionIn = transitionIn
  }

  enum CodingKeys: String, CodingKey {
    case id, start, end
    case durationSeconds = "duration_seconds"
    case blank
    case transitionIn = "transition_in"
  }
}

/// How one scene gives way to the next.
package struct Transition: Codable, Sendable, Equatable {
  package enum Kind: String, Codable, Sendable, CaseIterable {
    case start, cut, dissolve
    case fadeIn = "fade_in"
    case fadeOut = "fade_out"
    case fadeThrough = "fade_through"
    case wipe
  }

  package var kind: Kind
  /// From 0 to 1.
  package var confidence: Double
  /// First frame of a gradual transition.
  package var start: Instant?
  /// Last frame of a gradual transition.
  package var end: Instant?

  package init(kind: Kind, confidence: Double, start: Instant? = nil, end: Instant? = nil) {
    self.kind = kind
    self.confidence = confidence
    self.start = start
    self.end = end
  }
}

/// A frame kept as a picture.
package struct FramePicture: Codable, Sendable, Equatable {
  package var id: Int
  /// Nil where scenes were not looked for.
  package var sceneID: Int?
  package var at: Instant
  /// What was asked for, as it was typed, where frames were asked for one by one.
  package var requested: [String]?
  /// Path of the picture, relative to the document.
  package var file: String
  package var width: Int
  package var height: Int
  package var bytes: Int
  /// From 0 (no detail) to 1, comparable between frames of one film.
  package var sharpness: Double
  /// Mean brightness from 0 (black) to 1 (white).
  package var luma: Double
  /// What chose this frame out of its scene; nil where a rule named it.
  package var scores: PictureScores?

  package init(
    id: Int, sceneID: Int?, at: Instant, file: String, width: Int, height: Int, bytes: Int, sharpness: Double,
    luma: Double
  ) {
    self.id = id
    self.sceneID = sceneID
    self.at = at
    self.file = file
    self.width = width
    self.height = height
    self.bytes = bytes
    self.sharpness = sharpness
    self.luma = luma
  }

  enum CodingKeys: String, CodingKey {
    case id
    case sceneID = "scene_id"
    case at, requested, file, width, height, bytes, sharpness, luma, scores
  }
}

/// How good a picture a frame makes, each from 0 to 1; `total` is what was compared.
package struct PictureScores: Codable, Sendable, Equatable {
  package var total: Double
  /// 1 from 15 to 85 % brightness, falling to 0.2 at black and at white.
  package var exposure: Double
  /// 1 where nothing moves; nil where the neighbours were not seen.
  package var stillness: Double?
  /// 1 where it looks unlike the pictures of the scenes before; nil where there are none.
  package var difference: Double?

  package init(total: Double, exposure: Double, stillness: Double?, difference: Double?) {
    self.total = total
    self.exposure = exposure
    self.stillness = stillness
    self.difference = difference
  }
}

/// A rectangle in fractions of the displayed picture, from its upper left corner.
package struct Box: Codable, Sendable, Equatable {
  package var x: Double
  package var y: Double
  package var width: Double
  package var height: Double

  package init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}

/// Text on the screen, from the frame where it appears to the one where it is gone.
package struct TextTrack: Codable, Sendable, Equatable {
  package var id: Int
  package var text: String
  /// The language code of the recogniser's model, such as `eng`.
  package var language: String
  package var confidence: Double
  package var start: Instant
  package var end: Instant
  package var box: Box
  package var lines: [TextLine]

  package init(
    id: Int, text: String, language: String, confidence: Double, start: Instant, end: Instant, box: Box,
    lines: [TextLine]
  ) {
    self.id = id
    self.text = text
    self.language = language
    self.confidence = confidence
    self.start = start
    self.end = end
    self.box = box
    self.lines = lines
  }
}

package struct TextLine: Codable, Sendable, Equatable {
  package var text: String
  package var confidence: Double
  package var box: Box
  package var words: [TextWord]

  package init(text: String, confidence: Double, box: Box, words: [TextWord]) {
    self.text = text
    self.confidence = confidence
    self.box = box
    self.words = words
  }
}

package struct TextWord: Codable, Sendable, Equatable {
  package var text: String
  package var confidence: Double
  package var box: Box

  package init(text: String, confidence: Double, box: Box) {
    self.text = text
    self.confidence = confidence
    self.box = box
  }
}

/// What was measured on one audio stream.
package struct AudioAnalysis: Codable, Sendable, Equatable {
  package var streamIndex: Int
  package var loudness: Loudness
  package var silences: [Silence]

  package init(streamIndex: Int, loudness: Loudness, silences: [Silence]) {
    self.streamIndex = streamIndex
    self.loudness = loudness
    self.silences = silences
  }

  enum CodingKeys: String, CodingKey {
    case streamIndex = "stream_index"
    case loudness, silences
  }
}

/// Loudness after EBU R 128 (ITU-R BS.1770-4, EBU Tech 3341 and 3342). A figure that is not finite is left out.
package struct Loudness: Codable, Sendable, Equatable {
  package var integratedLUFS: Double?
  package var rangeLU: Double?
  package var truePeakDBTP: Double?
  package var maxMomentaryLUFS: Double?
  package var maxShortTermLUFS: Double?

  package init() {}

  enum CodingKeys: String, CodingKey {
    case integratedLUFS = "integrated_lufs"
    case rangeLU = "range_lu"
    case truePeakDBTP = "true_peak_dbtp"
    case maxMomentaryLUFS = "max_momentary_lufs"
    case maxShortTermLUFS = "max_short_term_lufs"
  }
}

/// A stretch of sound below the silence level, half open.
package struct Silence: Codable, Sendable, Equatable {
  package var startSeconds: Double
  package var endSeconds: Double

  package init(startSeconds: Double, endSeconds: Double) {
    self.startSeconds = startSeconds
    self.endSeconds = endSeconds
  }

  enum CodingKeys: String, CodingKey {
    case startSeconds = "start_seconds"
    case endSeconds = "end_seconds"
  }
}

/// A file or folder of results beside the document.
package struct OutputFile: Codable, Sendable, Equatable {
  package enum Kind: String, Codable, Sendable, CaseIterable {
    case frames, subtitles, clips
    case textReview = "text_review"
    case timeline
    case contactSheet = "contact_sheet"
    case sprites, preview, waveform
  }

  package var kind: Kind
  /// Relative to the document.
  package var path: String

  package init(kind: Kind, path: String) {
    self.kind = kind
    self.path = path
  }
}

/// What the work cost. The only part of a document that differs between two runs.
package struct Timings: Codable, Sendable, Equatable {
  package var wallSeconds: Double
  package var cpuSeconds: Double
  package var peakMemoryBytes: Int64
  /// How the picture was decoded; nil where it was not.
  package var decoding: Decoding?
  /// Parts that were not found anew but kept from an earlier analysis of the same content; nil where there were none.
  package var cached: [String]?
  /// Wall seconds by part of the work.
  package var stages: [String: Double]

  package enum Decoding: String, Codable, Sendable {
    /// One decoder from begin to end, with its own threads.
    case sequential
    /// Groups of pictures side by side.
    case groups
    /// Only those groups of pictures that hold a frame that was asked for.
    case sought
  }

  package init(wallSeconds: Double, cpuSeconds: Double, peakMemoryBytes: Int64, stages: [String: Double]) {
    self.wallSeconds = wallSeconds
    self.cpuSeconds = cpuSeconds
    self.peakMemoryBytes = peakMemoryBytes
    self.stages = stages
  }

  enum CodingKeys: String, CodingKey {
    case wallSeconds = "wall_seconds"
    case cpuSeconds = "cpu_seconds"
    case peakMemoryBytes = "peak_memory_bytes"
    case decoding, cached, stages
  }
}
