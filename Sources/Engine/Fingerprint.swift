import CHash
import Documents
import Glibc

/// Names content: XXH3 with 128 bits (xxHash), which reads faster than a disk delivers.
enum Fingerprint {
  /// `xxh3-128:` and 32 hexadecimal digits for all bytes of a file; nil where it cannot be read to its end.
  static func file(_ path: String) -> String? {
    // Not to wait for a writer where the path is a pipe.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0, FileSystem.status(path)?.isRegular == true, let state = XXH3_createState() else {
      if descriptor >= 0 { close(descriptor) }
      return nil
    }
    defer {
      close(descriptor)
      XXH3_freeState(state)
    }
    XXH3_128bits_reset(state)
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let got = read(descriptor, &buffer, buffer.count)
      if got == 0 { return text(XXH3_128bits_digest(state)) }
      if got < 0 {
        if errno == EINTR { continue }
        return nil
      }
      XXH3_128bits_update(state, buffer, got)
    }
  }

  /// The same for bytes in memory.
  static func bytes(_ bytes: [UInt8]) -> String { text(XXH3_128bits(bytes, bytes.count)) }

  private static func text(_ hash: XXH128_hash_t) -> String {
    "xxh3-128:" + hex(hash.high64) + hex(hash.low64)
  }

  private static func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
