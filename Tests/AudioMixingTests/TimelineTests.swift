import AudioMixing
import Documents
import Media
import Testing

/// Where clips land, without any sound.
@Suite struct TimelineTests {
  private func timeline(_ tracks: String, output: String = "{}", frames: Int = 48_000) throws -> Timeline {
    let document = try MixDocumentReader.read(Array("{\"output\": \(output), \"tracks\": \(tracks)}".utf8))
    return try Timeline(document) { _ in
      SourceFacts(sampleRate: 24_000, channels: [.center], frames: frames / 2, audible: 6000..<12_000)
    }
  }

  @Test func `clips follow one another after the track's gap`() throws {
    let found = try timeline(
      #"[{"id": "a", "gap": 0.25, "clips": [{"source": "x"}, {"source": "x"}, {"source": "x", "gap_before": 1}, {"source": "x", "start": 10}, {"source": "x"}]}]"#
    )
    #expect(found.clips.map(\.start) == [0, 60_000, 156_000, 480_000, 540_000])
    #expect(found.length == 588_000)
  }

  @Test func `the programme ends with its last clip that does not loop`() throws {
    let found = try timeline(
      #"[{"id": "a", "clips": [{"source": "x", "start": 2}]}, {"id": "b", "clips": [{"source": "x", "start": 0, "loop": true, "fade_out": 1}]}]"#
    )
    #expect(found.length == 144_000)
    #expect(found.clips.map(\.length) == [144_000, 48_000])
  }

  @Test func `a crossfade with a start of its own cuts the clip before`() throws {
    let found = try timeline(
      #"[{"id": "a", "role": "speech", "clips": [{"source": "x"}, {"source": "x", "start": 0.5, "crossfade": 0.1}]}]"#)
    #expect(found.clips[0].length == 28_800)
    #expect(found.clips[0].crossfadeOut == 4800 && found.clips[1].crossfadeIn == 4800)
  }

  @Test func `a crossfade longer than its clip is shortened, one without a neighbour has no effect`() throws {
    let found = try timeline(
      #"[{"id": "a", "clips": [{"source": "x", "crossfade": 1}, {"source": "x", "crossfade": 3}]}]"#)
    #expect(found.warnings.map(\.code) == ["crossfade_unused", "crossfade_shortened"])
    #expect(found.clips[1].start == 0)
  }

  @Test func `silence is trimmed at the source's rate, padding kept`() throws {
    let found = try timeline(
      #"[{"id": "a", "trim_silence": {"padding": 0.1}, "clips": [{"source": "x"}]}]"#)
    #expect(found.clips[0].sourceStart == 12_000 - 4800)
    #expect(found.clips[0].length == 12_000 + 9600)
  }

  @Test func `what begins after a loop to the end needs a start`() throws {
    #expect(throws: DocumentError.self) {
      try timeline(
        #"[{"id": "a", "clips": [{"source": "x", "loop": true}, {"source": "x"}]}]"#, output: #"{"duration": 5}"#)
    }
  }

  @Test func `times are rounded to the nearest sample, without adding up`() throws {
    let clips = (0..<1000).map { _ in #"{"source": "x", "duration": 0.1}"# }.joined(separator: ",")
    let found = try timeline("[{\"id\": \"a\", \"clips\": [\(clips)]}]", output: #"{"sample_rate": 44100}"#)
    #expect(found.clips.last?.start == 999 * 4410)
  }
}
