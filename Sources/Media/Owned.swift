import Documents

/// Owns one object of a C library and frees it when its scope, or its owner, ends.
struct Owned<Pointer>: ~Copyable {
  let pointer: Pointer
  private let release: (Pointer) -> Void

  /// Takes over `pointer`; throws ``MediaError`` `out_of_memory` where the library returned none.
  init(_ pointer: Pointer?, _ what: String, release: @escaping (Pointer) -> Void) throws(MediaError) {
    guard let pointer else { throw MediaError(.outOfMemory, "not enough memory for \(what)") }
    self.pointer = pointer
    self.release = release
  }

  deinit { release(pointer) }
}
