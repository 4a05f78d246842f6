import Documents

/// Any bytes are a mix document or an error with a message; what was accepted holds figures that can be worked with.
@c public func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do throws(DocumentError) {
    let document = try MixDocumentReader.read(bytes)
    precondition((8000...192_000).contains(document.output.sampleRate))
    precondition([1, 2, 6].contains(document.output.channels))
    precondition(document.output.gainDB.isFinite)
    precondition(document.output.duration.map { $0.isFinite && $0 > 0 } ?? true)
    for clip in document.tracks.flatMap(\.clips) {
      precondition(!clip.source.isEmpty)
      precondition(clip.start.map { $0.isFinite && $0 >= 0 } ?? true)
      precondition(clip.gainDB.isFinite && (-1...1).contains(clip.pan))
    }
  } catch {
    precondition(!error.message.isEmpty, "an error without a message")
  }
  return 0
}
