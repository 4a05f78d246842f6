import Documents
import FrameExtraction
import Media
import Timing

/// Sprites of a film: sheets of small pictures, and the WebVTT file that says which stands where.
///
/// A pass that decodes every frame has taken them already; else they are fetched, at key-frame cost where that is enough.
struct SpriteProduct {
  static let folder = "sprites"
  static let file = "sprites.vtt"
  /// Share of the interval that a key frame may be away.
  static let tolerance = 0.5

  private let products: Products

  init(_ products: Products) { self.products = products }

  /// Sheets that go into the workspace as they are filled.
  static func sheets(in workspace: Workspace, options: AnalysisOptions) throws -> SpriteSheets {
    let folder = workspace.file(folder)
    try FileSystem.makeFolders(folder)
    return try SpriteSheets(width: options.spriteWidth) { name, bytes in
      try FileSystem.write(bytes, to: Path.join(folder, name))
    }
  }

  func make(_ document: inout AnalysisDocument) throws {
    do {
      guard document.media?.video != nil else {
        // Where pictures are all that was asked for, there is nothing to succeed with.
        if products.options.stages.isEmpty, !products.options.waveform {
          throw MediaError(.noVideo, "there is no picture in this file")
        }
        return leaveOut(&document, "there is no picture in the file")
      }
      // A pass that failed at them has said so.
      if products.result.gaveUpSprites { return discard() }
      let (sheets, end) =
        if let taken = products.result.sprites { (taken, products.filmEnd(document)) } else { try fetched(document) }
      guard let layout = sheets.layout, sheets.count > 0 else {
        return leaveOut(&document, "no picture of the film could be decoded")
      }
      try describe(sheets, layout, end, &document)
    } catch {
      discard()
      throw error
    }
  }

  private func discard() {
    FileSystem.remove(products.workspace.file(Self.folder))
    FileSystem.remove(products.workspace.file(Self.file))
  }

  private func leaveOut(_ document: inout AnalysisDocument, _ why: String) {
    discard()
    document.warnings.append(WarningRecord("no_sprites", "no sprites were made: \(why)", stage: "sheets"))
  }

  /// Fetches a picture for each step of time; also tells where the pictures end, as far as that was met.
  private func fetched(_ document: AnalysisDocument) throws -> (SpriteSheets, end: Double) {
    let sheets = try Self.sheets(in: products.workspace, options: products.options)
    let interval = products.options.spriteInterval
    let limits = products.request.settings.limits
    let end = products.filmEnd(document)
    let reader = try KeyFrameReader(path: products.request.inputPath, limits: limits) { seconds in
      let fraction = end > 0 ? min(1, max(0, seconds / end)) : 0
      products.events.progress(PassProgress(frames: 0, seconds: seconds, fraction: fraction))
    }
    // Where nothing says how long the film is, only the last frame does.
    let tolerance = end > 0 ? interval * Self.tolerance : 0
    while sheets.count == 0 || due(sheets.count) < (end > 0 ? end : limits.maxDuration) {
      let isThere = try reader.visit(due(sheets.count), tolerance: tolerance) { try sheets.add(try sheets.render($0)) }
      if !isThere { break }
    }
    try sheets.finish()
    return (sheets, max(end, reader.end ?? 0))
  }

  private func due(_ index: Int) -> Double { (Double(index) * products.options.spriteInterval).roundedToMicrosecond }

  private func describe(
    _ sheets: SpriteSheets, _ layout: SpriteSheets.Layout, _ end: Double, _ document: inout AnalysisDocument
  ) throws {
    let interval = products.options.spriteInterval
    let cues = SpriteCues(layout: layout, count: sheets.count, interval: interval, end: end)
    let file = try GrowingFile(products.workspace.file(Self.file))
    try cues.write { try file.add($0) }
    try file.finish()
    document.sprites = SpriteDescription(
      file: Self.file, intervalSeconds: interval, accuracy: products.result.sprites == nil ? .keyFrames : .exact,
      count: sheets.count, sheets: sheets.sheets, width: layout.width, height: layout.height, columns: layout.columns,
      rows: layout.rows)
    document.outputs.append(OutputFile(kind: .sprites, path: Self.file))
    document.outputs.append(OutputFile(kind: .sprites, path: Self.folder))
  }
}
