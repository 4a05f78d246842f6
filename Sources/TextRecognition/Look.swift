import Documents
import Media
import Timing

/// A frame whose full picture may be read later.
///
/// Its luma is copied at once where that is little work: a decoder that lacks one of its pictures for some seconds takes
/// memory that it has not just written, and is slowed down by far more. Pictures that must be converted to be read are
/// referred to while young; whoever still needs one then makes it copy its luma, so that the decoder gets its picture back.
final class Look {
  let time: FrameTime
  private var frame: VideoFrame?
  private var plane: Plane?
  private let geometry: TextGeometry
  private let spare: SpareStorage?

  /// The picture goes into storage of ``SpareStorage``, and back to it with the look.
  init(_ frame: VideoFrame, time: FrameTime, geometry: TextGeometry, spare: SpareStorage) throws(MediaError) {
    self.time = time
    self.geometry = geometry
    self.spare = spare
    if frame.isShownAsStored {
      plane = try geometry.readingPlane(frame, reusing: spare.take())
    } else {
      self.frame = try frame.retained()
    }
  }

  /// A look at a plane in memory.
  init(plane: Plane, time: FrameTime, geometry: TextGeometry) {
    self.time = time
    self.geometry = geometry
    self.plane = plane
    spare = nil
  }

  deinit {
    if let plane { spare?.give(plane.bytes) }
  }

  /// Bytes of the decoder's pixels that it refers to.
  var byteCount: Int { frame?.byteCount ?? 0 }

  /// The picture that is read; from then on the frame is let go.
  func luma() throws(MediaError) -> Plane {
    if let plane { return plane }
    guard let frame else { throw MediaError(.internal, "a look without a picture") }
    let copied = try geometry.readingPlane(frame)
    plane = copied
    self.frame = nil
    return copied
  }
}

/// The last looks, of which the oldest copies its luma as it leaves, if anyone else still refers to it.
struct LookRing {
  /// Looks that are handed out, about 1 s: as many as the long window of ``StillStrokes`` spans.
  static let count = 8
  /// Looks that refer to the decoder's pixels where these are few: most are let go before anything must be copied.
  static let most = 2 * count
  static let mostBytes = 16 << 20

  private var looks: [Look] = []

  mutating func append(_ look: Look) throws(MediaError) {
    looks.append(look)
    let room = look.byteCount == 0 ? Self.count : min(Self.most, max(Self.count, Self.mostBytes / look.byteCount))
    while looks.count > room {
      var oldest = looks.removeFirst()
      if !isKnownUniquelyReferenced(&oldest) { _ = try oldest.luma() }
    }
  }

  /// The looks from one frame to another, both included.
  func looks(from first: FrameTime, through last: FrameTime) -> [Look] {
    looks.suffix(Self.count).filter { first.index <= $0.time.index && $0.time.index <= last.index }
  }
}
