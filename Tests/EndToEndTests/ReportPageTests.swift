import Foundation
import TestSupport
import Testing

/// The page of a batch as a browser shows it, from the disk. Pictures of it are kept in `.build/report-pictures`.
@Suite(.serialized) struct ReportPageTests {
  /// Films of many kinds and two files that are none, with a page.
  private static let batch = Result {
    let folder = try TemporaryFolder()
    try folder.copy(Film.withSound(), to: "in/a film.mp4")
    let master = try Film.master()
    try folder.copy(
      Film.make(["-i", master, "-vf", "scale=120:214", "-c:v", "libx264"], as: "mp4"), to: "in/b portrait.mp4")
    try folder.copy(Film.make(["-i", master, "-frames:v", "1", "-c:v", "libx264"], as: "mp4"), to: "in/c short.mp4")
    try folder.copy(Film.make(["-i", master, "-c:v", "mpeg1video", "-r", "25"], as: "mpg"), to: "in/d old.mpg")
    let beep = "aevalsrc='if(lt(mod(t,2),1),0.2*sin(2800*t),0)':s=48000:d=6"
    try folder.copy(Film.make(["-f", "lavfi", "-i", beep, "-c:a", "libvorbis"], as: "ogg"), to: "in/e sound.ogg")
    try folder.write("no film", to: "in/f words.mp4")
    let film = try Film.make(["-i", master, "-c:v", "libx264", "-g", "10"], as: "mkv")
    try folder.copy(Film.alter(film, "cut off") { $0.removeLast($0.count / 3) }, to: "in/g cut off.mkv")
    _ = try Batch(["in"], into: "out", ["--stages", "scenes,frames,audio", "--report"], in: folder.path)
    return folder
  }

  private static func page(_ folder: TemporaryFolder, _ fragment: String = "") -> String {
    Browser.address(folder("out/report.html")) + fragment
  }

  /// True once every picture in view is there; a picture that cannot be shown is replaced by `.no-picture`.
  private static let picturesAreThere = """
    [...document.images].filter((i) => { const b = i.getBoundingClientRect();
      return i.offsetParent && b.top < innerHeight && b.bottom > 0 && b.left < innerWidth && b.right > 0; })
      .every((i) => i.complete && i.naturalWidth > 0)
    """
  private static let settled = "new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(0), 100)))"
  private static let canPlay = "document.querySelector('video').readyState > 0"

  private static func shot(_ name: String) -> [Browser.Step] {
    [.until(picturesAreThere), .evaluate(settled), .screenshot("\(Browser.pictures)/\(name).png")]
  }

  @Test func `files and films are shown without a word in the console`() async throws {
    let folder = try Self.batch.get()
    var steps: [Browser.Step] = [
      .open(Self.page(folder)),
      .evaluate("[...document.querySelectorAll('#files-table tbody bdi')].map((e) => e.textContent)"),
      .evaluate("[...document.querySelectorAll('#files-table .status')].map((e) => e.textContent)"),
      .evaluate("document.querySelectorAll('#files-table .thumb img').length"),
    ]
    for (name, features) in [
      ("light", ["width": 1280, "height": 900]), ("dark", ["width": 1280, "height": 900, "dark": true]),
      ("phone", ["width": 390, "height": 844]), ("phone-dark", ["width": 390, "height": 844, "dark": true]),
    ] as [(String, [String: Any])] {
      steps += [.media(features), .open(Self.page(folder))] + Self.shot("files-\(name)")
      steps += [.evaluate("document.documentElement.scrollWidth <= innerWidth")]
      steps += [.open(Self.page(folder, "#/1")), .until(Self.canPlay)] + Self.shot("film-\(name)")
      steps += [.evaluate("document.documentElement.scrollWidth <= innerWidth")]
      for index in 2...7 {
        steps += [.open(Self.page(folder, "#/\(index)")), .evaluate(Self.settled), .until(Self.picturesAreThere)]
      }
    }
    let visit = try await Browser.visit(steps)
    #expect(visit.console == [])
    let names = visit.values[0].items.compactMap(\.string).filter { $0 != "in/" }
    #expect(
      names == [
        "a film.mp4", "b portrait.mp4", "c short.mp4", "d old.mpg", "e sound.ogg", "f words.mp4", "g cut off.mkv",
      ])
    #expect(
      visit.values[1].items.compactMap(\.string) == [
        "succeeded", "succeeded", "succeeded", "succeeded", "succeeded", "failed", "partial",
      ])
    #expect(visit.values[2].int ?? 0 >= 4)
    #expect(!visit.values.contains(.bool(false)), "something is wider than the window")
  }

  @Test func `a click on a scene, a text or the axis goes there in the player`() async throws {
    let folder = try Self.batch.get()
    let time = "document.querySelector('video').currentTime"
    let visit = try await Browser.visit([
      .open(Self.page(folder, "#/1")), .until(Self.canPlay), .click(".cards li:nth-child(2) button"), .evaluate(time),
      .until("!document.querySelector('video').seeking"),
      .evaluate("document.querySelector('.cards .current button').getAttribute('aria-label')"),
      .evaluate("parseFloat(document.querySelector('.playhead').style.left)"),
      .click(".axis"), .evaluate(time), .evaluate("document.querySelector('.axis').getAttribute('aria-valuetext')"),
      .open(Self.page(folder, "#/1/2.5")), .evaluate(time),
    ])
    #expect(visit.console == [])
    // Frame 30 of 25 a second: not the one before it.
    let second = try #require(visit.values[0].double)
    #expect(second >= 1.2 && second < 1.21)
    #expect(visit.values[1].string == "Scene 2, 00:01.2, cut")
    #expect(abs((visit.values[2].double ?? 0) - 100 * 1.2 / 3.2) < 1)
    #expect(abs((visit.values[3].double ?? 0) - 1.6) < 0.05, "the middle of 3.2 s")
    #expect(visit.values[4].string == "00:01.6, scene 2")
    #expect(abs((visit.values[5].double ?? 0) - 2.5) < 0.01)
  }

  @Test func `the player shows the first frame of the scene, not the one before`() async throws {
    let folder = try TemporaryFolder()
    // At 30 frames a second scene 3 begins at 1.8333…, which the document rounds down.
    let film = try Film.make(
      ["-i", Film.master(), "-vf", "setpts=N/(30*TB)", "-r", "30", "-c:v", "libx264", "-bf", "2"], as: "mp4")
    try folder.copy(film, to: "in/film.mp4")
    _ = try Batch(["in"], into: "out", ["--stages", "scenes,frames", "--report"], in: folder.path)
    let visit = try await Browser.visit([
      .open(Self.page(folder, "#/1")), .until("document.querySelector('video').readyState > 1"),
      .evaluate(
        """
        (() => { const film = document.querySelector("video");
          const note = (now, frame) => { window.shownAt = frame.mediaTime; film.requestVideoFrameCallback(note); };
          film.requestVideoFrameCallback(note); })()
        """),
      .click(".cards li:nth-child(3) button"), .until("window.shownAt > 1"), .evaluate("window.shownAt"),
    ])
    #expect(abs((visit.values[1].double ?? 0) - 55.0 / 30) < 0.001)
  }

  @Test func `everything is reached by keys, and the focus is seen`() async throws {
    let folder = try Self.batch.get()
    let label = "document.activeElement.getAttribute('aria-label')"
    let time = "document.querySelector('video').currentTime"
    let toStrip = "document.activeElement.closest('.cards') !== null"
    var steps: [Browser.Step] = [.open(Self.page(folder)), .key("Tab"), .evaluate("document.activeElement.className")]
    // Skip link, title, search, status and eight headings, then the first film.
    steps += Array(repeating: .key("Tab"), count: 12)
    steps += [
      .evaluate("document.activeElement.textContent"), .key("Enter"), .until("document.querySelector('video')"),
    ]
    steps += [.evaluate("document.activeElement.id"), .until(Self.canPlay)]
    for _ in 0..<40 { steps += [.evaluate("\(toStrip) || document.activeElement.blur"), .key("Tab")] }
    let reach = try await Browser.visit(steps)
    #expect(reach.values[0].string == "skip")
    #expect(reach.values[1].string == "a film.mp4")
    #expect(reach.values[2].string == "film-title")
    #expect(reach.values.dropFirst(3).contains(.bool(true)), "Tab never came to the scenes")

    let visit = try await Browser.visit([
      .open(Self.page(folder, "#/1")), .until(Self.canPlay),
      .evaluate("document.querySelectorAll('.cards button[tabindex=\"0\"]').length"),
      .evaluate("document.querySelector('.cards button[tabindex=\"0\"]').focus()"), .key("ArrowRight"),
      .evaluate(label), .key("Enter"), .evaluate(time), .key("End"), .evaluate(label), .key("Home"), .evaluate(label),
      .evaluate("getComputedStyle(document.activeElement).outlineStyle"),
      .evaluate("document.querySelector('.axis').focus()"), .key("End"), .key("ArrowLeft"), .evaluate(time),
      .key("PageUp"),
      .evaluate(time), .key("Home"), .evaluate(time),
    ])
    #expect(visit.values[0].int == 1)
    #expect(visit.values[2].string == "Scene 2, 00:01.2, cut")
    #expect(abs((visit.values[3].double ?? 0) - 1.2) < 0.01)
    #expect(visit.values[4].string == "Scene 3, 00:02.2, cut")
    #expect(visit.values[5].string == "Scene 1, 00:00.0, start")
    #expect(visit.values[6].string == "solid")
    let (left, page, home) = (visit.values[8].double ?? 0, visit.values[9].double ?? 0, visit.values[10].double ?? 1)
    #expect(left > 2.15 && left < 2.3, "a second before the end")
    #expect(page == home || abs(page - 1.2) < 0.01, "the begin of the scene before")
    #expect(home < 0.001)
    #expect(visit.console == [])
  }

  @Test func `readers find landmarks, headings, a table and scenes by name`() async throws {
    let folder = try Self.batch.get()
    let visit = try await Browser.visit([
      .open(Self.page(folder)), .tree, .open(Self.page(folder, "#/1")), .until(Self.canPlay), .tree,
    ])
    func pairs(_ tree: JSON) -> [String] { tree.items.map { "\($0[0].string ?? "") \($0[1].string ?? "")" } }
    let list = pairs(visit.values[0])
    for wanted in [
      "main ", "banner ", "heading Cutroom report", "heading Files",
      "table Files of the batch; the column headings sort",
      "columnheader Scenes", "searchbox Find", "combobox Status", "link a film.mp4",
    ] { #expect(list.contains(wanted), "\(wanted)") }
    #expect(list.contains { $0.hasPrefix("rowheader a film.mp4") })
    let film = pairs(visit.values[1])
    for wanted in [
      "heading a film.mp4", "heading Timeline", "heading Scenes", "heading Sound", "slider Place in the film",
      "button Scene 1, 00:00.0, start", "button Scene 3, 00:02.2, cut", "Video Player of a film.mp4",
      "button Show less, larger", "navigation Films",
    ] { #expect(film.contains(wanted), "\(wanted)") }
  }

  /// Contrast after WCAG 2.2 of every text in view, with translucent backgrounds laid over those below; what is under 4.5, or 3 where
  /// the text is large.
  private static let poorContrast = """
    (() => {
      const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
      const rgba = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
      const over = (top, below) => top.slice(0, 3).map((v, i) => v * top[3] + below[i] * (1 - top[3]));
      const ground = (e) => e ? over(rgba(getComputedStyle(e).backgroundColor), ground(e.parentElement)) : [255, 255, 255];
      const light = (c) => c.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
      const poor = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const e = walker.currentNode.parentElement;
        if (!walker.currentNode.textContent.trim() || !e.offsetParent || e.closest("[disabled], script, option")) continue;
        const style = getComputedStyle(e), below = ground(e);
        const [a, b] = [light(over(rgba(style.color), below)), light(below)];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        const size = parseFloat(style.fontSize);
        if (ratio < (size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5)) poor.push(e.textContent + " " + ratio.toFixed(2));
      }
      return poor;
    })()
    """

  @Test func `text can be read in light and in dark, and dark is dark`() async throws {
    let folder = try Self.batch.get()
    var steps: [Browser.Step] = []
    for dark in [false, true] {
      steps += [.media(["dark": dark, "reduced_motion": dark])]
      for fragment in ["", "#/1", "#/4", "#/5", "#/6", "#/7"] {
        steps += [.open(Self.page(folder, fragment)), .evaluate(Self.settled), .evaluate(Self.poorContrast)]
      }
      steps += [.evaluate("getComputedStyle(document.body).backgroundColor")]
      steps += [
        .open(Self.page(folder, "#/1")),
        .evaluate("getComputedStyle(document.querySelector('.cards button')).transitionDuration"),
      ]
    }
    let values = try await Browser.visit(steps).values
    let contrasts = values.filter(\.isArray)
    #expect(contrasts.count == 12)
    for poor in contrasts { #expect(poor.items == []) }
    let colors = values.compactMap(\.string).filter { $0.hasPrefix("rgb") }
    #expect(colors == ["rgb(246, 246, 244)", "rgb(19, 20, 22)"])
    #expect(values.compactMap(\.string).filter { $0.hasSuffix("s") } == ["0.12s", "0s"])
  }

  @Test func `what failed says why, and what cannot be played still has a timeline`() async throws {
    let folder = try Self.batch.get()
    let visit = try await Browser.visit([
      .open(Self.page(folder, "#/6")), .evaluate("document.querySelector('.problems .error').textContent"),
      .evaluate("document.querySelector('.axis') === null"),
      .open(Self.page(folder, "#/7")), .evaluate("document.querySelector('.problems').textContent"),
      .open(Self.page(folder, "#/4")), .until("document.querySelector('video').hidden"),
      .evaluate("document.querySelector('.player .note').textContent"), .click(".cards li:nth-child(3) button"),
      .evaluate("document.querySelector('.axis').getAttribute('aria-valuetext')"),
      .until("document.querySelector('.still img').alt === 'Scene 3'"), .until(Self.picturesAreThere),
      .open(Self.page(folder, "#/5")), .until("document.querySelector('audio').readyState > 0"),
      .click(".sound summary"), .click(".silences li:nth-child(2) button"),
      .evaluate("document.querySelector('audio').currentTime"),
      .evaluate("document.querySelector('.strip') === null && document.querySelector('video') === null"),
    ])
    let error = try ReportBlocks(folder("out/report.html")).file(5).errors[0]
    #expect(visit.values[0].string == "not_media in open: \(error.message.string ?? "")")
    #expect(visit.values[1].bool == true)
    #expect(visit.values[2].string?.hasPrefix("corrupt") == true)
    #expect(visit.values[3].string?.hasPrefix("This browser cannot play this file (mpeg, mpeg1video)") == true)
    #expect(visit.values[4].string == "00:02.2, scene 3")
    // It beeps in even seconds, so the second silence begins at 3.
    #expect(abs((visit.values[5].double ?? 0) - 3) < 0.1)
    #expect(visit.values[6].bool == true)
    #expect(visit.console == [])
  }
}
