/// A line of the log as `--log-format json` writes it.
package struct LogLine: Encodable, Sendable {
  /// What happened to a request.
  package enum Event: String, Encodable, Sendable, CaseIterable {
    /// A worker is about to be started for it.
    case start
    /// A stage was finished; it took so long.
    case stage
    /// A warning of its document.
    case warning
    /// A limit was reached.
    case limit
    /// Its worker was ended by a signal.
    case kill
    /// It will be tried again.
    case retry
    /// It is over.
    case end
  }

  /// ISO 8601, UTC.
  package var time: String
  package var level: String
  package var event: Event?
  package var requestID: String?
  /// The input, as its documents call it.
  package var path: String?
  package var stage: String?
  /// How long the stage, the attempt or the request took.
  package var durationSeconds: Double?
  /// How the request came out.
  package var status: Status?
  /// Counted from 1.
  package var attempt: Int?
  package var limit: LimitName?
  /// Of an error or a warning.
  package var code: String?
  package var signal: String?
  package var message: String

  package init(time: String = "", level: BatchSettings.LogLevel, _ message: String, event: Event? = nil) {
    self.time = time
    self.level = level.rawValue
    self.message = message
    self.event = event
  }

  enum CodingKeys: String, CodingKey {
    case time, level, event
    case requestID = "request_id"
    case path, stage
    case durationSeconds = "duration_seconds"
    case status, attempt, limit, code, signal, message
  }
}
