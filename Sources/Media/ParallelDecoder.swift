import CFFmpeg
import Documents
import Timing

/// Decodes groups of pictures side by side, each on a thread of its own, and delivers small pictures in the order they are
/// shown.
///
/// Packets come in the order of the file and are sorted into groups at key frames; a group never needs another, so that the
/// result does not depend on the number of threads.
package final class ParallelDecoder {
  /// Groups do not fit together: the stream is not what its packets say. It has to be decoded as one.
  package struct Mismatch: Error {
    /// What does not fit, as the end of a sentence.
    package let reason: String

    package init(reason: String) { self.reason = reason }
  }

  /// How a group is to be decoded; asked once a group, in order.
  package struct Plan: Sendable {
    package let effort: DecodingEffort
    /// Whether the frames of a group of which only the key frame is decoded lead over to the next one's.
    package let leadsOver: Bool
    /// The key frame of a group of which no other is decoded, where it is known from before.
    package let key: GroupPicture?
    /// Where the rest of a group may be left out, which then leads over to the next key frame.
    package let restTest: RestTestMaker?

    package init(
      effort: DecodingEffort, leadsOver: Bool = false, key: GroupPicture? = nil, restTest: RestTestMaker? = nil
    ) {
      self.effort = effort
      self.leadsOver = leadsOver
      self.key = key
      self.restTest = restTest
    }
  }

  /// A group is at least so long: where every frame is a key frame, changing hands with each would cost more.
  private static let leastFrames = 16
  /// Groups that are under way at most, which is more than there are threads worth having for one film.
  package static let planDistance = 8
  /// Compressed bytes that may wait.
  package static let mostBytes = 32 << 20
  /// Frames that may wait, to be decoded or, as seven thousand bytes each, to be delivered: those of 16 long groups.
  static let mostFrames = 4096

  private let shared: Shared
  private let codec: AVCodecID
  private let isWholeGroups: Bool
  private let planDistance: Int
  private let mostBytes: Int
  private let plan: (Int) -> Plan
  private let delivered: (Int, Int) -> Void
  private var deliveredGroups = 0
  private let deliver: (GroupPicture) throws -> Void
  private var threads: [PlainThread] = []
  private var current: PictureGroup?
  private var before: PictureGroup?
  /// The key frame after ``before``, until it is known whether frames of that group refer to it.
  private var keyAfter: PictureGroup.Item?
  private var count = 0
  private var framesInGroup = 0
  /// Pictures that lead over to the next group's first, until that is there.
  private var leading: [GroupPicture] = []

  /// What the threads share.
  private final class Shared: @unchecked Sendable {
    let monitor = Monitor()
    var groups: [PictureGroup] = []
    /// Index in ``groups`` of the first that no thread has taken.
    var untaken = 0
    var bytes = 0
    /// Packets that are not decoded, and pictures that are not delivered.
    var frames = 0
    var failure: (any Error)?
    var isEnded = false
  }

  /// - Parameters:
  ///   - oneKeyEach: whether every key frame begins a group, however short the one before.
  ///   - planDistance: groups that are under way at most.
  ///   - mostBytes: compressed bytes that may wait to be decoded, where a group does not need more to go on.
  ///   - plan: how to decode the group of a number, counted from 0. Asked on the caller's thread, when all groups but the
  ///     `planDistance` before it are delivered, so that a plan may follow from what was found in them.
  ///   - delivered: told, on the caller's thread, when all pictures of a group have been delivered, and how many frames were
  ///     left out as its rest.
  ///   - deliver: gets the pictures in order, on the caller's thread.
  package init(
    _ input: Input, threads count: Int, oneKeyEach: Bool, lean: Bool, planDistance: Int = planDistance,
    mostBytes: Int = mostBytes, plan: @escaping (Int) -> Plan, delivered: @escaping (Int, Int) -> Void = { _, _ in },
    quietTest: @escaping QuietTestMaker, deliver: @escaping (GroupPicture) throws -> Void
  ) throws(MediaError) {
    let shared = Shared()
    self.shared = shared
    self.plan = plan
    self.delivered = delivered
    self.deliver = deliver
    isWholeGroups = oneKeyEach
    self.planDistance = planDistance
    self.mostBytes = mostBytes
    codec = input.videoCodec
    var decoders: [Tally] = []
    for _ in 0..<count {
      decoders.append(Tally(try GroupDecoder(input, effort: lean ? .lean : .whole, quietTest: quietTest)))
    }
    tallies = decoders
    for tally in decoders {
      guard let thread = PlainThread({ Self.work(shared, tally.decoder) }) else { break }
      threads.append(thread)
    }
    guard !threads.isEmpty else { throw MediaError(.internal, "the system has no thread left to decode with") }
  }

  deinit { stop() }

  /// A decoder for a thread; its counts are read once the thread has ended.
  private final class Tally: @unchecked Sendable {
    let decoder: GroupDecoder
    init(_ decoder: GroupDecoder) { self.decoder = decoder }
  }
  private let tallies: [Tally]

  /// Calls to the decoders that failed on damaged data. For after ``finish()``.
  package var failedCalls: Int { tallies.reduce(0) { $0 + $1.decoder.failedCalls } }
  /// Frames that the decoders flagged as damaged. For after ``finish()``.
  package var flaggedFrames: Int { tallies.reduce(0) { $0 + $1.decoder.flaggedFrames } }

  /// Takes the next packet of the file; its contents are taken over.
  package func send(_ packet: Packet) throws {
    let facts = PacketFacts(packet.handle.pointer, codec: codec)
    guard let pts = facts.pts else { throw Mismatch(reason: "a frame has no timestamp") }
    let item = PictureGroup.Item(packet: try packet.moved(), facts: facts)
    if facts.isKey, current == nil || isWholeGroups || framesInGroup >= Self.leastFrames {
      try open(at: item, pts)
    } else if let current, let before, pts < current.start {
      // Shown before the key frame that it comes after: the group before has all else that it needs.
      if let keyAfter { append(keyAfter, to: before) }
      keyAfter = nil
      append(item, to: before)
    } else {
      guard let current else { throw Mismatch(reason: "it does not begin with a key frame") }
      closeBefore()
      append(item, to: current)
    }
    framesInGroup += 1
    try relieve()
  }

  /// Delivers all that is left. Call once, after the last packet.
  package func finish() throws {
    closeBefore()
    if let current { shared.monitor.change { current.isClosed = true } }
    current = nil
    while try deliverSome(waiting: { _ in false }) {}
    try deliverLeading(to: nil)
    stop()
  }

  private func open(at item: PictureGroup.Item, _ pts: Int64) throws {
    closeBefore()
    if let current {
      if pts <= current.start { throw Mismatch(reason: "its key frames are out of order") }
      shared.monitor.change { current.end = pts }
      keyAfter = item
    }
    before = current
    let settled = count - planDistance
    while deliveredGroups <= settled { _ = try deliverSome { _ in true } }
    let plan = plan(count)
    let group = PictureGroup(plan, start: before == nil ? .min : pts)
    count += 1
    framesInGroup = 0
    current = group
    shared.monitor.change { shared.groups.append(group) }
    append(item, to: group)
  }

  private func closeBefore() {
    guard let before else { return }
    shared.monitor.change { before.isClosed = true }
    self.before = nil
    keyAfter = nil
  }

  private func append(_ item: PictureGroup.Item, to group: PictureGroup) {
    // The rest of a group of which one frame is decoded matters by its times alone.
    let isNeeded = group.plan.effort != .key || item.facts.isKey && group.plan.key == nil
    shared.monitor.change {
      group.waiting.append(isNeeded ? item : PictureGroup.Item(packet: nil, facts: item.facts))
      group.undecoded += 1
      shared.frames += 1
      if isNeeded { shared.bytes += item.facts.bytes }
    }
  }

  /// Delivers what is ready, and waits while more is waiting to be decoded, or to be delivered, than may. A thread that has a short
  /// group does not wait for one that has a long: ``planDistance`` alone bounds the groups under way.
  private func relieve() throws {
    while try deliverSome(waiting: { $0.bytes > mostBytes || $0.frames > Self.mostFrames }) {}
  }

  /// Delivers what the first group has. Waits for something if `waiting` says so, or, with no further packet to come, until
  /// all is done; returns false once nothing is left.
  private func deliverSome(waiting: (Shared) -> Bool) throws -> Bool {
    let isLast = current == nil
    let (pictures, finished) = try take(isLast: isLast, waiting)
    for picture in pictures { try pass(picture) }
    if let finished {
      delivered(deliveredGroups, finished.leftToRest)
      deliveredGroups += 1
    }
    return finished != nil || !pictures.isEmpty
  }

  /// Pictures of the first group, and the group if these are its last.
  private func take(isLast: Bool, _ waiting: (Shared) -> Bool) throws -> ([GroupPicture], PictureGroup?) {
    let shared = shared
    let taken: ([GroupPicture], PictureGroup?) = shared.monitor.wait {
      guard shared.failure == nil, let first = shared.groups.first else { return ([], nil) }
      let pictures = first.pictures
      first.pictures = []
      shared.frames -= pictures.count
      if first.isFinished {
        shared.groups.removeFirst()
        shared.untaken -= 1
        return (pictures, first)
      }
      // To wait for a group that waits for its next packet would be for ever: a single frame may have more bytes than may wait.
      let mayWait = isLast || first.hasWork && waiting(shared)
      return pictures.isEmpty && mayWait ? nil : (pictures, nil)
    }
    if let failure = shared.failure { throw failure }
    return taken
  }

  // MARK: - Order

  private func pass(_ picture: GroupPicture) throws {
    if picture.isDecoded {
      try deliverLeading(to: picture)
      leadFrom = picture
    }
    if picture.leadsOver { leading.append(picture) } else { try deliver(picture) }
  }
  private var leadFrom: GroupPicture?

  /// Delivers the frames between two decoded ones as a slow mix of both.
  private func deliverLeading(to next: GroupPicture?) throws {
    defer { leading = [] }
    for item in leading {
      guard let from = leadFrom, let next, let a = from.pts, let b = next.pts, let own = item.pts, b > a else {
        try deliver(item)
        continue
      }
      let mix = from.picture.mixed(with: next.picture, share: Double(own - a) / Double(b - a))
      try deliver(
        GroupPicture(pts: own, duration: item.duration, picture: mix, isKey: false, isDecoded: false))
    }
  }

  // MARK: - Threads

  private func stop() {
    shared.monitor.change { shared.isEnded = true }
    for thread in threads { thread.join() }
    threads = []
  }

  private static func work(_ shared: Shared, _ decoder: GroupDecoder) {
    while let group = nextGroup(shared) {
      decoder.begin(group.plan, start: group.start)
      do {
        try decode(group, shared, decoder)
      } catch {
        shared.monitor.change { shared.failure = shared.failure ?? error }
        return
      }
    }
  }

  private static func nextGroup(_ shared: Shared) -> PictureGroup? {
    shared.monitor.wait { () -> PictureGroup?? in
      if shared.failure != nil || shared.isEnded { return .some(nil) }
      if shared.untaken < shared.groups.count {
        shared.untaken += 1
        return shared.groups[shared.untaken - 1]
      }
      return nil
    }
  }

  private static func decode(_ group: PictureGroup, _ shared: Shared, _ decoder: GroupDecoder) throws {
    while true {
      let (items, end, isLast): ([PictureGroup.Item], Int64?, Bool) = shared.monitor.wait {
        if shared.isEnded, !group.isClosed { return ([], group.end, true) }
        guard !group.waiting.isEmpty || group.isClosed else { return nil }
        defer { group.waiting = [] }
        return (group.waiting, group.end, group.isClosed)
      }
      for item in items {
        let pictures = try decoder.send(item, end: end)
        let bytes = item.packet == nil ? 0 : item.facts.bytes
        shared.monitor.change {
          shared.bytes -= bytes
          shared.frames += pictures.count - 1
          group.undecoded -= 1
          group.pictures += pictures
        }
      }
      guard isLast else { continue }
      let pictures = try decoder.finish(end: end)
      if decoder.isMiscounted { throw Mismatch(reason: "packets and frames differ in number") }
      shared.monitor.change {
        shared.frames += pictures.count
        group.pictures += pictures
        group.leftToRest = decoder.leftToRest
        group.isFinished = true
      }
      return
    }
  }
}
