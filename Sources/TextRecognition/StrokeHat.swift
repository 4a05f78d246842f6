import Timing

/// Whether letters are brighter or darker than their ground.
enum Polarity: Int, Sendable { case bright, dark }

/// The pictures of a block: what stood still, as it was at its darkest, its brightest and at last.
struct BlockPictures: Sendable {
  private(set) var darkest: Plane
  private(set) var brightest: Plane
  private(set) var last: Plane
  /// Looks that went into them.
  private(set) var count: Int

  /// Luma steps by which a pixel may differ between looks, and share of the pixels that may differ by more, in a picture
  /// in which nothing moved: compression leaves that much.
  static let grain: UInt8 = 24
  static let mostMoved = 0.01

  /// Whether nothing moved, neither letters nor what is behind them.
  var stoodStill: Bool {
    let moved = ByteRows.count(brightest.bytes, exceeding: darkest.bytes, by: Self.grain)
    return Double(moved) <= Self.mostMoved * Double(darkest.bytes.count)
  }

  /// Cuts a box out of some planes of one size. Over moving footage the least of the looks makes the ground as dark as it
  /// ever was under bright letters.
  init(_ planes: [Plane], _ box: PixelBox) {
    let first = Self.cut(planes[0], box)
    (darkest, brightest, count) = (first, first, planes.count)
    last = planes.count > 1 ? Self.cut(planes[planes.count - 1], box) : first
    for plane in planes.dropFirst() {
      Self.forRows(of: &darkest, plane, box) { ByteRows.keepLeast($0, $1, count: $2) }
      Self.forRows(of: &brightest, plane, box) { ByteRows.keepLargest($0, $1, count: $2) }
    }
  }

  /// Hands over each row of a box, as it is cut out and in a plane, with its length.
  private static func forRows(
    of cut: inout Plane, _ plane: Plane, _ box: PixelBox,
    _ body: (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>, Int) -> Void
  ) {
    cut.bytes.withUnsafeMutableBufferPointer { cut in
      plane.bytes.withUnsafeBufferPointer { bytes in
        guard let target = cut.baseAddress, let source = bytes.baseAddress else { return }
        for row in 0..<box.height {
          body(target + row * box.width, source + (box.top + row) * plane.width + box.left, box.width)
        }
      }
    }
  }

  /// Takes one more picture of the same size.
  mutating func add(_ cut: Plane) {
    ByteRows.keepLeast(&darkest.bytes, cut.bytes)
    ByteRows.keepLargest(&brightest.bytes, cut.bytes)
    last = cut
    count += 1
  }

  static func cut(_ plane: Plane, _ box: PixelBox) -> Plane {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(box.area)
    for y in box.top..<box.bottom {
      bytes += plane.bytes[y * plane.width + box.left..<y * plane.width + box.right]
    }
    return Plane(width: box.width, height: box.height, bytes: bytes)
  }
}

/// A picture in which only strokes thinner than the letters are high are left (a morphological top-hat).
struct BareStrokes {
  /// Window of the hat in heights of capitals: wider than any stroke, narrower than a letter.
  static let window = 0.9
  /// Share of the pixels that lies above ``peak``: one in 200.
  static let white = 200
  /// Share of the last look's strokes which, kept over all looks, shows that nothing moved.
  static let plainlyStill = 0.9

  let plane: Plane
  /// Luma steps of the strokes: only the brightest pixels have more.
  let peak: Int
  /// What they were taken from.
  let picture: Plane
  let polarity: Polarity

  init(_ picture: Plane, _ polarity: Polarity, capHeight: Int) {
    self.picture = picture
    self.polarity = polarity
    let window = max(3, Int(Double(capHeight) * Self.window)) | 1
    var hat: Plane
    switch polarity {
    case .bright:
      hat = Morphology.opened(picture, window: window)
      Self.combine(&hat, picture) { ground, value in value &- ground }
    case .dark:
      hat = Morphology.closed(picture, window: window)
      Self.combine(&hat, picture) { ground, value in ground &- value }
    }
    plane = hat
    peak = Self.peak(hat)
  }

  @inline(__always)
  private static func combine(_ hat: inout Plane, _ picture: Plane, _ difference: (UInt8, UInt8) -> UInt8) {
    hat.bytes.withUnsafeMutableBufferPointer { hat in
      picture.bytes.withUnsafeBufferPointer { picture in
        for i in 0..<hat.count { hat[i] = difference(hat[i], picture[i]) }
      }
    }
  }

  private static func peak(_ hat: Plane) -> Int {
    let histogram = ByteRows.histogram(hat.bytes)
    var above = max(1, hat.bytes.count / white)
    var peak = 255
    while peak > 1 {
      above -= histogram[peak]
      if above <= 0 { break }
      peak -= 1
    }
    return peak
  }

  /// Whether these strokes, of all looks, plainly hold those of the last: nothing moved.
  func plainlyHolds(_ last: BareStrokes) -> Bool {
    var (all, one) = (0, 0)
    let limit = UInt8(last.peak / 2)
    plane.bytes.withUnsafeBufferPointer { plane in
      last.plane.bytes.withUnsafeBufferPointer { last in
        for i in 0..<last.count where last[i] > limit {
          all &+= Int(plane[i])
          one &+= Int(last[i])
        }
      }
    }
    return Double(all) >= Self.plainlyStill * Double(one)
  }
}

/// Bare strokes at reading size, white on black.
struct StrokeHat {
  /// Most and least by which a block is scaled.
  static let scales = 0.1...4.0
  /// Luma steps below which there are no strokes.
  static let faintest = 12

  var plane: Plane
  /// Luma steps of the strokes before they were brought to 255.
  let peak: Int
  let spot: Spot
  /// Pixels of ``plane`` to a pixel of the block.
  var scale: Double { spot.scale }

  /// What it was made of.
  struct Spot {
    let picture: Plane
    let polarity: Polarity
    /// Pixels of the hat to one of the picture.
    let scale: Double

    /// Luma of the picture at a pixel of the hat, or at the nearest; for dark strokes what it lacks to white.
    func brightness(_ x: Int, _ y: Int) -> Int {
      let column = max(0, min(picture.width - 1, Int(Double(x) / scale)))
      let row = max(0, min(picture.height - 1, Int(Double(y) / scale)))
      return polarity == .bright ? Int(picture[column, row]) : 255 - Int(picture[column, row])
    }

    /// The median brightness of some columns of some rows; 0 where there are none.
    func medianBrightness(of columns: Range<Int>, rows: [Int]) -> Double {
      withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { counts in
        counts.initialize(repeating: 0)
        for y in rows {
          for x in columns { counts[brightness(x, y)] += 1 }
        }
        let all = columns.count * rows.count
        guard all > 0 else { return 0 }
        func value(at place: Int) -> Int {
          var before = 0
          return counts.indices.first {
            before += counts[$0]
            return before > place
          } ?? 0
        }
        return Double(value(at: (all - 1) / 2) + value(at: all / 2)) / 2
      }
    }
  }

  /// Brings capitals to a height of `capitals` pixels.
  init(_ strokes: BareStrokes, capHeight: Int, capitals: Double = Letters.usualCapitals) {
    let scale = min(Self.scales.upperBound, max(Self.scales.lowerBound, capitals / Double(capHeight)))
    let peak = strokes.peak
    plane = Self.scaled(strokes.plane, scale) { UInt8(min(255, $0 * 255 / peak)) }
    self.peak = peak
    spot = Spot(picture: strokes.picture, polarity: strokes.polarity, scale: scale)
  }

  /// The bands of a picture in which there are letters: white what is as bright as they are, black what is no brighter than the ground.
  init(_ level: LetterLevel) {
    spot = level.spot
    peak = Int(level.letters - level.ground)
    plane = Self.scaled(spot.picture, spot.scale) { [polarity = level.spot.polarity] value in
      let brightness = Double(polarity == .bright ? value : 255 - value)
      return UInt8(max(0, min(255, (brightness - level.ground) * 255 / (level.letters - level.ground))))
    }
    for y in 0..<plane.height where !level.bands.contains(where: { $0.contains(y) }) {
      plane.bytes.replaceSubrange(y * plane.width..<(y + 1) * plane.width, with: repeatElement(0, count: plane.width))
    }
  }

  private static func scaled(_ plane: Plane, _ scale: Double, _ level: (Int) -> UInt8) -> Plane {
    var stretched = plane
    let table = (0..<256).map(level)
    stretched.bytes.withUnsafeMutableBufferPointer { bytes in
      table.withUnsafeBufferPointer { table in for i in 0..<bytes.count { bytes[i] = table[Int(bytes[i])] } }
    }
    return Resampler.scaled(stretched, across: scale, down: scale, scale > 1 ? .linear : .area)
  }

  /// Blackens a box given in pixels of the block.
  mutating func blacken(_ box: TextBox) {
    let (width, height) = (plane.width, plane.height)
    let top = max(0, min(height, Int((box.top - 1) * scale)))
    let bottom = max(top, min(height, Int((box.bottom + 2) * scale)))
    let left = max(0, min(width, Int((box.left - 2) * scale)))
    let right = max(left, min(width, Int((box.right + 2) * scale)))
    for y in top..<bottom { for x in left..<right { plane.bytes[y * width + x] = 0 } }
  }
}
