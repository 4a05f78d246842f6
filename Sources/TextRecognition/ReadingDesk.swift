import Documents
import Media
import Timing

/// What the pass hands over of a block: values only, so that it can be read on another thread.
struct ReadingRequest: Sendable {
  /// One member of the block.
  struct Part: Sendable {
    /// In pixels of the picture that is read.
    let box: TextBox
    let start: FrameTime
    let end: FrameTime
    let strokes: Int
    /// Strokes that no other part had before it came, or has after it went.
    let comingStrokes: Int
    let goingStrokes: Int
    /// Whether it came, or went, within a frame.
    var popsOn = false
    var popsOff = false
    /// Frame with the first sign of it, where it was typed and that is before its start.
    var firstSign: FrameTime?
    /// Its way in from a side, and out to one.
    var slideIn: Slide?
    var slideOut: Slide?
  }

  /// Room round a block, in line heights across and down, and at least some small pixels: strokes end before letters do.
  static let marginAcross = 3
  static let leastMarginAcross = 6
  static let leastMarginDown = 3
  /// Distance from the edge of what is read, in heights of capitals, from which a word is whole: a letter that the edge cut is not read.
  static let roomOfWhole = 0.9
  /// Share of the picture from which a block that gave nothing is clutter run together round a text.
  static let clutterShare = 0.3

  let parts: [Part]
  let pictures: BlockPictures
  /// First and last frame that went into the pictures, of what stands.
  let looks: ClosedRange<Int>?
  let origin: PixelBox
  let capHeight: Int
  let end: FrameTime
  let size: (width: Int, height: Int)
  /// Pixels of the picture that is read across one small pixel.
  let factor: Int
  /// What to read where the whole gives nothing.
  let alternatives: [ReadingRequest]
  /// Where a text that moves stood, in pixels of the picture that is read, from where its pictures were taken.
  let path: MotionPath?

  /// Bytes of its pictures and of those it may need instead.
  var byteCount: Int { alternatives.reduce(3 * pictures.last.bytes.count) { $0 + $1.byteCount } }

  /// Nil for a block that stood too short, or whole on no look, or whose strokes are not those of letters.
  init?(_ block: TextBlock, geometry: TextGeometry) throws(MediaError) {
    let looks = block.looks
    guard TextBlock.isLongEnough(from: block.start, through: block.end), !looks.isEmpty,
      block.mayBeText(width: geometry.smallWidth)
    else { return nil }
    factor = geometry.factor
    size = (geometry.width, geometry.height)
    capHeight = block.lineHeight * factor
    end = block.end
    origin = Self.origin(of: block, geometry)
    path = nil
    let width = geometry.smallWidth
    let (coming, going) = (block.comingStrokes(width: width), block.goingStrokes(width: width))
    parts = block.members.enumerated().map { index, member in
      Part(
        box: TextBox(member.box.scaled(by: geometry.factor)), start: member.start, end: member.end,
        strokes: member.strokes, comingStrokes: coming[index], goingStrokes: going[index], popsOn: member.popsOn,
        popsOff: member.popsOff, firstSign: member.firstSign, slideIn: member.slideIn, slideOut: member.slideOut)
    }
    var planes: [Plane] = []
    for look in looks { planes.append(try look.luma()) }
    pictures = BlockPictures(planes, origin)
    self.looks = looks[0].time.index...looks[looks.count - 1].time.index
    var alternatives: [ReadingRequest] = []
    if block.members.count > 1, Double(origin.area) > Self.clutterShare * Double(size.width * size.height) {
      for alone in block.alone(width: geometry.smallWidth) {
        if let request = try ReadingRequest(alone, geometry: geometry) { alternatives.append(request) }
      }
    }
    self.alternatives = alternatives
  }

  /// Nil for a line that was seen too short.
  init?(_ text: MovingText, geometry: TextGeometry) {
    let strokes = text.strokes
    guard TextBlock.isLongEnough(from: strokes.start, through: strokes.end) else { return nil }
    factor = geometry.factor
    size = (geometry.width, geometry.height)
    capHeight = text.block.lineHeight * factor
    end = strokes.end
    origin = text.origin
    parts = [
      Part(
        box: TextBox(strokes.box.scaled(by: factor)), start: strokes.start, end: strokes.end, strokes: strokes.strokes,
        comingStrokes: strokes.strokes, goingStrokes: strokes.strokes)
    ]
    pictures = text.pictures
    looks = nil
    alternatives = []
    path = strokes.path?.scaled(by: Double(factor))
  }

  /// A line without words in the room around the block that the edge of what is read may have cut in two, and these: of a line of
  /// which more than the block came, they are read with what did not come.
  fileprivate func parted(_ line: BlockReader.Line) -> (whole: [ReadWord], cut: [ReadWord]) {
    let first = parts.map(\.box.left).min() ?? 0
    let last = parts.map(\.box.right).max() ?? 0
    let cut = Self.cutWords(
      line.words, block: first - Double(origin.left)...last - Double(origin.left), capHeight: Double(capHeight),
      left: origin.left > 0 ? 0 : nil, right: origin.right < size.width ? Double(origin.width) : nil)
    return cut.count == line.words.count
      ? (line.words, []) : (line.words.filter { word in !cut.contains { $0.box.left == word.box.left } }, cut)
  }

  /// The words outside `block`, in columns, that begin or end nearer to an edge than a letter is wide; an edge is nil where it is that of
  /// the picture.
  static func cutWords(
    _ words: [ReadWord], block: ClosedRange<Double>, capHeight: Double, left: Double?, right: Double?
  ) -> [ReadWord] {
    let room = roomOfWhole * capHeight
    return words.filter { word in
      let isLeft = left.map { word.box.left < $0 + room && word.box.right < block.lowerBound } ?? false
      let isRight = right.map { word.box.right > $0 - room && word.box.left > block.upperBound } ?? false
      return isLeft || isRight
    }
  }

  /// A block with room around it, in pixels of the picture that is read.
  static func origin(of block: TextBlock, _ geometry: TextGeometry) -> PixelBox {
    block.box.grown(
      across: max(leastMarginAcross, marginAcross * block.lineHeight),
      down: max(leastMarginDown, block.lineHeight / 2 + 1), within: (geometry.smallWidth, geometry.smallHeight)
    ).scaled(by: geometry.factor)
  }
}

/// Reads blocks one after the other and remembers what it read, so that nothing is read twice.
///
/// Belongs to the thread that reads.
final class ReadingDesk {
  /// Share of a block's strokes outside lines already read below which it is not read.
  static let leastNews = 0.3
  /// Share of a member's area within a line already read that makes it read.
  static let readArea = 0.75
  /// Confidence of a line that counts as read for good.
  static let readForGood = 0.8
  /// Seconds between the ends of a block and of what was read in its place.
  static let sameEnd = 0.6
  /// Seconds for which parts of blocks are remembered: longer than any waits for its neighbours to end.
  static let recently = 3.0
  /// Share of a line's width that parts of other blocks must cover to date it.
  static let datingWidth = 0.5
  /// Share of a member's area within the lines read by which it dates them; the second, of the largest such share, where
  /// no member has the first.
  static let datingArea = 0.7
  static let fallbackArea = 0.4
  /// Frames within which strokes come or go together, and their share from which they date a text by themselves.
  static let popFrames = 1
  static let popShare = 0.5
  /// Share of all strokes from which those that were seen to pop together date a text.
  static let poppingShare = 0.35
  /// Most of the strokes that may have been there before: more are letters that the picture behind left to be seen.
  static let strayShare = 0.5
  /// Share of the strokes that must have begun, or be left: a stray member must not date a text.
  static let datingStrokes = 0.05

  /// Recognitions that are always allowed, and those for each second of film that went by: a page of typed text takes
  /// one in three seconds, noise would take hundreds.
  static let freeCalls = 60
  static let callsPerSecond = 6.0

  let reader: BlockReader
  var lines: [ReadLine] = []
  /// Lines that were read but not believed.
  var refused: [ReadLine] = []
  var notes = TextNotes()
  var calls = 0
  var blocks = 0
  /// Parts of blocks that ended of late, read or not: a line may have been read in a block round it.
  private var recent: [ReadingRequest.Part] = []

  init(_ reader: BlockReader) { self.reader = reader }

  /// Takes note of what blocks that ended together are made of, before any of them is read.
  func note(_ parts: [ReadingRequest.Part]) {
    guard let last = parts.map(\.end.seconds).max() else { return }
    recent.removeAll { $0.end.seconds < last - Self.recently }
    recent += parts
  }

  func take(_ request: ReadingRequest) throws(MediaError) {
    guard hasNews(request) else { return }
    guard hasRoom(until: request.end) else { return }
    let before = lines.count
    try read(request)
    guard lines.count == before else { return }
    for alternative in request.alternatives where hasNews(alternative) { try read(alternative) }
  }

  /// Whether the film may have another recognition by then; notes that something was left out where not.
  func hasRoom(until end: FrameTime) -> Bool {
    guard Double(calls) >= Double(Self.freeCalls) + Self.callsPerSecond * end.seconds else { return true }
    notes.blocksLeftOut += 1
    return false
  }

  private func isNear(_ line: ReadLine, _ end: FrameTime) -> Bool {
    abs(line.end.seconds - end.seconds) < Self.sameEnd && line.confidence >= Self.readForGood
  }

  private func hasNews(_ request: ReadingRequest) -> Bool {
    let factor = Double(request.factor)
    // Lines of one page come into view in one place.
    guard request.path == nil else { return true }
    let new = request.parts.filter { part in
      !lines.contains { line in
        line.path == nil && isNear(line, part.end)
          && line.box.grown(across: 2 * factor, down: factor).sharedArea(part.box) >= Self.readArea * part.box.area
      }
    }
    let all = request.parts.reduce(0) { $0 + $1.strokes }
    return Double(new.reduce(0) { $0 + $1.strokes }) >= Self.leastNews * Double(all)
  }

  private func read(_ request: ReadingRequest) throws(MediaError) {
    let (x, y) = (Double(request.origin.left), Double(request.origin.top))
    let done = lines.filter { $0.isOfPage && $0.path == nil && isNear($0, request.end) }.map {
      $0.box.moved(x: -x, y: -y)
    }
    var reading = try reader.read(request.pictures, capHeight: request.capHeight, done: done)
    for index in reading.lines.indices {
      let parted = request.parted(reading.lines[index])
      guard !parted.cut.isEmpty else { continue }
      reading.lines[index] = BlockReader.Line(parted.whole)
      reading.refused.append(BlockReader.Line(parted.cut))
    }
    calls += reading.calls
    notes.pagesGivenUp += reading.givenUp
    if !reading.lines.isEmpty {
      lines += lines(reading.lines, of: request, x, y) { $0 < TextReview.below }
      blocks += 1
    }
    refuse(reading.refused, of: request, x, y)
  }

  /// Lines in pixels of the picture, with their times and, where their confidence asks for it, a picture.
  private func lines(
    _ found: [BlockReader.Line], of request: ReadingRequest, _ x: Double, _ y: Double, shown: (Double) -> Bool
  ) -> [ReadLine] {
    func placed(_ box: TextBox) -> TextBox { box.moved(x: x, y: y).grown(across: 0, down: Double(request.factor)) }
    let boxes = found.map { placed($0.box) }
    var times = Self.times(request.parts, lines: boxes)
    let begun = Self.times(request.parts, lines: found.map { placed($0.extent) })
    if begun.own, (0...FrameHistory.longestTyping).contains(times.start.seconds - begun.start.seconds) {
      times.start = begun.start
    }
    let slide = SlideTimes(request.parts, lines: boxes, standing: (times.start, times.end))
    (times.start, times.end) = (slide.start, slide.end)
    return zip(found, boxes).map { line, box in
      let times = times.own ? times : Self.times(of: box, among: recent, endingWith: request.end) ?? times
      return ReadLine(
        words: line.words.map { word in
          var word = word
          word.box = word.box.moved(x: x, y: y)
          return word
        }, box: line.box.moved(x: x, y: y), confidence: line.confidence, start: times.start, end: times.end,
        block: blocks, isOfPage: found.count >= 3, size: request.size,
        picture: shown(line.confidence) ? notes.picture(of: line.box, in: request.pictures.last) : nil,
        path: request.path ?? slide.path?.scaled(by: Double(request.factor)), slides: slide.path != nil,
        pops: times.pops, hasOwnTimes: times.own,
        looks: request.looks)
    }
  }

  private func refuse(_ found: [BlockReader.Line], of request: ReadingRequest, _ x: Double, _ y: Double) {
    guard !found.isEmpty else { return }
    guard refused.count < TextReview.most else {
      notes.refusedLeftOut += found.count
      return
    }
    refused += lines(found, of: request, x, y) { _ in true }
  }

  /// When lines were there.
  struct Times {
    var start: FrameTime
    var end: FrameTime
    /// Whether they came and went within a frame.
    let pops: Bool
    /// Whether strokes that lie within them tell it.
    let own: Bool
  }

  /// When the lines were there: by those members of the block that lie in them.
  static func times(_ parts: [ReadingRequest.Part], lines: [TextBox]) -> Times {
    let shares = parts.map { part in lines.reduce(0) { $0 + $1.sharedArea(part.box) } / part.box.area }
    let largest = shares.max() ?? 0
    var dating = zip(parts, shares).filter { $1 >= datingArea }.map(\.0)
    let own = !dating.isEmpty
    if !own { dating = zip(parts, shares).filter { $1 >= fallbackArea * largest }.map(\.0) }
    dating = standingTogether(dating)
    let start = edge(
      dating.sorted { $0.start.index < $1.start.index }.map {
        Edge(time: $0.start, strokes: $0.comingStrokes, pops: $0.popsOn)
      })
    let end = edge(
      dating.sorted { $0.end.index > $1.end.index }.map {
        Edge(time: $0.end, strokes: $0.goingStrokes, pops: $0.popsOff)
      })
    return Times(
      start: firstSign(of: dating, from: start.time), end: end.time, pops: start.pops && end.pops, own: own)
  }

  /// The first sign of a text that is dated by some parts: one that was typed leads from each to what came before it.
  private static func firstSign(of parts: [ReadingRequest.Part], from start: FrameTime) -> FrameTime {
    var first = start
    while let earlier = parts.lazy.filter({ $0.start.index >= first.index }).compactMap(\.firstSign)
      .min(by: { $0.index < $1.index }), earlier.index < first.index
    { first = earlier }
    return first
  }

  /// When a line was there that was read in a block of which no part lies in it: by parts of other blocks that went with it.
  static func times(of line: TextBox, among recent: [ReadingRequest.Part], endingWith end: FrameTime) -> Times? {
    let parts = recent.filter { part in
      abs(part.end.seconds - end.seconds) < sameEnd && line.sharedArea(part.box) >= datingArea * part.box.area
    }
    var (covered, right) = (0.0, line.left)
    for box in parts.map(\.box).sorted(by: { $0.left < $1.left }) where box.right > right {
      covered += min(box.right, line.right) - max(box.left, right)
      right = box.right
    }
    return covered < datingWidth * line.width ? nil : times(parts, lines: [line])
  }

  /// The parts without those of the picture before a text, or after it: most of whose strokes are nowhere else, and which were never
  /// there together with a part that has more strokes, each counted for as long as it stood.
  private static func standingTogether(_ parts: [ReadingRequest.Part]) -> [ReadingRequest.Part] {
    func weight(_ part: ReadingRequest.Part) -> Double {
      Double(part.strokes) * (part.end.seconds - part.start.seconds)
    }
    return parts.filter { part in
      !parts.contains { other in
        let isLater = other.end.index < part.start.index && 2 * part.comingStrokes > part.strokes
        let isEarlier = part.end.index < other.start.index && 2 * part.goingStrokes > part.strokes
        return (isLater || isEarlier) && weight(other) > weight(part)
      }
    }
  }

  /// When strokes came, or went.
  private struct Edge {
    let time: FrameTime
    let strokes: Int
    let pops: Bool
  }

  /// The time of a text out of those of its parts, the first to come, or the last to go, first.
  private static func edge(_ edges: [Edge]) -> (time: FrameTime, pops: Bool) {
    let all = edges.reduce(0) { $0 + $1.strokes }
    func strokes(_ edges: some Sequence<Edge>, at time: FrameTime) -> Int {
      edges.reduce(0) { $0 + (abs($1.time.index - time.index) <= popFrames ? $1.strokes : 0) }
    }
    /// Whether what was there before is too little to be letters of the text: others were hidden by the picture behind.
    func isFirst(_ index: Int) -> Bool {
      let before = edges[..<index].filter { abs($0.time.index - edges[index].time.index) > popFrames }
      return Double(before.reduce(0) { $0 + $1.strokes }) <= strayShare * Double(all)
    }
    // Strokes of a picture that drifts come and go gradually: those that pop are the letters'.
    let popping = edges.indices.filter { edges[$0].pops && isFirst($0) }
    let together = popping.map { strokes(popping.lazy.map { edges[$0] }, at: edges[$0].time) }
    if let most = together.max(), Double(most) >= poppingShare * Double(all),
      let index = together.firstIndex(of: most)
    {
      return (edges[popping[index]].time, true)
    }
    // What comes at once does so with most of its strokes: a stray part that stood before must not date it.
    if let index = edges.indices.first(where: { Double(strokes(edges, at: edges[$0].time)) >= popShare * Double(all) }),
      isFirst(index)
    {
      return (edges[index].time, false)
    }
    var sum = 0
    let first = edges.first {
      sum += $0.strokes
      return Double(sum) >= datingStrokes * Double(all)
    }
    return ((first ?? edges[0]).time, false)
  }
}
