import Timing

/// How bright a block's letters and their ground are, told from rows of letters that a hat has shown.
///
/// A hat takes from each pixel the ground within a letter's height. Beside an outline or a shadow that is the outline: the ground
/// between two words is then left as if it were a stroke, and the stem of an h, whose neighbours are lower, is fainter than they are. Letters
/// are of one brightness all the same. Where rows have shown their place, the picture tells it, and what is more than half as far from the
/// ground is a letter: one threshold for the block, half way between two known levels.
struct LetterLevel {
  /// Of the pixels above and below the rows, the share that is no brighter than the ground; the rest may be another thing.
  static let groundShare = 0.8
  /// Of the pixels in rows of outlines, the share that is no brighter than the letters in them.
  static let outlineShare = 0.95
  /// Luma steps from ground to letters below which a hat shows them better.
  static let leastContrast = 30.0
  /// Heights of a row above and below it that are searched for letters.
  static let reach = 0.7
  /// Heights of the highest row from which an area is no letter but a thing as bright as they are.
  static let highestLetter = 2.0

  /// Where it was measured.
  let spot: StrokeHat.Spot
  /// Brightness from 0 to 255; for dark letters what they lack to white.
  let letters: Double
  let ground: Double
  /// Rows of a hat in which there are letters.
  let bands: [Range<Int>]

  /// The level of letters in `picture`, at the place of the rows of a candidate; nil where they do not stand out from their ground. Rows
  /// of the other polarity are taken for outlines round them.
  init?(_ candidate: ReadingCandidate, in picture: Plane, _ polarity: Polarity) {
    let rows = candidate.letters.rows
    spot = StrokeHat.Spot(picture: picture, polarity: polarity, scale: candidate.hat.scale)
    if candidate.polarity == polarity {
      letters = rows.flatMap { row in row.members.map { _ in row.brightness } }.median()
    } else {
      letters = Self.brightness(spot, rows.map(\.box), share: Self.outlineShare)
    }
    let around = rows.flatMap { row in
      Letters.groundDistancesOfRow.flatMap { distance in
        let away = Int(distance * row.height)
        return [row.box.top - away, row.box.bottom + away].map { y in
          PixelBox(left: row.box.left, top: y, right: row.box.right, bottom: y + 1)
        }
      }
    }
    ground = Self.brightness(spot, around, share: Self.groundShare)
    guard letters - ground >= Self.leastContrast else { return nil }
    bands = rows.map { row in
      let more = Int(Self.reach * row.height)
      return row.box.top - more..<row.box.bottom + more
    }
  }

  /// The brightness that a share of the pixels in some boxes do not exceed.
  private static func brightness(_ spot: StrokeHat.Spot, _ boxes: [PixelBox], share: Double) -> Double {
    var counts = [Int](repeating: 0, count: 256)
    for box in boxes {
      for y in box.top..<box.bottom { for x in box.left..<box.right { counts[spot.brightness(x, y)] += 1 } }
    }
    var left = Int(share * Double(counts.reduce(0, +)))
    for (brightness, count) in counts.enumerated() {
      left -= count
      if left < 0 { return Double(brightness) }
    }
    return 255
  }
}
