import Media
import Timing

extension ReadingDesk {
  /// Least letters, and confidence, of a crawl that is read: what moves behind a band of a picture is no text.
  static let leastCrawlLetters = 6
  static let sureCrawl = 0.75
  /// Share of its pictures' letters that must be accepted.
  static let sureCrawlShare = 0.6

  /// Reads a text that moved across, part after part, to one line.
  func take(_ text: CrawlText) throws(MediaError) {
    guard hasRoom(until: text.end), TextBlock.isLongEnough(from: text.start, through: text.end) else { return }
    var (words, doubtful): ([ReadWord], [ReadWord]) = ([], [])
    for part in text.parts {
      let box = PixelBox(left: 0, top: 0, right: part.picture.width, bottom: part.picture.height)
      let reading = try reader.read(
        BlockPictures([part.picture], box), capHeight: text.capHeight, done: [], thoroughly: true)
      calls += reading.calls
      notes.pagesGivenUp += reading.givenUp
      func inLine(_ lines: [BlockReader.Line]) -> [ReadWord] {
        lines.flatMap(\.words).filter {
          text.rows.contains(Int(($0.box.top + $0.box.bottom) / 2))
        }.inReadingOrder.map {
          var word = $0
          word.line = 0
          word.box = word.box.moved(x: Double(part.left), y: Double(text.top))
          return word
        }
      }
      words += inLine(reading.lines)
      doubtful += inLine(reading.refused)
    }
    let isSure =
      words.letters >= Self.leastCrawlLetters && words.confidence >= Self.sureCrawl
      && Double(words.letters) >= Self.sureCrawlShare * Double(words.letters + doubtful.letters)
    guard isSure else {
      if words.letters + doubtful.letters > 0 { refuse(line(of: text, words + doubtful)) }
      return
    }
    lines.append(line(of: text, words))
    blocks += 1
  }

  private func refuse(_ line: ReadLine) {
    if refused.count < TextReview.most { refused.append(line) } else { notes.refusedLeftOut += 1 }
  }

  /// The line, its words where each was wholly in view first, or where it all was.
  private func line(of text: CrawlText, _ words: [ReadWord]) -> ReadLine {
    let confidence = words.confidence
    let width = text.columns.count
    let isNarrow = width <= text.window.count
    func way(_ columns: (first: Double, last: Double)) -> Double {
      text.goesLeft ? Double(text.window.upperBound) - columns.last : Double(text.window.lowerBound) - columns.first
    }
    let whole = way((Double(text.columns.lowerBound), Double(text.columns.upperBound + 1)))
    let placed = words.map { word in
      var word = word
      word.box = word.box.moved(x: isNarrow ? whole : way((word.box.left, word.box.right)), y: 0)
      return word
    }
    var box = TextBox(around: placed.map(\.box))
    let band = TextBox(
      left: Double(text.window.lowerBound), top: box.top, right: Double(text.window.upperBound), bottom: box.bottom)
    if !isNarrow { (box.left, box.right) = (band.left, band.right) }
    let picture =
      confidence < TextReview.below
      ? text.parts.first.flatMap { part in
        notes.picture(
          of: TextBox(left: 0, top: 0, right: Double(part.picture.width), bottom: Double(part.picture.height)),
          in: part.picture)
      } : nil
    return ReadLine(
      words: placed, box: box, confidence: confidence, start: text.start, end: text.end, block: blocks,
      isOfPage: false, size: text.size, picture: picture, crawl: CrawlBand(box: band, isNarrow: isNarrow))
  }
}
