import Documents
import FrameExtraction
import Media

/// A short animation of pictures from all over the film: those of its scenes where there are some, else frames at even steps
/// of time, at key-frame cost where that is enough.
struct PreviewProduct {
  static let file = "preview.webp"
  /// Most pictures, and how long each is shown: 8 seconds in all.
  static let mostPictures = 16
  static let secondsEach = 0.5
  static let box = PictureBox(width: 320, height: 320)
  static let quality = 70

  private let products: Products

  init(_ products: Products) { self.products = products }

  func make(_ document: inout AnalysisDocument) throws {
    let pictures = try pictures(document)
    guard let first = pictures.first else {
      document.warnings.append(
        WarningRecord(
          "no_preview", "no preview was made: the film has no picture that could be decoded", stage: "sheets"))
      return
    }
    // A film may change its size; an animation may not.
    let even = pictures.map { picture in
      guard (picture.width, picture.height) != (first.width, first.height) else { return picture }
      var canvas = PictureCanvas(width: first.width, height: first.height, .init(0, 0, 0))
      canvas.draw(picture, x: (first.width - picture.width) / 2, y: (first.height - picture.height) / 2)
      return canvas.picture
    }
    let bytes = try AnimationEncoder.webP(even, seconds: Self.secondsEach, quality: Self.quality)
    try FileSystem.write(bytes, to: products.workspace.file(Self.file))
    document.outputs.append(OutputFile(kind: .preview, path: Self.file))
  }

  private func pictures(_ document: AnalysisDocument) throws -> [Picture] {
    let limits = products.request.settings.limits
    let entries = ContactSheetProduct.entries(document, in: products.workspace)
    if entries.count >= Self.mostPictures / 2 {
      let stored = try StoredPictures(limits: limits)
      return try Self.spread(entries).map { try stored.read($0.path, fitting: Self.box) }
    }
    guard document.media?.video != nil else { return [] }
    return try fetched(document, limits)
  }

  /// The middles of as many equal parts of the film.
  private func fetched(_ document: AnalysisDocument, _ limits: Limits) throws -> [Picture] {
    let end = products.result.end?.seconds ?? products.filmEnd(document)
    let frames = products.result.frameCount
    let count = frames > 0 ? min(Self.mostPictures, frames) : Self.mostPictures
    let step = end / Double(count)
    let reader = try KeyFrameReader(path: products.request.inputPath, limits: limits) {
      products.events.progress(PassProgress(frames: frames, seconds: $0, fraction: 1))
    }
    let renderer = try PictureRenderer()
    var pictures: [Picture] = []
    for index in 0..<count {
      // Less than half a step, so that no key frame stands for two.
      let isThere = try reader.visit((Double(index) + 0.5) * step, tolerance: step * 0.4) { frame in
        pictures.append(try renderer.render(frame, width: Self.box.width(of: frame.displaySize)))
      }
      if !isThere { break }
    }
    return pictures
  }

  private static func spread<Item>(_ items: [Item]) -> [Item] {
    guard items.count > mostPictures else { return items }
    return (0..<mostPictures).map { items[(2 * $0 + 1) * items.count / (2 * mostPictures)] }
  }
}
