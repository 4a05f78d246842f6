/// Storage of planes that are no longer needed, for those that come: memory that was just used is faster than new memory, and large
/// pieces of that come page by page from the kernel, which takes longer than to fill them.
final class SpareStorage {
  private let most: Int
  private let bytes: Int
  private var storage: [[UInt8]] = []

  /// Keeps storage of at most so many planes, or of more that take no more than so many bytes.
  init(most: Int, orBytes bytes: Int = 0) {
    self.most = most
    self.bytes = bytes
  }

  /// Storage of some plane, or none.
  func take() -> [UInt8] { storage.popLast() ?? [] }

  func give(_ bytes: [UInt8]) {
    if storage.count < most || (storage.count + 1) * bytes.count <= self.bytes { storage.append(bytes) }
  }
}
