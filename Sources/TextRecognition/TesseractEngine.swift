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
    try LanguageModels.check(languages)
    guard let handle = TessBaseAPICreate() else { throw MediaError(.outOfMemory, "not enough memory for Tesseract") }
    self.handle = handle
    _ = TessBaseAPISetVariable(handle, "debug_file", "/dev/null")
    guard TessBaseAPIInit2(handle, nil, languages.joined(separator: "+"), OEM_LSTM_ONLY) == 0 else {
      throw MediaError(
        .missingLanguage,
        "Tesseract cannot load the model for \(languages.joined(separator: "+")): a file in "
          + "\(LanguageModels.folder ?? "its folder") is damaged, or made for another version")
    }
    // Tesseract reads a line of which it is not sure again, as bright on dark: here letters are always dark.
    _ = TessBaseAPISetVariable(handle, "tessedit_do_invert", "0")
  }

  deinit {
    TessBaseAPIEnd(handle)
    TessBaseAPIDelete(handle)
  }

  package static var version: String {
    TessVersion().map { String(cString: $0) } ?? "unknown"
  }

  /// Most pixels a side that Tesseract takes.
  static let largestSide = 32767
  /// Milliseconds of the processor's time after which a picture is given up: on a busy machine the same is read. Lines take
  /// a tenth of a second; it is looked at between words.
  static let deadline: Int32 = 20_000

  /// Reads a grey picture, dark letters on bright; returns its lines, each a list of words, in reading order; nil where it is larger
  /// than Tesseract takes, or took longer than `deadline` milliseconds of this thread.
  package func read(
    _ picture: Plane, layout: Layout, dotsPerInch: Int = 200, deadline: Int32 = deadline
  ) throws(MediaError) -> [[Word]]? {
    guard picture.width >= 3, picture.height >= 3 else { return [] }
    guard max(picture.width, picture.height) <= Self.largestSide, let monitor = TessMonitorCreate() else { return nil }
    defer { TessMonitorDelete(monitor) }
    TessBaseAPISetPageSegMode(handle, TessPageSegMode(layout.rawValue))
    var bytes = picture.bytes
    var limit = Self.threadNanoseconds + Int64(deadline) * 1_000_000
    let code = withUnsafeMutablePointer(to: &limit) { limit in
      TessMonitorSetCancelThis(monitor, limit)
      TessMonitorSetCancelFunc(monitor) { limit, _ in
        limit.map { TesseractEngine.threadNanoseconds > $0.load(as: Int64.self) } ?? false
      }
      return bytes.withUnsafeMutableBufferPointer { buffer in
        TessBaseAPISetImage(
          handle, buffer.baseAddress, Int32(picture.width), Int32(picture.height), 1, Int32(picture.width))
        TessBaseAPISetSourceResolution(handle, Int32(dotsPerInch))
        // Tesseract's threads would fight with the decoder's.
        cr_stay_on_this_thread()
        return TessBaseAPIRecognize(handle, monitor)
      }
    }
    defer { TessBaseAPIClear(handle) }
    guard code == 0 else { return nil }
    guard let iterator = TessBaseAPIGetIterator(handle) else { return [] }
    defer { TessResultIteratorDelete(iterator) }
    let page = TessResultIteratorGetPageIterator(iterator)
    var lines: [[Word]] = []
    repeat {
      if TessPageIteratorIsAtBeginningOf(page, RIL_TEXTLINE) != 0 || lines.isEmpty { lines.append([]) }
      if let word = word(iterator, page) { lines[lines.count - 1].append(word) }
    } while TessResultIteratorNext(iterator, RIL_WORD) != 0
    return lines.filter { !$0.isEmpty }.map(\.apart)
  }

  /// Processor time of the calling thread.
  private static var threadNanoseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
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

extension [TesseractEngine.Word] {
  /// The words of a line, each without the columns of others that lie within its own.
  ///
  /// Tesseract's box of a word reaches over the words after it now and then; of two that overlap, one would be taken for another
  /// reading of the other.
  var apart: Self {
    map { word in
      let inside = filter {
        $0.left >= word.left && $0.right <= word.right && $0.right - $0.left < word.right - word.left
      }
      guard let left = inside.map(\.left).min(), let right = inside.map(\.right).max() else { return word }
      var own = word
      if left - word.left >= word.right - right { own.right = left } else { own.left = right }
      return own.left < own.right ? own : word
    }
  }
}

/// The engine of a thread for a set of languages: its models are loaded when they are first needed, and anew when it has
/// grown, as Tesseract keeps what it learned of every page.
final class LazyEngine {
  /// Bytes by which the process may grow while one engine reads. Models take about 10 MB each, a page some more.
  static let mostGrowth = 256 << 20
  /// Pages from one look at the memory to the next.
  static let pagesBetweenLooks = 32

  let languages: [String]
  let mostGrowth: Int
  /// Milliseconds after which a picture is given up.
  let deadline: Int32
  /// Times that the models were loaded.
  private(set) var loads = 0
  private var engine: TesseractEngine?
  private var pages = 0
  private var begunWith = 0

  /// Throws `missing_language` where a language is not installed or its model is damaged.
  init(
    languages: [String], mostGrowth: Int = mostGrowth, deadline: Int32 = TesseractEngine.deadline
  ) throws(MediaError) {
    try LanguageModels.check(languages)
    self.languages = languages
    self.mostGrowth = mostGrowth
    self.deadline = deadline
  }

  func loaded() throws(MediaError) -> TesseractEngine {
    pages += 1
    if pages % Self.pagesBetweenLooks == 0, Self.heapBytes > begunWith + mostGrowth { engine = nil }
    if let engine { return engine }
    begunWith = Self.heapBytes
    let loaded = try TesseractEngine(languages: languages)
    loads += 1
    engine = loaded
    return loaded
  }

  /// Bytes in use on the heap.
  private static var heapBytes: Int {
    let info = mallinfo2()
    return Int(info.uordblks) + Int(info.hblkhd)
  }
}
