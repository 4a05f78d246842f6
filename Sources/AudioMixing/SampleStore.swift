package import Documents
import Glibc

/// Interleaved samples kept for reading at any place: in memory while they are few, else in a file of the workspace.
package final class SampleStore {
  package let channels: Int
  package private(set) var frames = 0

  private let path: String
  /// Samples kept in memory; what comes after them moves everything to the file.
  private let memoryLimit: Int
  private var memory: [Float] = []
  private var file: Int32 = -1

  /// `path` is where a file is made once there are more than `memoryLimit` samples (over all channels).
  package init(path: String, channels: Int, memoryLimit: Int) {
    self.path = path
    self.channels = channels
    self.memoryLimit = memoryLimit
  }

  deinit {
    if file >= 0 {
      close(file)
      unlink(path)
    }
  }

  package var memorySamples: Int { memory.count }

  private func failure(_ action: String) -> ErrorRecord {
    let passing = errno == ENOSPC || errno == EIO || errno == EDQUOT
    return ErrorRecord(
      .outputFailed, "could not \(action) the sound kept in \(path): \(String(cString: strerror(errno)))",
      stage: "output", retryable: passing)
  }

  package func append(_ samples: UnsafePointer<Float>, frames count: Int) throws(ErrorRecord) {
    let values = count * channels
    if file < 0, memory.count + values <= memoryLimit {
      memory.append(contentsOf: UnsafeBufferPointer(start: samples, count: values))
    } else {
      if file < 0 { try moveToFile() }
      try write(samples, values)
    }
    frames += count
  }

  private func moveToFile() throws(ErrorRecord) {
    file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("write") }
    let kept = memory
    memory = []
    let result = kept.withUnsafeBufferPointer { buffer in
      Result { () throws(ErrorRecord) in
        if let base = buffer.baseAddress { try write(base, buffer.count) }
      }
    }
    try result.get()
  }

  private func write(_ samples: UnsafePointer<Float>, _ count: Int) throws(ErrorRecord) {
    var done = 0
    let bytes = count * MemoryLayout<Float>.size
    while done < bytes {
      let wrote = Glibc.write(file, UnsafeRawPointer(samples) + done, bytes - done)
      if wrote < 0 {
        if errno == EINTR { continue }
        throw failure("write")
      }
      done += wrote
    }
  }

  /// Copies `count` frames from `frame` on; what lies outside is silence.
  package func read(_ target: UnsafeMutablePointer<Float>, at frame: Int, count: Int) throws(ErrorRecord) {
    let from = min(max(0, frame), frames)
    let to = min(max(from, frame + count), frames)
    let before = max(0, min(count, from - frame))
    target.update(repeating: 0, count: before * channels)
    let inside = to - from
    if inside > 0 { try copy(target + before * channels, at: from, count: inside) }
    let rest = count - before - inside
    if rest > 0 { (target + (before + inside) * channels).update(repeating: 0, count: rest * channels) }
  }

  private func copy(_ target: UnsafeMutablePointer<Float>, at frame: Int, count: Int) throws(ErrorRecord) {
    guard file >= 0 else {
      memory.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        target.update(from: base + frame * channels, count: count * channels)
      }
      return
    }
    let size = MemoryLayout<Float>.size * channels
    var done = 0
    while done < count * size {
      let got = pread(file, UnsafeMutableRawPointer(target) + done, count * size - done, off_t(frame * size + done))
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { throw failure("read") }
      done += got
    }
  }
}
