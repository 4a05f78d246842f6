import Foundation
import TestSupport
import Testing

/// Mixes of sines against closed forms, and of other sounds against sox and ffmpeg.
struct MixTests {
  /// Under this, in decibels of full scale, a difference is rounding.
  private static let exact = -90.0
  private static let half = 0.5.squareRoot()

  static let sources = Result {
    let folder = try TemporaryFolder()
    try Sound.write(Sound.sine(997, 1), to: folder("sine.wav"))
    return folder
  }

  private func mixed(
    _ tracks: String, output: String = "", channels: Int = 2, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [[Float]] {
    let folder = try Self.sources.get()
    let settings = (output.isEmpty ? "" : output + ", ") + #""codec": "pcm_f32le", "channels": \#(channels)"#
    let mix = try Mix("{\"output\": {\(settings)}, \"tracks\": \(tracks)}", in: folder, to: "\(UUID().uuidString).wav")
    #expect(mix.outcome.exitCode == 0, "\(mix.outcome.errors)", sourceLocation: sourceLocation)
    let samples = try Sound.samples(mix.output)
    return (0..<channels).map { channel in
      stride(from: channel, to: samples.count, by: channels).map { samples[$0] }
    }
  }

  private let sine = Sound.sine(997, 1)

  private func scaled(_ gain: (Int) -> Double, lead: Int = 0) -> [Float] {
    Array(repeating: 0, count: lead) + sine.indices.map { Float(Double(sine[$0]) * gain($0)) }
  }

  @Test func `gain, pan and start come out as computed`() throws {
    let channels = try mixed(
      #"[{"id": "a", "gain_db": -3, "clips": [{"source": "sine.wav", "start": 0.5, "gain_db": -3.5, "pan": -0.4}]}]"#)
    let gain = pow(10, -6.5 / 20)
    let angle = 0.6 * .pi / 4
    #expect(Sound.difference(channels[0], scaled({ _ in gain * cos(angle) }, lead: 24_000)) < Self.exact)
    #expect(Sound.difference(channels[1], scaled({ _ in gain * sin(angle) }, lead: 24_000)) < Self.exact)
    #expect(channels[0].count == 72_000)
  }

  @Test(arguments: ["linear", "equal_power", "s_curve"])
  func `fades follow their curve`(name: String) throws {
    func curve(_ at: Double) -> Double {
      switch name {
      case "linear": at
      case "equal_power": sin(.pi / 2 * at)
      default: 0.5 - 0.5 * cos(.pi * at)
      }
    }
    let channels = try mixed(
      #"[{"id": "a", "clips": [{"source": "sine.wav", "fade_in": 0.25, "fade_out": 0.5, "fade_curve": "\#(name)"}]}]"#)
    let expected = scaled { index in
      let fall = 48_000 - index <= 24_000 ? curve(Double(48_000 - index) / 24_000) : 1
      return (index < 12_000 ? curve(Double(index) / 12_000) : 1) * fall * Self.half
    }
    #expect(Sound.difference(channels[0], expected) < Self.exact)
  }

  @Test func `a crossfade overlaps its clips with equal power`() throws {
    let channels = try mixed(
      #"[{"id": "a", "clips": [{"source": "sine.wav"}, {"source": "sine.wav", "gain_db": -6, "crossfade": 0.3}]}]"#)
    let overlap = 14_400
    var expected = [Double](repeating: 0, count: 96_000 - overlap)
    for index in 0..<48_000 {
      let left = 48_000 - index
      let fall = left <= overlap ? sin(.pi / 2 * Double(left) / Double(overlap)) : 1
      let rise = index < overlap ? sin(.pi / 2 * Double(index) / Double(overlap)) : 1
      expected[index] += Double(sine[index]) * fall * Self.half
      expected[48_000 - overlap + index] += Double(sine[index]) * rise * Self.half * pow(10, -6 / 20)
    }
    #expect(Sound.difference(channels[1], expected.map { Float($0) }) < Self.exact)
  }

  @Test func `a loop runs on through crossfaded seams`() throws {
    let channels = try mixed(
      #"[{"id": "a", "clips": [{"source": "sine.wav", "start": 0, "loop": true, "loop_crossfade": 0.1, "duration": 3.3}]}]"#
    )
    let (seam, period) = (4800, 43_200)
    let expected = (0..<158_400).map { index -> Float in
      let (turn, at) = index.quotientAndRemainder(dividingBy: period)
      var value = Double(sine[at])
      if turn > 0, at < seam {
        let share = Double(at) / Double(seam)
        value = value * sin(.pi / 2 * share) + Double(sine[period + at]) * sin(.pi / 2 * (1 - share))
      }
      return Float(value * Self.half)
    }
    #expect(Sound.difference(channels[0], expected) < Self.exact)
  }

  @Test func `a mix is that of sox, sample for sample`() throws {
    let folder = try Self.sources.get()
    let (first, second) = (folder("pluck.flac"), folder("noise.wav"))
    _ = try tool("sox", ["-R", "-n", "-r", "44100", "-c", "1", "-b", "16", first, "synth", "0.777", "pluck", "440"])
    _ = try tool("sox", ["-R", "-n", "-r", "44100", "-c", "2", second, "synth", "1.2345", "pinknoise", "vol", "0.3"])
    let mix = try Mix(
      #"""
      {"output": {"codec": "pcm_f32le", "sample_rate": 44100}, "tracks": [
        {"id": "a", "clips": [{"source": "pluck.flac", "start": 0.3}]},
        {"id": "b", "gain_db": -6, "clips": [{"source": "noise.wav", "start": 0.5, "trim_start": 0.1, "trim_end": 1}]}]}
      """#, in: folder, to: "sox.wav")
    #expect(mix.outcome.exitCode == 0)
    let float = ["-e", "float", "-b", "32"]
    _ = try tool("sox", ["-M", first, first] + float + [folder("a.wav"), "vol", "0.70710678", "pad", "0.3"])
    _ = try tool("sox", [second] + float + [folder("b.wav"), "trim", "0.1", "0.9", "vol", "0.50118723", "pad", "0.5"])
    _ = try tool("sox", ["-m", "-v", "1", folder("a.wav"), "-v", "1", folder("b.wav")] + float + [folder("both.wav")])
    let (ours, theirs) = (try Sound.samples(mix.output), try Sound.samples(folder("both.wav")))
    #expect(ours.count == theirs.count)
    #expect(Sound.difference(ours, theirs) < Self.exact)
  }

  @Test(arguments: ["mp3", "m4a", "opus", "ogg", "flac"])
  func `a compressed source lies where it was put, without its encoder's delay`(ending: String) throws {
    let folder = try Self.sources.get()
    // A click in a second of silence shows where things are.
    var click = [Float](repeating: 0, count: 48_000)
    for index in 0..<48 { click[24_000 + index] = 0.5 * Float(sin(2 * .pi * 3000 * Double(index) / 48_000)) }
    let plain = try Sound.write(click, to: folder("click-\(ending).wav"))
    let coded = folder("click.\(ending)")
    _ = try tool("ffmpeg", ["-nostdin", "-v", "error", "-y", "-i", plain, coded])
    let mix = try Mix(
      #"{"output": {"codec": "pcm_f32le", "channels": 1}, "tracks": [{"id": "a", "clips": [{"source": "click.\#(ending)", "start": 0.25}]}]}"#,
      in: folder, to: "placed-\(ending).wav")
    let ours = try Sound.samples(mix.output)
    let theirs = [Float](repeating: 0, count: 12_000) + (try Sound.samples(coded).prefix(ours.count - 12_000))
    #expect(Sound.difference(ours, theirs) < Self.exact)
    // ffmpeg leaves the padding of an MP4 in place, and Vorbis' last block out.
    #expect(abs(ours.count - 60_000) <= 128)
    let middle = try #require(ours.indices.max { abs(ours[$0]) < abs(ours[$1]) })
    #expect(abs(middle - 36_024) < 48)
  }

  @Test func `5_1 goes down to stereo with the standard's gains, and through unchanged`() throws {
    let folder = try Self.sources.get()
    let six = sine.flatMap { value in (1...6).map { value * 0.1 * Float($0) } }
    try Sound.write(six, to: folder("plain-six.wav"), channels: 6)
    _ = try tool(
      "ffmpeg",
      [
        "-nostdin", "-v", "error", "-y", "-i", folder("plain-six.wav"), "-af", "aformat=channel_layouts=5.1", "-c:a",
        "pcm_f32le", folder("six.wav"),
      ])
    let tracks = #"[{"id": "a", "clips": [{"source": "six.wav"}]}]"#
    let stereo = try mixed(tracks)
    #expect(Sound.difference(stereo[0], scaled { _ in 0.1 + 0.3 * Self.half + 0.5 * Self.half }) < Self.exact)
    #expect(Sound.difference(stereo[1], scaled { _ in 0.2 + 0.3 * Self.half + 0.6 * Self.half }) < Self.exact)
    let surround = try mixed(tracks, channels: 6)
    for channel in 0..<6 {
      #expect(Sound.difference(surround[channel], scaled { _ in 0.1 * Double(channel + 1) }) < Self.exact)
    }
  }

  @Test func `follow-on clips, gaps, solo and mute`() throws {
    let folder = try Self.sources.get()
    let mix = try Mix(
      #"""
      {"tracks": [
        {"id": "a", "gap": 0.5, "solo": true, "clips": [{"source": "sine.wav"}, {"source": "sine.wav"},
                                                        {"source": "sine.wav", "gap_before": 2}]},
        {"id": "b", "clips": [{"source": "sine.wav"}]},
        {"id": "c", "mute": true, "clips": [{"source": "sine.wav", "start": 8}]}]}
      """#, in: folder, to: "order.wav")
    let report = try mix.report
    #expect(report.clips.items.map { $0.start_seconds.double } == [0, 1.5, 4.5])
    #expect(report.unused_clips.items.map { $0.reason.string } == ["not_soloed", "muted"])
    #expect(report.programme.duration_seconds.double == 9)
  }

  @Test func `silence is cut from speech, less its padding`() throws {
    let folder = try Self.sources.get()
    let quiet = [Float](repeating: 0.0001, count: 24_000)
    try Sound.write(quiet + sine + quiet, to: folder("padded.wav"))
    let mix = try Mix(
      #"{"tracks": [{"id": "a", "role": "speech", "trim_silence": {"threshold_db": -60, "padding": 0.1}, "clips": [{"source": "padded.wav"}]}]}"#,
      in: folder, to: "cut.wav")
    let clip = try mix.report.clips[0]
    #expect(abs((clip.source_seconds.double ?? 0) - 0.4) < 0.001)
    #expect(abs((clip.end_seconds.double ?? 0) - 1.2) < 0.001)
  }

  @Test func `the same document gives the same bytes`() throws {
    let folder = try Self.sources.get()
    let document =
      #"{"output": {"loudness": "podcast", "also": [{"file": "NAME.flac"}]}, "tracks": [{"id": "a", "clips": [{"source": "sine.wav"}, {"source": "sine.wav", "gain_db": 12, "crossfade": 0.2}]}]}"#
    for name in ["one", "two"] {
      let mix = try Mix(document.replacingOccurrences(of: "NAME", with: name), in: folder, to: "\(name).wav")
      #expect(mix.outcome.exitCode == 0, "\(mix.outcome.errors)")
    }
    for ending in ["wav", "flac"] {
      #expect(try contents(of: folder("one.\(ending)")) == contents(of: folder("two.\(ending)")))
    }
  }

  @Test func `a dry run prints the timeline and leaves nothing`() throws {
    let folder = try TemporaryFolder()
    try Sound.write(sine, to: folder("sine.wav"))
    let path = try folder.write(
      #"{"tracks": [{"id": "a", "clips": [{"source": "sine.wav", "start": 2}]}]}"#, to: "m.json")
    let outcome = try cutroom(["mix", path, "--dry-run"])
    #expect(outcome.exitCode == 0)
    let report = try JSON(outcome.output)
    #expect(report.dry_run.bool == true)
    #expect(report.clips[0].start_sample.int == 96_000)
    #expect(everything(in: folder.path) == ["m.json", "sine.wav"])
  }
}
