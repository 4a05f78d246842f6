import Documents
package import Media
package import Timing

/// Small pictures side by side in sheets of bounded size; each sheet is written as soon as it is full.
package final class SpriteSheets {
  /// How pictures lie in the sheets.
  package struct Layout: Sendable, Equatable {
    /// Of one picture, in pixels: even, as JPEG shares colour between two pixels.
    package let width: Int
    package let height: Int
    package let columns: Int
    package let rows: Int

    /// Pixels a side of a sheet: what every browser draws without trouble.
    private static let mostSide = 2000
    private static let mostPictures = 10

    /// Pictures of a film that is shown at `size`, at most `width` pixels wide and twice as high.
    package init(size: DisplaySize, width: Int) {
      let fit = PictureBox(width: width, height: 2 * width).width(of: size)
      self.width = max(2, fit & ~1)
      height = max(2, Int((Double(size.height) * Double(fit) / Double(size.width)).rounded()) & ~1)
      columns = max(1, min(Self.mostPictures, Self.mostSide / self.width))
      rows = max(1, min(Self.mostPictures, Self.mostSide / height))
    }

    /// The sheet, counted from 1, and the upper left corner of a picture, counted from 0.
    package func place(of index: Int) -> (sheet: Int, x: Int, y: Int) {
      let within = index % (columns * rows)
      return (index / (columns * rows) + 1, within % columns * width, within / columns * height)
    }
  }

  private static let quality = 75
  private static let black = PictureCanvas.Colour(0, 0, 0)

  /// Known with the first picture.
  package private(set) var layout: Layout?
  package private(set) var count = 0
  package private(set) var sheets = 0

  private let mostWidth: Int
  private let renderer: PictureRenderer
  private let encoder: PictureEncoder
  private let store: (String, [UInt8]) throws -> Void
  private var canvas: PictureCanvas?

  /// `width` of a picture at most; `store` writes a finished sheet under a name.
  package init(width: Int, store: @escaping (String, [UInt8]) throws -> Void) throws(MediaError) {
    mostWidth = width
    self.store = store
    renderer = try PictureRenderer()
    encoder = try PictureEncoder(format: .jpeg, quality: Self.quality)
  }

  /// Makes the small picture of a frame; a row or two more than there is room for, where heights are odd.
  package func render(_ frame: VideoFrame) throws(MediaError) -> Picture {
    let layout = layout ?? Layout(size: frame.displaySize, width: mostWidth)
    self.layout = layout
    return try renderer.render(
      frame, width: PictureBox(width: layout.width, height: layout.height + 2).width(of: frame.displaySize))
  }

  /// Puts a picture that ``render(_:)`` made into the next place.
  package func add(_ picture: Picture) throws {
    guard let layout else { throw MediaError(.internal, "a sprite without a layout") }
    let place = layout.place(of: count)
    var canvas =
      self.canvas
      ?? PictureCanvas(width: layout.columns * layout.width, height: layout.rows * layout.height, Self.black)
    self.canvas = nil
    let cut = picture.cropped(height: layout.height)
    canvas.draw(cut, x: place.x + (layout.width - cut.width) / 2, y: place.y + (layout.height - cut.height) / 2)
    self.canvas = consume canvas
    count += 1
    if count % (layout.columns * layout.rows) == 0 { try write() }
  }

  /// Writes the last sheet, which is only as large as it has to be.
  package func finish() throws {
    if canvas != nil { try write() }
  }

  private func write() throws {
    guard let layout, let canvas else { return }
    self.canvas = nil
    let used = (count - 1) % (layout.columns * layout.rows) + 1
    let rows = (used + layout.columns - 1) / layout.columns
    let picture = canvas.picture(width: min(used, layout.columns) * layout.width, height: rows * layout.height)
    sheets += 1
    try store("sheet-\(sheets).jpg", try encoder.encode(picture))
  }
}

/// Takes sprites out of a film while it is decoded: of each step of time the frame that is on the screen.
package final class SpriteCollector {
  package let sheets: SpriteSheets
  private let interval: Double
  private var shown: VideoFrame?
  private var rendered: Picture?

  /// `interval` in seconds.
  package init(sheets: SpriteSheets, interval: Double) {
    self.sheets = sheets
    self.interval = interval
  }

  private var due: Double { (Double(sheets.count) * interval).roundedToMicrosecond }

  /// Looks at the next frame. Before the first one, the first one stands in.
  package func consider(_ frame: VideoFrame, time: FrameTime) throws {
    if due < time.seconds {
      if shown == nil { shown = try frame.retained() }
      try take(before: time.seconds)
    }
    shown = try frame.retained()
    rendered = nil
  }

  /// Takes what is left up to the end of the last frame, in seconds.
  package func finish(end: Double) throws {
    guard shown != nil else { return }
    try take(before: end)
    // A film of no length has a picture all the same.
    if sheets.count == 0 { try take(before: .leastNonzeroMagnitude) }
    shown = nil
    try sheets.finish()
  }

  private func take(before end: Double) throws {
    while due < end, let shown {
      let picture = if let rendered { rendered } else { try sheets.render(shown) }
      rendered = picture
      try sheets.add(picture)
    }
  }
}
