import CKernels
import Timing

/// A bit for each pixel of a small plane; every row begins with a word.
///
/// A search goes over every pixel of every look: bits are an eighth of the memory that the steps themselves take. Copies of what holds
/// a plane share it.
final class BitPlane {
  fileprivate let width: Int
  private let height: Int
  /// Words of a row, and of all.
  private let row: Int
  private let number: Int
  /// Words before and after these that stay 0: kernels read the rows round the first and the last.
  private let margin: Int
  fileprivate let words: UnsafeMutablePointer<UInt64>

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    row = ck_words(width)
    number = row * height
    margin = row + 1
    let room = UnsafeMutablePointer<UInt64>.allocate(capacity: number + 2 * margin)
    room.initialize(repeating: 0, count: number + 2 * margin)
    words = room + margin
  }

  deinit { (words - margin).deallocate() }

  /// The first word.
  var bits: UnsafePointer<UInt64> { UnsafePointer(words) }

  /// The words of a row.
  func bits(ofRow y: Int) -> UnsafePointer<UInt64> { bits + y * row }

  func removeAll() { words.update(repeating: 0, count: number) }

  func removeAll(in box: PixelBox) {
    for y in box.top..<box.bottom {
      for x in box.left..<box.right { words[y * row + x / 64] &= ~(1 << UInt64(x % 64)) }
    }
  }

  func removeAll(in rows: Range<Int>) { (words + rows.lowerBound * row).update(repeating: 0, count: rows.count * row) }

  /// Removes the pixels of another.
  func remove(_ other: BitPlane) {
    for i in 0..<number { words[i] &= ~other.words[i] }
  }

  /// Adds the pixels of some rows of another, with their neighbours along the row; returns how many of them were not there.
  func enter(_ other: BitPlane, rows: Range<Int>) -> Int {
    let numbers = rows.lowerBound * row..<rows.upperBound * row
    var new = 0
    for i in numbers where other.words[i] != 0 { new += (other.words[i] & ~words[i]).nonzeroBitCount }
    for i in numbers where other.words[i] != 0 {
      let pixels = other.words[i]
      words[i - 1] |= pixels << 63
      words[i] |= pixels | pixels << 1 | pixels >> 1
      words[i + 1] |= pixels >> 63
    }
    return new
  }

  func copy(_ other: BitPlane) { words.update(from: other.words, count: number) }

  /// Takes what is within a pixel of another's; of its rows neither the first nor the last pixel may be set.
  func widen(_ other: BitPlane, _ scratch: BitPlane) { ck_widen_bits(other.words, row, number, words, scratch.words) }

  /// Takes what all of some planes hold and one does not.
  func takeCommon(_ planes: [BitPlane], without known: BitPlane) {
    ck_common_bits(planes.map { UnsafePointer($0.words) }, planes.count, known.words, words, number)
  }

  /// Keeps of some rows what another holds so many rows further down, or a row above or below that; nothing of the other rows.
  func keep(_ rows: Range<Int>, in other: BitPlane, shift: Int) {
    let (first, past) = (rows.lowerBound * row, rows.upperBound * row)
    words.update(repeating: 0, count: first)
    (words + past).update(repeating: 0, count: number - past)
    ck_keep_bits_of_rows(words + first, other.words + first + shift * row, row, past - first)
  }
}

/// Where strokes stand in a small plane, by sign.
struct StrokeBits {
  let rising: BitPlane
  let falling: BitPlane

  init(width: Int, height: Int) {
    rising = BitPlane(width: width, height: height)
    falling = BitPlane(width: width, height: height)
  }

  /// Takes the strokes of a small plane, where it rises or falls by more than a limit.
  func take(_ plane: Plane, above limit: UInt8) {
    ck_stroke_bits(plane.bytes, plane.width, plane.height, limit, rising.words, falling.words)
  }

  /// Adds the pixels of a template; it is of a plane as wide as this, and no higher.
  func insert(_ marks: StrokeMarks) {
    let (rising, falling) = (rising.words, falling.words)
    for word in marks.words {
      rising[Int(word.place)] |= word.rising
      falling[Int(word.place)] |= word.falling
    }
  }

  func removeAll(in box: PixelBox) {
    rising.removeAll(in: box)
    falling.removeAll(in: box)
  }

  /// Adds the strokes of some columns of a row to an area.
  func add(_ columns: Range<Int>, ofRow y: Int, to area: inout StrokeArea) {
    let (rises, falls) = (rising.bits(ofRow: y), falling.bits(ofRow: y))
    let first = y * ck_words(rising.width)
    for word in columns.lowerBound / 64..<(columns.upperBound + 63) / 64 {
      var mask = UInt64.max
      if word == columns.lowerBound / 64 { mask <<= UInt64(columns.lowerBound % 64) }
      if word == columns.upperBound / 64 { mask &= ~(.max << UInt64(columns.upperBound % 64)) }
      let marks = StrokeMarks.Word(place: Int32(first + word), rising: rises[word] & mask, falling: falls[word] & mask)
      if marks.strokes != 0 { area.add(marks, at: (x: word * 64, y: y), width: rising.width) }
    }
  }
}

/// Strokes in a small plane: their pixels, row after row, and the box round them.
struct StrokeArea {
  private(set) var pixels: [Int32]
  private(set) var box: PixelBox
  /// The pixels as bits by sign; nil where these have not been at hand.
  private(set) var marks: StrokeMarks?

  init() {
    pixels = []
    box = PixelBox(left: .max, top: .max, right: 0, bottom: 0)
    marks = StrokeMarks()
  }

  /// Pixels of a plane of `width`.
  init(_ pixels: [Int32], width: Int) {
    self.pixels = pixels
    box = PixelBox(around: pixels, width: width)
  }

  /// Adds a word of bits, whose first is a pixel of a plane of `width`; no row above those that are there.
  fileprivate mutating func add(_ word: StrokeMarks.Word, at first: (x: Int, y: Int), width: Int) {
    marks?.words.append(word)
    var bits = word.strokes
    box.left = min(box.left, first.x + bits.trailingZeroBitCount)
    box.right = max(box.right, first.x + 64 - bits.leadingZeroBitCount)
    box.top = min(box.top, first.y)
    box.bottom = first.y + 1
    let position = Int32(truncatingIfNeeded: first.y &* width &+ first.x)
    while bits != 0 {
      pixels.append(position &+ Int32(truncatingIfNeeded: bits.trailingZeroBitCount))
      bits &= bits &- 1
    }
  }
}

/// The pixels of a template as bits of the words that they are in, by sign: a tenth of the work of setting them one by one.
struct StrokeMarks {
  fileprivate struct Word {
    /// Its place among the words of a plane.
    let place: Int32
    var rising: UInt64 = 0
    var falling: UInt64 = 0

    var strokes: UInt64 { rising | falling }
  }

  fileprivate var words: [Word] = []

  init() {}

  /// Pixels of a plane of `width`, and the step at each.
  init(_ pixels: [Int32], _ steps: [Int16], width: Int) {
    let wordsOfRow = ck_words(width)
    var rows = RowCounter(width: width)
    var words: [Word] = []
    var word = Word(place: -1)
    for (pixel, step) in zip(pixels, steps) {
      let row = rows.row(of: pixel)
      let x = Int(pixel) &- row &* width
      let place = Int32(truncatingIfNeeded: row &* wordsOfRow &+ x / 64)
      if place != word.place {
        if word.place >= 0 { words.append(word) }
        word = Word(place: place)
      }
      let bit = UInt64(1) << UInt64(x % 64)
      word.rising |= step > 0 ? bit : 0
      word.falling |= step > 0 ? 0 : bit
    }
    if word.place >= 0 { words.append(word) }
    self.words = words
  }
  /// Calls with each run of pixels of one sign side by side, in the order of the pixels, of a plane of `width`; one that goes on in the
  /// next word is two.
  @inline(__always)
  func forEachRun(width: Int, _ body: (_ row: Int, _ first: Int, _ count: Int, _ rises: Bool) -> Void) {
    let wordsOfRow = ck_words(width)
    var rows = RowCounter(width: wordsOfRow)
    for word in words {
      let row = rows.row(of: word.place)
      let column = (Int(word.place) &- row &* wordsOfRow) &* 64
      var left = word.strokes
      while left != 0 {
        let first = left.trailingZeroBitCount
        let rises = word.rising >> UInt64(first) & 1 == 1
        let count = (~((rises ? word.rising : word.falling) >> UInt64(first))).trailingZeroBitCount
        body(row, column &+ first, count, rises)
        left &= .max << UInt64(first &+ count)
      }
    }
  }

  /// Adds the number of pixels in each row of a plane of `width`, counted from `top`, to a profile.
  func addRows(to profile: inout [Int], top: Int, width: Int) {
    var rows = RowCounter(width: ck_words(width))
    for word in words { profile[rows.row(of: word.place) - top] += word.strokes.nonzeroBitCount }
  }
}
