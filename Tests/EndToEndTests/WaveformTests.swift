import Foundation
import TestSupport
import Testing

/// Waveforms against sounds whose shape is known in a closed form.
struct WaveformTests {
  /// Ten seconds of silence but for a 1 kHz tone of half of full scale, from 4 s to 6 s; and twelve seconds of picture.
  private static func burst(_ more: [String] = []) throws -> String {
    try Film.make(
      [
        "-f", "lavfi", "-i", "testsrc2=s=64x36:r=25:d=12", "-f", "lavfi", "-i",
        "aevalsrc='if(between(t,4,6),0.5*sin(2*PI*1000*t),0)':s=48000:d=10", "-c:v", "ffv1", "-c:a", "pcm_s16le",
      ] + more, as: "mkv")
  }

  /// The rows of a column that are not paper, from top to bottom.
  private static func rows(_ picture: Pixels, _ x: Int, where isInk: ([Int]) -> Bool) -> [Int] {
    (0..<picture.height).filter { isInk(picture[x, $0]) }
  }

  @Test(arguments: [["--stages", "scenes,audio"], ["--stages", "none"]])
  func `a burst of sound stands where and as high as it is`(stages: [String]) throws {
    let folder = try TemporaryFolder()
    let batch = try Batch([folder.copy(Self.burst(), to: "film.mkv")], into: folder("out"), stages + ["--waveform"])
    let waveform = try batch.document("film.mkv").waveforms[0]
    #expect(waveform.stream_index.int == 1 && waveform.file.string == "waveform-1.png")
    #expect(waveform.start_seconds.double == 0 && waveform.end_seconds.double == 12)
    let picture = try Pixels("\(batch.output)/film.mkv/waveform-1.png")
    #expect(picture.width == waveform.width.int && picture.height == waveform.height.int)
    // Twelve seconds over 1600 columns; the stretches that the sound is kept in are a fifth of a column at most.
    let (begin, end) = (4.0 / 12 * 1600, 6.0 / 12 * 1600)
    let reach = Double(picture.height - 1) / 2
    for x in 0..<picture.width {
      let ink = Self.rows(picture, x) { $0[0] < 240 }
      let dark = Self.rows(picture, x) { $0[0] < 100 }
      if Double(x) > begin, Double(x + 1) < end {
        #expect(abs(Double(ink.count - 1) / 2 - 0.5 * reach) <= 1, "column \(x): \(ink.count)")
        #expect(abs(Double(dark.count - 1) / 2 - 0.5 / 2.0.squareRoot() * reach) <= 1.5, "column \(x): \(dark.count)")
      } else if Double(x + 2) < begin || Double(x - 1) > end {
        #expect(ink.count <= 2, "column \(x): \(ink.count)")
      }
    }
  }

  @Test func `the numbers say the same, in the format of audiowaveform`() throws {
    let folder = try TemporaryFolder()
    let batch = try Batch(
      [folder.copy(Self.burst(), to: "film.mkv")], into: folder("out"), ["--stages", "none", "--waveform"])
    let data = try JSON(contents(of: "\(batch.output)/film.mkv/waveform-1.json"))
    #expect(data.version.int == 2 && data.channels.int == 1 && data.sample_rate.int == 48_000 && data.bits.int == 8)
    let (stretch, values) = (try #require(data.samples_per_pixel.int), data.data.items.compactMap(\.int))
    let length = try #require(data.length.int)
    #expect(values.count == 2 * length && length * stretch >= 12 * 48_000 && (length - 1) * stretch < 12 * 48_000)
    for index in 0..<length {
      let (start, end) = (index * stretch, (index + 1) * stretch)
      let extent = (values[2 * index], values[2 * index + 1])
      if start >= 4 * 48_000, end <= 6 * 48_000 { #expect(extent.0 <= -60 && extent.1 >= 60, "\(index)") }
      if end <= 4 * 48_000 || start > 6 * 48_000 { #expect(extent == (0, 0), "\(index)") }
      #expect(extent.0 >= -64 && extent.1 <= 64)
    }
  }

  @Test func `tracks share one axis, and one that begins late is drawn late`() throws {
    let film = try Film.make(
      [
        "-f", "lavfi", "-i", "testsrc2=s=64x36:r=25:d=4", "-f", "lavfi", "-i", "sine=440:d=4", "-itsoffset", "6", "-f",
        "lavfi", "-i", "sine=880:d=2", "-map", "0", "-map", "1", "-map", "2", "-c:v", "ffv1", "-c:a", "flac",
      ], as: "mkv")
    let folder = try TemporaryFolder()
    let batch = try Batch(
      [folder.copy(film, to: "film.mkv")], into: folder("out"), ["--stages", "audio", "--waveform"])
    let waveforms = try batch.document("film.mkv").waveforms.items
    #expect(waveforms.map { $0.stream_index.int } == [1, 2])
    #expect(waveforms.allSatisfy { abs(($0.end_seconds.double ?? 0) - 8) < 0.01 })
    let inked = try waveforms.map { waveform in
      let picture = try Pixels("\(batch.output)/film.mkv/\(waveform.file.string ?? "")")
      return (0..<picture.width).filter { Self.rows(picture, $0) { $0[0] < 240 }.count > 4 }
    }
    #expect(inked[0].first! <= 1 && abs(inked[0].last! - 800) <= 2)
    #expect(abs(inked[1].first! - 1200) <= 2 && inked[1].last! >= 1597)
  }
}
