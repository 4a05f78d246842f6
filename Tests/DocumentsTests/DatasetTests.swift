import Documents
import Foundation
import Testing

struct DatasetTests {
  /// Two scenes that meet at tick 100, with the pictures, texts and sounds that are given.
  private func rows(_ rest: String) throws -> [DatasetRow] {
    func instant(_ pts: Int) -> String { "{\"pts\": \(pts), \"seconds\": \(Double(pts) / 100), \"frame\": \(pts / 4)}" }
    func scene(_ id: Int, _ start: Int, _ end: Int, _ kind: String) -> String {
      """
      {"id": \(id), "start": \(instant(start)), "end": \(instant(end)), "duration_seconds": \(Double(end - start) / 100),
       "transition_in": {"kind": "\(kind)", "confidence": 1}}
      """
    }
    let text = """
      {"status": "partial", "input": {"path": "a.mp4"}, "something_new": [1],
       "media": {"video": {"display_width": 64, "display_height": 36, "time_base": "1/100"}},
       "scenes": [\(scene(1, 0, 100, "start")), \(scene(2, 100, 300, "wipe"))]\(rest)}
      """
    return try JSONDecoder().decode(DatasetSource.self, from: Data(text.utf8)).rows(at: "clips/a.mp4/analysis.json")
  }

  @Test func `what was not looked for is absent, what was not found is empty`() throws {
    let bare = try rows("")
    #expect(bare.map(\.transitionOut) == ["wipe", "end"])
    #expect(bare.allSatisfy { $0.framePaths == nil && $0.text == nil && $0.silenceSeconds == nil })
    let empty = try rows(", \"frames\": [], \"text_tracks\": [], \"audio\": []")
    #expect(empty.allSatisfy { $0.framePaths == [] && $0.text == "" && $0.audioStreamIndex == nil })
  }

  @Test func `pictures belong to their scene, or to the one that they are shown in`() throws {
    func picture(_ file: String, _ pts: Int, _ more: String = "") -> String {
      "{\"file\": \"\(file)\", \"at\": {\"pts\": \(pts), \"seconds\": \(Double(pts) / 100), \"frame\": 0}\(more)}"
    }
    let found = try rows(
      ", \"frames\": [\(picture("f/1", 0)), \(picture("f/2", 99, ", \"scene_id\": 1")), \(picture("f/3", 100)), "
        + "\(picture("f/4", 299))]")
    #expect(found[0].framePaths == ["clips/a.mp4/f/1", "clips/a.mp4/f/2"])
    #expect(found[1].framePaths == ["clips/a.mp4/f/3", "clips/a.mp4/f/4"])
    #expect(found[1].frameSeconds == [1, 2.99])
  }

  @Test func `a text is in every scene that it is shown in`() throws {
    func track(_ id: Int, _ start: Int, _ end: Int) -> String {
      """
      {"id": \(id), "text": "t\(id)", "start": {"pts": \(start), "seconds": 0, "frame": 0}, "end": {"pts": \(end),
       "seconds": 0, "frame": 0}}
      """
    }
    // Until the boundary, across it, from it on, and past all of it.
    let found = try rows(
      ", \"text_tracks\": [\(track(1, 0, 100)), \(track(2, 50, 150)), \(track(3, 100, 200)), \(track(4, 0, 300))]")
    #expect(found.map(\.text) == ["t1\nt4\nt2", "t4\nt2\nt3"])
    #expect(found.map(\.textTrackIDs) == [[1, 4, 2], [4, 2, 3]])
  }

  @Test func `silence is counted where it lies`() throws {
    let found = try rows(
      """
      , "audio": [{"stream_index": 3, "loudness": {"integrated_lufs": -20.5},
        "silences": [{"start_seconds": 0.25, "end_seconds": 0.5}, {"start_seconds": 0.9, "end_seconds": 1.5},
        {"start_seconds": 2.9, "end_seconds": 9}]}]
      """)
    #expect(found.map(\.silenceSeconds) == [0.35, 0.6])
    #expect(found.map(\.audioStreamIndex) == [3, 3])
    #expect(found.map(\.filmIntegratedLUFS) == [-20.5, -20.5])
  }
}
