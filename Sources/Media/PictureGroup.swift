import CFFmpeg
package import Timing

/// How much of a group of pictures is decoded.
package enum DecodingEffort: Sendable {
  /// Every frame, as it is.
  case whole
  /// Without what a small picture does not show (loop filter, full resolution where the codec can do less), and without
  /// frames that no other needs, where nothing happens.
  case lean
  /// As ``lean``, and also without frames that others of their kind need: those that are predicted from both sides. What
  /// needs one of these gets another, and blurs a little.
  case sparse
  /// The key frame alone; it stands for the others.
  case key
}

/// A small picture of one frame of a group of pictures.
package struct GroupPicture: Sendable {
  /// Nil where the stream does not say.
  package let pts: Int64?
  /// 0 where the stream does not say.
  package let duration: Int64
  package let picture: AnalysisPicture
  package let isKey: Bool
  /// Whether this frame was decoded itself, and not made up from its neighbours.
  package let isDecoded: Bool
  /// Whether a frame that was made up is a mix of the last decoded before it and the next, in whatever group that is; else it stands
  /// as it is.
  package var leadsOver = false
}

/// What a packet tells of its frame before it is decoded.
package struct PacketFacts: Sendable {
  package let pts: Int64?
  package let dts: Int64?
  package let duration: Int64
  package let bytes: Int
  package let isKey: Bool
  /// Whether a frame comes of it: an edit list may cut it off, and VP8 has frames that are only referred to.
  package let isShown: Bool

  package init(pts: Int64?, dts: Int64?, duration: Int64, bytes: Int, isKey: Bool, isShown: Bool = true) {
    (self.pts, self.dts, self.duration) = (pts, dts, duration)
    (self.bytes, self.isKey, self.isShown) = (bytes, isKey, isShown)
  }

  init(_ packet: UnsafeMutablePointer<AVPacket>, codec: AVCodecID) {
    let raw = packet.pointee
    pts = raw.pts == CR_NOPTS ? nil : raw.pts
    dts = raw.dts == CR_NOPTS ? nil : raw.dts
    duration = raw.duration
    bytes = Int(raw.size)
    isKey = raw.flags & AV_PKT_FLAG_KEY != 0
    // RFC 6386, 9.1: bit 4 of the first byte is show_frame.
    let isHidden = codec == AV_CODEC_ID_VP8 && raw.size > 0 && (raw.data[0] >> 4) & 1 == 0
    isShown = raw.flags & AV_PKT_FLAG_DISCARD == 0 && !isHidden
  }
}

/// A run of packets that can be decoded without any before it, on its way through a thread.
///
/// Begins with a key frame. Frames that come after the next group's key frame in the file but before it on the screen
/// belong to this group: where there are such, its tail is that key frame and they.
final class PictureGroup: @unchecked Sendable {
  struct Item {
    let packet: Packet?
    let facts: PacketFacts
  }

  let plan: ParallelDecoder.Plan
  /// Where its first frame is shown; frames before belong to the group before.
  let start: Int64

  // What follows is guarded by the monitor of the decoder it belongs to.

  /// Not yet taken by the thread that decodes it.
  var waiting: [Item] = []
  /// Not yet decoded, taken or not.
  var undecoded = 0
  /// Where the next group's first frame is shown; known once the tail begins.
  var end: Int64?
  /// Whether every packet is there.
  var isClosed = false
  /// Decoded, not yet delivered.
  var pictures: [GroupPicture] = []
  var isFinished = false
  /// Frames that were left out as nothing can have happened in the rest of it.
  var leftToRest = 0

  /// Whether anything will come of it before it gets another packet.
  var hasWork: Bool { isClosed || undecoded > 0 }

  init(_ plan: ParallelDecoder.Plan, start: Int64) {
    self.plan = plan
    self.start = start
  }
}
