import Timing

/// Leaves out what was read of a crawl where parts of it seemed to stand.
enum Crawls {
  /// Share of a still line's height that lies in a crawl's rows, and of its width in the columns that it ran through.
  static let within = 0.6
  /// Share of its time.
  static let meanwhile = 0.5
  /// Share of its letters, in order, that are found side by side in the crawl; or the seconds under which anything that
  /// stood there was a part of it.
  static let alike = 0.65
  static let moment = 1.5

  /// Seconds between a text's standing and its moving, or that both seem to share.
  static let atOnce = 0.3
  static let together = 0.5

  /// The lines without those that are parts of a line that moved across. What stood and then moved out of the picture, or
  /// moved in and then stood, is one line.
  static func whole(_ lines: [ReadLine]) -> [ReadLine] {
    var lines = lines
    for crawl in lines.filter({ $0.crawl != nil }) {
      guard let index = lines.firstIndex(where: { isSlide(crawl, of: $0) }) else { continue }
      lines[index].start = [lines[index].start, crawl.start].min { $0.index < $1.index } ?? crawl.start
      lines[index].end = [lines[index].end, crawl.end].max { $0.index < $1.index } ?? crawl.end
      lines.removeAll { $0.crawl != nil && $0.block == crawl.block }
    }
    let (crawls, slides) = (lines.filter { $0.crawl != nil }, lines.filter(\.slides))
    guard !crawls.isEmpty || !slides.isEmpty else { return lines }
    return lines.filter { line in
      line.crawl != nil
        || !crawls.contains { isPart(line, of: $0) } && !slides.contains { isPart(line, ofSlide: $0) }
    }
  }

  /// Whether a line is what seemed to stand of a title on its way in or out.
  private static func isPart(_ line: ReadLine, ofSlide slide: ReadLine) -> Bool {
    let time = min(line.end.seconds, slide.end.seconds) - max(line.start.seconds, slide.start.seconds)
    let duration = line.end.seconds - line.start.seconds
    return duration < min(moment, slide.end.seconds - slide.start.seconds) && time >= meanwhile * duration
      && line.block != slide.block && line.box.overlap(slide.box).height >= within * line.box.height
      && holds(slide.text, line.text)
  }

  /// Whether a crawl is a title on its way in or out.
  private static func isSlide(_ crawl: ReadLine, of line: ReadLine) -> Bool {
    guard line.crawl == nil, let band = crawl.crawl, band.isNarrow, line.end.seconds - line.start.seconds >= moment
    else { return false }
    let shared = min(line.end.seconds, crawl.end.seconds) - max(line.start.seconds, crawl.start.seconds)
    // What seemed to stand in a slow crawl did so in its midst.
    return shared >= -atOnce && (line.slides || shared <= together)
      && line.box.overlap(band.box).height >= within * min(line.box.height, band.box.height)
      && TrackAssembly.areAlmostEqual(line.text, crawl.text)
  }

  static func isPart(_ line: ReadLine, of crawl: ReadLine) -> Bool {
    guard let band = crawl.crawl?.box else { return false }
    let shared = line.box.overlap(band)
    let time = min(line.end.seconds, crawl.end.seconds) - max(line.start.seconds, crawl.start.seconds)
    let duration = line.end.seconds - line.start.seconds
    guard shared.height >= within * line.box.height, shared.width >= within * line.box.width, time > 0,
      time >= meanwhile * duration
    else { return false }
    return duration < moment || holds(crawl.text, line.text)
  }

  /// Whether a text holds another side by side, but for some letters.
  static func holds(_ text: String, _ part: String) -> Bool {
    let (whole, letters) = (TrackAssembly.letters(text), TrackAssembly.letters(part))
    guard !letters.isEmpty else { return true }
    // Edit distance of the part to whatever is nearest to it in the whole.
    var row = [Int](repeating: 0, count: whole.count + 1)
    for (i, letter) in letters.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in whole.enumerated() {
        let next = min(diagonal + (letter == other ? 0 : 1), min(row[j], row[j + 1]) + 1)
        diagonal = row[j + 1]
        row[j + 1] = next
      }
    }
    return Double(row.min() ?? 0) <= (1 - alike) * Double(letters.count)
  }
}
