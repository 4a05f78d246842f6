import Documents
import Media
import Timing

/// A line that was read, in pixels of the picture.
struct ReadLine: Sendable {
  var words: [ReadWord]
  var box: TextBox
  var confidence: Double
  var start: FrameTime
  var end: FrameTime
  /// Number of the block it belongs to.
  var block: Int
  /// Whether its block has three lines or more.
  var isOfPage: Bool
  var size: (width: Int, height: Int)
  /// The picture of it, where a person should look at it.
  var picture: Plane?
  /// Where it stood, against ``box``, if it moves.
  var path: MotionPath?
  /// Whether it came in from a side, or went out to one, and stood between.
  var slides = false
  /// Where it ran, if it moves across.
  var crawl: CrawlBand?
  /// Whether it came and went within a frame.
  var pops = false
  /// Whether its times are those of strokes that lie within it, and not of the larger block in which it was read.
  var hasOwnTimes = true
  /// First and last frame of which a picture went into its reading, where it stands.
  var looks: ClosedRange<Int>?

  /// Its box at a time.
  func box(at seconds: Double) -> TextBox {
    guard let offset = path?.offset(at: seconds) else { return box }
    return box.moved(x: offset.x, y: offset.y)
  }

  /// Makes it what another reading, of the same text while it moved, shows it to be: a line that was on its way when it seemed to stand.
  mutating func move(like other: ReadLine) {
    let way = (other.box.top + other.box.bottom - box.top - box.bottom) / 2
    for index in words.indices { words[index].box = words[index].box.moved(x: 0, y: way) }
    box = box.moved(x: 0, y: way)
    (path, slides, pops, block) = (other.path, other.slides, other.pops, other.block)
  }

  /// Its words in the columns of another line, where both stand; nil where there are none.
  func words(inColumnsOf other: ReadLine) -> ReadLine? {
    guard path == nil, other.path == nil, crawl == nil else { return self }
    var part = self
    part.words = words.filter {
      $0.box.overlap(other.box).width > WordVote.samePlace * min($0.box.width, other.box.width)
    }
    part.box = TextBox(around: part.words.map(\.box))
    return part.words.isEmpty ? nil : part
  }

  var text: String { words.joinedText }
  var letters: Int { words.letters }
}
