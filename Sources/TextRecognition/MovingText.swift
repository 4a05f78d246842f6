import Media
import Timing

/// A text that moves, with the picture of it that will be read.
final class MovingText {
  /// Most looks whose pictures are put together: over footage each makes the ground plainer.
  static let mostPictures = 8
  /// Looks from one picture to the next.
  static let looksBetween = 2

  /// Its strokes where it was found.
  let strokes: StandingText
  /// The block it makes by itself.
  let block: TextBlock
  private(set) var pictures: BlockPictures
  /// Where the pictures lie in the picture that is read, at the time it was found.
  let origin: PixelBox
  private let factor: Int
  private var looks = 0

  /// Cuts the text, which must be wholly in view, out of a look.
  init(_ strokes: StandingText, from look: Look, geometry: TextGeometry) throws(MediaError) {
    self.strokes = strokes
    block = TextBlock([strokes], width: geometry.smallWidth)
    origin = ReadingRequest.origin(of: block, geometry)
    factor = geometry.factor
    pictures = BlockPictures([try look.luma()], origin)
  }

  /// Adds what a later look shows of the text, where its strokes fit best.
  func add(_ look: Look) throws(MediaError) {
    looks += 1
    guard looks % Self.looksBetween == 0, pictures.count < Self.mostPictures, let path = strokes.path else { return }
    let offset = path.offset(at: look.time.seconds)
    let picture = try look.luma()
    let around = origin.moved(
      x: Int((offset.x * Double(factor)).rounded()), y: Int((offset.y * Double(factor)).rounded()))
    var best: (product: Int, plane: Plane)?
    for dy in -factor...factor {
      let box = around.moved(x: 0, y: dy)
      guard box.left >= 0, box.top >= 0, box.right <= picture.width, box.bottom <= picture.height else { continue }
      let plane = BlockPictures.cut(picture, box)
      let product = Self.product(plane, pictures.last)
      if product > best?.product ?? .min { best = (product, plane) }
    }
    if let best { pictures.add(best.plane) }
  }

  /// Sum of the products of luma steps along the line: largest where strokes lie on strokes.
  private static func product(_ a: Plane, _ b: Plane) -> Int {
    a.bytes.withUnsafeBufferPointer { a in
      b.bytes.withUnsafeBufferPointer { b in
        var sum = 0
        for i in 1..<max(1, a.count - 1) {
          let (stepA, stepB) = (Int32(a[i + 1]) - Int32(a[i - 1]), Int32(b[i + 1]) - Int32(b[i - 1]))
          sum &+= Int(stepA &* stepB)
        }
        return sum
      }
    }
  }
}
