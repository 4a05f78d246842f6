import Foundation
import TestSupport
import Testing

/// Pages whose names and texts try to be something else, and pages of unusual size.
@Suite(.serialized) struct ReportHostileTests {
  static let names = [
    "#hash?query%41&amp;.mp4", "%2e%2e%2f.mp4", "<img src=x onerror=hacked=1>.mp4", "<!--<script>.mp4",
    "\"'` onload=hacked=1.mp4", "back\\slash.mp4", "new\nline\t.mp4", "größe-映画-🎬-é-e\u{301}.mp4", "סרט ארוך.mp4",
    "javascript:hacked=1.mp4", " space .mp4", "\u{202E}4pm.mp4", "]]>{{DATA}}{{SCRIPT}}.mp4",
  ]

  @Test func `names of any letters are shown as they are, and their pictures and films are found`() async throws {
    let folder = try TemporaryFolder()
    for name in Self.names { try folder.copy(Film.plain(), to: "in/\(name)") }
    try folder.copy(Film.plain(), to: "in/<b>/#?/x.mp4")
    let batch = try Batch(["in"], into: "out", ["--stages", "scenes,frames", "--report"], in: folder.path)
    #expect(batch.outcome.exitCode == 0)
    let address = Browser.address(folder("out/report.html"))
    var steps: [Browser.Step] = [
      .open(address), .until("document.querySelectorAll('.thumb img').length === \(Self.names.count + 1)"),
      .evaluate("[...document.querySelectorAll('#files-table tbody a bdi')].map((e) => e.textContent)"),
    ]
    for index in 1...Self.names.count + 1 {
      steps += [
        .open("\(address)#/\(index)"), .until("document.querySelector('video').readyState > 0"),
        .until("[...document.querySelectorAll('.cards img')].filter((i) => i.complete && i.naturalWidth).length === 3"),
        .evaluate("document.querySelector('#film-title').textContent"), .evaluate("String(window.hacked)"),
      ]
    }
    let visit = try await Browser.visit(steps)
    #expect(visit.console == [])
    #expect(Set(visit.values[0].items.compactMap(\.string)) == Set(Self.names + ["x.mp4"]))
    let rest = visit.values.dropFirst().compactMap(\.string)
    #expect(Set(rest) == Set(Self.names + ["x.mp4", "undefined"]))
  }

  /// A page of one film, whose document is changed first.
  private func page(_ change: (inout [String: Any]) -> Void) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.copy(Film.withSound(), to: "in/film.mp4")
    _ = try Batch(["in"], into: "out", ["--stages", "scenes,frames,audio"], in: folder.path)
    let path = folder("out/film.mp4/analysis.json")
    var document = try #require(try JSONSerialization.jsonObject(with: contents(of: path)) as? [String: Any])
    change(&document)
    try folder.write(JSONSerialization.data(withJSONObject: document), to: "out/film.mp4/analysis.json")
    #expect(try cutroom(["report", "out"], in: folder.path).exitCode == 0)
    return folder
  }

  private func instant(_ seconds: Double) -> [String: Any] {
    ["pts": 0, "seconds": seconds, "frame": Int(seconds * 25)]
  }

  private func track(_ index: Int, _ text: String) -> [String: Any] {
    let start = Double(index) * 0.2
    var track: [String: Any] = ["id": index + 1, "text": text, "language": "<b>", "confidence": 0.9, "lines": [Any]()]
    track["start"] = instant(start)
    track["end"] = instant(start + 0.5)
    return track
  }

  /// Scenes of half a second.
  private func scene(_ index: Int) -> [String: Any] {
    let transition: [String: Any] = ["kind": index == 0 ? "start" : "cut", "confidence": 0.9]
    let start = Double(index) / 2
    return ["id": index + 1, "start": instant(start), "end": instant(start + 0.5), "transition_in": transition]
  }

  private func frame(_ index: Int) -> [String: Any] {
    ["id": index + 1, "scene_id": index + 1, "at": instant(Double(index) / 2), "file": "frames/scene-0001.jpg"]
  }

  @Test func `texts of a film are text and nothing else`() async throws {
    let texts = [
      "</script><script>hacked=1</script>", "<img src=x onerror=hacked=1>", "<!-- <script> ]]>",
      "\u{2028}\u{2029}\u{0}\u{7f}\\\"",
      "שלום עולם", "{{DATA}} ${hacked=1} `", "a < b && c > d",
    ]
    let folder = try page { document in
      document["text_tracks"] = texts.enumerated().map { track($0.offset, $0.element) }
      document["warnings"] = [["code": "<i>", "message": "<svg onload=hacked=1>"]]
      document["outputs"] = [["kind": "<b>", "path": "javascript:hacked=1"]]
    }
    let raw = String(decoding: try contents(of: folder("out/report.html")), as: UTF8.self)
    let visit = try await Browser.visit([
      .open(Browser.address(folder("out/report.html")) + "#/1"),
      .until("document.querySelector('video').readyState > 0"),
      .evaluate("[...document.querySelectorAll('.texts .text')].map((e) => e.textContent)"),
      .evaluate("getComputedStyle(document.querySelectorAll('.texts .text')[4]).direction"),
      .evaluate("document.querySelectorAll('#film script, #film svg, .problems i').length"),
      .click(".links li:last-child a"), .evaluate("String(window.hacked)"),
    ])
    #expect(visit.values[0].items.compactMap(\.string) == texts)
    #expect(visit.values[1].string == "rtl")
    #expect(visit.values[2].int == 0)
    #expect(visit.values[3].string == "undefined")
    #expect(!raw.contains("<img src=x") && !raw.contains("<svg"))
  }

  @Test func `nothing from outside is let in, and no script but the page's own`() async throws {
    let folder = try page { _ in }
    var raw = String(decoding: try contents(of: folder("out/report.html")), as: UTF8.self)
    let own = raw.components(separatedBy: "type=\"application/json\"")[0]
    #expect(!own.contains("http://") && !own.contains("https://"))
    raw = raw.replacingOccurrences(
      of: "</body>",
      with: """
        <script>hacked=1</script><img src="http://127.0.0.1:9/x.png" onerror="hacked=2"><style>body { display: none }</style>
        <iframe src="http://127.0.0.1:9/"></iframe></body>
        """)
    try folder.write(raw, to: "out/changed.html")
    let visit = try await Browser.visit([
      .open(Browser.address(folder("out/changed.html"))), .evaluate("String(window.hacked)"),
      .evaluate("getComputedStyle(document.body).display"),
      .evaluate("document.querySelectorAll('#files-table tbody tr').length"),
    ])
    #expect(visit.values.map(\.string) == ["undefined", "block", nil])
    #expect(visit.values[2].int == 1, "the page's own script does run")
    #expect(visit.console.filter { $0.contains("Content Security Policy") }.count >= 4)
    #expect(!visit.console.contains { $0.contains("ERR_CONNECTION") })
  }

  @Test func `ten thousand scenes cost no more than those in view`() async throws {
    let total = 10_000
    let folder = try page { document in
      document["scenes"] = (0..<total).map(scene)
      document["frames"] = (0..<total).map(frame)
    }
    let cards = "document.querySelectorAll('.cards li').length"
    let visit = try await Browser.visit([
      .open(Browser.address(folder("out/report.html")) + "#/1"), .until("document.querySelector('.cards img')"),
      .evaluate(cards), .evaluate("document.querySelector('.cards button').focus()"), .key("End"),
      .evaluate("document.activeElement.getAttribute('aria-label')"), .evaluate(cards), .key("PageUp"),
      .key("ArrowLeft"),
      .evaluate("document.activeElement.parentElement.getAttribute('aria-posinset') < \(total)"), .key("Home"),
      .evaluate("document.activeElement.getAttribute('aria-label')"), .evaluate(cards),
      .click(".tools button:nth-child(2)"), .click(".tools button:nth-child(2)"),
      .evaluate("document.querySelector('.axis').clientWidth / document.querySelector('.lanes-view').clientWidth"),
      .screenshot("\(Browser.pictures)/ten-thousand.png"),
    ])
    #expect(visit.console == [])
    for index in [0, 3, 6] { #expect((3...100).contains(visit.values[index].int ?? 0), "\(index)") }
    #expect(visit.values[2].string == "Scene 10000, 1:23:19.5, cut")
    #expect(visit.values[4].bool == true)
    #expect(visit.values[5].string == "Scene 1, 00:00.0, start")
    #expect(abs((visit.values[7].double ?? 0) - 4) < 0.01)
  }

  @Test func `pictures without scenes are a filmstrip of their own`() async throws {
    let folder = try page { $0["scenes"] = nil }
    let visit = try await Browser.visit([
      .open(Browser.address(folder("out/report.html")) + "#/1"),
      .until("document.querySelector('video').readyState > 0 && document.querySelectorAll('.cards img').length === 3"),
      .evaluate("document.querySelector('#scenes-title').textContent"),
      .evaluate("document.querySelector('.cards button').getAttribute('aria-label').split(',')[0]"),
      .click(".cards li:nth-child(2) button"), .evaluate("document.querySelector('video').currentTime"),
    ])
    #expect(visit.console == [])
    #expect(visit.values[0].string == "Pictures" && visit.values[1].string == "Picture 1")
    let picture = try JSON(contents(of: folder("out/film.mp4/analysis.json"))).frames[1]
    #expect(abs((visit.values[2].double ?? 0) - (picture.at.seconds.double ?? -1)) < 0.001)
  }

  @Test func `a waveform lies on the axis, and thumbnails show under the mouse`() async throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.withSound(), to: "in/film.mp4")
    _ = try Batch(["in"], into: "out", ["--stages", "scenes,frames,audio"], in: folder.path)
    let place = folder("out/film.mp4")
    _ = try tool(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "color=red:s=1600x160", "-frames:v", "1", "\(place)/waveform-1.png"])
    try FileManager.default.createDirectory(atPath: "\(place)/sprites", withIntermediateDirectories: true)
    _ = try tool(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180", "-frames:v", "1", "\(place)/sprites/sheet-1.jpg"])
    try folder.write(
      """
      WEBVTT

      00:00:00.000 --> 00:00:01.000
      sprites/sheet-1.jpg#xywh=0,0,160,90

      00:01.000 --> 00:03.200
      sprites/sheet-1.jpg#xywh=160,90,160,90

      """, to: "out/film.mp4/sprites.vtt")
    var document = try #require(
      try JSONSerialization.jsonObject(with: contents(of: "\(place)/analysis.json")) as? [String: Any])
    document["outputs"] = [
      ["kind": "waveform", "path": "waveform-1.png"], ["kind": "sprites", "path": "sprites.vtt"],
    ]
    try folder.write(JSONSerialization.data(withJSONObject: document), to: "out/film.mp4/analysis.json")
    #expect(try cutroom(["report", "out"], in: folder.path).exitCode == 0)
    let box = { (name: String) in
      "(() => { const b = document.querySelector('\(name)').getBoundingClientRect(); return [b.left, b.right]; })()"
    }
    let visit = try await Browser.visit([
      .open(Browser.address(folder("out/report.html")) + "#/1"),
      .until("document.querySelector('.waveform')?.naturalWidth === 1600"), .evaluate(box(".waveform")),
      .evaluate(box(".axis")),
      .click(".axis"), .until("document.querySelector('.tip .sprite')"),
      .evaluate("getComputedStyle(document.querySelector('.tip .sprite')).backgroundPosition"),
      .evaluate("document.querySelector('.tip').textContent"),
    ])
    #expect(visit.console == [])
    #expect(visit.values[0].items.count == 2 && visit.values[0] == visit.values[1])
    #expect(visit.values[2].string == "-160px -90px")
    #expect(visit.values[3].string == "00:01.6 · scene 2")
  }

  @Test func `a thousand files are paged, found and sorted`() async throws {
    let folder = try TemporaryFolder()
    let lines = (1...1000).map { index in
      """
      {"path": "in/film \(index).mp4", "status": "\(index % 10 == 0 ? "failed" : "succeeded")", "params_digest": "-", "engine": "-", \
      "attempts": 1, "bytes": \(index * 1000), "errors": \(index % 10 == 0 ? "[{\"code\": \"corrupt\", \"message\": \"-\", \"retryable\": false}]" : "[]")}
      """
    }
    try folder.write(lines.joined(separator: "\n") + "\n", to: "out/results.jsonl")
    #expect(try cutroom(["report", folder("out")]).exitCode == 0)
    let first = "document.querySelector('#files-table tbody a').textContent"
    let rows = "document.querySelectorAll('#files-table tbody tr').length"
    let visit = try await Browser.visit([
      .open(Browser.address(folder("out/report.html"))), .evaluate(rows), .click("#files-pager [data-step=next]"),
      .evaluate(first),
      .evaluate("document.activeElement.dataset.step"),
      .evaluate(
        "const s = document.querySelector('#files-pager select'); s.value = '19'; s.dispatchEvent(new Event('change'))"),
      .evaluate(first), .evaluate("document.querySelector('#files-pager [data-step=next]').disabled"),
      .click("#files-table th:last-child button"), .evaluate(first),
      .evaluate("document.querySelector('#files-table th:last-child').getAttribute('aria-sort')"),
      .evaluate("const f = document.querySelector('#find'); f.value = 'FILM 77'; f.dispatchEvent(new Event('input'))"),
      .evaluate(rows),
      .evaluate(
        "const t = document.querySelector('#status'); t.value = 'failed'; t.dispatchEvent(new Event('change'))"),
      .evaluate(rows),
      .evaluate("document.querySelector('#found').textContent"),
      .evaluate("document.querySelector('#totals').textContent"),
    ])
    #expect(visit.console == [])
    let values = visit.values
    #expect(values[0].int == 50 && values[1].string == "film 51.mp4" && values[2].string == "next")
    #expect(values[4].string == "film 951.mp4" && values[5].bool == true)
    #expect(values[6].string == "film 1000.mp4" && values[7].string == "descending")
    // 77 and 770 to 779; of those 770 failed.
    #expect(values[9].int == 11 && values[11].int == 1 && values[12].string == "1 of 1,000")
    #expect(values[13].string?.contains("failed100") == true)
  }
}
