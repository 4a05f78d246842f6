import Documents

/// The cues of a WebVTT file of thumbnails: from when on which part of which sheet shows the film.
struct ReportedSprites: Encodable {
  /// Paths relative to the document.
  private(set) var sheets: [String] = []
  /// Size of one thumbnail in pixels.
  private(set) var width = 0
  private(set) var height = 0
  /// Seconds from which a thumbnail holds, rising.
  private(set) var start: [Double] = []
  /// Index of its sheet, and its upper left corner there.
  private(set) var sheet: [Int] = []
  private(set) var x: [Int] = []
  private(set) var y: [Int] = []

  /// Most cues that are carried into a page: a thumbnail every 2.4 s of two hours.
  private static let maximum = 3000

  /// Reads a file beside a document; nil where it is not there or holds no thumbnails.
  init?(_ path: String) {
    guard let bytes = try? FileSystem.read(path) else { return nil }
    var time: Double?
    for line in bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
      let text = String(decoding: line, as: UTF8.self)
      if let first = text.split(separator: " ").first, text.utf8.contains(UInt8(ascii: ">")),
        let seconds = Quantity.seconds(String(first))
      {
        time = seconds
      } else if let begin = time {
        time = nil
        add(text, from: begin)
        if start.count == Self.maximum { break }
      }
    }
    if start.isEmpty { return nil }
  }

  private mutating func add(_ target: String, from seconds: Double) {
    guard let mark = target.lastIndex(of: "#") else { return }
    let numbers = target[mark...].split(whereSeparator: { $0 == "=" || $0 == "," }).dropFirst().map { Int($0) ?? -1 }
    guard target[mark...].hasPrefix("#xywh="), numbers.count == 4, numbers.allSatisfy({ $0 >= 0 }),
      numbers[2] > 0, numbers[3] > 0
    else { return }
    let path = String(target[..<mark])
    if sheets.last != path { sheets.append(path) }
    (width, height) = (max(width, numbers[2]), max(height, numbers[3]))
    start.append(seconds)
    sheet.append(sheets.count - 1)
    x.append(numbers[0])
    y.append(numbers[1])
  }
}
