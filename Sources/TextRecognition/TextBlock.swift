import Timing

/// Texts that stood together: the lines of a page, the words of a subtitle, a line as it was typed.
struct TextBlock {
  /// Seconds for which nothing of a block may have ended before it is read.
  static let settling = 0.5
  /// Most seconds between the ends of two neighbours.
  static let togetherAtEnd = 0.5
  /// Most seconds between their starts: typed letters follow one another faster. Without it subtitles join the clutter of
  /// the whole shot.
  static let togetherAtStart = 1.5
  /// Shortest time in seconds that a block must have stood to be read.
  static let shortest = 0.5
  /// Seconds by which times in a film are off, as they are rounded.
  private static let rounding = 0.001
  /// A row of pixels belongs to a line where it has over this share of the densest row's strokes.
  static let denseRow = 0.35

  /// Height of the lines in heights of the members: of 86 texts all but one, which was read by a member, have under 2.
  static let highestLine = 2.5
  /// Members that are read by themselves: least width in small pixels and in heights.
  static let leastMemberWidth = 30
  static let leastMemberShape = 2.5

  let members: [StandingText]
  /// In pixels of the small plane.
  let box: PixelBox
  /// Height of its lines in pixels of the small plane, capitals without accents.
  let lineHeight: Int

  init(_ members: [StandingText], width: Int) {
    self.members = members
    box = members.dropFirst().reduce(members[0].box) { $0.union($1.box) }
    lineHeight = Self.lineHeight(members, box, width)
  }

  /// Whether what is seen from one frame through another is seen long enough to be read: the last is shown as long as those before it.
  static func isLongEnough(from first: FrameTime, through last: FrameTime) -> Bool {
    let frames = Double(last.index - first.index)
    return frames > 0 && (last.seconds - first.seconds) * (frames + 1) / frames >= shortest - rounding
  }

  var start: FrameTime { members.min { $0.start.index < $1.start.index }!.start }
  var end: FrameTime { members.max { $0.end.index < $1.end.index }!.end }
  var strokes: Int { members.reduce(0) { $0 + $1.strokes } }

  /// Whether its strokes, or those of a member, can be those of letters. `width` is that of the small plane.
  func mayBeText(width: Int) -> Bool {
    if members.count > 1 {
      var all = StrokeStatistics(box: box, letterHeight: lineHeight)
      for member in members { member.add(to: &all, width: width) }
      if all.mayBeText(width: box.width, height: lineHeight) { return true }
    }
    return members.contains(where: \.mayBeText)
  }

  /// Of each member the strokes that no other had before it came: both windows find the letters of one text, and one of them
  /// may be late.
  func comingStrokes(width: Int) -> [Int] {
    firsts(width: width) { members[$0].start.index < members[$1].start.index }
  }

  /// Of each member the strokes that no other has after it went.
  func goingStrokes(width: Int) -> [Int] {
    firsts(width: width) { members[$0].end.index > members[$1].end.index }
  }

  /// Strokes of each member that are not among those of the members that an order puts before it.
  private func firsts(width: Int, _ isBefore: (Int, Int) -> Bool) -> [Int] {
    guard members.count > 1 else { return members.map(\.strokes) }
    let seen = StrokeBits(width: width, height: box.bottom)
    let own = StrokeBits(width: width, height: box.bottom)
    var counts = [Int](repeating: 0, count: members.count)
    for index in members.indices.sorted(by: { isBefore($0, $1) || !isBefore($1, $0) && $0 < $1 }) {
      let rows = members[index].box.top..<members[index].box.bottom
      members[index].mark(own)
      counts[index] = seen.rising.enter(own.rising, rows: rows) + seen.falling.enter(own.falling, rows: rows)
      own.rising.removeAll(in: rows)
      own.falling.removeAll(in: rows)
    }
    return counts
  }

  /// What of it is read: the whole, or each member by itself where lines far higher than the members show that they are
  /// clutter, run together, perhaps round a text. `width` is that of the small plane.
  func readable(width: Int) -> [TextBlock] {
    guard Double(lineHeight) > Self.highestLine * medianHeight else { return [self] }
    return alone(width: width)
  }

  /// Median height of the members, each counted by its strokes.
  private var medianHeight: Double {
    let ordered = members.sorted { $0.box.height < $1.box.height }
    func height(ofStroke index: Int) -> Double {
      var left = index
      for member in ordered {
        if left < member.strokes { return Double(member.box.height) }
        left -= member.strokes
      }
      return 0
    }
    return (height(ofStroke: (strokes - 1) / 2) + height(ofStroke: strokes / 2)) / 2
  }

  /// The members that may be texts by themselves.
  func alone(width: Int) -> [TextBlock] {
    members.filter {
      $0.box.width >= Self.leastMemberWidth
        && Double($0.box.width) >= Self.leastMemberShape * Double($0.box.height)
    }.map { TextBlock([$0], width: width) }
  }

  /// The looks on which it stood whole: those of the member that was whole for the shortest time.
  var looks: [Look] {
    let whole = members.filter { !$0.looks.isEmpty }
    return whole.min { ($0.lastWhole.index, -$0.looks.count) < ($1.lastWhole.index, -$1.looks.count) }?.looks ?? []
  }

  /// Neighbours that make up a block each; those with the most strokes a row first.
  static func neighbours(among texts: [StandingText]) -> [[StandingText]] {
    let places = texts.map(Place.init)
    var left = Array(texts.indices)
    var groups: [(density: Double, members: [StandingText])] = []
    while let seed = left.popLast() {
      var group = [seed]
      var next = 0
      while next < group.count {
        left.removeAll { other in
          guard places[group[next]].isBeside(places[other]) else { return false }
          group.append(other)
          return true
        }
        next += 1
      }
      let rows = group.count == 1 ? 1 : Set(group.map { places[$0].box.top / 8 }).count
      let members = group.map { texts[$0] }
      groups.append((Double(members.reduce(0) { $0 + $1.strokes }) / Double(rows), members))
    }
    return groups.sorted { $0.density > $1.density }.map(\.members)
  }

  /// Where and when a text stood: what tells neighbours.
  private struct Place {
    let box: PixelBox
    let start: Double
    let lastWhole: Double

    init(_ text: StandingText) {
      box = text.box
      start = text.start.seconds
      lastWhole = text.lastWhole.seconds
    }

    /// Whether both are in one line, or lines of one paragraph.
    func isBeside(_ other: Place) -> Bool {
      // What is far away, as most is, first.
      let small = min(box.height, other.box.height)
      let down = max(box.top, other.box.top) - min(box.bottom, other.box.bottom)
      guard 2 * down <= 3 * small else { return false }
      let across = max(box.left, other.box.left) - min(box.right, other.box.right)
      guard across < (down < 0 && -2 * down >= small ? 3 * small + 1 : 0) else { return false }
      let large = max(box.height, other.box.height)
      return Double(large) <= 2.5 * Double(small) + 2 && abs(lastWhole - other.lastWhole) <= togetherAtEnd
        && abs(start - other.start) <= togetherAtStart
    }
  }

  /// Median run of dense rows, weighted by the strokes in it.
  private static func lineHeight(_ members: [StandingText], _ box: PixelBox, _ width: Int) -> Int {
    var profile: [Int] = []
    profile.reserveCapacity(box.height + 1)
    profile += repeatElement(0, count: box.height)
    for text in members { text.addRows(to: &profile, top: box.top) }
    let least = denseRow * Double(profile.max() ?? 0)
    profile.append(-1)
    var runs: [(height: Int, strokes: Int)] = []
    var height = 0
    var strokes = 0
    for count in profile {
      if Double(count) > least {
        height += 1
        strokes += count
      } else if height > 0 {
        runs.append((height, strokes))
        (height, strokes) = (0, 0)
      }
    }
    runs.sort { ($0.height, $0.strokes) < ($1.height, $1.strokes) }
    let half = runs.reduce(0) { $0 + $1.strokes }
    var sum = 0
    for run in runs {
      sum += run.strokes
      if 2 * sum >= half { return max(3, run.height) }
    }
    return 3
  }
}
