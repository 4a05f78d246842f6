import Documents
import Glibc
package import Media

/// The language models that are installed for Tesseract, one `.traineddata` file a language.
package enum LanguageModels {
  /// Codes of the languages, in alphabetical order.
  package static let installed: [String] = {
    guard let folder, let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(fileExtension) { names.append(String(name.dropLast(fileExtension.count))) }
    }
    return names.sorted()
  }()

  private static let fileExtension = ".traineddata"

  /// Where Tesseract looks for its models.
  package static let folder: String? = {
    let prefix = getenv("TESSDATA_PREFIX").map { String(cString: $0) }
    let folders =
      [prefix, prefix.map { $0 + "/tessdata" }].compactMap { $0 } + [
        "/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata", "/usr/share/tessdata",
        "/usr/local/share/tessdata", "/opt/homebrew/share/tessdata",
      ]
    return folders.first { access($0, R_OK) == 0 }
  }()

  /// Throws `missing_language` where a language is not installed, or its file is no model.
  package static func check(_ languages: [String]) throws(MediaError) {
    for language in languages {
      // osd tells how a page is turned; it reads nothing.
      guard installed.contains(language), language != "osd" else { throw missing(language) }
      let path = "\(folder ?? "")/\(language)\(fileExtension)"
      guard isWhole(path) else {
        throw MediaError(
          .missingLanguage,
          "the file of the language \"\(language)\" for text recognition is damaged: \(path); "
            + "on Debian: apt install --reinstall \(package(of: language))")
      }
    }
  }

  static func missing(_ language: String) -> MediaError {
    let known = installed.filter { $0 != "osd" }.joined(separator: ", ")
    return MediaError(
      .missingLanguage,
      "the language \"\(language)\" is not installed for text recognition (installed: \(known.isEmpty ? "none" : known)); "
        + "on Debian: apt install \(package(of: language))")
  }

  /// Debian's package of a language.
  private static func package(of language: String) -> String {
    "tesseract-ocr-" + language.split(separator: "_").joined(separator: "-").lowercased()
  }

  /// Whether a file is laid out as a model: a count of parts, then the place of each, −1 for one that is not there
  /// (Tesseract's TessdataManager). Without that, Tesseract would fail in the middle of the work.
  private static func isWhole(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var status = stat()
    var head = [UInt8](repeating: 0, count: 4 + 8 * mostParts)
    guard fstat(descriptor, &status) == 0, read(descriptor, &head, head.count) == head.count else { return false }
    return head.withUnsafeBytes { head in
      let count = Int(Int32(littleEndian: head.loadUnaligned(as: Int32.self)))
      guard (1...mostParts).contains(count) else { return false }
      let places = (0..<count).map {
        Int64(littleEndian: head.loadUnaligned(fromByteOffset: 4 + 8 * $0, as: Int64.self))
      }
      let there = places.filter { $0 >= 0 }
      return !there.isEmpty && places.allSatisfy { $0 >= -1 } && there == there.sorted()
        && there.allSatisfy { $0 >= Int64(4 + 8 * count) && $0 < Int64(status.st_size) }
    }
  }

  /// More parts than any version of Tesseract writes.
  private static let mostParts = 64
}
