import Glibc

/// Fingerprints a file on a thread of its own while the pass reads it: what one reads the other finds in memory.
final class BackgroundHash: @unchecked Sendable {
  private let path: String
  private var thread = pthread_t()
  private var started = false
  private var fingerprint: String?

  init(_ path: String) {
    self.path = path
    started =
      pthread_create(
        &thread, nil,
        { context in
          guard let context else { return nil }
          let hash = Unmanaged<BackgroundHash>.fromOpaque(context).takeUnretainedValue()
          hash.fingerprint = Fingerprint.file(hash.path)
          return nil
        }, Unmanaged.passUnretained(self).toOpaque()) == 0
  }

  /// The fingerprint, where it has been waited for.
  var known: String? { started ? nil : fingerprint }

  /// The fingerprint, once the whole file is read; nil where it cannot be.
  func wait() -> String? {
    if started {
      pthread_join(thread, nil)
      started = false
    } else if fingerprint == nil {
      fingerprint = Fingerprint.file(path)
    }
    return fingerprint
  }

  deinit { if started { pthread_join(thread, nil) } }
}
