import Foundation
import TestSupport
import Testing

/// The commands beside `analyze`, and what goes to standard output and what to standard error.
struct CommandTests {
  @Test func `probe says what ffprobe says`() throws {
    let film = try Film.withSound()
    let outcome = try cutroom(["probe", film])
    #expect(outcome.exitCode == 0)
    #expect(outcome.errors.isEmpty)
    let document = try JSON(outcome.output)
    #expect(document.kind.string == "probe" && document.schema_version.int == 1)
    let video = document.media.video
    let stream = try probe(film, "codec_name,width,height,pix_fmt,time_base,avg_frame_rate")
    #expect(video.codec == stream.codec_name)
    #expect([video.width, video.height] == [stream.width, stream.height])
    #expect(video.pixel_format == stream.pix_fmt)
    #expect(video.time_base == stream.time_base)
    #expect(video.frame_rate == stream.avg_frame_rate)
    #expect(document.media.audio[0].codec.string == "aac")
    #expect(document.input.bytes.int == (try size(of: film)))
  }

  @Test func `probe tells chapters, tags and subtitles`() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      ";FFMETADATA1\ntitle=A title\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1200\ntitle=One\n"
        + "[CHAPTER]\nTIMEBASE=1/1000\nSTART=1200\nEND=3200\ntitle=Two\n", to: "meta")
    try folder.write("1\n00:00:00,500 --> 00:00:01,000\nwords\n", to: "words.srt")
    _ = try tool(
      "ffmpeg",
      ["-nostdin", "-v", "error", "-i", Film.plain(), "-i", folder("meta"), "-i", folder("words.srt"), "-map", "0:v"]
        + [
          "-map", "2:s", "-map_metadata", "1", "-map_chapters", "1", "-c:v", "copy", "-c:s", "subrip",
          folder("film.mkv"),
        ])
    let media = try JSON(cutroom(["probe", folder("film.mkv")]).output).media
    #expect(media.tags.title.string == "A title")
    #expect(media.chapters.items.count == 2)
    #expect(media.subtitles.items.count == 1)
    #expect(media.subtitles[0].codec.string == "subrip")
  }

  @Test func `probe of what is not a film is a document with its error`() throws {
    let folder = try TemporaryFolder()
    try folder.write("no film", to: "words.txt")
    for (name, code) in [("words.txt", "not_media"), ("none.mp4", "not_found")] {
      let outcome = try cutroom(["probe", folder(name)])
      #expect(outcome.exitCode == 1)
      expectFailure(code, try JSON(outcome.output))
      #expect(outcome.errors.contains(name))
    }
  }

  @Test(arguments: ["request", "analysis", "batch", "event", "probe"])
  func `every schema is printed as JSON`(name: String) throws {
    let outcome = try cutroom(["schema", name])
    #expect(outcome.exitCode == 0)
    #expect(try JSON(outcome.output)["$schema"].string == "https://json-schema.org/draft/2020-12/schema")
  }

  @Test func `an unknown schema is wrong usage and names the known ones`() throws {
    let outcome = try cutroom(["schema", "analisys"])
    #expect(outcome.exitCode == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("analysis"))
  }

  @Test func `doctor finds this system in order`() throws {
    let outcome = try cutroom(["doctor"])
    #expect(outcome.exitCode == 0)
    for word in ["ffmpeg", "libavcodec", "tesseract", "eng", "h264", "jpeg"] { #expect(outcome.text.contains(word)) }
    let document = try JSON(cutroom(["doctor", "--json"]).output)
    let version = try tool("ffmpeg", ["-version"]).text.split(separator: " ")[2].split(separator: "-")[0]
    #expect(document.engine.ffmpeg.string == String(version))
  }

  @Test(arguments: [
    ("analyze", ["--output", "--stages", "--jobs", "--scene-stats"]),
    ("scenes", ["--json", "--csv", "--min-scene-length", "--threads", "--scene-stats", "--timeout"]),
    ("probe", ["--timeout", "--max-pixels", "--max-duration"]),
    ("doctor", ["--json"]), ("schema", ["request", "analysis", "batch", "event", "probe"]), ("worker", []),
  ])
  func `help of every command lists its options and ends well`(command: String, options: [String]) throws {
    let outcome = try cutroom([command, "--help"])
    #expect(outcome.exitCode == 0)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.text.contains("usage: cutroom \(command)"))
    for option in options { #expect(outcome.text.contains(option), "\(option)") }
    #expect(outcome.lines.allSatisfy { $0.count <= 120 })
  }

  @Test func `help of analyze lists every option of the design that is built`() throws {
    let text = try cutroom(["analyze", "--help"]).text
    for option in [
      "output", "config", "stages", "min-scene-length", "frames-per-scene", "frame-format", "frame-width",
      "frame-quality",
      "languages", "text-region", "jobs", "threads", "timeout", "stall-timeout", "max-memory", "max-pixels",
      "max-duration", "extensions", "resume", "retry-failed", "fail-fast", "dry-run", "force", "work-dir", "json",
      "events", "log-level", "log-format", "quiet",
    ] {
      #expect(text.contains("--\(option)"), "\(option)")
    }
  }

  @Test func `the program's help names every command and its version is in every document`() throws {
    let help = try cutroom(["--help"])
    #expect(help.exitCode == 0)
    for command in ["analyze", "scenes", "probe", "doctor", "schema", "worker"] { #expect(help.text.contains(command)) }
    let version = try cutroom(["--version"])
    #expect(version.exitCode == 0)
    let number = try #require(version.text.split(whereSeparator: \.isWhitespace).last)
    #expect(number.split(separator: ".").count == 3)
    #expect(try JSON(cutroom(["probe", Film.plain()]).output).engine.version.string == String(number))
  }

  @Test func `a fork server without a command says so`() throws {
    let outcome = try cutroom(["fork-server"])
    #expect(outcome.exitCode == 2)
    #expect(outcome.errors.contains("for other commands to start"))
  }
}
