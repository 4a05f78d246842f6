import CFFmpeg

/// SHA-256 (FIPS 180-4), as browsers want it of what a page may run.
package enum SHA256 {
  /// The 32 bytes of the digest.
  package static func digest(_ bytes: [UInt8]) throws -> [UInt8] {
    let context = try Owned(av_sha_alloc(), "a digest") { av_free(UnsafeMutableRawPointer($0)) }
    av_sha_init(context.pointer, 256)
    av_sha_update(context.pointer, bytes, bytes.count)
    var digest = [UInt8](repeating: 0, count: 32)
    av_sha_final(context.pointer, &digest)
    return digest
  }
}
