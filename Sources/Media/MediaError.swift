import CFFmpeg
package import Documents

/// Everything that Media throws: a code from the documents' list and a sentence a user can act on.
package struct MediaError: Error, Sendable {
  package let code: ErrorCode
  package let limit: LimitName?
  package let message: String
  /// Whether the same may succeed later.
  package let mayPass: Bool

  package init(_ code: ErrorCode, _ message: String, limit: LimitName? = nil, mayPass: Bool = false) {
    self.mayPass = mayPass || code == .outOfMemory
    self.code = code
    self.limit = limit
    self.message = message
  }

  package func record(stage: String) -> ErrorRecord {
    ErrorRecord(code, message, stage: stage, limit: limit, retryable: mayPass)
  }
}

/// FFmpeg's return values. Each code is negative; what it means stands in libavutil/error.h.
enum Status {
  static func text(_ code: Int32) -> String {
    // Muxers and filters that say no more than "failed" return -1, which is also the system's code for a lack of rights.
    if code == CR_EPERM { return "the library gives no reason" }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
      guard let base = buffer.baseAddress, av_strerror(code, base, buffer.count) == 0 else { return "error \(code)" }
      return String(cString: base)
    }
  }

  /// Throws where `code` is negative. `action` completes the sentence "could not …" and is built only then.
  @discardableResult
  static func check(
    _ code: Int32, _ action: @autoclosure () -> String, as kind: ErrorCode = .internal
  ) throws(MediaError) -> Int32 {
    guard code < 0 else { return code }
    if code == CR_ENOMEM { throw MediaError(.outOfMemory, "not enough memory to \(action())") }
    throw MediaError(kind, "could not \(action()): \(text(code))")
  }
}
