import AudioMixing
import Documents
import Foundation
import Media
import Testing

/// EBU Tech 3341's signals, made by formula: a stereo sine of 1 kHz whose peak is L dBFS reads L LUFS.
@Suite struct LoudnessMeterTests {
  private static let rate = 48_000

  private func sine(_ decibels: Double, seconds: Double, channels: Int = 2) -> [Float] {
    let amplitude = pow(10, decibels / 20)
    return (0..<Int(seconds * Double(Self.rate))).flatMap { sample in
      let value = Float(amplitude * sin(2 * .pi * 1000 * Double(sample) / Double(Self.rate)))
      return Array(repeating: value, count: channels)
    }
  }

  private func measure(_ samples: [Float], _ channels: [AudioDecoder.Channel] = [.left, .right]) throws -> Loudness {
    let meter = try LoudnessMeter(channels: channels, sampleRate: Self.rate)
    // Odd blocks, as decoders hand them over.
    var rest = samples[...]
    while !rest.isEmpty {
      let block = rest.prefix(1023 * channels.count)
      rest = rest.dropFirst(block.count)
      try block.withUnsafeBufferPointer { try meter.add($0) }
    }
    return meter.result()
  }

  @Test(arguments: [-23.0, -33.0]) func aStereoSineReadsItsLevel(level: Double) throws {
    let loudness = try measure(sine(level, seconds: 20))
    #expect(abs(try #require(loudness.integratedLUFS) - level) <= 0.1)
    #expect(abs(try #require(loudness.maxMomentaryLUFS) - level) <= 0.1)
    #expect(abs(try #require(loudness.maxShortTermLUFS) - level) <= 0.1)
    #expect(abs(try #require(loudness.truePeakDBTP) - level) <= 0.2)
  }

  /// Tech 3341, test 3: quiet parts below the relative gate do not count.
  @Test func theRelativeGateLeavesQuietPartsOut() throws {
    let samples = sine(-36, seconds: 10) + sine(-23, seconds: 60) + sine(-36, seconds: 10)
    #expect(abs(try #require(measure(samples).integratedLUFS) + 23) <= 0.1)
  }

  /// Tech 3342, test 1: two halves 10 dB apart have a range of 10 LU.
  @Test func theRangeOfTwoLevelsIsTheirDifference() throws {
    let loudness = try measure(sine(-20, seconds: 20) + sine(-30, seconds: 20))
    #expect(abs(try #require(loudness.rangeLU) - 10) <= 1)
  }

  /// The loudest three seconds, found although most windows are skipped.
  @Test func theLoudestWindowIsFoundWhereverItLies() throws {
    for lead in [4.0, 7.3, 11.9] {
      let samples = sine(-40, seconds: lead) + sine(-20, seconds: 3) + sine(-40, seconds: 5)
      #expect(abs(try #require(measure(samples).maxShortTermLUFS) + 20) <= 0.2)
    }
  }

  @Test func theLowFrequencyChannelDoesNotCount() throws {
    let loud = sine(-10, seconds: 5, channels: 1)
    let quiet = sine(-40, seconds: 5, channels: 1)
    let samples = zip(quiet, loud).flatMap { [$0, $0, $1] }
    let with = try #require(measure(samples, [.left, .right, .lowFrequency]).integratedLUFS)
    #expect(abs(with + 40) <= 0.1)
  }

  @Test func silenceHasNoFigures() throws {
    let loudness = try measure(Array(repeating: 0, count: Self.rate * 4))
    #expect(loudness.integratedLUFS == nil)
    #expect(loudness.truePeakDBTP == nil)
  }

  @Test func aSoundShorterThanAWindowHasNoLoudness() throws {
    let loudness = try measure(sine(-20, seconds: 0.2))
    #expect(loudness.integratedLUFS == nil)
    #expect(loudness.maxMomentaryLUFS == nil)
    #expect(loudness.truePeakDBTP != nil)
  }
}
