/// What `loudness` and `normalize` print: a result an input.
package struct SoundDocument: Codable, Sendable {
  package enum Kind: String, Codable, Sendable { case loudness, normalize }

  package var schemaVersion = 1
  package var kind: Kind
  package var status: Status
  package var engine: EngineVersion
  /// All inputs together, one behind the other; where they were measured as an album.
  package var album: AlbumLoudness?
  package var results: [SoundResult]

  package init(kind: Kind, status: Status, engine: EngineVersion, album: AlbumLoudness?, results: [SoundResult]) {
    self.kind = kind
    self.status = status
    self.engine = engine
    self.album = album
    self.results = results
  }

  enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case kind, status, engine, album, results
  }
}

package struct AlbumLoudness: Codable, Sendable, Equatable {
  package var integratedLUFS: Double?
  /// The highest of any input.
  package var truePeakDBTP: Double?
  /// What every input was raised by.
  package var gainDB: Double?

  package init(integratedLUFS: Double?, truePeakDBTP: Double?, gainDB: Double? = nil) {
    self.integratedLUFS = integratedLUFS
    self.truePeakDBTP = truePeakDBTP
    self.gainDB = gainDB
  }

  enum CodingKeys: String, CodingKey {
    case integratedLUFS = "integrated_lufs"
    case truePeakDBTP = "true_peak_dbtp"
    case gainDB = "gain_db"
  }
}

/// One input, measured and perhaps normalized.
package struct SoundResult: Codable, Sendable, Equatable {
  package var path: String
  package var status: Status
  package var streamIndex: Int?
  package var codec: String?
  package var sampleRate: Int?
  package var channels: Int?
  package var durationSeconds: Double?
  /// Of the input as it is.
  package var loudness: Loudness?
  package var output: SoundOutput?
  package var warnings: [WarningRecord] = []
  package var errors: [ErrorRecord] = []

  package init(path: String, status: Status) {
    self.path = path
    self.status = status
  }

  enum CodingKeys: String, CodingKey {
    case path, status
    case streamIndex = "stream_index"
    case codec
    case sampleRate = "sample_rate"
    case channels
    case durationSeconds = "duration_seconds"
    case loudness, output, warnings, errors
  }
}
