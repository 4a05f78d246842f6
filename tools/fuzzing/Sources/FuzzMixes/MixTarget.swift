import Claims
import Documents

/// Any bytes are a mix document or an error with a message; what was accepted holds figures that can be worked with.
@c public func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do throws(DocumentError) {
    let document = try MixDocumentReader.read(bytes)
    claim((8000...192_000).contains(document.output.sampleRate))
    claim([1, 2, 6].contains(document.output.channels))
    claim(document.output.gainDB.isFinite)
    claim(document.output.duration.map { $0.isFinite && $0 > 0 } ?? true)
    for clip in document.tracks.flatMap(\.clips) {
      claim(!clip.source.isEmpty)
      claim(clip.start.map { $0.isFinite && $0 >= 0 } ?? true)
      claim(clip.gainDB.isFinite && (-1...1).contains(clip.pan))
    }
  } catch {
    claim(!error.message.isEmpty, "an error without a message")
  }
  return 0
}
