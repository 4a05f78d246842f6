import Media
import Timing

/// Follows texts that move across, from coming into view until they are gone.
struct CrawlWatch {
  /// Frames whose times are known before a crawl is found.
  static let mostTimes = 600
  /// Most crawls that are followed at once.
  static let most = 4
  /// Columns of a strip, in widths of the picture, from which the texts that have left are handed over, and from which, as no
  /// gap parts texts, what was seen is handed over as it is, and the rest found anew.
  static let longStrip = 6
  static let longestStrip = 12
  /// Looks running that show nothing but the bar after which a crawl is over.
  static let mostEmpty = 2

  private struct Live {
    let crawl: Crawl
    /// Of every frame since it was first seen.
    var times: [FrameTime]
  }

  private let geometry: TextGeometry
  private var search: CrawlSearch
  private var live: [Live] = []
  private var times: [FrameTime] = []

  init(geometry: TextGeometry) {
    self.geometry = geometry
    search = CrawlSearch(geometry: geometry)
  }

  /// Takes the time of the next frame, a look or not.
  mutating func add(_ time: FrameTime) {
    times.append(time)
    if times.count > 2 * Self.mostTimes { times.removeFirst(Self.mostTimes) }
    for index in live.indices { live[index].times.append(time) }
  }

  /// Takes the next look, which was added before; returns the texts that are gone.
  mutating func look(
    _ still: StillStrokes, halves: [[Float]], _ look: Look, lookTimes: [FrameTime], recent: LookRing,
    history: FrameHistory
  ) throws(MediaError) -> [CrawlText] {
    guard geometry.hasRoom, !halves.isEmpty else { return [] }
    var gone: [CrawlText] = []
    var stay: [Live] = []
    for var entry in live {
      let crawl = entry.crawl
      try crawl.take(look)
      if crawl.missing >= Crawl.misses || crawl.emptyLooks >= Self.mostEmpty {
        gone += texts(of: entry, lost: crawl.missing > 0, history)
      } else if crawl.strip.columns.count > Self.longestStrip * geometry.width {
        gone += texts(of: entry, lost: false, history)
      } else {
        if crawl.strip.columns.count > Self.longStrip * geometry.width { gone += leaving(&entry) }
        stay.append(entry)
      }
    }
    live = stay
    let taken = live.map(\.crawl.band)
    for found in search.search(still, halves: halves, times: lookTimes, taken: taken) where live.count < Self.most {
      if let entry = try follow(found, recent.looks(from: found.since, through: look.time), history) {
        live.append(entry)
      }
    }
    return gone
  }

  /// Ends everything with the last frame.
  mutating func finish() -> [CrawlText] {
    defer { live = [] }
    return live.flatMap { entry in
      entry.crawl.finish()
      return CrawlText.all(of: entry.crawl, times: entry.times, size: (geometry.width, geometry.height))
    }
  }

  /// Begins to follow what was found; nil where the looks do not show it at full size, which ends as it would later on.
  private func follow(
    _ found: CrawlSearch.Candidate, _ looks: [Look], _ history: FrameHistory
  ) throws(MediaError) -> Live? {
    guard let first = looks.first, looks.count > Crawl.fewPoints else { return nil }
    let crawl = try Crawl(found, from: first, geometry: geometry)
    for look in looks.dropFirst() where crawl.missing < Crawl.misses { try crawl.take(look) }
    guard crawl.missing == 0, let window = crawl.window else { return nil }
    let factor = geometry.factor
    let columns = window.lowerBound / factor..<crawl.widened(window).upperBound / factor
    let since = history.furthest(
      ofCrawl: found.rows, crawl.goesLeft ? columns : crawl.widened(window).lowerBound / factor..<columns.upperBound,
      speed: crawl.speed(at: first.time.seconds) / Double(factor), from: first.time, isForward: false)
    return Live(crawl: crawl, times: times.filter { $0.index >= (since?.index ?? 0) })
  }

  private func texts(of entry: Live, lost: Bool, _ history: FrameHistory) -> [CrawlText] {
    let crawl = entry.crawl
    crawl.finish()
    var times = entry.times
    if lost, let window = crawl.window {
      let factor = geometry.factor
      let end = history.furthest(
        ofCrawl: crawl.band, window.lowerBound / factor..<window.upperBound / factor,
        speed: crawl.speed(at: crawl.lastSeen.seconds) / Double(factor), from: crawl.lastSeen, isForward: true)
      if let end { times.removeAll { $0.index > end.index } }
    }
    return CrawlText.all(of: crawl, times: times, size: (geometry.width, geometry.height))
  }

  /// Hands over the texts that have left the picture, and forgets their columns.
  private func leaving(_ entry: inout Live) -> [CrawlText] {
    let texts = CrawlText.all(
      of: entry.crawl, times: entry.times, size: (geometry.width, geometry.height), onlyGone: true)
    guard let last = texts.last else { return [] }
    entry.crawl.drop(
      through: entry.crawl.goesLeft ? last.columns.upperBound + 1 : last.columns.lowerBound, before: last.start.seconds)
    entry.times.removeAll { $0.index < last.start.index }
    return texts
  }
}
