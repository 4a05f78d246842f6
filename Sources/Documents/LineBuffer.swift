/// Cuts a stream of bytes, as it comes, into lines.
package struct LineBuffer {
  /// A line longer than this is dropped: no event is.
  package static let longestLine = 1 << 24

  private var rest: [UInt8] = []
  /// Whether the beginning of the line that is being read was dropped already.
  private var isDropping = false

  package init() {}

  /// Takes the next bytes; returns the lines that they complete, without their ends.
  package mutating func add(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
    // Only what is new can hold an end.
    var searched = rest.count
    rest += bytes
    var lines: [[UInt8]] = []
    var start = 0
    while let end = rest[searched...].firstIndex(of: UInt8(ascii: "\n")) {
      if !isDropping { lines.append(Array(rest[start..<end])) }
      isDropping = false
      start = end + 1
      searched = start
    }
    rest.removeFirst(start)
    if rest.count > Self.longestLine {
      rest = []
      isDropping = true
    }
    return lines
  }
}
