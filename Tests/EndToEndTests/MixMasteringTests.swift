import Foundation
import TestSupport
import Testing

/// Levels: ducking, loudness and peaks, as ffmpeg's meters see the written files.
struct MixMasteringTests {
  /// Integrated loudness and true peak of a file after ffmpeg's ebur128 filter.
  static func measured(_ path: String) throws -> (lufs: Double, peak: Double) {
    let text = try tool(
      "ffmpeg",
      [
        "-nostdin", "-hide_banner", "-i", path, "-map", "0:a:0", "-af", "ebur128=peak=true:framelog=verbose", "-f",
        "null", "-",
      ]
    ).errors
    return (try number(after: "I: ", in: text), try number(after: "Peak: ", in: text))
  }

  /// Speech of espeak-ng, as a narration has it: sentences with pauses between them.
  static let speech = Result {
    let folder = try TemporaryFolder()
    for (index, text) in [
      "The river ran slowly under the old stone bridge.", "Somebody far away was calling a dog home.",
      "Evening light fell on quiet houses and empty fields.",
    ].enumerated() {
      _ = try tool("espeak-ng", ["-w", folder("s\(index).wav"), text])
    }
    // A bed of noise has the same level everywhere, so that its gain can be read off.
    _ = try tool(
      "ffmpeg",
      ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=r=48000:d=4:a=0.2:seed=3", folder("bed.wav")])
    return folder
  }

  private static let voice =
    #"{"id": "voice", "role": "speech", "gap": 1.5, "trim_silence": true, "clips": [{"source": "s0.wav"}, {"source": "s1.wav"}, {"source": "s2.wav"}]}"#

  private func rms(_ samples: ArraySlice<Float>) -> Double {
    10 * log10(max(1e-12, samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(max(1, samples.count))))
  }

  @Test func `under speech the bed is lower by the amount asked for, between sentences it is back`() throws {
    let folder = try Self.speech.get()
    func bed(_ duck: String) throws -> (samples: [Float], report: JSON) {
      // The voice is soft enough to leave the bed alone in the difference of two mixes.
      let mix = try Mix(
        #"{"output": {"codec": "pcm_f32le", "channels": 1}, "tracks": [\#(Self.voice), {"id": "music", "role": "music"\#(duck), "clips": [{"source": "bed.wav", "start": 0, "loop": true}]}]}"#,
        in: folder, to: "\(UUID().uuidString).wav")
      #expect(mix.outcome.exitCode == 0, "\(mix.outcome.errors)")
      return (try Sound.samples(mix.output), try mix.report)
    }
    let duck =
      #", "duck": {"under": ["voice"], "amount_db": 12, "threshold_db": -45, "attack_ms": 40, "hold_ms": 50, "release_ms": 300}"#
    let (with, report) = try bed(duck)
    let (without, _) = try bed("")
    let voiceOnly = try Mix(
      #"{"output": {"codec": "pcm_f32le", "channels": 1}, "tracks": [\#(Self.voice)]}"#, in: folder, to: "voice.wav")
    let voice = try Sound.samples(voiceOnly.output)
    func level(_ mix: [Float], _ from: Double, _ to: Double) -> Double {
      let range = Int(from * 48_000)..<Int(to * 48_000)
      return rms(zip(mix[range], voice[range]).map { $0 - $1 }[...])
    }
    let clips = report.clips.items.filter { $0.track.string == "voice" }
    for clip in clips {
      let (start, end) = (clip.start_seconds.double ?? 0, clip.end_seconds.double ?? 0)
      let change = level(with, start + 0.1, end - 0.1) - level(without, start + 0.1, end - 0.1)
      #expect(abs(change + 12) < 0.1)
    }
    let pause = (clips[0].end_seconds.double ?? 0) + 0.6
    #expect(abs(level(with, pause, pause + 0.6) - level(without, pause, pause + 0.6)) < 0.1)
    // The first syllable is never covered: the bed is down when the speech comes over the threshold.
    let points = report.ducking[0].points.items.map { ($0[0].double ?? 0, $0[1].double ?? 0) }
    #expect(points.count == 12)
    #expect(points.map(\.0) == points.map(\.0).sorted())
    let loud = try #require(voice.indices.first { abs(voice[$0]) > 0.03 && $0 > 96_000 })
    let before = points.last { $0.0 <= Double(loud) / 48_000 }
    #expect(before?.1 == -12)
  }

  @Test func `nothing comes up between two words closer than the release`() throws {
    let folder = try TemporaryFolder()
    let word = Sound.sine(300, 0.3)
    try Sound.write(word + [Float](repeating: 0, count: 14_400) + word, to: folder("words.wav"))
    try Sound.write(Sound.sine(1000, 3), to: folder("bed.wav"))
    let mix = try Mix(
      #"{"tracks": [{"id": "v", "clips": [{"source": "words.wav", "start": 1}]}, {"id": "m", "duck": {"under": ["v"], "release_ms": 400}, "clips": [{"source": "bed.wav"}]}]}"#,
      in: folder)
    #expect(try mix.report.ducking[0].points.items.count == 4)
  }

  static let target = #""loudness": {"integrated_lufs": -16, "true_peak_dbtp": -1.5}"#

  @Test(arguments: ["wav", "flac", "mp3", "m4a", "opus", "ogg"])
  func `the decoded result holds the target`(ending: String) throws {
    let folder = try Self.speech.get()
    let mix = try Mix(
      #"{"output": {\#(Self.target)}, "tracks": [\#(Self.voice), {"id": "music", "gain_db": -14, "clips": [{"source": "bed.wav", "start": 0, "loop": true}]}]}"#,
      in: folder, to: "master.\(ending)")
    #expect(mix.outcome.exitCode == 0, "\(mix.outcome.errors)")
    let found = try Self.measured(mix.output)
    #expect(abs(found.lufs + 16) <= 0.25)  // Printed with one digit.
    #expect(found.peak <= -1.5 + 0.05)
    let output = try mix.report.outputs[0]
    #expect(abs((output.loudness.integrated_lufs.double ?? 0) + 16) <= 0.2)
    #expect((output.loudness.true_peak_dbtp.double ?? 0) <= -1.5)
    #expect(abs((output.loudness.integrated_lufs.double ?? 0) - found.lufs) <= 0.1)
    #expect(output.samples == (try mix.report.programme.samples))
  }

  @Test func `where the peak allows it the gain is linear, and silence is left alone`() throws {
    let folder = try TemporaryFolder()
    try Sound.write(Sound.sine(1000, 4, amplitude: 0.05), to: folder("soft.wav"))
    try Sound.write([Float](repeating: 0, count: 48_000), to: folder("nothing.wav"))
    let soft = try Mix(
      #"{"output": {"loudness": "ebu-r128", "codec": "pcm_f32le"}, "tracks": [{"id": "a", "clips": [{"source": "soft.wav"}]}]}"#,
      in: folder)
    #expect(try soft.report.outputs[0].mastering.mode.string == "linear")
    let samples = try Sound.samples(soft.output)
    let gain = pow(10, (try soft.report.outputs[0].mastering.gain_db.double ?? 0) / 20)
    let expected = Sound.sine(1000, 4, amplitude: 0.05 * gain * 0.5.squareRoot()).flatMap { [$0, $0] }
    #expect(Sound.difference(samples, expected) < -80)
    let silent = try Mix(
      #"{"output": {"loudness": "podcast"}, "tracks": [{"id": "a", "clips": [{"source": "nothing.wav"}]}]}"#,
      in: folder,
      to: "silent.wav")
    #expect(try silent.report.outputs[0].mastering.mode.string == "left_alone")
    #expect(try silent.report.warnings[0].code.string == "loudness_not_measurable")
  }
}
