import Claims
import Documents
import FoundationEssentials

/// What a worker says comes in pieces of any size: the lines are the same, and each is an event or is passed over. An event that was
/// written is read as the same.
@c public func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = bytes.first else { return 0 }
  let stream = bytes.dropFirst()
  var whole = LineBuffer()
  let lines = whole.add(stream)
  claim(lines == stream.split(separator: 10, omittingEmptySubsequences: false).dropLast().map(Array.init))
  var buffer = LineBuffer()
  var pieces: [[UInt8]] = []
  var rest = stream
  while !rest.isEmpty {
    let piece = rest.prefix(Int(first % 37) + 1)
    pieces += buffer.add(piece)
    rest = rest.dropFirst(piece.count)
  }
  claim(pieces == lines, "other lines in pieces")
  for line in lines {
    guard let event = try? JSONDecoder().decode(Event.self, from: Data(line)) else { continue }
    do {
      let text = try DocumentEncoder.line(event)
      claim(!text.utf8.contains(10), "an event of several lines")
      let again = try JSONDecoder().decode(Event.self, from: Data(text.utf8))
      let second = try DocumentEncoder.line(again)
      claim(second == text, "not the same after writing and reading: \(text)")
    } catch {
      fatalError("an event that was read cannot be written and read: \(error)")
    }
  }
  return 0
}
