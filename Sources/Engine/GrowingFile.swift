import Documents

/// A file that is written piece by piece; what has come together is on its way once it is enough. Closed when it is let go.
final class GrowingFile {
  private static let most = 1 << 18
  private let path: String
  private var descriptor: Int32
  private var pending: [UInt8] = []

  init(_ path: String) throws(ErrorRecord) {
    self.path = path
    descriptor = try FileSystem.create(path)
  }

  deinit { abandon() }

  func add(_ text: String) throws(ErrorRecord) {
    pending += text.utf8
    if pending.count >= Self.most { try flush() }
  }

  func add(_ bytes: [UInt8]) throws(ErrorRecord) {
    pending += bytes
    if pending.count >= Self.most { try flush() }
  }

  private func flush() throws(ErrorRecord) {
    try FileSystem.writeAll(pending, to: descriptor, path: path)
    pending.removeAll(keepingCapacity: true)
  }

  /// Writes what is left and closes the file.
  func finish() throws(ErrorRecord) {
    try flush()
    let closing = descriptor
    descriptor = -1
    try FileSystem.finish(closing, path: path)
  }

  private func abandon() {
    if descriptor >= 0 { FileSystem.abandon(descriptor) }
    descriptor = -1
  }
}
