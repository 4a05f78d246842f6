/// One line of `results.jsonl`: how one input came out.
package struct ResultLine: Codable, Sendable, Equatable {
  package var path: String
  package var status: Status
  /// Path of the analysis document, relative to the output folder.
  package var document: String?
  package var bytes: Int64?
  /// Modification time of the input in seconds since 1970.
  package var modified: Double?
  package var fingerprint: String?
  package var paramsDigest: String
  package var engine: String
  package var attempts: Int
  /// Every attempt of the latest run, where there was more than one.
  package var attemptLog: [AttemptRecord]?
  package var errors: [ErrorRecord]
  package var summary: ResultSummary?

  package init(path: String, status: Status, paramsDigest: String, engine: String) {
    self.path = path
    self.status = status
    self.paramsDigest = paramsDigest
    self.engine = engine
    attempts = 1
    errors = []
  }

  enum CodingKeys: String, CodingKey {
    case path, status, document, bytes, modified, fingerprint
    case paramsDigest = "params_digest"
    case engine, attempts
    case attemptLog = "attempt_log"
    case errors, summary
  }
}

/// One of several attempts at an input.
package struct AttemptRecord: Codable, Sendable, Equatable {
  /// Counted from 1 within a run.
  package var number: Int
  package var status: Status
  package var code: ErrorCode?
  package var message: String?
  package var wallSeconds: Double
  /// Seconds waited before the next attempt; absent after the last.
  package var pauseSeconds: Double?

  package init(number: Int, status: Status, wallSeconds: Double) {
    self.number = number
    self.status = status
    self.wallSeconds = wallSeconds
  }

  enum CodingKeys: String, CodingKey {
    case number, status, code, message
    case wallSeconds = "wall_seconds"
    case pauseSeconds = "pause_seconds"
  }
}

/// `batch.json`: the totals of a batch, written last.
package struct BatchDocument: Codable, Sendable {
  package struct Totals: Codable, Sendable, Equatable {
    package var succeeded = 0
    package var partial = 0
    package var failed = 0
    package var canceled = 0
    /// Finished by an earlier run and not done again.
    package var resumed = 0
    /// Not begun, because the batch was interrupted or gave up.
    package var notStarted = 0

    package init() {}

    enum CodingKeys: String, CodingKey {
      case succeeded, partial, failed, canceled, resumed
      case notStarted = "not_started"
    }
  }

  package var schemaVersion = 1
  package var kind = "batch"
  /// What the run was called by who started it.
  package var requestID: String?
  package var status: Status
  package var engine: EngineVersion
  package var totals: Totals
  package var params: AnalysisOptions
  /// Seconds of film in what this run finished.
  package var mediaSeconds: Double
  package var wallSeconds: Double
  /// Seconds of film per second.
  package var speed: Double?
  package var jobs: Int
  package var threads: Int
  package var started: String
  package var finished: String
  package var results: [ResultLine]

  package init(
    status: Status, engine: EngineVersion, totals: Totals, params: AnalysisOptions, mediaSeconds: Double,
    wallSeconds: Double, speed: Double?, jobs: Int, threads: Int, started: String, finished: String,
    results: [ResultLine]
  ) {
    self.status = status
    self.engine = engine
    self.totals = totals
    self.params = params
    self.mediaSeconds = mediaSeconds
    self.wallSeconds = wallSeconds
    self.speed = speed
    self.jobs = jobs
    self.threads = threads
    self.started = started
    self.finished = finished
    self.results = results
  }

  enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case kind
    case requestID = "request_id"
    case status, engine, totals, params
    case mediaSeconds = "media_seconds"
    case wallSeconds = "wall_seconds"
    case speed, jobs, threads, started, finished, results
  }
}
