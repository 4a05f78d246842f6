import Timing

/// Leaves out what was read of a crawl where parts of it seemed to stand.
enum Crawls {
  /// Share of a still line's height that lies in a crawl's rows, and of its width in the columns that it ran through.
  static let within = 0.6
  /// Share of its time.
  static let meanwhile = 0.5
  /// Share of its letters, in order, that are found side by side in the crawl; or the seconds under which anything that
  /// stood there was a part of it.
  static let alike = 0.5
  static let moment = 1.5

  /// The lines without those that are parts of a line that moved across.
  static func whole(_ lines: [ReadLine]) -> [ReadLine] {
    let crawls = lines.filter { $0.crawl != nil }
    guard !crawls.isEmpty else { return lines }
    return lines.filter { line in line.crawl != nil || !crawls.contains { isPart(line, of: $0) } }
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
