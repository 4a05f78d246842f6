/// What can go wrong, as a closed list: the `code` of every error in every document.
package enum ErrorCode: String, Codable, Sendable, CaseIterable {
  /// The input does not exist, or vanished before it could be read.
  case notFound = "not_found"
  /// The input exists and cannot be read: permissions, not a regular file, an I/O error.
  case unreadable
  /// The input is not audio or video in any container that the libraries know.
  case notMedia = "not_media"
  /// Only picture stages were asked for and the input has no video stream.
  case noVideo = "no_video"
  /// The container was read and no decoder exists for what it holds.
  case unsupportedCodec = "unsupported_codec"
  /// The input is damaged or cut off; what could be decoded is in the document.
  case corrupt
  /// A limit was reached; `limit` says which.
  case limitExceeded = "limit_exceeded"
  /// The input tries to reach another file or the network.
  case forbiddenReference = "forbidden_reference"
  /// The wall time allowed was used up, or nothing moved for too long; `limit` says which.
  case timedOut = "timed_out"
  /// The worker needed more memory than it was allowed.
  case outOfMemory = "out_of_memory"
  /// The worker process ended without a result.
  case workerCrashed = "worker_crashed"
  /// A language for text recognition is not installed.
  case missingLanguage = "missing_language"
  /// A mix document that contradicts itself or its sources.
  case invalidDocument = "invalid_document"
  /// `--sandbox required`, and this system cannot lock a worker in.
  case sandboxUnavailable = "sandbox_unavailable"
  /// What was asked for lies outside of the film.
  case outOfRange = "out_of_range"
  /// Results could not be written.
  case outputFailed = "output_failed"
  /// The batch was interrupted before this input was finished.
  case canceled
  /// A defect of Cutroom itself.
  case `internal`
}

/// The limit that a `limit_exceeded` or `timed_out` error names.
package enum LimitName: String, Codable, Sendable, CaseIterable {
  case pixels, duration, streams
  case cpuTime = "cpu_time"
  case openFiles = "open_files"
  case outputSize = "output_size"
  case scratchSize = "scratch_size"
  case wallTime = "wall_time"
  case stall
}

/// A part of the analysis that can be asked for, and that an error or warning can speak of.
package enum Stage: String, Codable, Sendable, CaseIterable {
  case scenes, frames, text, audio

  /// Whether the stage needs decoded pictures.
  package var needsPictures: Bool { self != .audio }
}

/// One error of a document: what happened, where, and whether trying again may help.
package struct ErrorRecord: Codable, Sendable, Equatable, Error {
  package var code: ErrorCode
  package var limit: LimitName?
  /// The stage that failed: a ``Stage``, or `open`, `decode`, `output`.
  package var stage: String?
  /// A sentence that a user can act on.
  package var message: String
  package var retryable: Bool

  package init(
    _ code: ErrorCode, _ message: String, stage: String? = nil, limit: LimitName? = nil, retryable: Bool = false
  ) {
    self.code = code
    self.limit = limit
    self.stage = stage
    self.message = message
    self.retryable = retryable
  }
}

/// Something the user should know that did not cost a result.
package struct WarningRecord: Codable, Sendable, Equatable {
  /// A stable name, such as `no_video_stream` or `decode_errors`.
  package var code: String
  package var stage: String?
  package var message: String

  package init(_ code: String, _ message: String, stage: String? = nil) {
    self.code = code
    self.stage = stage
    self.message = message
  }
}
