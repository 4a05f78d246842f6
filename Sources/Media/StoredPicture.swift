package import Documents

/// Pictures read back from files that were written before.
package final class StoredPictures {
  private let limits: Limits
  private let renderer: PictureRenderer
  private let frame: VideoFrame
  private let packet: Packet

  package init(limits: Limits) throws(MediaError) {
    self.limits = limits
    renderer = try PictureRenderer()
    frame = try VideoFrame()
    packet = try Packet()
  }

  /// Reads a picture file, made smaller where it does not fit into `box`. Throws what ``Input`` throws, and `corrupt`
  /// where the file holds no picture that could be decoded.
  package func read(_ path: String, fitting box: PictureBox) throws -> Picture {
    let input = try Input(path: path, limits: limits)
    let decoder = try VideoDecoder(input, threads: 1)
    while true {
      let ended = try !input.read(packet)
      if !ended, packet.streamIndex != input.videoStreamIndex { continue }
      try decoder.send(ended ? nil : packet)
      if try decoder.receive(frame) != nil {
        return try renderer.render(frame, width: box.width(of: frame.displaySize))
      }
      if ended { throw MediaError(.corrupt, "\(path) holds no picture") }
    }
  }
}

/// The room that a small picture may take.
package struct PictureBox: Sendable, Equatable {
  package let width: Int
  package let height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// The width at which a picture fits, its shape kept; never more than its own.
  package func width(of size: DisplaySize) -> Int {
    let byHeight = Int((Double(height) * Double(size.width) / Double(size.height)).rounded(.down))
    return max(1, min(width, size.width, byHeight))
  }
}
