import CFFmpeg
import Documents
import Glibc

/// Feeds FFmpeg from one open file and nothing else.
///
/// FFmpeg's own file protocol could open any path; with this source the demuxer has exactly one file, already open,
/// and every further name it asks for is refused.
final class FileSource {
  /// Bytes read at a time. FFmpeg's own file protocol uses 32 KiB; larger reads halve the system calls.
  static let bufferSize = 1 << 16

  let path: String
  let size: Int64
  private let descriptor: Int32
  /// errno of the last read that failed, 0 where none did.
  private(set) var readError: Int32 = 0

  init(path: String) throws(MediaError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno))
      if errno == EMFILE {
        throw MediaError(
          .limitExceeded, "the file cannot be opened: \(reason); raise --max-open-files", limit: .openFiles)
      }
      throw errno == ENOENT || errno == ENOTDIR
        ? MediaError(
          .notFound,
          // What a name that is not UTF-8 became in Swift's text is another name.
          path.unicodeScalars.contains("\u{FFFD}")
            ? "the file does not exist, or its name is not valid UTF-8: rename it" : "the file does not exist")
        : MediaError(
          .unreadable, "the file cannot be opened: \(reason)", mayPass: [EIO, ESTALE, ENFILE, EAGAIN].contains(errno))
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw MediaError(.unreadable, "this is not a regular file")
    }
    guard status.st_size > 0 else {
      close(descriptor)
      throw MediaError(.notMedia, "the file is empty")
    }
    self.path = path
    self.descriptor = descriptor
    size = Int64(status.st_size)
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
  }

  deinit { close(descriptor) }

  fileprivate func read(into buffer: UnsafeMutablePointer<UInt8>, count: Int32) -> Int32 {
    while true {
      let got = Glibc.read(descriptor, buffer, Int(count))
      if got > 0 { return Int32(got) }
      if got == 0 { return CR_EOF }
      if errno == EINTR { continue }
      readError = errno
      return CR_EIO
    }
  }

  fileprivate func seek(to offset: Int64, whence: Int32) -> Int64 {
    if whence & AVSEEK_SIZE != 0 { return size }
    return Int64(lseek(descriptor, off_t(offset), whence & ~AVSEEK_FORCE))
  }

  /// Up to `count` bytes from `offset` on, without moving the demuxer's position.
  func bytes(at offset: Int64, count: Int) -> [UInt8] {
    guard offset >= 0, offset < size else { return [] }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
    }
  }

  /// The last `count` bytes of the file, or all where it is shorter.
  func tail(_ count: Int) -> [UInt8] { bytes(at: max(0, size - Int64(count)), count: count) }

  /// An I/O context over this source, which must outlive it.
  func makeContext() throws(MediaError) -> UnsafeMutablePointer<AVIOContext> {
    let buffer = try MediaAllocation.bytes(Self.bufferSize)
    let context = avio_alloc_context(
      buffer, Int32(Self.bufferSize), 0, Unmanaged.passUnretained(self).toOpaque(),
      { opaque, buffer, count in
        guard let opaque, let buffer else { return CR_EINVAL }
        return Unmanaged<FileSource>.fromOpaque(opaque).takeUnretainedValue().read(into: buffer, count: count)
      }, nil,
      { opaque, offset, whence in
        guard let opaque else { return -1 }
        return Unmanaged<FileSource>.fromOpaque(opaque).takeUnretainedValue().seek(to: offset, whence: whence)
      })
    guard let context else {
      av_free(buffer)
      throw MediaError(.outOfMemory, "not enough memory to read the file")
    }
    return context
  }
}

enum MediaAllocation {
  static func bytes(_ count: Int) throws(MediaError) -> UnsafeMutablePointer<UInt8> {
    guard let pointer = av_malloc(count) else { throw MediaError(.outOfMemory, "not enough memory for \(count) bytes") }
    return pointer.assumingMemoryBound(to: UInt8.self)
  }
}
