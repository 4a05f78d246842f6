import Media

/// A packet of the video and its place in the file.
struct NumberedPacket {
  /// Counted from 0 in the order of the file.
  let number: Int
  let pts: Int64
  let dts: Int64?
  let duration: Int64
  let bytes: Int
  let isKey: Bool
}

/// Brings packets from the order of the file, in which they are decoded, into the order their frames are shown, holding a
/// few of them.
struct PresentationOrder {
  /// More than any codec lets frames change places: 16 in H.264 and HEVC.
  static let window = 64

  /// False once a frame came too late to be brought into order, or two have one time.
  private(set) var isStrict = true
  /// Sorted, the next one last.
  private var waiting: [NumberedPacket] = []
  private var lastPTS = Int64.min

  /// Takes the next packet of the file; returns the next in order once that is certain.
  mutating func push(_ packet: NumberedPacket) -> NumberedPacket? {
    // Packets come nearly in order: the place is near the front.
    let place = waiting.firstIndex { $0.pts <= packet.pts } ?? waiting.endIndex
    waiting.insert(packet, at: place)
    return waiting.count > Self.window ? pop() : nil
  }

  /// The next in order of those that wait; nil where none does.
  mutating func pop() -> NumberedPacket? {
    guard let packet = waiting.popLast() else { return nil }
    if packet.pts <= lastPTS { isStrict = false }
    lastPTS = packet.pts
    return packet
  }
}
