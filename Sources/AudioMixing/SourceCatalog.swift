import CKernels
package import Documents
import Glibc
package import Media

/// What is known of the sources of a mix, and the way to their samples.
///
/// Each source is looked at once: where its header gives the exact length nothing is decoded, else it is decoded to its end.
/// What loops, or is used by several clips and short, is decoded once and kept.
package final class SourceCatalog {
  /// Samples (over all channels) that one kept source may take in memory, and all together.
  private static let keptSamples = 1_500_000
  private static let keptTogether = 4_000_000

  private struct Key: Hashable {
    var path: String
    var stream: Int?
    var thresholdDB: Double?
  }

  private let rate: Int
  private let limits: Limits
  private let scratch: (String) -> String
  private var facts: [Key: SourceFacts] = [:]
  private var uses: [Key: Int] = [:]
  private var stores: [Key: SampleStore] = [:]
  private var kept = 0
  private var layouts: [[SoundReader.Channel]] = []
  /// Errors of decoders, by path.
  package private(set) var decodeErrors: [String: Int] = [:]

  /// `rate` is the programme's; `scratch` names files for what does not fit in memory.
  package init(rate: Int, limits: Limits, scratch: @escaping (String) -> String) {
    self.rate = rate
    self.limits = limits
    self.scratch = scratch
  }

  /// Keeps what long mixes allocate and free from piling up.
  package static func keepMemorySmall() { ck_keep_memory_small() }

  /// Gives memory that reading documents and sources freed back to the system.
  package static func returnMemory() { ck_return_memory() }

  private func key(_ path: String, _ clip: MixClip) -> Key {
    Key(path: path, stream: clip.stream, thresholdDB: clip.trimSilence?.thresholdDB)
  }

  /// Notes that a clip uses a source, and looks at the source if it is the first to.
  package func examine(_ path: String, for clip: MixClip) throws(MediaError) {
    let key = key(path, clip)
    let plain = Key(path: path, stream: clip.stream)
    uses[plain, default: 0] += 1
    guard facts[key] == nil else { return }
    if clip.loop, clip.trimSilence == nil {
      facts[key] = try keep(path, clip)
      return
    }
    let reader = try SoundReader(path: path, stream: clip.stream, limits: limits)
    guard !reader.channels.isEmpty else {
      throw MediaError(reader.failedCalls > 0 ? .corrupt : .notMedia, "no sound could be decoded from the file")
    }
    var found = SourceFacts(sampleRate: reader.sourceRate, channels: shared(reader.channels), frames: 0)
    if let threshold = clip.trimSilence?.thresholdDB {
      found.audible = try Self.audible(reader, threshold: Float(pow(10, threshold / 20)))
      found.frames = reader.sourceFrames
    } else if let frames = reader.declaredFrames {
      found.frames = frames
    } else {
      _ = try reader.skip(.max)
      found.frames = reader.sourceFrames
    }
    if reader.failedCalls > 0 { decodeErrors[path] = reader.failedCalls }
    facts[key] = found
  }

  /// The same channels as found before: a small piece of memory kept for each of many sources would keep what the sources
  /// took around it from being used again.
  private func shared(_ channels: [SoundReader.Channel]) -> [SoundReader.Channel] {
    if let known = layouts.first(where: { $0 == channels }) { return known }
    layouts.append(channels)
    return channels
  }

  /// What ``examine(_:for:)`` found.
  package func facts(_ path: String, _ clip: MixClip) -> SourceFacts {
    facts[key(path, clip)] ?? SourceFacts(sampleRate: rate, channels: [], frames: 0)
  }

  /// From the first sample over the threshold to behind the last.
  private static func audible(_ reader: SoundReader, threshold: Float) throws(MediaError) -> Range<Int>? {
    let width = reader.channels.count
    var block = [Float](repeating: 0, count: 4096 * width)
    var position = 0
    var first: Int?
    var last = 0
    while true {
      let count: Int
      do {
        count = try block.withUnsafeMutableBufferPointer { try reader.read(into: $0.baseAddress!, frames: 4096) }
      } catch let error as MediaError {
        throw error
      } catch {
        throw MediaError(.internal, "\(error)")
      }
      guard count > 0 else { return first.map { $0..<last } }
      for index in 0..<count * width where abs(block[index]) > threshold {
        if first == nil { first = position + index / width }
        last = position + index / width + 1
      }
      position += count
    }
  }

  /// Decodes a source to its end and keeps it.
  private func keep(_ path: String, _ clip: MixClip) throws(MediaError) -> SourceFacts {
    let reader = try SoundReader(path: path, stream: clip.stream, rate: rate, limits: limits)
    guard !reader.channels.isEmpty else {
      throw MediaError(reader.failedCalls > 0 ? .corrupt : .notMedia, "no sound could be decoded from the file")
    }
    let store = SampleStore(
      path: scratch("source-\(stores.count)"), channels: reader.channels.count,
      memoryLimit: min(Self.keptSamples, Self.keptTogether - kept))
    do {
      try decode(reader, into: store)
    } catch let error as MediaError {
      throw error
    } catch let error as ErrorRecord {
      throw MediaError(error.code, error.message)
    } catch {
      throw MediaError(.internal, "\(error)")
    }
    stores[Key(path: path, stream: clip.stream)] = store
    kept += store.memorySamples
    if reader.failedCalls > 0 { decodeErrors[path] = reader.failedCalls }
    return SourceFacts(sampleRate: reader.sourceRate, channels: reader.channels, frames: reader.sourceFrames)
  }

  /// The samples of a clip and what its channels are.
  package func open(_ path: String, _ clip: MixClip) throws -> (ClipSource, [SoundReader.Channel]) {
    let facts = facts(path, clip)
    let key = Key(path: path, stream: clip.stream)
    if let store = stores[key] { return (.stored(store), facts.channels) }
    let samples = facts.position(facts.frames, at: rate) * facts.channels.count
    let fits = samples <= Self.keptSamples && kept + samples <= Self.keptTogether
    guard clip.loop || fits && uses[key, default: 0] > 1 else {
      return (.streaming(try SoundReader(path: path, stream: clip.stream, rate: rate, limits: limits)), facts.channels)
    }
    _ = try keep(path, clip)
    guard let store = stores[key] else { throw MediaError(.internal, "a source was not kept") }
    return (.stored(store), facts.channels)
  }

  private func decode(_ reader: SoundReader, into store: SampleStore) throws {
    var block = [Float](repeating: 0, count: 4096 * store.channels)
    while true {
      let count = try block.withUnsafeMutableBufferPointer { try reader.read(into: $0.baseAddress!, frames: 4096) }
      guard count > 0 else { return }
      try block.withUnsafeBufferPointer { try store.append($0.baseAddress!, frames: count) }
    }
  }
}
