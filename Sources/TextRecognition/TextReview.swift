package import Documents
package import Timing

/// Something that was read and is not sure: a person should look at it.
package struct TextReview: Sendable, Equatable {
  /// Confidence below which a line that was kept is listed.
  static let below = 0.8
  /// Most refused readings that are listed, and most bytes of their pictures.
  static let most = 500
  static let mostPictureBytes = 32 << 20

  /// Index of the track it became; nil where it was refused.
  package var track: Int?
  package var text: String
  /// From 0 to 1.
  package var confidence: Double
  package var start: FrameTime
  /// Last frame on which it was seen.
  package var last: FrameTime
  package var box: Box
  /// Its part of a picture in grey; nil where there was no room for more.
  package var picture: Plane?
}

/// What was left out or given up while reading, for a warning.
package struct TextNotes: Sendable, Equatable {
  /// Blocks that were not read because the film had used up its readings.
  package var blocksLeftOut = 0
  /// Pictures that Tesseract was too slow for, or that were too large for it.
  package var pagesGivenUp = 0
  /// Regions that were not followed because too many stood at once.
  package var regionsLeftOut = 0
  /// Whether the film's pictures, or some of them, are too small to be searched.
  package var hasSmallPictures = false
  /// Refused readings that the review does not list.
  package var refusedLeftOut = 0
  private var pictureBytes = 0

  /// White kept round a line in a picture for review, in pixels.
  private static let margin = 8

  /// Cuts a line out of a picture, as long as there is room.
  mutating func picture(of box: TextBox, in plane: Plane) -> Plane? {
    let cut = PixelBox(left: Int(box.left), top: Int(box.top), right: Int(box.right) + 1, bottom: Int(box.bottom) + 1)
      .grown(across: Self.margin, down: Self.margin, within: (plane.width, plane.height))
    guard cut.width > 0, cut.height > 0, pictureBytes + cut.area <= TextReview.mostPictureBytes else { return nil }
    pictureBytes += cut.area
    return BlockPictures.cut(plane, cut)
  }
}

/// Everything the text stage found.
package struct TextFindings: Sendable {
  package var tracks: [FoundText] = []
  /// In order of time.
  package var reviews: [TextReview] = []
  package var notes = TextNotes()

  package init() {}

  init(tracks: [FoundText], reviews: [TextReview], notes: TextNotes) {
    self.tracks = tracks
    self.reviews = reviews
    self.notes = notes
  }
}

extension TextReview {
  init(_ line: ReadLine, track: Int?) {
    self.init(
      track: track, text: line.text, confidence: line.confidence.rounded(places: 3), start: line.start, last: line.end,
      box: Box(line.box, of: line.size), picture: line.picture)
  }

  /// Refused readings that no track holds, and lines of tracks that are not sure.
  static func all(kept: [(track: Int, line: ReadLine)], refused: [ReadLine]) -> [TextReview] {
    let unsure = kept.filter { $0.line.confidence < below }.map { TextReview($0.line, track: $0.track) }
    // Letters of a short word are found, one here and one there, in any long line.
    let others = refused.filter { line in
      !kept.contains { kept in kept.line.words(inColumnsOf: line).map { TrackAssembly.areOne(line, $0) } ?? false }
    }
    return (unsure + others.map { TextReview($0, track: nil) })
      .sorted { ($0.start.index, $0.box.y, $0.box.x, $0.text) < ($1.start.index, $1.box.y, $1.box.x, $1.text) }
  }
}
