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
  }

  let areas: RunComponents
  /// Rows that are long enough to be found by themselves.
  private(set) var rows: [Row] = []
  /// Shorter rows, which count only beside a longer one.
  private(set) var shortRows: [Row] = []
  private(set) var strokeWidths: StrokeWidths

  /// Pixels of the limits to one of the hat.
  private let unit: Double

  /// `capitals` is the height to which capitals were brought.
  init(_ hat: Plane, above threshold: UInt8, capitals: Double = usualCapitals) {
    unit = capitals / Self.usualCapitals
    areas = RunComponents(RunComponents.runs(in: hat, above: threshold), diagonally: true)
    strokeWidths = StrokeWidths(count: areas.components.count)
    let candidates = areas.components.indices
      .filter { isLetter($0, in: hat) }
      .sorted { (areas.components[$0].box.left, $0) < (areas.components[$1].box.left, $1) }
    for chain in chains(candidates) { add(chain) }
  }

  /// Pixels of all areas, letters or not.
  var ink: Int { areas.components.reduce(0) { $0 + $1.area } }
  var lettersInRows: Int { rows.reduce(0) { $0 + $1.members.count } }
  var inkInRows: Int { rows.reduce(0) { $0 + $1.members.reduce(0) { $0 + areas.components[$1].area } } }

  func box(_ component: Int) -> PixelBox { areas.components[component].box }

  /// Width of a component's strokes.
  mutating func strokeWidth(_ component: Int) -> Float { strokeWidths.width(component, areas) }

  private mutating func isLetter(_ index: Int, in hat: Plane) -> Bool {
    let (box, area) = (areas.components[index].box, areas.components[index].area)
    guard Self.heights.contains(Int(Double(box.height) / unit)), box.width <= Self.widestInHeights * box.height,
      Double(area) >= Double(Self.leastArea) * unit * unit
    else { return false }
    let share = Double(area) / Double(box.area)
    if share > Self.fullest, 2 * box.width > box.height { return false }
    if share < Self.sparsest { return false }
    // Cut by the edge: not a letter of this block.
    if box.top <= 0 || box.bottom >= hat.height || box.left <= 0 || box.right >= hat.width { return false }
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

  private mutating func add(_ chain: [Int]) {
    let widths = chain.map { strokeWidth($0) }
    let limit = Self.strokeRatio * widths.map(Double.init).median() + unit
    let members = zip(chain, widths).filter { Double($1) <= limit }.map(\.0)
    guard let first = members.first else { return }
    let boxes = members.map { box($0) }
    let around = boxes.dropFirst().reduce(box(first)) { $0.union($1) }
    let height = boxes.map { Double($0.height) }.median()
    func spread(_ values: [Double]) -> Double {
      let middle = values.median()
      return values.map { abs($0 - middle) }.median()
    }
    let uneven = min(spread(boxes.map { Double($0.bottom) }), spread(boxes.map { Double($0.top) })) / height
    let row = Row(members: members, box: around, height: height, unevenness: uneven)
    let width = Double(around.width)
    let isWord = (members.count >= Self.wordLetters || width >= Self.wordWidth * height) && width >= 1.5 * height
    if isWord, members.count >= Self.rowLetters || width >= Self.rowWidth * height {
      rows.append(row)
    } else {
      shortRows.append(row)
    }
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
