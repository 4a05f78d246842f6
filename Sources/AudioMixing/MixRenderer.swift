import CKernels
package import Documents
import Glibc
package import Media

/// Renders a timeline block by block.
///
/// Clips are opened when their time comes and closed at their end. Where tracks give way to others, everything is rendered a
/// little ahead of what is delivered, each track that ducks or is listened to into a bus of its own.
package final class MixRenderer {
  /// What was seen of a clip while it was rendered.
  package struct ClipTrouble: Sendable {
    package var clip: PlacedClip
    /// Samples that were not numbers, and were silenced.
    package var cleaned: Int
    /// Frames that the source did not have although its header said so.
    package var missing: Int
  }

  package let channels: Int
  package let blockFrames: Int
  package private(set) var troubles: [ClipTrouble] = []

  private let document: MixDocument
  private let timeline: Timeline
  private let open: (PlacedClip) throws -> (ClipSource, [SoundReader.Channel])
  private let hop: Int
  private var nextClip = 0
  private var voices: [Voice] = []
  private var buses: [Bus] = []
  /// The bus of each track.
  private let busOfTrack: [Int]
  private let delay: Int
  private var rendered = 0
  private var delivered = 0
  private var ducks: [Duck] = []
  private let masterGain: Float

  /// One or several tracks, summed.
  private struct Bus {
    /// A ring of blocks.
    var samples: [Float]
    var isSilent: [Bool]
  }

  private struct Duck {
    let track: Int
    let bus: Int
    let under: [Int]
    var envelope: DuckEnvelope
    var lastGain: Float = 1
  }

  /// `open` gives the samples of a clip and what its channels are.
  package init(
    _ document: MixDocument, _ timeline: Timeline,
    open: @escaping (PlacedClip) throws -> (ClipSource, [SoundReader.Channel])
  ) {
    self.document = document
    self.timeline = timeline
    self.open = open
    channels = document.output.channels
    hop = max(1, Int((Double(timeline.sampleRate) / DuckEnvelope.hopsPerSecond).rounded()))
    blockFrames = hop * max(1, 4096 / hop)
    masterGain = Float(pow(10, document.output.gainDB / 20))
    var busOfTrack = [Int](repeating: 0, count: document.tracks.count)
    var count = 1
    let indices = Dictionary(uniqueKeysWithValues: document.tracks.enumerated().map { ($1.id, $0) })
    let listened = Set(document.tracks.flatMap { $0.duck?.under ?? [] })
    for (index, track) in document.tracks.enumerated() where track.duck != nil || listened.contains(track.id) {
      busOfTrack[index] = count
      count += 1
    }
    for (index, track) in document.tracks.enumerated() {
      guard let duck = track.duck else { continue }
      let under = duck.under.compactMap { indices[$0] }.map { busOfTrack[$0] }
      ducks.append(Duck(track: index, bus: busOfTrack[index], under: under, envelope: DuckEnvelope(duck)))
    }
    self.busOfTrack = busOfTrack
    let hopSeconds = Double(hop) / Double(timeline.sampleRate)
    let reach = ducks.map { Double($0.envelope.reach) / DuckEnvelope.hopsPerSecond / hopSeconds }.max() ?? 0
    let hopsPerBlock = blockFrames / hop
    delay = ducks.isEmpty ? 0 : Int((reach * 1.05 / Double(hopsPerBlock)).rounded(.up)) + 1
    let empty = [Float](repeating: 0, count: (delay + 1) * blockFrames * channels)
    buses = (0..<count).map { _ in
      Bus(samples: empty, isSilent: Array(repeating: true, count: delay + 1))
    }
  }

  /// Fills `target`, which has room for ``blockFrames``, with the next frames of the programme. Returns how many: fewer
  /// only at the end, 0 after it.
  package func next(_ target: UnsafeMutablePointer<Float>) throws -> Int {
    let count = min(blockFrames, timeline.length - delivered)
    guard count > 0 else { return 0 }
    while rendered <= delivered / blockFrames + delay { try renderBlock() }
    target.update(repeating: 0, count: blockFrames * channels)
    let slot = delivered / blockFrames % (delay + 1)
    for bus in buses.indices where !buses[bus].isSilent[slot] {
      if !ducks.contains(where: { $0.bus == bus }) { sum(bus, slot, gains: nil, into: target) }
    }
    for index in ducks.indices { duck(index, slot, into: target) }
    delivered += count
    if delivered >= timeline.length { finish() }
    return count
  }

  /// The corners of the gain of a track that ducks, by the track's index, once the programme is rendered.
  package var duckPoints: [(track: Int, points: [DuckEnvelope.Point])] {
    ducks.map { ($0.track, $0.envelope.points) }
  }

  private func finish() {
    for index in ducks.indices { ducks[index].envelope.finish() }
    for voice in voices { note(voice) }
    voices = []
  }

  private func note(_ voice: Voice) {
    guard voice.cleaned > 0 || voice.missing > 0 else { return }
    troubles.append(ClipTrouble(clip: voice.placed, cleaned: voice.cleaned, missing: voice.missing))
  }

  // MARK: Ahead

  /// Renders the next block of every bus.
  private func renderBlock() throws {
    let start = rendered * blockFrames
    let slot = rendered % (delay + 1)
    let size = blockFrames * channels
    for bus in buses.indices where !buses[bus].isSilent[slot] {
      buses[bus].samples.withUnsafeMutableBufferPointer {
        ($0.baseAddress! + slot * size).update(repeating: 0, count: size)
      }
      buses[bus].isSilent[slot] = true
    }
    try beginVoices(before: start + blockFrames)
    for voice in voices {
      let from = max(start, voice.placed.start)
      let to = min(start + blockFrames, voice.placed.end)
      guard from < to else { continue }
      let bus = busOfTrack[voice.placed.track]
      buses[bus].isSilent[slot] = false
      let offset = slot * size + (from - start) * channels
      try buses[bus].samples.withUnsafeMutableBufferPointer {
        try voice.add(to - from, to: $0.baseAddress! + offset, outputs: channels)
      }
    }
    voices.removeAll { voice in
      guard voice.placed.end <= start + blockFrames else { return false }
      note(voice)
      return true
    }
    if !ducks.isEmpty { listen(slot, start) }
    rendered += 1
  }

  private func beginVoices(before end: Int) throws {
    while nextClip < timeline.clips.count, timeline.clips[nextClip].start < end {
      let placed = timeline.clips[nextClip]
      nextClip += 1
      let clip = document.tracks[placed.track].clips[placed.clip]
      let (source, roles) = try open(placed)
      let gain = pow(10, placed.gainDB / 20)
      voices.append(
        try Voice(placed, clip, source, roles: roles, outputs: channels, gain: gain, block: blockFrames))
    }
  }

  /// Tells the envelopes how loud the tracks are that they listen to.
  private func listen(_ slot: Int, _ start: Int) {
    let size = blockFrames * channels
    for index in ducks.indices {
      for number in 0..<blockFrames / hop {
        var energy = 0.0
        for bus in ducks[index].under where !buses[bus].isSilent[slot] {
          energy += buses[bus].samples.withUnsafeBufferPointer {
            ck_energy($0.baseAddress! + slot * size + number * hop * channels, hop * channels)
          }
        }
        ducks[index].envelope.add(power: energy / Double(hop))
      }
    }
  }

  // MARK: Delivery

  private func sum(_ bus: Int, _ slot: Int, gains: [Float]?, into target: UnsafeMutablePointer<Float>) {
    let size = blockFrames * channels
    buses[bus].samples.withUnsafeBufferPointer { samples in
      let source = samples.baseAddress! + slot * size
      if gains == nil, masterGain == 1 {
        for index in 0..<size { target[index] += source[index] }
        return
      }
      for frame in 0..<blockFrames {
        let gain = (gains?[frame] ?? 1) * masterGain
        for channel in 0..<channels {
          target[frame * channels + channel] += source[frame * channels + channel] * gain
        }
      }
    }
  }

  private func duck(_ index: Int, _ slot: Int, into target: UnsafeMutablePointer<Float>) {
    var gains = [Float](repeating: 1, count: blockFrames)
    let rate = Double(timeline.sampleRate)
    var isUnchanged = true
    for number in 0..<blockFrames / hop {
      let until = Double(delivered + (number + 1) * hop) / rate
      // The envelope counts hops of exactly `hop` samples as milliseconds.
      let time = until * rate / Double(hop) / DuckEnvelope.hopsPerSecond
      let decibels = ducks[index].envelope.gainDB(at: time)
      let next = decibels == 0 ? 1 : Float(pow(10, decibels / 20))
      let last = ducks[index].lastGain
      if next != 1 || last != 1 {
        isUnchanged = false
        for frame in 0..<hop { gains[number * hop + frame] = last + (next - last) * Float(frame) / Float(hop) }
      }
      ducks[index].lastGain = next
    }
    guard !buses[ducks[index].bus].isSilent[slot] else { return }
    sum(ducks[index].bus, slot, gains: isUnchanged ? nil : gains, into: target)
  }
}
