import AudioMixing
import CKernels
import Documents
import Foundation
import Media
import Testing

/// The meter of whole programmes against libebur128 and the signals of EBU Tech 3341.
@Suite struct ProgrammeMeterTests {
  private func measure(_ samples: [Float], _ roles: [SoundReader.Channel], rate: Int = 48_000) -> Loudness {
    var meter = ProgrammeMeter(channels: roles, sampleRate: rate)
    var position = 0
    let frames = samples.count / roles.count
    samples.withUnsafeBufferPointer { buffer in
      while position < frames {
        let count = min(3001, frames - position)
        meter.add(buffer.baseAddress! + position * roles.count, frames: count)
        position += count
      }
    }
    return meter.result()
  }

  private func reference(_ samples: [Float], _ roles: [SoundReader.Channel], rate: Int = 48_000) throws -> Loudness {
    let meter = try LoudnessMeter(channels: roles, sampleRate: rate)
    try samples.withUnsafeBufferPointer { try meter.add($0) }
    return meter.result()
  }

  /// Noise whose level changes, with a sine near half the rate, whose peaks lie between samples.
  private func material(_ channels: Int, seconds: Double, rate: Int) -> [Float] {
    var state: UInt64 = 42
    return (0..<Int(seconds * Double(rate))).flatMap { frame in
      (0..<channels).map { channel -> Float in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let noise = Double(Int64(bitPattern: state) >> 32) / Double(Int32.max)
        let time = Double(frame) / Double(rate)
        let level = 0.05 + 0.2 * (1 + sin(time * 0.9 + Double(channel)))
        return Float(level * (0.5 * noise + 0.6 * sin(2 * .pi * 0.2503 * Double(frame) + 0.7)))
      }
    }
  }

  @Test(arguments: [8000, 22_050, 44_100, 48_000])
  func `figures are those of libebur128`(rate: Int) throws {
    for channels in [1, 2, 6] {
      let roles = ProgrammeMeter.roles(channels)
      let samples = material(channels, seconds: 9, rate: rate)
      let (ours, theirs) = (measure(samples, roles, rate: rate), try reference(samples, roles, rate: rate))
      #expect(abs(try #require(ours.integratedLUFS) - (try #require(theirs.integratedLUFS))) <= 0.02)
      #expect(abs(try #require(ours.maxMomentaryLUFS) - (try #require(theirs.maxMomentaryLUFS))) <= 0.02)
      #expect(abs(try #require(ours.maxShortTermLUFS) - (try #require(theirs.maxShortTermLUFS))) <= 0.05)
      #expect(abs(try #require(ours.truePeakDBTP) - (try #require(theirs.truePeakDBTP))) <= 0.02)
    }
  }

  private func sine(_ level: Double, _ seconds: Double) -> [Float] {
    let amplitude = pow(10, level / 20)
    return (0..<Int(seconds * 48_000)).flatMap { frame in
      let value = Float(amplitude * sin(2 * .pi * 1000 * Double(frame) / 48_000))
      return [value, value]
    }
  }

  /// Tech 3341, tests 1 to 5.
  @Test func `the signals of Tech 3341 read what they should`() throws {
    let signals: [([(Double, Double)], Double)] = [
      ([(-23, 20)], -23), ([(-33, 20)], -33), ([(-36, 10), (-23, 60), (-36, 10)], -23),
      ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23), ([(-26, 20), (-20, 20.1), (-26, 20)], -23),
    ]
    for (parts, expected) in signals {
      let found = measure(parts.flatMap { sine($0.0, $0.1) }, [.left, .right])
      #expect(abs(try #require(found.integratedLUFS) - expected) <= 0.1)
    }
  }

  /// Tech 3341, tests 15 to 18: a sine at a quarter of the rate, its peaks between the samples.
  @Test(arguments: [0.0, 45, 60, 67.5]) func `true peak finds what lies between samples`(phase: Double) throws {
    let samples = (0..<48_000).map { Float(0.5 * sin(2 * .pi * 0.25 * Double($0) + phase * .pi / 180)) }
    let peak = try #require(measure(samples.flatMap { [$0, $0] }, [.left, .right]).truePeakDBTP)
    #expect(peak > -6.02 - 0.4 && peak < -6.02 + 0.2)
  }

  @Test func `the kernel with AVX2 and the plain one agree`() {
    var filter = ck_interpolator()
    withUnsafeMutableBytes(of: &filter.taps) { bytes in
      let taps = bytes.bindMemory(to: Float.self)
      for index in taps.indices { taps[index] = Float(sin(Double(index) * 1.7)) / 6 }
    }
    let samples = material(2, seconds: 0.1, rate: 48_000)
    let frames = samples.count / 2
    func peaks(
      _ kernel: (
        UnsafePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>
      ) -> Void
    ) -> [Float] {
      var history = [Float](repeating: 0, count: 11)
      var row = [Float](repeating: 0, count: frames + 11)
      var found = [Float](repeating: 0, count: frames)
      kernel(samples, &history, &row, &found)
      return found
    }
    let fast = peaks { ck_true_peaks(&filter, $0, 2, frames, $1, $2, $3) }
    let plain = peaks { ck_true_peaks_plain(&filter, $0, 2, frames, $1, $2, $3) }
    #expect(zip(fast, plain).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(plain.max() ?? 0 > 0.1)
  }

  @Test func `silence has no figures`() {
    let found = measure([Float](repeating: 0, count: 96_000), [.left, .right])
    #expect(found == Loudness())
  }
}
