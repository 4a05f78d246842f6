import Media
import Timing

/// Follows every text from coming to rest until it is gone, look by look.
///
/// Decisions here depend on the pictures only, never on what was read.
struct TextWatch {
  /// Presence from which a text is whole.
  static let whole = 0.75
  /// Presence below which it is missing: at two looks running it has ended.
  static let gone = 0.35
  /// Presence at which it has ended at once: nothing is left of it.
  static let vanished = 0.1
  /// Presence above which a template is too faint: the text was fading in when the template was taken.
  static let fadingIn = 1.2
  /// Seconds that a text may be less than whole before it counts as ended: its looks cannot be kept for ever.
  static let longestFall = 1.5
  /// Looks that may be kept for texts whose strokes are still seen in another contrast: each is a picture.
  static let mostKeptLooks = 24
  /// Seconds for which the picture behind a text may be as bright as the text on its way from darker to brighter.
  static let longestCrossing = 0.25
  /// Seconds that ended texts may wait for their neighbours to end.
  static let longestWait = 1.5
  /// Looks from one search to the next: most of what is found is gone two looks later. What stood for the short window between two
  /// searches is found as gone.
  static let looksPerSearch = 2
  /// Looks from one search of the long window to the next: what is found late is dated by looking back.
  static let looksPerLongSearch = 4
  /// Most texts that are followed at once: the densest page of a film has a tenth of it.
  static let most = 400
  /// Share of a template's pixels that a new one must have to replace it.
  static let leastRenewal = 0.5

  /// Presence from which no part of a text can be gone.
  static let complete = 0.95
  /// Steps of luma by which what is round a text changes at most from a look to the next where a part of the text is replaced.
  static let stillGround = 4.0
  /// Looks on which a part of a text may show other strokes until these stand, or it counts as hidden.
  static let longestBreak = 2 * StillStrokes.shortLooks
  /// Seconds after which a text that is found did not come with a change in its place.
  static let longestChange = 3.0

  /// A text of which a part was replaced.
  private struct Change {
    let text: PixelBox
    let part: PixelBox
    /// Last frame that shows the part as it was.
    let end: FrameTime
  }

  private let geometry: TextGeometry
  private var still: StillStrokes
  private var detector: StrokeDetector
  private var moving: MovingTextWatch
  /// Lines that moved and are gone, until they are asked for.
  private var movedLines: [MovingText] = []
  private var crawls: CrawlWatch
  /// Texts that moved across and are gone, until they are asked for.
  private var crawled: [CrawlText] = []
  /// Whether the last search knew of lines that move.
  private var knewMoving = false
  private var history: FrameHistory
  private var looks = LookRing()
  private var lookTimes: [FrameTime] = []
  private var live: [StandingText] = []
  /// Of late.
  private var changes: [Change] = []
  private var over: [StandingText] = []
  /// Ended neighbours that are complete, as only ends of theirs are still open.
  private var complete: [[StandingText]] = []
  /// Changes with every text that comes, goes or gets another template.
  private var revision = 0
  /// Texts that were not followed because ``most`` stood.
  var leftOut: Int { stillLeftOut + moving.leftOut }
  private var stillLeftOut = 0

  init(geometry: TextGeometry) {
    self.geometry = geometry
    history = FrameHistory(geometry: geometry)
    still = StillStrokes(width: geometry.smallWidth, height: geometry.smallHeight)
    moving = MovingTextWatch(geometry: geometry)
    crawls = CrawlWatch(geometry: geometry)
    detector = StrokeDetector(width: geometry.smallWidth, height: geometry.smallHeight, region: geometry.region)
  }

  /// Takes a frame between two looks.
  mutating func add(_ frame: VideoFrame, time: FrameTime) throws(MediaError) {
    try history.append(frame, time: time)
    crawls.add(time)
  }

  /// Takes a frame between two looks by its small plane.
  mutating func add(_ plane: Plane, time: FrameTime) {
    history.append(plane, time: time, isLook: false)
    crawls.add(time)
  }

  /// Looks at the small plane of the next frame; returns the blocks of text that have ended.
  mutating func look(_ plane: Plane, _ look: Look) throws(MediaError) -> [TextBlock] {
    let time = look.time
    try looks.append(look)
    history.append(plane, time: time)
    lookTimes.append(time)
    if lookTimes.count > StillStrokes.longLooks { lookTimes.removeFirst() }
    still.push(plane)
    movedLines += try moving.look(still, look, times: lookTimes, history: history)
    crawls.add(time)
    crawled += try crawls.look(
      still, halves: moving.halves, look, lookTimes: lookTimes, recent: looks, history: history)
    guard still.has(.short) else { return [] }
    follow(time)
    if still.count % Self.looksPerLongSearch == 0 { detect(.long) }
    if isSearched {
      detect(.short)
      detect(.gone)
    }
    return endedBlocks(at: time)
  }

  /// Whether what stands is searched for at the last look.
  private var isSearched: Bool { still.count % Self.looksPerSearch == 1 }

  /// The lines that moved and are gone since this was last asked.
  mutating func movedTexts() -> [MovingText] {
    defer { movedLines = [] }
    return movedLines
  }

  /// The texts that moved across and are gone since this was last asked.
  mutating func crawledTexts() -> [CrawlText] {
    defer { crawled = [] }
    return crawled
  }

  /// Ends everything with the last frame.
  mutating func finish(at last: FrameTime) -> [TextBlock] {
    if !isSearched { detect(.short) }
    crawled += crawls.finish()
    movedLines += moving.finish(at: last)
    for text in live {
      date(text)
      if text.looks.isEmpty { text.looks = looks.looks(from: text.clean, through: text.lastWhole) }
      text.end = text.missing > 0 ? history.end(of: text, after: text.lastWhole).time : last
      text.ended = last
      over.append(text)
    }
    complete += TextBlock.neighbours(among: over)
    for text in complete.joined() where text.isTrailing { text.end = last }
    live = []
    over = []
    defer { complete = [] }
    return complete.map { TextBlock($0, width: geometry.smallWidth) }
  }

  private mutating func follow(_ time: FrameTime) {
    trail(time)
    changes.removeAll { $0.end.seconds < time.seconds - Self.longestChange }
    let plane = still.last
    var stay: [StandingText] = []
    stay.reserveCapacity(live.count)
    for text in live {
      let sight = text.wholeSight(in: plane)
      let presence = sight.share
      if isChanging(text, presence) {
        if !end(changed: text, at: time) { stay.append(text) }
        continue
      }
      if presence >= Self.whole {
        date(text)
        text.missing = 0
        text.looks = []
        text.lastWhole = time
        if presence > Self.fadingIn || text.drifts && presence < 1 { renew(text, presence, time) }
        stay.append(text)
        continue
      }
      if text.looks.isEmpty { text.looks = looks.looks(from: text.clean, through: text.lastWhole) }
      text.missing = presence < Self.gone ? text.missing + 1 : 0
      let falling = time.seconds - text.lastWhole.seconds
      if text.missing >= 2 || presence < Self.vanished || falling > Self.longestFall {
        if !text.isDated {
          guard text.mayBeText else { continue }
          date(text)
        }
        let end = history.end(of: text, after: text.lastWhole)
        (text.end, text.popsOff) = (end.time, end.isSudden)
        text.ended = time
        text.isTrailing = sight.hasSameStrokes
        text.slideOut = history.slideOut(of: text)
        over.append(text)
      } else {
        stay.append(text)
      }
    }
    if live.count != stay.count { revision += 1 }
    live = stay
  }

  /// Whether a part of a text, which was complete until then, has shown other strokes for some looks.
  private mutating func isChanging(_ text: StandingText, _ presence: Double) -> Bool {
    let wasComplete = text.complete >= StillStrokes.shortLooks
    let mayBreak = presence < Self.complete && presence >= Self.gone && (wasComplete || text.broken > 0)
    text.complete = presence >= Self.complete ? text.complete + 1 : 0
    guard mayBreak, text.broken < Self.longestBreak, text.isBroken(in: still.last) else {
      if text.broken > 0, presence >= Self.whole { text.looks = [] }
      text.broken = 0
      return false
    }
    if text.broken == 0 {
      // A cut behind a text changes what is round it, too.
      guard history.change(round: text.box) <= Self.stillGround else { return false }
      text.looks = looks.looks(from: text.clean, through: text.lastWhole)
    }
    text.broken += 1
    return true
  }

  /// Ends a text of which a part was replaced by what has come to rest, as where a number changes: it is another text from then on.
  private mutating func end(changed text: StandingText, at time: FrameTime) -> Bool {
    guard text.broken >= StillStrokes.shortLooks, !text.looks.isEmpty, let part = text.replacedPart(in: still)
    else { return false }
    let end = history.end(of: part, after: text.lastWhole)
    // What comes by is seen to come.
    guard end.isSudden else {
      text.broken = Self.longestBreak
      return false
    }
    (text.end, text.popsOff) = (end.time, true)
    text.ended = time
    over.append(text)
    changes.append(Change(text: text.box, part: part.box, end: end.time))
    return true
  }

  /// Follows the ends of texts that the picture behind them has left in another contrast, or hides for a moment while it
  /// changes from darker than them to brighter.
  private mutating func trail(_ time: FrameTime) {
    let ended = over + complete.joined()
    for text in ended where text.isSliding { text.slideOut = history.slideOut(of: text) }
    let kept = Set(ended.lazy.filter(\.isTrailing).flatMap { $0.looks.map(ObjectIdentifier.init) }).count
    for text in ended where text.isTrailing || time.seconds - text.end.seconds <= Self.longestCrossing {
      let sight = text.wholeSight(in: still.last)
      let wasTrailing = text.isTrailing
      text.isTrailing =
        kept <= Self.mostKeptLooks && sight.hasSameStrokes && (wasTrailing || sight.likeness < 0)
      guard text.isTrailing || wasTrailing else { continue }
      let end = text.isTrailing ? FrameHistory.Limit(time: time) : history.end(of: text, after: text.end)
      (text.end, text.popsOff) = (end.time, end.isSudden)
    }
  }

  /// Takes a template anew: still fading in, or drifting.
  private mutating func renew(_ text: StandingText, _ presence: Double, _ time: FrameTime) {
    let width = geometry.smallWidth
    let fading = presence > Self.fadingIn
    let box = text.box.grown(across: 2, down: 1, within: (width, geometry.smallHeight))
    let last = still.last.strokes(in: box, above: StrokeDetector.edge)
    let weights = fading ? still.gradients(.short, at: last.pixels) : last.steps
    let strokes = zip(last.pixels, weights).filter { abs($1) > Int16(StrokeDetector.edge) }
    guard Double(strokes.count) >= Double(text.strokes) * Self.leastRenewal, !strokes.isEmpty else { return }
    text.take(StrokeArea(strokes.map(\.0), width: width), weights: strokes.map(\.1))
    text.clean = time
    revision += 1
    guard fading, let oldest = history.oldest else { return }
    let start = history.start(of: text, before: time)
    guard start.time.index > oldest.index + 2, start.time.index > text.start.index else { return }
    (text.start, text.popsOn) = (start.time, start.isSudden)
    text.slideIn = history.slideIn(of: text)
  }

  private mutating func detect(_ window: StillStrokes.Window) {
    guard still.has(window) else { return }
    let now = lookTimes[lookTimes.count - 1 - window.age]
    let since = lookTimes[lookTimes.count - window.age - window.looks]
    // A slow picture must not hide a text that stands still in it.
    let moved = moving.strokes(at: lookTimes.suffix(StillStrokes.shortLooks))
    if !moved.isEmpty || knewMoving { revision += 1 }
    knewMoving = !moved.isEmpty
    let known =
      switch window {
      case .short: live + moved
      case .long: live.filter(\.isLong) + moved
      // What ended just now is gone, too.
      case .gone: live + over + moved
      }
    for area in detector.find(still, window, known: known, revision: revision) {
      guard live.count < Self.most else {
        stillLeftOut += 1
        continue
      }
      let text = StandingText(
        area, weights: still.gradients(window, at: area.pixels), width: geometry.smallWidth, isLong: window == .long,
        clean: since, now: now)
      // A window that began before a change shows what is the same before and after it.
      if changes.contains(where: { $0.end.index >= since.index && $0.text.intersects(text.box) }) { continue }
      switch window {
      case .short: break
      case .long: date(text)
      case .gone:
        guard text.mayBeText else { continue }
        text.missing = 1
        date(text)
      }
      live.append(text)
      revision += 1
    }
  }

  /// Dates a text, unless that is done: what came to rest for the short window only need not be, as most is gone at the next look.
  private func date(_ text: StandingText) {
    guard !text.isDated else { return }
    text.isDated = true
    let known = text.isLong ? text.clean : history.firstSight(of: text, from: text.clean, through: text.found)
    var start = history.start(of: text, before: known)
    if let change = changes.last(where: { start.time.index <= $0.end.index && $0.part.intersects(text.box) }),
      let part = text.part(in: change.part)
    {
      start = history.start(of: part, before: text.found)
    }
    (text.start, text.popsOn) = (start.time, start.isSudden)
    text.firstSign = history.firstSign(of: text)
    text.slideIn = history.slideIn(of: text)
  }

  private mutating func endedBlocks(at time: FrameTime) -> [TextBlock] {
    guard !over.isEmpty || !complete.isEmpty else { return [] }
    let waiting = over
    over = []
    for members in TextBlock.neighbours(among: waiting) {
      let ends = members.map { $0.ended.seconds }
      let (first, last) = (ends.min() ?? 0, ends.max() ?? 0)
      if last <= time.seconds - TextBlock.settling || first < time.seconds - Self.longestWait {
        complete.append(members)
      } else {
        over += members
      }
    }
    func isOpen(_ members: [StandingText]) -> Bool { members.contains { $0.isTrailing || $0.isSliding } }
    defer { complete.removeAll { !isOpen($0) } }
    return complete.filter { !isOpen($0) }.map { TextBlock($0, width: geometry.smallWidth) }
  }
}
