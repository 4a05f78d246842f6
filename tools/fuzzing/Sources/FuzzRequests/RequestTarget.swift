import Claims
import Documents

/// Any bytes are a request document or an error with a message; a request that was written is read as the same.
@c public func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let request: Request
  do throws(DocumentError) {
    request = try Request(json: bytes)
  } catch {
    claim(!error.message.isEmpty, "an error without a message")
    return 0
  }
  do {
    let text = try DocumentEncoder.line(request)
    claim(!text.utf8.contains(10), "a request of several lines")
    let again = try Request(json: Array(text.utf8))
    claim(again == request, "not the same after writing and reading: \(text)")
  } catch {
    fatalError("a request that was read cannot be written and read: \(error)")
  }
  return 0
}
