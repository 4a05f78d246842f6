import CKernels

/// Work on rows of bytes, element by element: plain loops over pointers, which the compiler turns into vector code.
enum ByteRows {
  typealias Bytes = UnsafePointer<UInt8>
  typealias MutableBytes = UnsafeMutablePointer<UInt8>

  /// Keeps the lesser of both; the other may lie ahead of the values in the same memory.
  static func keepLeast(_ values: MutableBytes, _ other: Bytes, count: Int) { ck_keep_least(values, other, count) }

  /// Keeps the larger of both; the other may lie ahead of the values in the same memory.
  static func keepLargest(_ values: MutableBytes, _ other: Bytes, count: Int) { ck_keep_largest(values, other, count) }

  static func keepLeast(_ values: inout [UInt8], _ other: [UInt8]) {
    let count = min(values.count, other.count)
    values.withUnsafeMutableBufferPointer { values in
      other.withUnsafeBufferPointer { other in
        if count > 0 { keepLeast(values.baseAddress!, other.baseAddress!, count: count) }
      }
    }
  }

  static func keepLargest(_ values: inout [UInt8], _ other: [UInt8]) {
    let count = min(values.count, other.count)
    values.withUnsafeMutableBufferPointer { values in
      other.withUnsafeBufferPointer { other in
        if count > 0 { keepLargest(values.baseAddress!, other.baseAddress!, count: count) }
      }
    }
  }

  /// 255 where a value exceeds a limit, else 0.
  static func mask(_ mask: MutableBytes, _ values: Bytes, above limit: UInt8, count: Int) {
    for i in 0..<count { mask[i] = values[i] > limit ? 255 : 0 }
  }
}
