import Foundation
import TestSupport
import Testing

/// The sound of a normalized video is heard when it was, measured against the pictures by ffmpeg.
struct NormalizeSynchronyTests {
  /// A short tone around second 2 of 4, and pictures.
  private static let sources = [
    "-f", "lavfi", "-i", "testsrc=s=160x120:r=25:d=4", "-f", "lavfi", "-i",
    "aevalsrc=0.3*sin(2*PI*1000*t)*exp(-pow((t-2)/0.02\\,2)):s=48000:d=4",
  ]

  /// Films by the sound they have, and by how much theirs is later, in seconds.
  static let films: [(name: String, late: Double, arguments: [String])] = [
    ("aac.mp4", 0, sources + ["-c:v", "libx264", "-c:a", "aac"]),
    (
      "late.mp4", 0.75,
      Array(sources.prefix(4)) + ["-itsoffset", "0.75"] + sources.suffix(4) + ["-c:v", "libx264", "-c:a", "aac"]
    ),
    ("pcm.mov", 0, sources + ["-c:v", "mpeg4", "-c:a", "pcm_s16le"]),
    ("aac.mkv", 0, sources + ["-c:v", "libx264", "-c:a", "aac"]),
    ("opus.webm", 0, sources + ["-c:v", "libvpx", "-c:a", "libopus"]),
    ("aac.ts", 0, sources + ["-c:v", "libx264", "-c:a", "aac"]),
    ("aac.flv", 0, sources + ["-c:v", "flv", "-c:a", "aac"]),
    ("mp3.avi", 0, sources + ["-c:v", "mpeg4", "-c:a", "libmp3lame"]),
    ("mp3.mpg", 0, sources + ["-c:v", "mpeg2video", "-c:a", "libmp3lame", "-ar", "22050"]),
    ("mp2.vob", 0, sources + ["-c:v", "mpeg2video", "-c:a", "mp2"]),
  ]

  private static let run = Result {
    let folder = try TemporaryFolder()
    for film in films {
      let path = try Film.make(film.arguments, as: String(film.name.split(separator: ".")[1]))
      try folder.copy(path, to: "in/\(film.name)")
    }
    let outcome = try cutroom([
      "normalize", folder("in"), "-o", folder("out"), "--extensions", "mp4,mov,mkv,webm,ts,flv,avi,mpg,vob",
    ])
    return (folder, outcome)
  }

  @Test func `every container can be written`() throws {
    let (_, outcome) = try Self.run.get()
    #expect(outcome.exitCode == 0, "\(outcome.text)\(outcome.errors)")
  }

  @Test(arguments: films.map(\.name))
  func `the sound is in step with the pictures`(name: String) throws {
    let (folder, _) = try Self.run.get()
    let film = try #require(Self.films.first { $0.name == name })
    let before = try Self.tone(folder("in/\(name)"))
    #expect(abs(before - 2 - film.late) < 0.1, "the test's own film")
    // A lossy codec smears a tone by less than this; Matroska and FLV count milliseconds.
    #expect(abs(try Self.tone(folder("out/\(name)")) - before) < 0.0015)
  }

  // Not of a sound that begins late: there the encoder's first samples are heard before it, as silence, as in what ffmpeg writes.
  @Test(arguments: ["aac.mp4", "pcm.mov"])
  func `the sound is as long as it was`(name: String) throws {
    let (folder, _) = try Self.run.get()
    #expect(try Sound.samples(folder("in/\(name)")).count == Sound.samples(folder("out/\(name)")).count)
    #expect(try Self.firstTime(folder("in/\(name)"), "a") == Self.firstTime(folder("out/\(name)"), "a"))
  }

  @Test func `a gap in the sound stays one`() throws {
    let folder = try TemporaryFolder()
    // The first second of sound, and what comes after the third.
    let film = try Film.make(
      Self.sources + ["-c:v", "mpeg4", "-c:a", "pcm_s16le", "-bsf:a", "noise=drop='between(pts*tb\\,0.2\\,1.2)'"],
      as: "mkv")
    try folder.copy(film, to: "gap.mkv")
    let outcome = try cutroom(["normalize", folder("gap.mkv"), "-o", folder("out")])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(abs(try Self.tone(folder("out/gap.mkv")) - 2) < 0.0015)
  }

  /// When the tone is heard, in seconds after the first picture is shown: the centroid of the sound's energy.
  private static func tone(_ path: String) throws -> Double {
    let data = try tool(
      "ffmpeg",
      [
        "-nostdin", "-v", "error", "-i", path, "-map", "0:a:0", "-af", "aresample=48000:async=1", "-ac", "1", "-f",
        "f32le", "-",
      ]
    ).output
    let samples = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    var (sum, moment) = (0.0, 0.0)
    for (index, sample) in samples.enumerated() where abs(sample) > 0.01 {
      let energy = Double(sample) * Double(sample)
      sum += energy
      moment += energy * Double(index)
    }
    return try moment / sum / 48_000 + firstTime(path, "a") - firstTime(path, "v")
  }

  /// When the first decoded frame of a stream is shown or heard.
  private static func firstTime(_ path: String, _ kind: String) throws -> Double {
    let frames = try tool(
      "ffprobe",
      [
        "-v", "error", "-select_streams", "\(kind):0", "-read_intervals", "%+#3", "-show_entries",
        "frame=best_effort_timestamp_time", "-of", "csv=p=0", path,
      ]
    ).lines
    let word = try #require(frames.first?.split(separator: ",").first)
    return try #require(Double(word))
  }
}
