import Foundation
import TestSupport
import Testing

/// What `ffmpeg -af FILTER` says on standard error about the first sound track of a file.
func filtered(_ file: String, _ filter: String) throws -> String {
  try tool("ffmpeg", ["-nostdin", "-hide_banner", "-i", file, "-map", "0:a:0", "-af", filter, "-f", "null", "-"]).errors
}

/// The number after the last `label` of a text.
func number(after label: String, in text: String) throws -> Double {
  let start = try #require(text.range(of: label, options: .backwards)).upperBound
  let rest = text[start...].drop { $0 == " " }
  return try #require(Double(rest.prefix { $0.isNumber || $0 == "." || $0 == "-" }))
}

/// Loudness and silences against the ffmpeg command's own filters.
struct SoundTests {
  static let sounds: [(name: String, source: String)] = [
    ("sine", "sine=1000:r=48000:d=6"),
    ("loud", "sine=1000:r=48000:d=6,volume=17dB"),
    ("gated", "sine=440:r=48000:d=6,volume=0:enable='between(t,1,2.2)+gte(t,4.5)'"),
    ("changing", "sine=300:r=44100:d=9,volume='if(lt(t,4),0.1,if(lt(t,6),1,3))':eval=frame,pan=stereo|c0=c0|c1=0.5*c0"),
    ("noise", "anoisesrc=r=32000:d=5:seed=7:color=pink:a=0.4"),
    ("short", "sine=1000:r=48000:d=0.2"),
    ("nothing", "anullsrc=r=48000:cl=stereo:d=3"),
  ]

  /// The sound without loss beside a film, in Matroska.
  static func film(_ name: String) throws -> String {
    let sound = try #require(sounds.first { $0.name == name }).source
    return try Film.make(
      ["-i", Film.plain(), "-f", "lavfi", "-i", sound, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "flac"],
      as: "mkv")
  }

  static let run = Result {
    let folder = try TemporaryFolder()
    for sound in sounds { try folder.copy(film(sound.name), to: "in/\(sound.name).mkv") }
    return (folder: folder, batch: try Batch([folder("in")], into: folder("out"), ["--stages", "audio"]))
  }

  private func audio(_ name: String) throws -> JSON { try Self.run.get().batch.document("\(name).mkv").audio[0] }

  @Test(arguments: ["sine", "loud", "gated", "changing", "noise"])
  func `loudness is that of ffmpeg's meter`(name: String) throws {
    let loudness = try audio(name).loudness
    let meter = try filtered(Self.film(name), "ebur128=peak=true:metadata=1,ametadata=mode=print:key=lavfi.r128.I")
    #expect(abs(try #require(loudness.integrated_lufs.double) - number(after: "lavfi.r128.I=", in: meter)) <= 0.1)
    // Printed with one digit, so half a tenth is rounding.
    #expect(abs(try #require(loudness.true_peak_dbtp.double) - number(after: "Peak:", in: meter)) <= 0.25)
  }

  @Test func `a sine has the loudness of its formula`() throws {
    let loudness = try audio("sine").loudness
    // 1/8 of full scale is -18.06 dB; a full-scale 997 Hz sine in one channel is -3.01 LKFS (ITU-R BS.1770-4).
    #expect(abs(try #require(loudness.integrated_lufs.double) - (-18.06 - 3.01)) <= 0.05)
    #expect(abs(try #require(loudness.max_momentary_lufs.double) - (-18.06 - 3.01)) <= 0.1)
    #expect(abs(try #require(loudness.max_short_term_lufs.double) - (-18.06 - 3.01)) <= 0.1)
    #expect(abs(try #require(loudness.true_peak_dbtp.double) - -18.06) <= 0.2)
  }

  @Test func `two levels have the range between them`() throws {
    // EBU Tech 3342, minimum requirements, case 1: 20 s at -20 dBFS, 20 s at -30 dBFS, 10 LU give or take 1.
    let tone = "sine=1000:r=48000:d=40,volume='if(lt(t,20),0.8,0.253)':eval=frame,pan=stereo|c0=c0|c1=c0"
    let film = try Film.make(["-f", "lavfi", "-i", tone, "-c:a", "flac"], as: "flac")
    let folder = try TemporaryFolder()
    try folder.copy(film, to: "range.flac")
    let batch = try Batch([folder("range.flac")], into: folder("out"), ["--stages", "audio"])
    let range = try #require(try batch.document("range.flac").audio[0].loudness.range_lu.double)
    #expect(abs(range - 10) <= 1)
  }

  @Test(arguments: ["sine", "gated", "nothing"])
  func `silences are those of silencedetect`(name: String) throws {
    let said = try filtered(Self.film(name), "silencedetect=noise=-60dB:d=0.5").split(separator: "\n")
    func numbers(_ label: String) -> [Double] {
      said.compactMap { line in
        line.range(of: label).flatMap { Double(line[$0.upperBound...].split(separator: " ")[0]) }
      }
    }
    let (starts, ends) = (numbers("silence_start: "), numbers("silence_end: "))
    let silences = try audio(name).silences.items
    #expect(silences.count == (name == "sine" ? 0 : name == "gated" ? 2 : 1))
    try #require(silences.count == starts.count && starts.count == ends.count)
    for (silence, (start, end)) in zip(silences, zip(starts, ends)) {
      #expect(abs((silence.start_seconds.double ?? 99) - max(0, start)) <= 0.01)
      #expect(abs((silence.end_seconds.double ?? 99) - end) <= 0.01)
    }
  }

  @Test func `the loudness of silence is left out with a warning`() throws {
    let document = try Self.run.get().batch.document("nothing.mkv")
    #expect(document.audio.items.count == 1)
    #expect(document.audio[0].loudness.integrated_lufs.isMissing)
    #expect(!document.warnings.items.isEmpty)
    #expect(document.status.string == "succeeded")
    #expect(!document.holdsNull)
  }

  @Test func `what was not asked for is absent`() throws {
    let document = try Self.run.get().batch.document("sine.mkv")
    #expect(document.scenes.isMissing && document.frames.isMissing && document.text_tracks.isMissing)
    #expect(document.params.stages.items.map(\.string) == ["audio"])
  }
}
