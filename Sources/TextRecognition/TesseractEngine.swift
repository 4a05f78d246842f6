import CTesseract
import Documents
package import Media
import Glibc
package import Timing

/// One Tesseract engine: a language model in memory that reads one picture at a time, on one thread.
package final class TesseractEngine {
  /// How a picture is divided before reading (Tesseract's page segmentation modes of the same numbers).
  package enum Layout: UInt32, Sendable { case automatic = 3, block = 6, line = 7, sparse = 11 }

  /// A word as read, its box in pixels of the picture that was given.
  package struct Word: Sendable, Equatable {
    package var text: String
    /// From 0 to 1.
    package var confidence: Double
    package var language: String
    package var left: Int
    package var top: Int
    package var right: Int
    package var bottom: Int
  }

  private let handle: OpaquePointer

  /// Loads the models of `languages`. Throws `missing_language` where one is not installed.
  package init(languages: [String]) throws(MediaError) {
    Self.limitThreads
    try Self.check(languages)
    guard let handle = TessBaseAPICreate() else { throw MediaError(.outOfMemory, "not enough memory for Tesseract") }
    self.handle = handle
    _ = TessBaseAPISetVariable(handle, "debug_file", "/dev/null")
    guard TessBaseAPIInit2(handle, nil, languages.joined(separator: "+"), OEM_LSTM_ONLY) == 0 else {
      throw MediaError(
        .missingLanguage,
        "Tesseract cannot load the model for \(languages.joined(separator: "+")): its file is damaged, or made for another version"
      )
    }
  }

  deinit {
    TessBaseAPIEnd(handle)
    TessBaseAPIDelete(handle)
  }

  /// Once: Tesseract would start OpenMP threads of its own, which fight with the decoder's.
  static let limitThreads: Void = { _ = setenv("OMP_THREAD_LIMIT", "1", 1) }()

  /// Throws `missing_language` where one is not installed.
  static func check(_ languages: [String]) throws(MediaError) {
    if let language = languages.first(where: { !installedLanguages.contains($0) }) { throw missing(language) }
  }

  package static func missing(_ language: String) -> MediaError {
    let package = language.split(separator: "_").joined(separator: "-").lowercased()
    let known = installedLanguages.filter { $0 != "osd" }.joined(separator: ", ")
    return MediaError(
      .missingLanguage,
      "the language \"\(language)\" is not installed for text recognition (installed: \(known.isEmpty ? "none" : known)); "
        + "on Debian: apt install tesseract-ocr-\(package)")
  }

  package static var version: String {
    TessVersion().map { String(cString: $0) } ?? "unknown"
  }

  /// Codes of the languages whose models are installed, in alphabetical order.
  package static let installedLanguages: [String] = {
    guard let directory = modelFolder, let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".traineddata") { names.append(String(name.dropLast(".traineddata".count))) }
    }
    return names.sorted()
  }()

  /// Where Tesseract looks for its models.
  package static let modelFolder: String? = {
    let prefix = getenv("TESSDATA_PREFIX").map { String(cString: $0) }
    let folders =
      [prefix, prefix.map { $0 + "/tessdata" }].compactMap { $0 } + [
        "/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata", "/usr/share/tessdata",
        "/usr/local/share/tessdata", "/opt/homebrew/share/tessdata",
      ]
    return folders.first { access($0, R_OK) == 0 }
  }()

  /// Reads a grey picture; returns its lines, each a list of words, in reading order.
  package func read(_ picture: Plane, layout: Layout, dotsPerInch: Int = 200) throws(MediaError) -> [[Word]] {
    guard picture.width >= 3, picture.height >= 3 else { return [] }
    TessBaseAPISetPageSegMode(handle, TessPageSegMode(layout.rawValue))
    var bytes = picture.bytes
    let code = bytes.withUnsafeMutableBufferPointer { buffer in
      TessBaseAPISetImage(
        handle, buffer.baseAddress, Int32(picture.width), Int32(picture.height), 1, Int32(picture.width))
      TessBaseAPISetSourceResolution(handle, Int32(dotsPerInch))
      return TessBaseAPIRecognize(handle, nil)
    }
    defer { TessBaseAPIClear(handle) }
    guard code == 0, let iterator = TessBaseAPIGetIterator(handle) else { return [] }
    defer { TessResultIteratorDelete(iterator) }
    let page = TessResultIteratorGetPageIterator(iterator)
    var lines: [[Word]] = []
    repeat {
      if TessPageIteratorIsAtBeginningOf(page, RIL_TEXTLINE) != 0 || lines.isEmpty { lines.append([]) }
      if let word = word(iterator, page) { lines[lines.count - 1].append(word) }
    } while TessResultIteratorNext(iterator, RIL_WORD) != 0
    return lines.filter { !$0.isEmpty }
  }

  /// Whether a dictionary of the loaded languages holds a word.
  func isKnown(_ word: String) -> Bool {
    !word.isEmpty && TessBaseAPIIsValidWord(handle, word) != 0
  }

  private func word(_ iterator: OpaquePointer, _ page: OpaquePointer?) -> Word? {
    guard let raw = TessResultIteratorGetUTF8Text(iterator, RIL_WORD) else { return nil }
    defer { TessDeleteText(raw) }
    let text = String(cString: raw).filter { !$0.isWhitespace }
    var (left, top, right, bottom): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    guard !text.isEmpty, TessPageIteratorBoundingBox(page, RIL_WORD, &left, &top, &right, &bottom) != 0 else {
      return nil
    }
    let language = TessResultIteratorWordRecognitionLanguage(iterator).map { String(cString: $0) } ?? ""
    return Word(
      text: text, confidence: Double(TessResultIteratorConfidence(iterator, RIL_WORD)) / 100, language: language,
      left: Int(left), top: Int(top), right: Int(right), bottom: Int(bottom))
  }
}

/// An engine whose models are loaded when they are first needed, by the thread that reads.
final class LazyEngine {
  private let languages: [String]
  private var engine: TesseractEngine?

  /// Throws `missing_language` where a language is not installed.
  init(languages: [String]) throws(MediaError) {
    TesseractEngine.limitThreads
    try TesseractEngine.check(languages)
    self.languages = languages
  }

  func loaded() throws(MediaError) -> TesseractEngine {
    if let engine { return engine }
    let loaded = try TesseractEngine(languages: languages)
    engine = loaded
    return loaded
  }
}
