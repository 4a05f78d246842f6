import Media
import Timing

/// Reads one block: pictures in, accepted lines out.
struct BlockReader {
  /// Most recognitions that are begun, and most candidates that are tried, for one block.
  static let mostCalls = 4
  static let mostCandidates = 3
  /// Candidates of one polarity.
  static let mostOfPolarity = 2
  /// What was read with this confidence and so many letters may be words seen badly, as where the gaps between outlined words look
  /// like letters: if nothing of it is believed, another candidate of the polarity is read, too, this share of whose ink is letters in rows.
  static let promisingMean = 0.2
  static let promisingLetters = 6
  static let cleanShare = 0.8
  /// Share of the best candidate's score below which another is not worth reading.
  static let leastScore = 0.4
  /// Mean confidence at which one shape is enough if no word lies below ``sureWord``, and that at which it is hopeless.
  static let sureMean = 0.93
  static let sureWord = 0.8
  static let hopelessMean = 0.3
  /// Confidence of a doubtful word, its letters, and how many others in its line are sure, all of them.
  static let doubtfulWord = 0.6
  static let doubtfulLetters = 3
  static let doubtfulCompany = 2
  /// Mean confidence, and share of the letters accepted, from which no further candidate is read.
  static let goodMean = 0.78
  static let goodShare = 0.85
  /// Letters of a refused line that is worth a look.
  static let leastRefused = 3
  /// A confidence that is worth nothing.
  static let worthless = 0.5
  /// Height of capitals by which a letter may reach below the highest foot of a line's words; a bar reaches 0.3 below.
  static let deepestLetter = 0.15
  /// The resolution that Tesseract is told: it sets how it joins letters to lines.
  static let dotsPerInch = 300

  struct Line {
    var words: [ReadWord]
    var box: TextBox
    var confidence: Double
    /// With the words beside its own that were read but not believed: a typed line may begin with them.
    var extent: TextBox

    init(_ words: [ReadWord]) {
      self.words = words
      box = TextBox(around: words.map(\.box))
      confidence = words.confidence
      extent = box
    }

    /// Heights of a line between a word and the next: three dots with a space on either side take more than three.
    private static let widestGap = 4.0

    /// With all words that were read, of its own and of other lines.
    init(_ words: [ReadWord], of all: [ReadWord]) {
      self.init(words)
      var rest = all.filter { $0.letters > 1 && $0.line == words[0].line && $0.box.sharedArea(box) == 0 }
      while let next = rest.firstIndex(where: { isBeside($0.box) }) {
        extent = TextBox(around: [extent, rest.remove(at: next).box])
      }
    }

    private func isBeside(_ word: TextBox) -> Bool {
      let gap = max(word.left - extent.right, extent.left - word.right)
      return gap <= Self.widestGap * box.height && word.bottom > box.top && word.top < box.bottom
    }
  }

  /// What came of a block.
  struct Reading {
    var lines: [Line] = []
    /// What was read but not believed, of the best reading.
    var refused: [Line] = []
    /// Recognitions that were begun.
    var calls = 0
    /// Recognitions that were given up: the picture too large, or too slow to read.
    var givenUp = 0
  }

  /// Loads its model when the first block is read: most of the cost of a film without text.
  let engine: LazyEngine
  let acceptance: LineAcceptance

  /// The lines of a block, in its pixels. `done` are boxes of pages that have been read. What is read `thoroughly`, one
  /// line on plain ground, is read in every shape, however sure one is, and with what does not stand in its row like letters.
  func read(
    _ pictures: BlockPictures, capHeight: Int, done: [TextBox], thoroughly: Bool = false
  ) throws(MediaError) -> Reading {
    let candidates = ReadingCandidate.all(pictures, capHeight: capHeight, done: done).filter(\.looksLikeText)
    var reading = Reading()
    var best: Double?
    var mostRead = 0.0
    var tried: [Polarity] = []
    var promising: Set<Polarity> = []
    for candidate in candidates {
      if reading.calls >= Self.mostCalls || tried.count >= Self.mostCandidates { break }
      if reading.calls > 0, candidate.score < Self.leastScore * candidates[0].score { break }
      let before = tried.filter { $0 == candidate.polarity }.count
      // Enough of this polarity, or nothing like words in it.
      if before >= Self.mostOfPolarity { continue }
      let mayBeBetter = promising.contains(candidate.polarity) && candidate.inkShare >= Self.cleanShare
      if before > 0, best == nil, !mayBeBetter { continue }
      tried.append(candidate.polarity)
      let words = try recognize(candidate, &reading, thoroughly: thoroughly)
      let accepted = acceptance.lines(words)
      if words.letters >= Self.promisingLetters, words.confidence >= Self.promisingMean {
        promising.insert(candidate.polarity)
      }
      let sum = words.reduce(0) { $0 + $1.confidence * Double($1.letters) }
      if best == nil, sum > mostRead || !accepted.isEmpty {
        mostRead = sum
        reading.refused = Self.refused(words, accepted)
      }
      guard !accepted.isEmpty else { continue }
      let letters = accepted.reduce(0) { $0 + $1.letters }
      let value = accepted.reduce(0) {
        $0 + $1.reduce(0) { $0 + ($1.confidence - Self.worthless) * Double($1.letters) }
      }
      if value > best ?? -.infinity {
        best = value
        reading.lines = accepted.map { Line($0, of: words) }
        reading.refused = Self.refused(words, accepted)
      }
      let isGood = value / Double(max(1, letters)) >= Self.goodMean - Self.worthless
      if isGood, Double(letters) >= Self.goodShare * Double(words.letters) { break }
    }
    if best == nil, engine.languages.contains(where: Scripts.isSquare) {
      try readWhole(pictures, capHeight: capHeight, into: &reading)
    }
    return reading
  }

  /// Reads the whole block in both polarities.
  private func readWhole(_ pictures: BlockPictures, capHeight: Int, into reading: inout Reading) throws(MediaError) {
    for polarity in [Polarity.bright, .dark] where reading.lines.isEmpty {
      guard let hat = ReadingCandidate.whole(pictures, polarity, capHeight: capHeight) else { continue }
      let words = try recognize(LetterPicture(whole: hat), Shape.square, scale: hat.scale, &reading)
      let accepted = acceptance.lines(words)
      guard !accepted.isEmpty || reading.refused.isEmpty else { continue }
      reading.lines = accepted.map { Line($0, of: words) }
      reading.refused = Self.refused(words, accepted)
    }
  }

  /// The words that were not accepted, line by line: where others of the line were, each of them; else those of lines worth a look.
  static func refused(_ words: [ReadWord], _ accepted: [[ReadWord]]) -> [Line] {
    let kept = Set(accepted.joined().map { [$0.box.left, $0.box.top] })
    let keptLines = Set(accepted.joined().map(\.line))
    let rest = words.filter { $0.letters > 0 && !kept.contains([$0.box.left, $0.box.top]) }
    let lines = Dictionary(grouping: rest, by: \.line)
    return lines.keys.sorted().compactMap { number in
      lines[number].flatMap { keptLines.contains(number) || $0.letters >= leastRefused ? Line($0) : nil }
    }
  }

  private typealias Shape = LetterPicture.Shape

  private func recognize(
    _ candidate: ReadingCandidate, _ reading: inout Reading, thoroughly: Bool
  ) throws(MediaError) -> [ReadWord] {
    let (rows, scale) = (LetterPicture(candidate), candidate.hat.scale)
    let words = try recognize(rows, Shape.all, scale: scale, &reading, thoroughly: thoroughly)
    guard thoroughly, words.letters > 0 else { return words }
    // Letters that touch fall out of rows.
    let whole = LetterPicture(whole: candidate.hat, lineCount: 1, capitals: rows.capitals)
    return WordVote.vote(words + (try recognize(whole, Shape.all, scale: scale, &reading)))
  }

  /// Reads a picture in one shape, its unsure lines in a second, and in a third where a word holds a sign that words do not
  /// have.
  private func recognize(
    _ whole: LetterPicture, _ shapes: [Shape], scale: Double, _ reading: inout Reading, thoroughly: Bool = false
  ) throws(MediaError) -> [ReadWord] {
    var words: [ReadWord] = []
    var picture = whole
    for (index, shape) in (shapes + [Shape.tieBreaker]).enumerated() {
      reading.calls += 1
      guard let read = try recognize(picture, shape, scale: scale) else {
        reading.givenUp += 1
        break
      }
      words = words.isEmpty ? read : WordVote.vote(words + read)
      guard words.letters > 0, words.confidence >= Self.hopelessMean else { break }
      if thoroughly { continue }
      // Only the lines that are not good enough are read again.
      let lines = Dictionary(grouping: words, by: \.line)
      let isRead = index + 1 < shapes.count ? Self.isSure : Self.isPlain
      let done = lines.keys.sorted().compactMap { lines[$0] }.filter(isRead)
      if done.count == lines.count { break }
      let boxes = done.map { line in
        let box = TextBox(around: line.map(\.box))
        return TextBox(
          left: box.left * scale, top: box.top * scale, right: box.right * scale, bottom: box.bottom * scale)
      }
      guard let rest = whole.without(boxes) else { break }
      picture = rest
    }
    return words
  }

  /// Whether a line that is not sure needs no third reading: no word holds a sign that words do not have, and none is doubtful that
  /// stands among sure ones.
  private static func isPlain(_ line: [ReadWord]) -> Bool {
    let words = line.filter { $0.letters > 0 }
    let sure = words.count { $0.confidence >= sureWord }
    let isDoubtful = words.contains {
      !$0.isKnown && $0.confidence < doubtfulWord && $0.letters >= doubtfulLetters
    }
    return !words.contains(where: WordVote.isOdd) && !(isDoubtful && sure >= doubtfulCompany && sure == words.count - 1)
  }

  /// Whether words need no second reading.
  private static func isSure(_ words: [ReadWord]) -> Bool {
    words.confidence >= sureMean
      && words.allSatisfy { ($0.letters == 0 || $0.confidence >= sureWord) && !WordVote.isOdd($0) }
  }

  private func recognize(
    _ picture: LetterPicture, _ shape: LetterPicture.Shape, scale: Double
  ) throws(MediaError) -> [ReadWord]? {
    let (plane, across, down) = picture.shaped(shape)
    let margin = LetterPicture.Shape.margin
    func x(_ pixel: Int) -> Double { (Double(pixel - margin) / across + Double(picture.left)) / scale }
    func y(_ pixel: Int) -> Double { (Double(pixel - margin) / down + Double(picture.top)) / scale }
    let deadline = engine.deadline
    let engine = try engine.loaded()
    let layout: TesseractEngine.Layout = picture.lineCount == 1 ? .line : .block
    guard
      let lines = try engine.read(plane, layout: layout, dotsPerInch: Self.dotsPerInch, deadline: deadline)
    else { return nil }
    let letters = picture.letters.map { box in
      TextBox(
        left: Double(box.left) / scale, top: Double(box.top) / scale, right: Double(box.right) / scale,
        bottom: Double(box.bottom) / scale)
    }
    return lines.enumerated().flatMap { number, line in
      let baseline = line.filter { $0.text.letterCount > 0 }.map(\.bottom).min() ?? 0
      return line.map { word in
        // A bar between words reaches below the line.
        let stands = Double(word.bottom - baseline) <= Self.deepestLetter * shape.capitals
        let text = stands ? LetterI.read(word.text, isKnown: engine.isKnown) : word.text
        return ReadWord(
          text: text, confidence: word.confidence, language: word.language,
          box: TextBox(left: x(word.left), top: y(word.top), right: x(word.right), bottom: y(word.bottom)),
          line: number, isKnown: engine.isKnown(text.core))
      }.flatMap { LetterI.parted($0, letters: letters, isKnown: engine.isKnown) }
        .withoutDoubles(letters: letters).withoutLooseCharacters
    }
  }
}
