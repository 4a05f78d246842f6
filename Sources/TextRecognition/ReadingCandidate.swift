import Timing

/// One way to see a block's letters: a polarity and a threshold.
struct ReadingCandidate {
  /// Thresholds that are tried, with their weights: thin letters need a low one, outlined letters a high one.
  static let thresholds: [(level: UInt8, weight: Double)] = [(90, 0.95), (150, 1), (205, 0.98), (235, 0.9)]
  /// Bright letters are the rule in films.
  static let darkWeight = 0.9
  /// The more so where levels are compared: outlines have more pieces than the letters in them.
  static let darkLevelWeight = 0.6
  /// What counts for a letter by its level: half way from the ground.
  static let levelThreshold: UInt8 = 128
  /// Share of the ink that letters must have by their level: among much else hats part them better from what is behind them.
  static let clearShare = 0.4
  /// The threshold by which letters are found that show whether a text moved.
  static let motionThreshold: UInt8 = 150
  /// Share of the last look's strokes that the least of all looks must keep, else the letters moved while they stood.
  static let leastKept = 0.8
  /// Pixels of letters needed to tell motion.
  static let leastMotionInk = 60

  let polarity: Polarity
  let threshold: UInt8
  let hat: StrokeHat
  var letters: Letters
  /// Share of the ink that lies in rows of letters.
  let inkShare: Double
  let score: Double

  /// Every way that shows rows of letters: by the level of the letters, then as hats, best first. `done` are boxes in the block
  /// that have been read.
  static func all(_ pictures: BlockPictures, capHeight: Int, done: [TextBox]) -> [ReadingCandidate] {
    var found: [ReadingCandidate] = []
    var shown: [Polarity: ReadingCandidate] = [:]
    let isStill = pictures.count == 1 || pictures.stoodStill
    for polarity in [Polarity.bright, .dark] {
      guard var hat = hat(pictures, polarity, isStill: isStill, capHeight: capHeight) else { continue }
      for box in done { hat.blacken(box) }
      let candidates = thresholds.compactMap { level, weight in
        ReadingCandidate(hat, polarity, threshold: level, weight: weight * (polarity == .dark ? darkWeight : 1))
      }
      shown[polarity] = candidates.filter(\.looksLikeText).max { $0.score < $1.score }
      found += candidates
    }
    let levels = [Polarity.bright, .dark].compactMap { polarity in
      byLevel(pictures, polarity, own: shown[polarity], other: shown[polarity == .bright ? .dark : .bright], done: done)
    }
    let clear = levels.filter { $0.inkShare >= clearShare }
    return clear.sorted { $0.score > $1.score } + found.sorted { $0.score > $1.score }
  }

  /// The letters of a hat by their level, or those in outlines that stand in rows.
  private static func byLevel(
    _ pictures: BlockPictures, _ polarity: Polarity, own: ReadingCandidate?, other: ReadingCandidate?, done: [TextBox]
  ) -> ReadingCandidate? {
    let all = polarity == .bright ? pictures.darkest : pictures.brightest
    // Where letters moved, their hat is of the last look.
    let last = own?.hat.spot.picture == all ? nil : own
    for (candidate, picture) in [(own, all), (last, last?.hat.spot.picture ?? all), (other, all)] {
      guard let candidate, let level = LetterLevel(candidate, in: picture, polarity) else { continue }
      var hat = StrokeHat(level)
      for box in done { hat.blacken(box) }
      let weight = polarity == .dark ? darkLevelWeight : 1
      if let found = ReadingCandidate(hat, polarity, threshold: levelThreshold, weight: weight, isLevel: true) {
        return found
      }
    }
    return nil
  }

  /// Nil where there are no rows of letters. Things that are as bright as letters but higher are no ink where their level is known.
  private init?(_ hat: StrokeHat, _ polarity: Polarity, threshold: UInt8, weight: Double, isLevel: Bool = false) {
    letters = Letters(hat, above: threshold)
    guard let highest = letters.rows.map(\.height).max() else { return nil }
    let things = isLevel ? letters.ink(higherThan: LetterLevel.highestLetter * highest) : 0
    inkShare = Double(letters.inkInRows) / Double(max(1, letters.ink - things))
    score = Double(letters.lettersInRows) * (0.3 + inkShare) * weight
    self.hat = hat
    self.polarity = polarity
    self.threshold = threshold
  }

  /// The block as it stood, whether or not its strokes stand in rows like letters.
  static func whole(_ pictures: BlockPictures, _ polarity: Polarity, capHeight: Int) -> StrokeHat? {
    let strokes = BareStrokes(
      polarity == .bright ? pictures.darkest : pictures.brightest, polarity, capHeight: capHeight)
    return strokes.peak >= StrokeHat.faintest ? StrokeHat(strokes, capHeight: capHeight) : nil
  }

  /// The hat over all looks, or over the last where the letters moved; nil where there are no rows of letters.
  private static func hat(
    _ pictures: BlockPictures, _ polarity: Polarity, isStill: Bool, capHeight: Int
  ) -> StrokeHat? {
    let ground = polarity == .bright ? pictures.darkest : pictures.brightest
    let groundHasRows = QuickRows.mayStand(in: ground, polarity, capHeight: capHeight)
    guard groundHasRows || !isStill && QuickRows.mayStand(in: pictures.last, polarity, capHeight: capHeight) else {
      return nil
    }
    let all = BareStrokes(ground, polarity, capHeight: capHeight)
    let one = isStill ? all : BareStrokes(pictures.last, polarity, capHeight: capHeight)
    if isStill || one.peak < StrokeHat.faintest || all.plainlyHolds(one) {
      return groundHasRows && all.peak >= StrokeHat.faintest ? StrokeHat(all, capHeight: capHeight) : nil
    }
    let (still, last) = (StrokeHat(all, capHeight: capHeight), StrokeHat(one, capHeight: capHeight))
    return haveMoved(still, last) ? last : still.peak >= StrokeHat.faintest ? still : nil
  }

  /// Whether the letters of the last look are missing from the hat of all looks.
  private static func haveMoved(_ still: StrokeHat, _ last: StrokeHat) -> Bool {
    let letters = Letters(last.plane, above: motionThreshold)
    var ink = 0
    var (before, after) = (0, 0)
    for row in letters.rows where row.members.count >= Letters.rowLetters {
      for member in row.members {
        for run in letters.areas.runs[letters.areas.components[member].runs] {
          let start = Int(run.y) * last.plane.width
          for i in start + Int(run.start)..<start + Int(run.end) {
            ink += 1
            before += Int(last.plane.bytes[i])
            after += Int(still.plane.bytes[i])
          }
        }
      }
    }
    return ink >= leastMotionInk && Double(after * still.peak) < leastKept * Double(before * last.peak)
  }

  /// Most unevenness of the longest row in heights, and that of a row of few letters or among much clutter: of 138 texts
  /// none had more.
  static let mostUneven = 0.15
  static let mostUnevenWhereUnsure = 0.06
  static let fewLetters = 5

  /// The gate before any recognition: letters that the longest row must have, by the share of the ink in rows. Set on 89
  /// texts and 2,535 blocks of clutter of annotated films.
  var looksLikeText: Bool {
    let longest = letters.rows.map(\.members.count).max() ?? 0
    let unevenness = letters.rows.filter { $0.members.count == longest }.map(\.unevenness).min() ?? 1
    guard unevenness < (longest > Self.fewLetters ? Self.mostUneven : Self.mostUnevenWhereUnsure) else { return false }
    if inkShare >= 0.7 { return longest >= 4 }
    if inkShare >= 0.6 { return longest >= 5 }
    guard unevenness < Self.mostUnevenWhereUnsure else { return false }
    return longest >= 10 && inkShare >= 0.15 || longest >= 6 && inkShare >= 0.3
  }
}
