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

  /// How many values exceed those of another row by more than a limit.
  static func count(_ values: [UInt8], exceeding other: [UInt8], by limit: UInt8) -> Int {
    values.withUnsafeBufferPointer { values in
      other.withUnsafeBufferPointer { other in
        ck_count_exceeding(values.baseAddress, other.baseAddress, limit, min(values.count, other.count))
      }
    }
  }

  /// How often each value is there.
  static func histogram(_ values: [UInt8]) -> [Int] {
    // Four by turns: equal neighbours, of which pictures have many, would wait for each other.
    var counts = [UInt32](repeating: 0, count: 4 * 256)
    counts.withUnsafeMutableBufferPointer { counts in
      values.withUnsafeBufferPointer { values in
        for i in 0..<values.count { counts[256 &* (i & 3) &+ Int(values[i])] &+= 1 }
      }
    }
    return (0..<256).map { value in
      let sum: UInt32 = counts[value] &+ counts[256 &+ value] &+ counts[512 &+ value] &+ counts[768 &+ value]
      return Int(sum)
    }
  }
}
