import Documents
package import Media
package import Timing

/// A sheet with one picture of each scene, its number and time below it; several sheets where scenes are many.
package struct ContactSheet {
  /// One scene on the sheet.
  package struct Entry: Sendable, Equatable {
    /// Path of its picture, as ``StoredPictures`` reads it.
    package let path: String
    package let number: Int
    /// Seconds since the film's start.
    package let seconds: Double

    package init(path: String, number: Int, seconds: Double) {
      self.path = path
      self.number = number
      self.seconds = seconds
    }
  }

  /// How pictures lie on the sheets, in pixels.
  package struct Layout: Sendable, Equatable {
    package let width: Int
    package let height: Int
    package let columns: Int
    package let rows: Int

    /// Room for one picture.
    static let box = PictureBox(width: 240, height: 240)
    /// The captions, such as `1234  01:02:03.4`, need this much.
    static let leastWidth = 144
    static let gap = 12
    static let captionHeight = 24
    /// A sheet is about as wide as a screen, and not much higher.
    private static let mostWidth = 1524
    private static let mostHeight = 1600

    /// For pictures of this size.
    package init(picture: (width: Int, height: Int)) {
      width = max(Self.leastWidth, picture.width)
      height = picture.height
      columns = max(1, (Self.mostWidth - Self.gap) / (width + Self.gap))
      rows = max(1, (Self.mostHeight - Self.gap) / (height + Self.captionHeight + Self.gap))
    }

    /// Sheets that so many scenes need.
    package func sheets(_ count: Int) -> Int { (count + columns * rows - 1) / (columns * rows) }

    func size(of count: Int) -> (width: Int, height: Int) {
      let columns = min(count, columns)
      let rows = (count + self.columns - 1) / self.columns
      return (columns * (width + Self.gap) + Self.gap, rows * (height + Self.captionHeight + Self.gap) + Self.gap)
    }
  }

  private static let quality = 85
  private static let paper = PictureCanvas.Colour(24, 25, 28)
  private static let ink = PictureCanvas.Colour(226, 228, 232)
  private static let faintInk = PictureCanvas.Colour(150, 155, 164)

  private let pictures: StoredPictures
  /// A line of text as coverage: 0 where there is none of it, 255 where there is nothing else.
  private let caption: (String) throws -> Plane

  package init(pictures: StoredPictures, caption: @escaping (String) throws -> Plane) {
    self.pictures = pictures
    self.caption = caption
  }

  /// Draws the sheets and hands each to `store`, with its number from 1 and the number of all. The first picture decides on
  /// the room that each gets.
  package func draw(_ entries: [Entry], store: (Int, Int, [UInt8]) throws -> Void) throws {
    guard let first = entries.first else { return }
    let sample = try pictures.read(first.path, fitting: Layout.box)
    let layout = Layout(picture: (sample.width, sample.height))
    let encoder = try PictureEncoder(format: .jpeg, quality: Self.quality)
    let sheets = layout.sheets(entries.count)
    for sheet in 0..<sheets {
      let begin = sheet * layout.columns * layout.rows
      let end = min(entries.count, begin + layout.columns * layout.rows)
      let picture = try draw(Array(entries[begin..<end]), layout)
      try store(sheet + 1, sheets, try encoder.encode(picture))
    }
  }

  private func draw(_ entries: [Entry], _ layout: Layout) throws -> Picture {
    let size = layout.size(of: entries.count)
    var canvas = PictureCanvas(width: size.width, height: size.height, Self.paper)
    let box = PictureBox(width: layout.width, height: layout.height)
    for (index, entry) in entries.enumerated() {
      let x = Layout.gap + index % layout.columns * (layout.width + Layout.gap)
      let y = Layout.gap + index / layout.columns * (layout.height + Layout.captionHeight + Layout.gap)
      let picture = try pictures.read(entry.path, fitting: box)
      canvas.draw(
        picture, x: x + (layout.width - picture.width) / 2, y: y + (layout.height - picture.height) / 2)
      let number = try caption("\(entry.number)")
      let time = try caption(Self.clock(entry.seconds))
      let line = y + layout.height + (Layout.captionHeight - number.height) / 2
      canvas.blend(number, x: x, y: line, Self.ink)
      canvas.blend(time, x: x + layout.width - time.width, y: line, Self.faintInk)
    }
    return canvas.picture
  }

  /// As 1:02:03.4, the hours left out where there are none.
  static func clock(_ seconds: Double) -> String {
    let tenths = Int((max(0, seconds) * 10).rounded(.down))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let hours = tenths / 36_000
    let minutes = tenths / 600 % 60
    return (hours > 0 ? "\(hours):\(two(minutes))" : "\(minutes)") + ":\(two(tenths / 10 % 60)).\(tenths % 10)"
  }
}
