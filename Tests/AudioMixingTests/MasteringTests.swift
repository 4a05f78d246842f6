import AudioMixing
import Documents
import Foundation
import Media
import Testing

/// Gain and limiter on programmes made by formula.
@Suite struct MasteringTests {
  private func store(_ samples: [Float]) throws -> SampleStore {
    let store = SampleStore(
      path: "/tmp/cutroom-mastering-\(UUID().uuidString)", channels: 2, memoryLimit: 1000)
    try samples.withUnsafeBufferPointer { try store.append($0.baseAddress!, frames: samples.count / 2) }
    return store
  }

  /// Bursts well over full scale in a soft tone.
  private let bursts: [Float] = (0..<144_000).flatMap { frame -> [Float] in
    let loud = frame % 24_000 < 900 ? 1.6 : 0.1
    let value = loud * sin(2 * .pi * 0.2503 * Double(frame) + 0.4)
    return [Float(value), Float(value * 0.8)]
  }

  private func played(_ samples: [Float], _ settings: MasterSettings) throws -> ([Float], LimiterReport) {
    var out: [Float] = []
    let report = try Mastering(programme: store(samples), sampleRate: 48_000).play(settings) { block, count in
      out += UnsafeBufferPointer(start: block, count: count * 2)
    }
    return (out, report)
  }

  @Test func `the limiter holds its ceiling between samples, as libebur128 sees it`() throws {
    let (out, report) = try played(bursts, MasterSettings(gainDB: 3, ceilingDBTP: -1.5))
    #expect(out.count == bursts.count)
    let meter = try LoudnessMeter(channels: [.left, .right], sampleRate: 48_000)
    try out.withUnsafeBufferPointer { try meter.add($0) }
    let peak = try #require(meter.result().truePeakDBTP)
    #expect(peak <= -1.5 + 0.03)
    #expect(peak > -1.9)
    #expect(report.deepestDB > 8 && report.deepestDB < 9.5)
    #expect(report.seconds > 0.1)
  }

  @Test func `under the ceiling the limiter changes nothing, and delays nothing`() throws {
    let soft = bursts.map { $0 * 0.2 }
    let (out, report) = try played(soft, MasterSettings(gainDB: 0, ceilingDBTP: -1))
    #expect(out == soft)
    #expect(report.seconds == 0)
  }

  @Test func `the gain never jumps`() throws {
    let (out, _) = try played(bursts, MasterSettings(gainDB: 0, ceilingDBTP: -3))
    var last: Double?
    for frame in stride(from: 0, to: out.count, by: 2) where abs(bursts[frame]) > 0.05 {
      let gain = Double(out[frame] / bursts[frame])
      // Six decibels over the look-ahead of 240 samples.
      if let last { #expect(abs(gain - last) < 0.02) }
      last = gain
    }
  }

  @Test func `loudness is reached in front of the limiter`() throws {
    let programme = try store(bursts)
    var meter = ProgrammeMeter(channels: [.left, .right], sampleRate: 48_000)
    bursts.withUnsafeBufferPointer { meter.add($0.baseAddress!, frames: bursts.count / 2) }
    let mastering = Mastering(programme: programme, sampleRate: 48_000)
    let target = LoudnessTarget(integratedLUFS: -9, truePeakDBTP: -1)
    let settings = try mastering.settings(from: meter.result(), to: target, ceilingDBTP: -1.03)
    #expect(settings.ceilingDBTP == -1.03)
    let reached = try mastering.integrated(settings)
    #expect(abs(try #require(reached) + 9) < 0.1)
  }

  @Test func `kept samples come back from memory and from the file, silence around them`() throws {
    let samples = (0..<2000).map { Float($0) }
    for limit in [10, 100_000] {
      let store = SampleStore(path: "/tmp/cutroom-store-\(UUID().uuidString)", channels: 2, memoryLimit: limit)
      try samples.withUnsafeBufferPointer {
        try store.append($0.baseAddress!, frames: 4)
        try store.append($0.baseAddress! + 8, frames: 996)
      }
      var block = [Float](repeating: -1, count: 2010 * 2)
      try block.withUnsafeMutableBufferPointer { try store.read($0.baseAddress!, at: -5, count: 2010) }
      #expect(Array(block[0..<10]) == Array(repeating: 0, count: 10))
      #expect(Array(block[10..<2010]) == samples)
      #expect(block[2010...].allSatisfy { $0 == 0 })
    }
  }
}
