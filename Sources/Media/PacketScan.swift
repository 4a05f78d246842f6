import CFFmpeg

/// What the packets of the video tell, without decoding one.
package struct PacketScan: Sendable {
  /// Key frames from which on a film can be decoded.
  package private(set) var keyFrames = 0
  package private(set) var frames = 0
  /// Whether it can be cut at its key frames: it begins with one, and every frame has a timestamp.
  package private(set) var isDivisible = true
  /// Pixels of a frame, as the container tells.
  package private(set) var area = 0

  /// Opens the film once more and reads packets of its video until `enough` key frames are found, or to the end. `visit` gets every packet.
  package init(
    of known: Input, enough: Int, visit: (PacketFacts) -> Void = { _ in }
  ) throws(MediaError) {
    let input = try Input(again: known)
    guard let video = input.videoStreamIndex else { return }
    input.select(streams: [video])
    let codec = input.videoCodec
    area = input.videoArea
    let packet = try Packet()
    while keyFrames < enough, try input.read(packet) {
      guard packet.streamIndex == video else { continue }
      let facts = PacketFacts(packet.handle.pointer, codec: codec)
      if facts.pts == nil || frames == 0 && !facts.isKey { isDivisible = false }
      if facts.isKey { keyFrames += 1 }
      if facts.isShown { frames += 1 }
      visit(facts)
    }
  }
}
