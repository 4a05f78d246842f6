import CFFmpeg
package import Documents

/// Finds where a film can be cut without decoding: at key frames before which nothing is needed by what comes after them.
///
/// A key frame whose leading pictures, shown before it and coded after it, need the group before (an open group of
/// pictures) is no such place: they could be shown in neither clip.
package struct KeyFrameCuts: Sendable {
  /// A place to cut: a key frame that opens a clip.
  package struct Cut: Sendable, Equatable {
    package let pts: Int64
    /// Number of frames before it.
    package let frame: Int
  }

  /// For each boundary the cut that stands for it; nil where another boundary is nearer to that cut.
  package private(set) var cuts: [Cut?]
  /// Whether there was any place to cut but the film's begin.
  package private(set) var canBeCut = false
  /// Whether every frame says when it is shown; where one does not, nothing tells leading pictures from others.
  package private(set) var isTimed = true
  /// Frames of the film, by its packets: more than can be decoded where it is damaged.
  package private(set) var frames = 0
  /// Where the last of them ends, in ticks, at least; nil for a film without packets.
  package private(set) var end: Int64?

  private let boundaries: [Int64]
  private var nearest: [Cut?] = []
  private var last: Cut?

  /// Reads the packets of the video. `boundaries` rise, as timestamps of frames that begin a scene; the film's begin, which
  /// is shown at `start`, is none of them. `visit` is told of every packet.
  package init(
    path: String, limits: Limits, boundaries: [Int64], start: Int64, visit: (PacketFacts) -> Void
  ) throws(MediaError) {
    self.boundaries = boundaries
    cuts = []
    try scan(path, limits, start, visit)
    if !isTimed { (nearest, last) = ([], nil) }
    while nearest.count < boundaries.count { nearest.append(last) }
    canBeCut = last != nil
    choose()
  }

  private mutating func scan(
    _ path: String, _ limits: Limits, _ start: Int64, _ visit: (PacketFacts) -> Void
  ) throws(MediaError) {
    let input = try Input(path: path, limits: limits)
    guard let video = input.videoStreamIndex, let stream = input.context.pointer.stream(video) else { return }
    input.select(streams: [video])
    let (codec, units) = (input.videoCodec, NALUnits(stream.pointee.codecpar.pointee))
    let packet = try Packet()
    var open: Cut?
    var latest = Int64.min
    while try input.read(packet) {
      guard packet.streamIndex == video else { continue }
      let facts = PacketFacts(packet.handle.pointer, codec: codec)
      visit(facts)
      guard let pts = facts.pts else { return isTimed = false }
      if let key = open, pts < key.pts { open = nil }
      if facts.isKey {
        if let key = open { add(key) }
        let isEntry = units?.isEntry(packet.handle.pointer) ?? true
        open = isEntry && facts.isShown && pts > start && latest < pts ? Cut(pts: pts, frame: frames) : nil
      }
      latest = max(latest, pts)
      end = max(end ?? pts, pts.addingReportingOverflow(max(0, facts.duration)).partialValue)
      if facts.isShown, pts >= start { frames += 1 }
    }
    if let key = open { add(key) }
  }

  /// Cuts come in order of time.
  private mutating func add(_ cut: Cut) {
    while nearest.count < boundaries.count, boundaries[nearest.count] <= cut.pts {
      let boundary = boundaries[nearest.count]
      nearest.append(last.map { boundary - $0.pts <= cut.pts - boundary ? $0 : cut } ?? cut)
    }
    last = cut
  }

  /// Each cut goes to the boundary that is nearest to it.
  private mutating func choose() {
    guard canBeCut else { return cuts = Array(repeating: nil, count: boundaries.count) }
    cuts = nearest
    for index in cuts.indices.dropFirst() {
      guard let cut = cuts[index] else { continue }
      // All that share a cut are neighbours; the nearest so far holds it.
      guard let rival = cuts[..<index].lastIndex(where: { $0 != nil }), cuts[rival] == cut else { continue }
      let isNearer = abs(boundaries[index] - cut.pts) < abs(boundaries[rival] - cut.pts)
      cuts[isNearer ? rival : index] = nil
    }
  }
}
