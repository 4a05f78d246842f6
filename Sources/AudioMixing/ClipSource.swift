import CKernels
import Documents
import Glibc
package import Media

/// Delivers the samples of one clip, in order, at the programme's rate.
package enum ClipSource {
  /// Decoded while it is played.
  case streaming(SoundReader)
  /// Decoded before, for a loop or because several clips use it; read from the clip's start on.
  case stored(SampleStore)

  package var channelCount: Int {
    switch self {
    case .streaming(let reader): max(1, reader.channels.count)
    case .stored(let store): store.channels
    }
  }
}

/// A clip while it sounds.
final class Voice {
  let placed: PlacedClip
  private let clip: MixClip
  private let source: ClipSource
  private let matrix: ChannelMatrix
  private var position = 0
  private var samples: [Float]
  private var seam: [Float] = []
  private var gains: [Float]
  /// Samples that were no numbers.
  private(set) var cleaned = 0
  /// Frames that the source did not have although its length said so.
  private(set) var missing = 0

  init(
    _ placed: PlacedClip, _ clip: MixClip, _ source: ClipSource, roles: [AudioDecoder.Channel], outputs: Int,
    gain: Double, block: Int
  ) throws {
    self.placed = placed
    self.clip = clip
    self.source = source
    matrix = ChannelMatrix(from: roles, to: outputs, pan: placed.pan, gain: gain)
    samples = Array(repeating: 0, count: block * roles.count)
    gains = Array(repeating: 1, count: block)
    if case .streaming(let reader) = source { _ = try reader.skip(placed.sourceStart) }
  }

  /// Adds the next `count` frames to `sum`, which has `outputs` channels.
  func add(_ count: Int, to sum: UnsafeMutablePointer<Float>, outputs: Int) throws {
    try fetch(count)
    let width = source.channelCount
    cleaned += samples.withUnsafeMutableBufferPointer { ck_clean($0.baseAddress, count * width) }
    let shaped = placed.envelope(position, count, clip, into: &gains)
    matrix.gains.withUnsafeBufferPointer { matrix in
      samples.withUnsafeBufferPointer { samples in
        gains.withUnsafeBufferPointer { gains in
          ck_mix_add(
            sum, outputs, samples.baseAddress, width, matrix.baseAddress, shaped ? gains.baseAddress : nil, count)
        }
      }
    }
    position += count
  }

  private func fetch(_ count: Int) throws {
    let width = source.channelCount
    switch source {
    case .streaming(let reader):
      let got = try samples.withUnsafeMutableBufferPointer { try reader.read(into: $0.baseAddress!, frames: count) }
      if got < count {
        missing += count - got
        for index in got * width..<count * width { samples[index] = 0 }
      }
    case .stored(let store):
      if placed.loops {
        try turn(store, count)
      } else {
        try samples.withUnsafeMutableBufferPointer {
          try store.read($0.baseAddress!, at: placed.sourceStart + position, count: count)
        }
      }
    }
  }

  /// Reads a loop: each turn begins while the one before fades out.
  private func turn(_ store: SampleStore, _ count: Int) throws {
    let width = store.channels
    let period = placed.sourceLength - placed.seam
    var done = 0
    while done < count {
      let (number, at) = (position + done).quotientAndRemainder(dividingBy: period)
      let inSeam = number > 0 && at < placed.seam
      let part = min(count - done, (inSeam ? placed.seam : period) - at)
      try samples.withUnsafeMutableBufferPointer {
        try store.read($0.baseAddress! + done * width, at: placed.sourceStart + at, count: part)
      }
      if inSeam { try blend(store, from: at, part, into: done) }
      done += part
    }
  }

  private func blend(_ store: SampleStore, from at: Int, _ count: Int, into offset: Int) throws {
    let width = store.channels
    if seam.count < count * width { seam = Array(repeating: 0, count: max(count * width, samples.count)) }
    let tail = placed.sourceStart + placed.sourceLength - placed.seam + at
    try seam.withUnsafeMutableBufferPointer { try store.read($0.baseAddress!, at: tail, count: count) }
    for frame in 0..<count {
      let turn = Double(at + frame) / Double(placed.seam)
      let (rise, fall) = (Float(FadeCurve.equalPower.gain(turn)), Float(FadeCurve.equalPower.gain(1 - turn)))
      for channel in 0..<width {
        let index = (offset + frame) * width + channel
        samples[index] = samples[index] * rise + seam[frame * width + channel] * fall
      }
    }
  }
}
