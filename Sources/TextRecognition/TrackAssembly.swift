import Documents
import Timing

/// Makes tracks out of the lines that were read.
enum TrackAssembly {
  /// Share of the shorter text's letters, in order, by which two texts are alike.
  static let alike = 0.7
  /// Share of the shorter time, of the lower height and of the lesser width that two lines in one place share.
  static let sameTime = 0.5
  static let sameRows = 0.5
  static let sameColumns = 0.4
  /// Share of the shorter time at which lines in one place are the same text, however they were read.
  static let wholeTime = 0.9
  /// Longest gap in seconds between two sights of one text, as a cut or a flash behind it makes.
  static let longestGap = 0.15
  /// Seconds that each of two such sights lasts.
  static let leastSight = 1.0
  /// Seconds that two sights of one text share where parts of it were hidden: more than dates are off.
  static let sharedTime = 0.2
  /// Share of the longer text's letters, in order, by which two texts are almost equal.
  static let almostEqual = 0.92
  /// Seconds within which lines of one page come and go, and how many times higher than another one of them may be.
  static let togetherSeconds = 0.6
  static let likeHeight = 1.6
  /// Seconds before and after, within which a part of a moving line that seemed to stand was on its way.
  static let aroundPart = 0.5
  /// Share of the better line's letters that a worse reading needs to lend its times.
  static let lendingLetters = 0.6
  /// Confidence from which a reading is of that text, and not of clutter in its place.
  static let sureReading = 0.8
  /// A confidence that is worth nothing.
  static let worthless = 0.5

  /// The tracks, by start; words whose middle lies outside `region` are left out. With them the lines that went into
  /// each, by the track's index.
  static func tracks(
    _ lines: [ReadLine], region: TextRegion, language: String
  ) -> (tracks: [FoundText], lines: [(track: Int, line: ReadLine)]) {
    let blocks = Dictionary(grouping: woven(tidied(Crawls.whole(lines))), by: \.block)
    var found: [(track: FoundText, lines: [ReadLine])] = []
    for block in blocks.keys.sorted() {
      let ordered = blocks[block, default: []].sorted { $0.box.top + $0.box.bottom < $1.box.top + $1.box.bottom }
      let text = ordered.compactMap { textLine($0, region) }
      guard !text.isEmpty, let start = ordered.map(\.start).min(by: { $0.index < $1.index }),
        let end = ordered.map(\.end).max(by: { $0.index < $1.index })
      else { continue }
      let track = FoundText(start: start, last: end, language: Self.language(ordered) ?? language, lines: text)
      found.append((track, ordered))
    }
    found.sort { ($0.track.start.index, $0.track.box.y) < ($1.track.start.index, $1.track.box.y) }
    return (
      found.map(\.track),
      found.enumerated().flatMap { index, entry in entry.lines.map { (track: index, line: $0) } }
    )
  }

  /// Lines with those of one page in one block, though they were read in two goes: one stands between two lines of the other, came
  /// between them, or with them, and went with them.
  static func woven(_ lines: [ReadLine]) -> [ReadLine] {
    func middle(_ line: ReadLine) -> Double { (line.box.top + line.box.bottom) / 2 }
    func belong(_ upper: ReadLine, _ lower: ReadLine) -> Bool {
      let heights = [upper.box.height, lower.box.height].sorted()
      return upper.block != lower.block && middle(upper) < middle(lower) && heights[1] <= likeHeight * heights[0]
        && upper.box.overlap(lower.box).width > 0 && upper.start.seconds <= lower.start.seconds + togetherSeconds
        && abs(upper.end.seconds - lower.end.seconds) <= togetherSeconds
    }
    // A film may have thousands of lines: only those that end at about the same time are compared.
    func slot(_ line: ReadLine) -> Int { Int(line.end.seconds / togetherSeconds) }
    var lines = lines
    let standing = lines.indices.filter { lines[$0].path == nil && lines[$0].crawl == nil }
    let ending = Dictionary(grouping: standing) { slot(lines[$0]) }
    var members = Dictionary(grouping: lines.indices) { lines[$0].block }
    for index in standing {
      let line = lines[index]
      let near = (slot(line) - 1...slot(line) + 1).flatMap { ending[$0, default: []] }.map { lines[$0] }
      let above = Set(near.filter { belong($0, line) }.map(\.block))
      let below = Set(near.filter { belong(line, $0) }.map(\.block))
      guard let block = above.intersection(below).min() else { continue }
      let moved = members.removeValue(forKey: line.block) ?? []
      for other in moved { lines[other].block = block }
      members[block, default: []] += moved
    }
    return lines
  }

  /// Whether a line is another reading, or part of one, of what a second line says.
  static func areOne(_ a: ReadLine, _ b: ReadLine) -> Bool {
    let shared = min(a.end.seconds, b.end.seconds) - max(a.start.seconds, b.start.seconds)
    return shared >= 0 && isSamePlace(a, b) && areAlike(a.text, b.text)
  }

  /// Of a line read twice the better reading; it takes the longer times.
  static func tidied(_ lines: [ReadLine]) -> [ReadLine] {
    func worth(_ line: ReadLine) -> Double { (line.confidence - worthless) * Double(line.letters) }
    var kept: [ReadLine] = []
    next: for line in lines.sorted(by: { worth($0) > worth($1) }) {
      guard line.crawl == nil else {
        kept.append(line)
        continue
      }
      for index in kept.indices where kept[index].crawl == nil {
        let other = kept[index]
        if isRemnant(line, of: other) { continue next }
        if isRemnant(other, of: line) {
          kept[index] = line
          continue next
        }
        if isSeen(line, within: other) { continue next }
        if isSeen(other, within: line) {
          (kept[index].start, kept[index].end) = (line.start, line.end)
          (kept[index].pops, kept[index].hasOwnTimes) = (line.pops, true)
          continue next
        }
        if isContinued(line, other) {
          // What seemed to stand for a moment was on its way, and so were the pictures that it was read in.
          if line.path == nil, other.path != nil { continue next }
          kept[index].start = [line.start, other.start].min { $0.index < $1.index } ?? line.start
          kept[index].end = [line.end, other.end].max { $0.index < $1.index } ?? line.end
          continue next
        }
        let shorter = min(duration(line), duration(other))
        let shared = min(line.end.seconds, other.end.seconds) - max(line.start.seconds, other.start.seconds)
        guard shared >= sameTime * shorter, isSamePlace(line, other) else { continue }
        let same = areAlike(line.text, other.text)
        if shared < wholeTime * shorter || (line.path == nil) != (other.path == nil), !same { continue }
        if let times = times(line, lends: other, same: same) {
          (kept[index].start, kept[index].end) = times
          if line.path != nil, other.path == nil { kept[index].move(like: line) }
        }
        continue next
      }
      kept.append(line)
    }
    return kept
  }

  /// The times of a line that was read again in its place at its time, worse; nil where its own are the better ones.
  /// `same` tells whether both say the same.
  private static func times(
    _ worse: ReadLine, lends better: ReadLine, same: Bool
  ) -> (start: FrameTime, end: FrameTime)? {
    let isLonger =
      duration(worse) > duration(better) && Double(worse.letters) >= lendingLetters * Double(better.letters)
    let bothStand = better.path == nil && worse.path == nil
    // A line that was read in a block of clutter round it has the times of that.
    if bothStand, same, better.hasOwnTimes != worse.hasOwnTimes {
      return better.hasOwnTimes ? nil : (worse.start, worse.end)
    }
    // Strokes that come and go within a frame date a text by themselves: what adds to that is clutter round it.
    guard bothStand, !better.pops, !worse.pops, worse.confidence >= sureReading else {
      // What stood where it came and went was no part of what moved.
      let stood = better.pops && better.path == nil && duration(better) >= leastSight
      return same && isLonger && (bothStand || !stood) ? (worse.start, worse.end) : nil
    }
    // Each saw the text for a part of its time.
    guard isLonger || areAlmostEqual(worse.text, better.text) else { return nil }
    return (
      [worse.start, better.start].min { $0.index < $1.index } ?? better.start,
      [worse.end, better.end].max { $0.index < $1.index } ?? better.end
    )
  }

  /// Whether two lines are one text of which, as the picture behind it changed, the one was seen first and then the other.
  private static func isContinued(_ a: ReadLine, _ b: ReadLine) -> Bool {
    let shared = min(a.end.seconds, b.end.seconds) - max(a.start.seconds, b.start.seconds)
    guard shared >= -longestGap, shared < sameTime * min(duration(a), duration(b)), isSamePlace(a, b) else {
      return false
    }
    // Two subtitles in turn may differ by a letter.
    if shared >= sharedTime { return areAlike(a.text, b.text) }
    // What compression leaves of a text that is gone may be read too, but not for long.
    return min(duration(a), duration(b)) >= leastSight && areAlmostEqual(a.text, b.text)
  }

  /// Whether a line was only seen while another stood that says the same in its place and is dated by its own strokes: those of the clutter
  /// in which the first was read stayed longer.
  private static func isSeen(_ line: ReadLine, within other: ReadLine) -> Bool {
    guard let looks = line.looks, other.path == nil, other.hasOwnTimes, !line.hasOwnTimes || other.pops && !line.pops,
      areOne(line, other)
    else { return false }
    return other.start.index <= looks.lowerBound && looks.upperBound <= other.end.index
  }

  /// Whether a line is what was read of another one as it went, in a block with something that stayed a moment longer.
  private static func isRemnant(_ line: ReadLine, of other: ReadLine) -> Bool {
    line.path == nil && other.path == nil && duration(line) < TextBlock.shortest
      && duration(other) >= TextBlock.shortest
      && line.start.index > other.start.index && line.end.index > other.end.index
      && line.start.seconds - other.end.seconds <= longestGap && isSamePlace(line, other)
      && areAlike(line.text, other.text)
  }

  private static func duration(_ line: ReadLine) -> Double { line.end.seconds - line.start.seconds }

  private static func isSamePlace(_ a: ReadLine, _ b: ReadLine) -> Bool {
    let (start, end) = (max(a.start.seconds, b.start.seconds), min(a.end.seconds, b.end.seconds))
    // What seemed to stand was somewhere on the way of what moved.
    let isPart = (a.path == nil) != (b.path == nil)
    let times = isPart ? [start - aroundPart, end + aroundPart] : [(start + end) / 2]
    let (a, b) = (TextBox(around: times.map(a.box)), TextBox(around: times.map(b.box)))
    let shared = a.overlap(b)
    return shared.width > 0 && shared.height > sameRows * min(a.height, b.height)
      && shared.width > sameColumns * min(a.width, b.width)
  }

  /// Whether the longest common subsequence of the letters holds most of the shorter text.
  static func areAlike(_ a: String, _ b: String) -> Bool {
    let (a, b) = (letters(a), letters(b))
    return Double(common(a, b)) >= alike * Double(min(a.count, b.count))
  }

  /// Whether it holds nearly all of the longer one, and the figures are the same.
  static func areAlmostEqual(_ a: String, _ b: String) -> Bool {
    let (a, b) = (letters(a), letters(b))
    return a.filter(\.isNumber) == b.filter(\.isNumber)
      && Double(common(a, b)) >= almostEqual * Double(max(a.count, b.count))
  }

  static func letters(_ text: String) -> [Character] {
    Array(text.lowercased().filter { $0.isLetter || $0.isNumber })
  }

  /// Length of the longest common subsequence.
  private static func common(_ a: [Character], _ b: [Character]) -> Int {
    var row = [Int](repeating: 0, count: b.count + 1)
    for x in a {
      var diagonal = 0
      for (j, y) in b.enumerated() {
        let above = row[j + 1]
        row[j + 1] = x == y ? diagonal + 1 : max(above, row[j])
        diagonal = above
      }
    }
    return row[b.count]
  }

  /// The language most letters were read in.
  private static func language(_ lines: [ReadLine]) -> String? {
    var letters: [String: Int] = [:]
    for word in lines.flatMap(\.words) where !word.language.isEmpty {
      letters[word.language, default: 0] += word.letters
    }
    return letters.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }

  private static func textLine(_ line: ReadLine, _ region: TextRegion) -> TextLine? {
    let inside = line.words.filter { isInside(Box($0.box, of: line.size), region) }
    guard !inside.isEmpty else { return nil }
    let words = inside.map {
      TextWord(text: $0.text, confidence: $0.confidence.rounded(places: 3), box: Box($0.box, of: line.size))
    }
    let box = line.crawl == nil ? Box(around: words.map(\.box)) : Box(line.box, of: line.size)
    return TextLine(
      text: inside.joinedText, confidence: inside.confidence.rounded(places: 3), box: box, words: words)
  }

  private static func isInside(_ box: Box, _ region: TextRegion) -> Bool {
    guard case .box(let region) = region else { return true }
    let (x, y) = (box.x + box.width / 2, box.y + box.height / 2)
    return x >= region.x && x <= region.x + region.width && y >= region.y && y <= region.y + region.height
  }
}
