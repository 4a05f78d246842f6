import Timing

/// A block with nothing but its rows of letters, dark on white.
struct LetterPicture {
  /// From this threshold on letters are cut out of their outline; below it soft edges read better than hard ones.
  static let outlined: UInt8 = 205
  /// Pixels round a letter that are kept, soft and hard.
  static let softMargin = 3
  static let hardMargin = 1
  /// Heights by which short words on a row may lie from it.
  static let farthestWord = 6.0
  /// White kept round the rows, in pixels.
  static let marginAcross = 20
  static let marginDown = 14

  /// Share of a row within lines that have been read from which it is theirs: a row is one line's or another's.
  static let readShare = 0.5

  let plane: Plane
  /// What lies in it, in pixels of the hat; nothing where it is a whole block.
  let rows: [PixelBox]
  /// The letters of rows, in pixels of the hat.
  let letters: [PixelBox]
  /// Rows on different lines.
  let lineCount: Int
  /// Where the picture lies in the hat.
  let left: Int
  let top: Int
  /// Height of the capitals: the 80th percentile of the letters.
  let capitals: Double

  init(_ candidate: ReadingCandidate) {
    var letters = candidate.letters
    let source = candidate.hat.plane
    var keep = [Bool](repeating: false, count: letters.areas.components.count)
    for row in letters.rows { Self.addRow(row, &letters, to: &keep) }
    var boxes = letters.rows.map(\.box)
    var members = letters.rows.flatMap(\.members)
    for word in letters.shortRows where Self.isWord(word, besideAnyOf: letters.rows) {
      for member in word.members { keep[member] = true }
      boxes.append(word.box)
      members += word.members
    }
    let around = boxes.dropFirst().reduce(boxes[0]) { $0.union($1) }
      .grown(across: Self.marginAcross, down: Self.marginDown, within: (source.width, source.height))
    let hard = candidate.threshold >= Self.outlined
    let mask = Self.mask(
      letters.areas, keep, margin: hard ? Self.hardMargin : Self.softMargin, width: source.width, height: source.height)
    let low = hard ? max(20, Int(candidate.threshold) - 70) : 0
    let high = hard ? min(250, Int(candidate.threshold) + 40) : 255
    let table = (0..<256).map { UInt8(255 - max(0, min(255, ($0 - low) * 255 / (high - low)))) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(around.area)
    for y in around.top..<around.bottom {
      for i in y * source.width + around.left..<y * source.width + around.right {
        bytes.append(mask[i] == 0 ? 255 : table[Int(source.bytes[i])])
      }
    }
    plane = Plane(width: around.width, height: around.height, bytes: bytes)
    rows = boxes
    self.letters = members.map { letters.box($0) }
    lineCount = Self.lines(boxes)
    left = around.left
    top = around.top
    capitals = letters.rows.flatMap { $0.members.map { Double(letters.box($0).height) } }.percentile(0.8)
  }

  /// A whole block: characters of several parts cannot be told from what is round them by their rows.
  init(whole hat: StrokeHat, lineCount: Int = 2, capitals: Double = Letters.usualCapitals) {
    let source = hat.plane
    plane = Plane(width: source.width, height: source.height, bytes: source.bytes.map { 255 - $0 })
    rows = []
    letters = []
    self.lineCount = lineCount
    left = 0
    top = 0
    self.capitals = capitals
  }

  private init(_ plane: Plane, rows: [PixelBox], letters: [PixelBox], left: Int, top: Int, capitals: Double) {
    self.plane = plane
    self.rows = rows
    self.letters = letters
    lineCount = Self.lines(rows)
    self.left = left
    self.top = top
    self.capitals = capitals
  }

  /// What is left to read without some lines, given by their boxes in the hat; nil where that is nothing.
  ///
  /// A picture that is not made of rows stays whole. One line does not stay behind by itself but with its neighbour: of two
  /// typed lines the second, read alone, lost a word that it keeps when both are read.
  func without(_ lines: [TextBox]) -> LetterPicture? {
    guard !lines.isEmpty, !rows.isEmpty else { return self }
    let rest = rows.filter { row in
      let row = TextBox(row)
      return lines.reduce(0) { $0 + $1.sharedArea(row) } < Self.readShare * row.area
    }
    guard let first = rest.first else { return nil }
    if lineCount > 1, Self.lines(rest) == 1 {
      func distance(_ line: TextBox) -> Double { abs(line.top + line.bottom - Double(first.top + first.bottom)) }
      let nearest = lines.indices.min { distance(lines[$0]) < distance(lines[$1]) }
      return without(lines.indices.filter { $0 != nearest }.map { lines[$0] })
    }
    var blank = plane
    for line in lines {
      // Soft edges of letters lie outside their boxes.
      let box = line.moved(x: -Double(left), y: -Double(top)).grown(
        across: Double(Self.softMargin), down: Double(Self.softMargin))
      let columns = max(0, Int(box.left))..<max(0, Int(box.left), min(plane.width, Int(box.right.rounded(.up))))
      for y in max(0, Int(box.top))..<max(0, Int(box.top), min(plane.height, Int(box.bottom.rounded(.up)))) {
        for x in columns { blank.bytes[y * plane.width + x] = 255 }
      }
    }
    let around = rest.dropFirst().reduce(first) { $0.union($1) }.moved(x: -left, y: -top)
      .grown(across: Self.marginAcross, down: Self.marginDown, within: (plane.width, plane.height))
    return LetterPicture(
      BlockPictures.cut(blank, around), rows: rest, letters: letters, left: left + around.left, top: top + around.top,
      capitals: capitals)
  }

  /// Keeps a row's letters, dots and commas, and what is stroked like them within its box.
  private static func addRow(_ row: Letters.Row, _ letters: inout Letters, to keep: inout [Bool]) {
    let h = row.height
    let box = TextBox(row.box).grown(across: 0.8 * h, down: 0.35 * h)
    let stroke = row.members.map { Double(letters.strokeWidth($0)) }.median()
    for index in letters.areas.components.indices where !keep[index] {
      let part = letters.box(index)
      guard Double(part.left) >= box.left, Double(part.right) <= box.right, Double(part.top) >= box.top,
        Double(part.bottom) <= box.bottom
      else { continue }
      let (width, height) = (Double(part.width), Double(part.height))
      let isDot = max(width * 0.7, height) <= 0.5 * h
      keep[index] =
        (isDot || height <= 1.6 * h && height >= 0.4 * h && Double(letters.strokeWidth(index)) <= 1.4 * stroke + 1)
        && !letters.isGround(index, in: row)
    }
    for member in row.members { keep[member] = true }
  }

  private static func isWord(_ word: Letters.Row, besideAnyOf rows: [Letters.Row]) -> Bool {
    rows.contains { row in
      let shared = min(word.box.bottom, row.box.bottom) - max(word.box.top, row.box.top)
      let gap = max(word.box.left - row.box.right, row.box.left - word.box.right)
      return word.height >= 0.6 * row.height && word.height <= 1.4 * row.height
        && Double(shared) > 0.7 * Double(word.box.height) && Double(gap) < farthestWord * row.height
    }
  }

  /// 1 within `margin` pixels of what is kept.
  private static func mask(
    _ areas: RunComponents, _ keep: [Bool], margin: Int, width: Int, height: Int
  ) -> [UInt8] {
    var mask = [UInt8](repeating: 0, count: width * height)
    mask.withUnsafeMutableBufferPointer { mask in
      for index in areas.components.indices where keep[index] {
        for run in areas.runs[areas.components[index].runs] {
          let (start, end) = (max(0, Int(run.start) - margin), min(width, Int(run.end) + margin))
          for y in max(0, Int(run.y) - margin)...min(height - 1, Int(run.y) + margin) {
            for x in start..<end { mask[y * width + x] = 1 }
          }
        }
      }
    }
    return mask
  }

  /// Number of lines on which boxes lie.
  static func lines(_ boxes: [PixelBox]) -> Int {
    var lines: [PixelBox] = []
    for box in boxes.sorted(by: { $0.top < $1.top }) {
      let line = lines.firstIndex {
        2 * (min($0.bottom, box.bottom) - max($0.top, box.top)) > min($0.height, box.height)
      }
      if let line { lines[line] = lines[line].union(box) } else { lines.append(box) }
    }
    return lines.count
  }

  /// A size and shape in which the picture is read. Two different ones err differently.
  struct Shape {
    /// Height of capitals in pixels. Larger ones read worse: 30 pixels cost 6 points of recall on a bitmap font.
    let capitals: Double
    /// Widening; narrow letters are ruinous.
    let width: Double

    static let all = [Shape(capitals: 15, width: 1.33), Shape(capitals: 20, width: 1.2)]
    /// For what both of them read strangely.
    static let tieBreaker = Shape(capitals: 26, width: 1.1)
    /// For characters that fill a square, which have more strokes.
    static let square = [Shape(capitals: 32, width: 1), Shape(capitals: 26, width: 1)]
    /// White round the picture, in pixels, without which Tesseract loses letters at the edge.
    static let margin = 12
  }

  /// The picture in a shape, and its factors across and down.
  func shaped(_ shape: Shape) -> (plane: Plane, across: Double, down: Double) {
    let down = shape.capitals / capitals
    let across = down * shape.width
    let resized = Resampler.scaled(plane, across: across, down: down, across < 1 ? .area : .cubic)
    let margin = Shape.margin
    var framed = Plane(width: resized.width + 2 * margin, height: resized.height + 2 * margin, repeating: 255)
    for y in 0..<resized.height {
      let row = (y + margin) * framed.width + margin
      framed.bytes.replaceSubrange(
        row..<row + resized.width, with: resized.bytes[y * resized.width..<(y + 1) * resized.width])
    }
    return (framed, across, down)
  }
}
