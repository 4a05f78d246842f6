import Timing

/// The connected areas of a hat above a threshold, and which of them stand in rows like letters.
struct Letters {
  /// Height of capitals for which the limits below in pixels hold.
  static let usualCapitals = 32.0
  /// Heights in pixels that a letter may have.
  static let heights = 9...90
  static let widestInHeights = 10
  static let leastArea = 20
  /// A fuller area, wide for its height, is a filled box.
  static let fullest = 0.92
  /// A sparser area is a frame or a scratch.
  static let sparsest = 0.08
  /// Strokes wider than this share of the letter, and 2 pixels more, belong to a blob.
  static let widestStroke = 0.5
  /// Gap between two neighbours of a row, in heights of the larger.
  static let widestGap = 1.2
  /// Heights of two neighbours: a capital or an ascender beside an x.
  static let heightRatio = 2.3
  /// By how much feet or heads of two neighbours may differ, in heights of the larger.
  static let unevenness = 0.3
  /// Strokes by which a member may exceed its row's median before it falls out.
  static let strokeRatio = 1.9
  /// A row needs this many letters, or to be this wide in heights where letters touch.
  static let rowLetters = 4
  static let rowWidth = 3.0
  /// A word needs this many letters, or this width.
  static let wordLetters = 3
  static let wordWidth = 2.5

  /// Letters side by side.
  struct Row {
    /// Components, from left to right.
    var members: [Int]
    var box: PixelBox
    /// Median height of its members.
    var height: Double
    /// Median distance of the feet, or of the heads, from their median, in heights: whichever is less.
    var unevenness: Double
    /// Median of the brightest pixels of its members; 0 where the picture is not known.
    var brightness: Double
  }

  let areas: RunComponents
  /// Rows that are long enough to be found by themselves.
  private(set) var rows: [Row] = []
  /// Shorter rows, which count only beside a longer one.
  private(set) var shortRows: [Row] = []
  private(set) var strokeWidths: StrokeWidths

  /// Pixels of the limits to one of the hat.
  private let unit: Double
  private let shown: StrokeHat.Spot?

  /// Letters of a hat whose picture shows which of its areas are ground between two outlines.
  init(_ hat: StrokeHat, above threshold: UInt8) {
    self.init(hat.plane, above: threshold, shown: hat.spot)
  }

  /// `capitals` is the height to which capitals were brought; rows are looked for where there are `least` letters.
  init(
    _ hat: Plane, above threshold: UInt8, capitals: Double = usualCapitals, least: Int = 0,
    shown: StrokeHat.Spot? = nil
  ) {
    self.shown = shown
    unit = capitals / Self.usualCapitals
    areas = RunComponents(RunComponents.runs(in: hat, above: threshold), diagonally: true)
    strokeWidths = StrokeWidths(count: areas.components.count)
    var candidates = areas.components.indices.filter { mayBeLetter($0, in: hat) }
    guard candidates.count >= least else { return }
    candidates.removeAll { !hasStrokesOfLetter($0) }
    candidates.sort { (areas.components[$0].box.left, $0) < (areas.components[$1].box.left, $1) }
    for chain in chains(candidates) { add(chain) }
  }

  /// Pixels of all areas, letters or not.
  var ink: Int { areas.components.reduce(0) { $0 + $1.area } - groundInk }
  /// Of which in areas that stand in rows and show the ground between two words.
  private var groundInk = 0
  /// Of which in areas that are higher than a letter may be.
  func ink(higherThan height: Double) -> Int {
    areas.components.reduce(0) { $0 + (Double($1.box.height) > height ? $1.area : 0) }
  }
  var lettersInRows: Int { rows.reduce(0) { $0 + $1.members.count } }
  var inkInRows: Int { rows.reduce(0) { $0 + $1.members.reduce(0) { $0 + areas.components[$1].area } } }

  func box(_ component: Int) -> PixelBox { areas.components[component].box }

  /// Width of a component's strokes.
  mutating func strokeWidth(_ component: Int) -> Float { strokeWidths.width(component, areas) }

  /// Whether a component has the size and the shape of a letter.
  private func mayBeLetter(_ index: Int, in hat: Plane) -> Bool {
    let (box, area) = (areas.components[index].box, areas.components[index].area)
    guard Self.heights.contains(Int(Double(box.height) / unit)), box.width <= Self.widestInHeights * box.height,
      Double(area) >= Double(Self.leastArea) * unit * unit
    else { return false }
    let share = Double(area) / Double(box.area)
    if share > Self.fullest, 2 * box.width > box.height { return false }
    if share < Self.sparsest { return false }
    // Cut by the edge: not a letter of this block.
    return box.top > 0 && box.bottom < hat.height && box.left > 0 && box.right < hat.width
  }

  private mutating func hasStrokesOfLetter(_ index: Int) -> Bool {
    let box = areas.components[index].box
    return strokeWidth(index) <= Float(Self.widestStroke) * Float(min(box.height, 2 * box.width)) + Float(2 * unit)
  }

  /// Groups of letters of which each has a neighbour.
  private func chains(_ candidates: [Int]) -> [[Int]] {
    var parent = Array(candidates.indices)
    func root(_ i: Int) -> Int {
      var i = i
      while parent[i] != i {
        parent[i] = parent[parent[i]]
        i = parent[i]
      }
      return i
    }
    let widest = Int(Self.widestGap * Double(Self.heights.upperBound)) + 1
    for i in candidates.indices {
      let a = box(candidates[i])
      for j in candidates.index(after: i)..<candidates.endIndex {
        let b = box(candidates[j])
        if b.left - a.right > widest { break }
        if Self.areNeighbours(a, b) { parent[root(i)] = root(j) }
      }
    }
    var members: [[Int]] = Array(repeating: [], count: candidates.count)
    for i in candidates.indices { members[root(i)].append(candidates[i]) }
    return members.filter { !$0.isEmpty }
  }

  /// Whether two letters, the first further to the left, can stand side by side in a row.
  static func areNeighbours(_ a: PixelBox, _ b: PixelBox) -> Bool {
    let (small, large) = (Double(min(a.height, b.height)), Double(max(a.height, b.height)))
    guard Double(b.left - a.right) <= widestGap * large, large <= heightRatio * small else { return false }
    let uneven = unevenness * large
    if Double(abs(a.bottom - b.bottom)) > uneven, Double(abs(a.top - b.top)) > uneven { return false }
    return Double(min(a.bottom, b.bottom) - max(a.top, b.top)) >= 0.5 * small
  }

  /// Of the step from the ground to a row's letters, what an area must have to be a letter: less is the ground itself, seen
  /// between the dark outlines of two words.
  static let leastStep = 0.35
  /// Heights above and below an area where its ground is looked for, beyond outlines, and to the sides of it; and above and below
  /// the row for what is as high as a dot, of the row's height.
  static let groundDistances = [0.4, 0.55]
  static let groundDistancesOfRow = [0.2, 0.35]
  static let dot = 0.5
  static let groundReach = 0.5
  /// Heights to a side of the ground between two words in which there is an outline, and luma steps by which that is darker.
  static let outlineReach = 0.2
  static let leastOutline = 24.0

  /// Brightest pixel of an area; 0 where the picture is not known.
  private func brightness(_ component: Int) -> Int {
    guard let shown else { return 0 }
    var most = 0
    for run in areas.runs[areas.components[component].runs] {
      for x in run.start..<run.end { most = max(most, shown.brightness(Int(x), Int(run.y))) }
    }
    return most
  }

  /// Whether an area beside an outline is no brighter than the ground above or below it, where a row's letters are.
  func isGround(_ component: Int, in row: Row) -> Bool {
    guard let shown else { return false }
    let box = box(component)
    // Beside a letter, or a gap of its height; round a dot there are others.
    let (from, distances) =
      Double(box.height) > Self.dot * row.height
      ? (box, Self.groundDistances.map { $0 * Double(box.height) })
      : (row.box, Self.groundDistancesOfRow.map { $0 * row.height })
    let reach = Int(Self.groundReach * row.height)
    let sides = [-1.0, 1.0].map { side in
      shown.medianBrightness(
        of: box.left - reach..<box.right + reach,
        rows: distances.map { Int(side < 0 ? Double(from.top) - $0 : Double(from.bottom) + $0) })
    }
    let ground = sides.max() ?? 0
    guard Double(brightness(component)) - ground < Self.leastStep * (row.brightness - ground) else { return false }
    let near = Int(Self.outlineReach * row.height) + 1
    return [box.left - near..<box.left + 1, box.right - 1..<box.right + near].contains { columns in
      let darkest = (box.top..<box.bottom).map { y in columns.lazy.map { shown.brightness($0, y) }.min() ?? 255 }
      return ground - Double(darkest.reduce(0, +)) / Double(box.height) >= Self.leastOutline
    }
  }

  private mutating func add(_ chain: [Int]) {
    let widths = chain.map { strokeWidth($0) }
    let limit = Self.strokeRatio * widths.map(Double.init).median() + unit
    let members = zip(chain, widths).filter { Double($1) <= limit }.map(\.0)
    guard !members.isEmpty else { return }
    let all = row(members)
    let letters = members.filter { !isGround($0, in: all) }
    groundInk += Set(members).subtracting(letters).reduce(0) { $0 + areas.components[$1].area }
    guard !letters.isEmpty else { return }
    let row = letters.count == members.count ? all : row(letters)
    let (width, height) = (Double(row.box.width), row.height)
    let isWord = (letters.count >= Self.wordLetters || width >= Self.wordWidth * height) && width >= 1.5 * height
    if isWord, letters.count >= Self.rowLetters || width >= Self.rowWidth * height {
      rows.append(row)
    } else {
      shortRows.append(row)
    }
  }

  private func row(_ members: [Int]) -> Row {
    let boxes = members.map { box($0) }
    let height = boxes.map { Double($0.height) }.median()
    func spread(_ values: [Double]) -> Double {
      let middle = values.median()
      return values.map { abs($0 - middle) }.median()
    }
    return Row(
      members: members, box: boxes.dropFirst().reduce(boxes[0]) { $0.union($1) }, height: height,
      unevenness: min(spread(boxes.map { Double($0.bottom) }), spread(boxes.map { Double($0.top) })) / height,
      brightness: members.map { Double(brightness($0)) }.median())
  }
}

/// Widths of the strokes of components, each measured once when it is asked for.
struct StrokeWidths {
  private var widths: [Float]
  private var distances: [Int32] = []

  init(count: Int) { widths = [Float](repeating: -1, count: count) }

  /// Twice the largest distance from the ground (chamfer distance with steps of 0.955 and 1.3693; Borgefors 1986).
  mutating func width(_ component: Int, _ areas: RunComponents) -> Float {
    if widths[component] >= 0 { return widths[component] }
    let box = areas.components[component].box
    let stride = box.width + 2
    let count = stride * (box.height + 2)
    if distances.count < count { distances = [Int32](repeating: 0, count: count) }
    var largest: Int32 = 0
    distances.withUnsafeMutableBufferPointer { distances in
      for i in 0..<count { distances[i] = 0 }
      let (straight, diagonal): (Int32, Int32) = (9550, 13693)
      func position(_ run: RunComponents.Run) -> Range<Int> {
        let row = (Int(run.y) - box.top + 1) * stride + 1 - box.left
        return row + Int(run.start)..<row + Int(run.end)
      }
      for run in areas.runs[areas.components[component].runs] {
        for i in position(run) {
          let above = min(distances[i - stride] + straight, distances[i - 1] + straight)
          distances[i] = min(above, min(distances[i - stride - 1], distances[i - stride + 1]) + diagonal)
        }
      }
      for run in areas.runs[areas.components[component].runs].reversed() {
        for i in position(run).reversed() {
          let below = min(distances[i + stride] + straight, distances[i + 1] + straight)
          let all = min(below, min(distances[i + stride - 1], distances[i + stride + 1]) + diagonal)
          distances[i] = min(distances[i], all)
          largest = max(largest, distances[i])
        }
      }
    }
    widths[component] = 2 * Float(largest) / 10000
    return widths[component]
  }
}
