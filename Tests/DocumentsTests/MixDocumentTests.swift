import Documents
import Testing

/// Mix documents as they are read; wrong ones stand with the command's own tests.
@Suite struct MixDocumentTests {
  private func read(_ text: String) throws(DocumentError) -> MixDocument {
    try MixDocumentReader.read(Array(text.utf8))
  }

  @Test func everythingThatIsWrittenIsRead() throws {
    let document = try read(
      #"""
      {"schema_version": 1, "kind": "mix",
       "output": {"codec": "aac", "bit_rate": 160000, "sample_rate": 44100, "channels": 1, "duration": 30, "gain_db": -2,
                  "loudness": {"integrated_lufs": -18, "true_peak_dbtp": -2}, "metadata": {"title": "T"}, "cover": "c.png",
                  "chapters": [{"title": "One", "start": 0}], "also": [{"file": "b.mp3", "quality": 8}]},
       "tracks": [{"id": "m", "role": "music", "gap": 1, "gain_db": -3, "pan": 0.5, "solo": true,
                   "duck": {"under": ["v"], "amount_db": 8, "threshold_db": -30, "attack_ms": 20, "hold_ms": 60,
                            "release_ms": 500},
                   "clips": [{"source": "a.ogg", "stream": 1, "start": 2, "trim_start": 1, "trim_end": 4, "fade_in": 0.5,
                              "fade_curve": "s_curve", "loop": true}]},
                  {"id": "v", "trim_silence": true, "clips": [{"source": "b.wav", "trim_silence": false}]}]}
      """#)
    #expect(document.output.encoding == MixEncoding(codec: .aac, bitRate: 160_000))
    #expect(document.output.loudness == LoudnessTarget(integratedLUFS: -18, truePeakDBTP: -2))
    #expect(document.output.further == [MixFurtherOutput(file: "b.mp3", encoding: MixEncoding(quality: 8))])
    let duck = try #require(document.tracks[0].duck)
    #expect(duck.attack == 0.02 && duck.hold == 0.06 && duck.release == 0.5)
    #expect(duck.lookAhead == duck.attack)
    #expect(document.tracks[0].clips[0].fadeCurve == .sCurve)
    #expect(document.tracks[1].clips[0].trimSilence == nil)
  }

  @Test func presetsAreWhatTheyAreKnownFor() throws {
    for (name, level, peak) in [
      ("podcast", -16.0, -1.5), ("streaming", -14, -1), ("ebu-r128", -23, -1), ("atsc-a85", -24, -2),
    ] {
      let document = try read(
        "{\"output\": {\"loudness\": \"\(name)\"}, \"tracks\": [{\"id\": \"a\", \"clips\": [{\"source\": \"x\"}]}]}")
      #expect(document.output.loudness == LoudnessTarget(integratedLUFS: level, truePeakDBTP: peak))
    }
  }

  @Test func aWrongWordComesWithTheRightOne() {
    do {
      _ = try read(#"{"output": {"loudness": "podcats"}, "tracks": []}"#)
      Issue.record("it was read")
    } catch {
      #expect(error.message.contains("podcast") && error.message.hasPrefix("output.loudness"))
    }
  }
}
