import Foundation
import TestSupport
import Testing

/// Values in damaged files that no film has: they are damage of that file, not failures of the program or of the machine.
struct ImpossibleValueTests {
  private func document(of film: String, _ options: [String]) throws -> (batch: Batch, document: JSON) {
    let folder = try TemporaryFolder()
    let batch = try Batch([film], into: folder("out"), options, keeping: folder)
    return (batch, try batch.document((film as NSString).lastPathComponent))
  }

  @Test func `a packet said to be larger than memory is damage`() throws {
    let frame = 40
    let film = try Film.alter(Film.withSound(), "a frame of a gigabyte") { data in
      // The box of sample sizes: its name, version and flags, a common size, their number, then 4 bytes each.
      let sizes = data.range(of: Data("stsz".utf8))!.upperBound + 12
      data.replaceSubrange(sizes + 4 * frame..<sizes + 4 * frame + 4, with: [0x3f, 0xff, 0xff, 0xff])
    }
    let said = try run("/usr/bin/ffmpeg", ["-nostdin", "-v", "error", "-i", film, "-c", "copy", "-f", "null", "-"])
    #expect(said.errors.contains("Cannot allocate memory"), "the film is not what this test thinks it is")
    let (batch, document) = try document(of: film, ["--stages", "scenes,audio"])
    #expect(batch.outcome.exitCode == 1)
    #expect(document.status.string == "partial")
    #expect(document.errors.items.map { $0.code.string } == ["corrupt"])
    #expect((1...frame).contains(document.media.video.frame_count.int ?? 0))
    expectTiling(of: document)
  }

  @Test func `sound at a rate of nothing is counted as damage`() throws {
    let whole = try Film.make(["-f", "lavfi", "-i", "sine=d=2", "-ac", "2", "-b:a", "192k", "-c:a", "ac3"], as: "ts")
    // The first frame of sound begins in the third packet and needs more than the five that are left.
    let film = try Film.alter(whole, "five packets") { $0 = $0.prefix(5 * 188) }
    let (batch, document) = try document(of: film, ["--stages", "audio"])
    #expect(batch.outcome.exitCode == 0)
    #expect(document.errors.items.isEmpty)
    #expect(document.warnings.items.map { $0.code.string } == ["no_samples", "audio_decode_errors"])
  }

  @Test func `clips of a film that lost frames have the frames of their packets`() throws {
    // The boundary lies at the key frame of packet 100, of whose predecessors most cannot be decoded.
    let pictures = "[1:v]trim=duration=2,setpts=PTS-STARTPTS[b];[0:v][b]concat"
    let whole = try Film.make(
      [
        "-f", "lavfi", "-i", "testsrc2=s=160x120:d=4", "-f", "lavfi", "-i", "mandelbrot=s=160x120", "-filter_complex",
        pictures,
      ]
        + ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "25", "-lag-in-frames", "0"]
        + ["-auto-alt-ref", "0"], as: "webm")
    let film = try Film.make(["-i", whole, "-c", "copy", "-bsf:v", "noise=amount='if(key,0,lt(n,100)*3)'"], as: "webm")
    let (batch, document) = try document(of: film, ["--stages", "scenes", "--clips", "copy"])
    let last = try #require(document.clips.items.last)
    #expect((document.media.video.frame_count.int ?? 0) < (last.start.frame.int ?? 0), "the film lost too few frames")
    let folder = "\(batch.output)/\((film as NSString).lastPathComponent)"
    for clip in document.clips.items {
      let packets = try tool(
        "ffprobe",
        ["-v", "error", "-select_streams", "v", "-count_packets", "-show_entries", "stream=nb_read_packets"]
          + ["-of", "csv=p=0", "\(folder)/\(clip.file.string ?? "")"])
      #expect(packets.lines.first == "\(clip.frames.int ?? -1)")
      #expect((clip.frames.int ?? 0) > 0)
    }
  }

  @Test func `a clip of what cannot be decoded ends with its packets`() throws {
    // Of a hundred frames the first two can be decoded, with a boundary between them; key frames to cut at come later.
    let whole = try Film.make(
      [
        "-f", "lavfi", "-i", "testsrc2=s=160x120:d=0.04", "-f", "lavfi", "-i", "mandelbrot=s=160x120",
        "-filter_complex",
        "[1:v]trim=duration=3.96,setpts=PTS-STARTPTS[b];[0:v][b]concat", "-c:v", "libx264", "-bf", "0", "-g", "25",
        "-sc_threshold", "0", "-movflags", "+faststart",
      ], as: "mp4")
    let places = try tool("ffprobe", ["-v", "error", "-show_entries", "packet=pos,size", "-of", "csv=p=0", whole]).lines
      .map { $0.split(separator: ",").compactMap { Int($0) } }
    let film = try Film.alter(whole, "empty slices from the third frame on") { data in
      // The length and the kind of a slice stay.
      for place in places.dropFirst(2) {
        data.replaceSubrange(place[1] + 5..<place[1] + place[0], with: Data(count: place[0] - 5))
      }
    }
    let (_, document) = try document(of: film, ["--stages", "scenes", "--clips", "copy", "--min-scene-length", "0"])
    #expect(document.media.video.frame_count.int == 2 && document.scenes.items.count == 2, "\(document.scenes)")
    let last = try #require(document.clips.items.last)
    #expect(document.clips.items.count == 2 && last.end.frame.int == 100)
    #expect(abs((last.end.seconds.double ?? 0) - 4) < 0.002 && (last.duration_seconds.double ?? 0) > 2)
  }

  @Test func `sound that is said to come hours after the last picture is in no clip`() throws {
    // From the 101st of 150 packets on, eleven hours later.
    let film = try Film.make(
      ["-i", Film.withSound(), "-c", "copy", "-bsf:a", "setts=ts=PTS+gte(N\\,100)*40000000"], as: "mkv")
    let (batch, document) = try document(of: film, ["--stages", "scenes", "--clips", "encode"])
    #expect(document.warnings.items.contains { $0.code.string == "sound_left_out" })
    #expect(document.clips.items.count == Film.cuts.count)
    let clip = "\(batch.output)/\((film as NSString).lastPathComponent)/\(document.clips.items.last?.file.string ?? "")"
    let seconds = try tool("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", clip]).lines
      .first
    // The last of the scenes has 25 frames.
    #expect(abs((seconds.flatMap(Double.init) ?? 0) - 1) < 0.05)
  }
}
