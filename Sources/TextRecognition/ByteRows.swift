/// Work on rows of bytes, element by element: plain loops over pointers, which the compiler turns into vector code.
enum ByteRows {
  typealias Bytes = UnsafePointer<UInt8>
  typealias MutableBytes = UnsafeMutablePointer<UInt8>

  /// Keeps the lesser of both.
  static func keepLeast(_ values: MutableBytes, _ other: Bytes, count: Int) {
    for i in 0..<count { values[i] = min(values[i], other[i]) }
  }

  /// Keeps the larger of both.
  static func keepLargest(_ values: MutableBytes, _ other: Bytes, count: Int) {
    for i in 0..<count { values[i] = max(values[i], other[i]) }
  }

  /// Copies without giving up the target's memory.
  static func copy(_ source: [UInt8], into target: inout [UInt8]) {
    let count = min(source.count, target.count)
    target.withUnsafeMutableBufferPointer { target in
      source.withUnsafeBufferPointer { source in
        if count > 0 { target.baseAddress!.update(from: source.baseAddress!, count: count) }
      }
    }
  }

  static func keepLeast(_ values: inout [UInt8], _ other: [UInt8]) {
    let count = min(values.count, other.count)
    values.withUnsafeMutableBufferPointer { values in
      other.withUnsafeBufferPointer { other in
        if count > 0 { keepLeast(values.baseAddress!, other.baseAddress!, count: count) }
      }
    }
  }

  /// The least of `first` and of those `others` whose index differs from `skipped`, some kilobytes at a time so that the
  /// result stays in the nearest cache.
  static func least(_ first: [UInt8], _ others: [[UInt8]], skipping skipped: Int, into target: inout [UInt8]) {
    let chunk = 8192
    target.withUnsafeMutableBufferPointer { target in
      guard let target = target.baseAddress else { return }
      for start in stride(from: 0, to: first.count, by: chunk) {
        let count = min(chunk, first.count - start)
        first.withUnsafeBufferPointer { (target + start).update(from: $0.baseAddress! + start, count: count) }
        for index in others.indices where index != skipped {
          others[index].withUnsafeBufferPointer { keepLeast(target + start, $0.baseAddress! + start, count: count) }
        }
      }
    }
  }

  /// Whether any value is not 0.
  static func hasAny(_ values: [UInt8]) -> Bool {
    values.withUnsafeBufferPointer { values in
      var all: UInt8 = 0
      for value in values { all |= value }
      return all != 0
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

  /// Sets to 0 what the mask, of zeros and ones in every bit, holds.
  static func erase(_ values: MutableBytes, where mask: Bytes, count: Int) {
    for i in 0..<count { values[i] &= ~mask[i] }
  }

  /// Counts, in each column, whether the value exceeds a limit.
  static func count(_ counts: MutableBytes, _ values: Bytes, above limit: UInt8, count: Int) {
    for i in 0..<count { counts[i] &+= values[i] > limit ? 1 : 0 }
  }

  /// Takes back ``count(_:_:above:count:)``.
  static func uncount(_ counts: MutableBytes, _ values: Bytes, above limit: UInt8, count: Int) {
    for i in 0..<count { counts[i] &-= values[i] > limit ? 1 : 0 }
  }

  /// Adds to each value the one `distance` further on; reads that far beyond `count`.
  static func addAhead(_ values: MutableBytes, distance: Int, count: Int) {
    let ahead = Bytes(values + distance)
    for i in 0..<count { values[i] &+= ahead[i] }
  }

  /// 255 where both values reach a limit, else 0.
  static func mask(_ mask: MutableBytes, _ a: Bytes, _ b: Bytes, from limit: UInt8, count: Int) {
    for i in 0..<count { mask[i] = min(a[i], b[i]) >= limit ? 255 : 0 }
  }

  /// 255 where a value exceeds a limit, else 0.
  static func mask(_ mask: MutableBytes, _ values: Bytes, above limit: UInt8, count: Int) {
    for i in 0..<count { mask[i] = values[i] > limit ? 255 : 0 }
  }

  /// By how much the value after exceeds the one before, and the other way round; reads one value on both sides.
  static func edges(_ luma: Bytes, rising: MutableBytes, falling: MutableBytes, count: Int) {
    let (before, after) = (luma - 1, luma + 1)
    for i in 0..<count { rising[i] = max(after[i], before[i]) &- before[i] }
    for i in 0..<count { falling[i] = max(after[i], before[i]) &- after[i] }
  }

  /// The largest of each pixel's 3×3 neighbourhood; `scratch` is as large as the plane.
  static func dilate(_ source: Bytes, into target: MutableBytes, scratch: MutableBytes, width: Int, height: Int) {
    guard width > 1 else { return target.update(from: source, count: width * height) }
    for y in 0..<height {
      let (from, to) = (source + y * width, scratch + y * width)
      let (before, after) = (from - 1, from + 1)
      to[0] = max(from[0], from[1])
      for x in 1..<width - 1 { to[x] = max(from[x], max(before[x], after[x])) }
      to[width - 1] = max(from[width - 1], from[width - 2])
    }
    for y in 0..<height {
      let (to, middle) = (target + y * width, Bytes(scratch + y * width))
      to.update(from: middle, count: width)
      if y > 0 { keepLargest(to, middle - width, count: width) }
      if y < height - 1 { keepLargest(to, middle + width, count: width) }
    }
  }

  static func dilate(_ source: [UInt8], into target: inout [UInt8], scratch: inout [UInt8], width: Int, height: Int) {
    source.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        scratch.withUnsafeMutableBufferPointer { scratch in
          dilate(
            source.baseAddress!, into: target.baseAddress!, scratch: scratch.baseAddress!, width: width, height: height)
        }
      }
    }
  }
}
