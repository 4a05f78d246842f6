import Foundation
import TestSupport
import Testing

/// Pictures, words, subtitles and sound of one film share one zero, wherever the container starts.
struct SynchronyTests {
  /// Words from second 1 to 3 of 4, and a tone that is silent from 1 to 2.2.
  private static let base = Result {
    try Film.make(
      [
        "-i", TextTests.film.get(), "-f", "lavfi", "-i",
        "sine=440:r=48000:d=4,volume=0:enable='between(t,1,2.2)'", "-map", "0:v", "-map", "1:a", "-c:v", "copy",
        "-c:a", "flac",
      ], as: "mkv")
  }

  /// A film, and by how much its pictures and its sound are later than in `base`, counted from the container's start.
  static let films: [(name: String, picture: Double, sound: Double, make: @Sendable () throws -> String)] = [
    ("base.mkv", 0, 0, { try base.get() }),
    ("late.mkv", 0, 0, { try Film.make(["-itsoffset", "5", "-i", base.get(), "-c", "copy"], as: "mkv") }),
    (
      "from-ten.ts", 0, 0,
      { try Film.make(["-i", base.get(), "-c:v", "copy", "-c:a", "mp2", "-output_ts_offset", "10"], as: "ts") }
    ),
    (
      "sound-later.mkv", 0, 1.5,
      {
        try Film.make(
          ["-i", base.get(), "-itsoffset", "1.5", "-i", base.get(), "-map", "0:v", "-map", "1:a", "-c", "copy"],
          as: "mkv")
      }
    ),
    (
      "pictures-later.mkv", 0.8, 0,
      {
        try Film.make(
          ["-itsoffset", "0.8", "-i", base.get(), "-i", base.get(), "-map", "0:v", "-map", "1:a", "-c", "copy"],
          as: "mkv")
      }
    ),
    (
      "sound-later.mp4", 0, 1.5,
      {
        try Film.make(
          ["-i", base.get(), "-itsoffset", "1.5", "-i", base.get(), "-map", "0:v", "-map", "1:a", "-c:v", "copy"]
            + ["-c:a", "aac"], as: "mp4")
      }
    ),
  ]

  static let run = Result {
    let folder = try TemporaryFolder()
    for film in films { try folder.copy(film.make(), to: "in/\(film.name)") }
    return try Batch([folder("in")], into: folder("out"), keeping: folder)
  }

  @Test(arguments: films.map(\.name))
  func `a silence lies where it is heard`(name: String) throws {
    let film = try #require(Self.films.first { $0.name == name })
    let silences = try Self.run.get().document(name).audio[0].silences.items
    let heard = try filtered(Self.base.get(), "silencedetect=noise=-60dB:d=0.5")
    let start = try number(after: "silence_start: ", in: heard) + film.sound
    let end = try number(after: "silence_end: ", in: heard) + film.sound
    // The one inside the sound; what comes before the first sound may be one as well.
    let starts = silences.map { abs(($0.start_seconds.double ?? 99) - start) }
    let index = try #require(starts.indices.min { starts[$0] < starts[$1] })
    // A lossy codec rings for less than one of its frames on either side.
    let tolerance = name.hasSuffix("mkv") ? 0.01 : 0.05
    #expect(starts[index] <= tolerance, "\(silences)")
    #expect(abs((silences[index].end_seconds.double ?? 99) - end) <= tolerance, "\(silences)")
  }

  @Test(arguments: films.map(\.name))
  func `words and subtitles lie where they are seen`(name: String) throws {
    let film = try #require(Self.films.first { $0.name == name })
    let batch = try Self.run.get()
    let document = try batch.document(name)
    #expect(document.text_tracks.items.map { $0.text.string } == ["HELLO WORLD"])
    let track = document.text_tracks[0]
    #expect(abs((track.start.seconds.double ?? 99) - (1 + film.picture)) <= 0.5)
    #expect(abs((track.end.seconds.double ?? 99) - (3 + film.picture)) <= 0.5)
    let path = "\(batch.output)/\(name)/text.srt"
    let packets = try JSON(tool("ffprobe", ["-v", "error", "-show_packets", "-of", "json", path]).output).packets.items
    let start = try #require(Double(packets.first?.pts_time.string ?? ""))
    #expect(abs(start - (track.start.seconds.double ?? 99)) < 0.0011)
    expectSeconds(of: document)
    #expect(abs((document.scenes[0].start.seconds.double ?? 99) - film.picture) < 0.06)
  }
}
