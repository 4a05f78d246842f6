import Documents
import FrameExtraction
import Media
import TextRecognition

/// The contact sheet of a film, drawn from the pictures of its scenes.
struct ContactSheetProduct {
  private static let captionHeight = 17

  private let products: Products

  init(_ products: Products) { self.products = products }

  func make(_ document: inout AnalysisDocument) throws {
    let entries = Self.entries(document, in: products.workspace)
    guard !entries.isEmpty else {
      document.warnings.append(
        WarningRecord(
          "no_contact_sheet",
          "no contact sheet was made: there are no pictures of scenes"
            + (products.options.stages.contains(.frames) ? "" : "; it needs the stage frames"), stage: "sheets"))
      return
    }
    let font = try CaptionFont(height: Self.captionHeight)
    let sheet = ContactSheet(pictures: try StoredPictures(limits: products.request.settings.limits)) {
      try font.draw($0)
    }
    var names: [String] = []
    do {
      try sheet.draw(entries) { number, count, bytes in
        let name = Self.name(number, of: count)
        names.append(name)
        try FileSystem.write(bytes, to: products.workspace.file(name))
      }
    } catch {
      for name in names { FileSystem.remove(products.workspace.file(name)) }
      throw error
    }
    document.outputs += names.map { OutputFile(kind: .contactSheet, path: $0) }
  }

  /// Names sort by number.
  private static func name(_ number: Int, of count: Int) -> String {
    guard count > 1 else { return "contact-sheet.jpg" }
    let digits = String(number)
    return "contact-sheet-" + String(repeating: "0", count: String(count).count - digits.count) + digits + ".jpg"
  }

  /// Of each scene the picture in the middle of those that were kept of it, and when the scene begins.
  static func entries(_ document: AnalysisDocument, in workspace: Workspace) -> [ContactSheet.Entry] {
    let starts = Dictionary(uniqueKeysWithValues: (document.scenes ?? []).map { ($0.id, $0.start.seconds) })
    var pictures: [Int: [FramePicture]] = [:]
    for picture in document.frames ?? [] {
      if let scene = picture.sceneID { pictures[scene, default: []].append(picture) }
    }
    return pictures.keys.sorted().compactMap { scene in
      guard let own = pictures[scene] else { return nil }
      let middle = own[own.count / 2]
      return ContactSheet.Entry(
        path: workspace.file(middle.file), number: scene, seconds: starts[scene] ?? middle.at.seconds)
    }
  }
}
