/// The report of a mix, less the lists that grow with the number of clips: those are written a line an item between the two
/// halves.
package struct MixReportHead: Encodable, Sendable {
  package var status: Status
  package var dryRun: Bool
  package var engine: EngineVersion
  package var input: InputDescription
  package var programme: MixProgramme?
  /// Of the mix before mastering.
  package var loudness: Loudness?
  package var outputs: [SoundOutput] = []
  package var tracks: [MixTrackReport] = []

  package init(status: Status, dryRun: Bool, engine: EngineVersion, input: InputDescription) {
    self.status = status
    self.dryRun = dryRun
    self.engine = engine
    self.input = input
  }

  private enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case kind, status
    case dryRun = "dry_run"
    case engine, input, programme, loudness, outputs, tracks
  }

  package func encode(to encoder: any Encoder) throws {
    var top = encoder.container(keyedBy: CodingKeys.self)
    try top.encode(1, forKey: .schemaVersion)
    try top.encode("mix-report", forKey: .kind)
    try top.encode(status, forKey: .status)
    if dryRun { try top.encode(true, forKey: .dryRun) }
    try top.encode(engine, forKey: .engine)
    try top.encode(input, forKey: .input)
    try top.encodeIfPresent(programme, forKey: .programme)
    try top.encodeIfPresent(loudness, forKey: .loudness)
    try top.encode(outputs, forKey: .outputs)
    try top.encode(tracks, forKey: .tracks)
  }
}

package struct MixReportTail: Encodable, Sendable {
  package var warnings: [WarningRecord] = []
  package var errors: [ErrorRecord] = []
  package var timings: Timings

  package init(timings: Timings) { self.timings = timings }
}

/// The programme as a whole.
package struct MixProgramme: Codable, Sendable, Equatable {
  package var sampleRate: Int
  package var channels: Int
  /// Length in samples a channel.
  package var samples: Int
  package var durationSeconds: Double

  package init(sampleRate: Int, channels: Int, samples: Int, durationSeconds: Double) {
    self.sampleRate = sampleRate
    self.channels = channels
    self.samples = samples
    self.durationSeconds = durationSeconds
  }

  enum CodingKeys: String, CodingKey {
    case sampleRate = "sample_rate"
    case channels, samples
    case durationSeconds = "duration_seconds"
  }
}

package struct MixTrackReport: Codable, Sendable, Equatable {
  package var id: String
  package var role: MixTrack.Role
  /// Clips of the document, used or not.
  package var clips: Int
  package var gainDB: Double

  package init(id: String, role: MixTrack.Role, clips: Int, gainDB: Double) {
    self.id = id
    self.role = role
    self.clips = clips
    self.gainDB = gainDB
  }

  enum CodingKeys: String, CodingKey {
    case id, role, clips
    case gainDB = "gain_db"
  }
}

/// What was done to bring a sound to its level.
package struct MasteringReport: Codable, Sendable, Equatable {
  package enum Mode: String, Codable, Sendable, CaseIterable {
    /// No target was given.
    case none
    /// One gain from beginning to end.
    case linear
    /// A gain, and a true-peak limiter behind it.
    case limiter
    /// The sound is silent, or too short to be measured.
    case leftAlone = "left_alone"
  }

  package var mode: Mode
  package var target: LoudnessTarget?
  package var gainDB: Double
  package var ceilingDBTP: Double?
  /// The deepest cut of the limiter, and for how long it cut.
  package var deepestReductionDB: Double?
  package var limitedSeconds: Double?
  /// How often the file was encoded until its decoded sound held the target.
  package var encodings: Int

  package init(mode: Mode, target: LoudnessTarget?, gainDB: Double, encodings: Int) {
    self.mode = mode
    self.target = target
    self.gainDB = gainDB
    self.encodings = encodings
  }

  enum CodingKeys: String, CodingKey {
    case mode, target
    case gainDB = "gain_db"
    case ceilingDBTP = "ceiling_dbtp"
    case deepestReductionDB = "deepest_reduction_db"
    case limitedSeconds = "limited_seconds"
    case encodings
  }
}

/// A sound file that was written, measured by decoding it.
package struct SoundOutput: Codable, Sendable, Equatable {
  package var path: String
  package var codec: SoundCodec
  package var bitRate: Int?
  package var sampleRate: Int
  package var channels: Int
  package var bytes: Int64?
  /// Samples a channel that the file decodes to.
  package var samples: Int?
  package var mastering: MasteringReport?
  package var loudness: Loudness?

  package init(path: String, codec: SoundCodec, bitRate: Int?, sampleRate: Int, channels: Int) {
    self.path = path
    self.codec = codec
    self.bitRate = bitRate
    self.sampleRate = sampleRate
    self.channels = channels
  }

  enum CodingKeys: String, CodingKey {
    case path, codec
    case bitRate = "bit_rate"
    case sampleRate = "sample_rate"
    case channels, bytes, samples, mastering, loudness
  }
}

/// A clip and where it landed. Seconds are those of the programme, to the microsecond; samples are exact.
package struct MixClipReport: Codable, Sendable, Equatable {
  package var track: String
  /// Its place among the track's clips, from 0.
  package var clip: Int
  package var source: String
  package var title: String?
  package var startSeconds: Double
  package var endSeconds: Double
  package var startSample: Int
  package var endSample: Int
  /// Where in the source it begins.
  package var sourceSeconds: Double
  /// Of track and clip together.
  package var gainDB: Double
  package var pan: Double?
  package var fadeInSeconds: Double?
  package var fadeOutSeconds: Double?
  /// Overlap with the clip before it.
  package var crossfadeSeconds: Double?
  package var loops: Bool?
  /// There where the programme ends before the clip does.
  package var cut: Bool?

  package init(
    track: String, clip: Int, source: String, title: String?, startSeconds: Double, endSeconds: Double,
    startSample: Int, endSample: Int, sourceSeconds: Double, gainDB: Double
  ) {
    self.track = track
    self.clip = clip
    self.source = source
    self.title = title
    self.startSeconds = startSeconds
    self.endSeconds = endSeconds
    self.startSample = startSample
    self.endSample = endSample
    self.sourceSeconds = sourceSeconds
    self.gainDB = gainDB
  }

  enum CodingKeys: String, CodingKey {
    case track, clip, source, title
    case startSeconds = "start_seconds"
    case endSeconds = "end_seconds"
    case startSample = "start_sample"
    case endSample = "end_sample"
    case sourceSeconds = "source_seconds"
    case gainDB = "gain_db"
    case pan
    case fadeInSeconds = "fade_in_seconds"
    case fadeOutSeconds = "fade_out_seconds"
    case crossfadeSeconds = "crossfade_seconds"
    case loops, cut
  }
}

/// A clip that is not heard, and why.
package struct UnusedClipReport: Codable, Sendable, Equatable {
  package var track: String
  package var clip: Int
  package var source: String
  /// muted, not_soloed, starts_after_end, empty or silent.
  package var reason: String

  package init(track: String, clip: Int, source: String, reason: String) {
    self.track = track
    self.clip = clip
    self.source = source
    self.reason = reason
  }
}
