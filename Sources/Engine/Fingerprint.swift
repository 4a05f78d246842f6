import CHash
import Documents
import Glibc

/// Names content: XXH3 with 128 bits (xxHash), which reads faster than a disk delivers.
enum Fingerprint {
  /// `xxh3-128:` and 32 hexadecimal digits for all bytes of a file; nil where it cannot be read to its end.
  static func file(_ path: String) -> String? {
    // Not to wait for a writer where the path is a pipe.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard FileSystem.status(path)?.isRegular == true else { return nil }
    return rest(of: descriptor)
  }

  /// The same for what is left to read of an open file.
  static func rest(of descriptor: Int32) -> String? {
    guard var running = Running() else { return nil }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let got = read(descriptor, &buffer, buffer.count)
      if got == 0 { return running.finish() }
      if got < 0 {
        if errno == EINTR { continue }
        return nil
      }
      running.add(buffer[0..<got])
    }
  }

  /// A fingerprint in the making.
  struct Running: ~Copyable {
    private let state: OpaquePointer

    /// Nil where there is no memory.
    init?() {
      guard let state = XXH3_createState() else { return nil }
      XXH3_128bits_reset(state)
      self.state = state
    }

    deinit { XXH3_freeState(state) }

    mutating func add(_ bytes: ArraySlice<UInt8>) {
      bytes.withUnsafeBytes { _ = XXH3_128bits_update(state, $0.baseAddress, $0.count) }
    }

    mutating func finish() -> String { Fingerprint.text(XXH3_128bits_digest(state)) }
  }

  /// The same for bytes in memory.
  static func bytes(_ bytes: [UInt8]) -> String { text(XXH3_128bits(bytes, bytes.count)) }

  fileprivate static func text(_ hash: XXH128_hash_t) -> String {
    "xxh3-128:" + hex(hash.high64) + hex(hash.low64)
  }

  private static func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
