/// One line of progress, as a worker prints it and `--events` passes it on.
package struct Event: Codable, Sendable {
  package enum Kind: String, Codable, Sendable, CaseIterable { case started, progress, warning, retrying, finished }

  package var event: Kind
  package var requestID: String
  /// ISO 8601, UTC.
  package var time: String
  /// The input as its documents call it.
  package var path: String?
  package var stage: String?
  /// From 0 to 1, where the length is known.
  package var progress: Double?
  /// Frames decoded so far.
  package var frames: Int?
  /// Length of the film, where known; on `started`.
  package var durationSeconds: Double?
  /// Seconds of the film read so far.
  package var mediaSeconds: Double?
  /// Set on `finished`.
  package var status: Status?
  /// Path of the finished document.
  package var document: String?
  package var message: String?
  package var code: String?
  package var errors: [ErrorRecord]?
  /// On `retrying`: the attempt that failed, counted from 1, and seconds until the next.
  package var attempt: Int?
  package var pauseSeconds: Double?
  package var result: ResultSummary?
  /// What it cost, on `finished`.
  package var timings: Timings?
  /// The whole answer to a `probe` request.
  package var probe: ProbeDocument?
  /// The whole answer to a `loudness` or `normalize` request.
  package var sound: SoundResult?

  package init(_ event: Kind, requestID: String, time: String) {
    self.event = event
    self.requestID = requestID
    self.time = time
  }

  enum CodingKeys: String, CodingKey {
    case event
    case requestID = "request_id"
    case time, path, stage, progress, frames
    case durationSeconds = "duration_seconds"
    case mediaSeconds = "media_seconds"
    case status, document, message, code, errors, attempt
    case pauseSeconds = "pause_seconds"
    case result, timings, probe, sound
  }
}

/// What the table at the end of a batch shows of one input, without opening its document.
package struct ResultSummary: Codable, Sendable, Equatable {
  package var mediaSeconds: Double?
  package var frames: Int?
  package var scenes: Int?
  package var pictures: Int?
  package var textTracks: Int?
  package var integratedLUFS: Double?
  package var cpuSeconds: Double?
  package var peakMemoryBytes: Int64?
  package var bytes: Int64?
  package var fingerprint: String?

  package init() {}

  enum CodingKeys: String, CodingKey {
    case mediaSeconds = "media_seconds"
    case frames, scenes, pictures
    case textTracks = "text_tracks"
    case integratedLUFS = "integrated_lufs"
    case cpuSeconds = "cpu_seconds"
    case peakMemoryBytes = "peak_memory_bytes"
    case bytes, fingerprint
  }
}
