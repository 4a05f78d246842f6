import CKernels

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

  /// Takes the pixels whose value is above a limit.
  func take(_ values: [UInt8], above limit: UInt8) { ck_bits_above(values, width, height, limit, words) }

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

  /// Adds pixels, given row after row, by the sign of the step at each.
  func insert(_ pixels: [Int32], _ steps: [Int16]) {
    ck_mark(pixels, steps, pixels.count, rising.width, rising.words, falling.words)
  }

  func removeAll(in box: PixelBox) {
    rising.removeAll(in: box)
    falling.removeAll(in: box)
  }

  /// Appends the positions, in a plane of bytes, of the strokes of some columns of a row, of either sign.
  func append(_ columns: Range<Int>, ofRow y: Int, width: Int, to positions: inout [Int32]) {
    let (rising, falling) = (rising.bits(ofRow: y), falling.bits(ofRow: y))
    for word in columns.lowerBound / 64..<(columns.upperBound + 63) / 64 {
      var bits = rising[word] | falling[word]
      if word == columns.lowerBound / 64 { bits &= .max << UInt64(columns.lowerBound % 64) }
      if word == columns.upperBound / 64 { bits &= ~(.max << UInt64(columns.upperBound % 64)) }
      while bits != 0 {
        positions.append(Int32(y * width + word * 64 + bits.trailingZeroBitCount))
        bits &= bits - 1
      }
    }
  }
}
