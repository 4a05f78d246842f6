import Documents
import FoundationEssentials

/// An output folder as a report finds it: finished, interrupted, still growing or damaged.
struct ReportFolder {
  let path: String
  /// The last line of every input, in the order of `results.jsonl`.
  let lines: [ResultLine]
  /// `batch.json`; nil while a batch runs, and where it was killed.
  let batch: ReportedBatch?
  /// What is not as a finished batch leaves it, a sentence each.
  let notes: [String]

  /// Reads the folder's journal and batch document. Throws ``DocumentError`` where it holds no batch.
  init(_ path: String) throws(DocumentError) {
    let journal = Path.join(path, "results.jsonl")
    let document = Path.join(path, "batch.json")
    guard FileSystem.status(path)?.isFolder == true else { throw DocumentError("\(path) is not a folder") }
    guard FileSystem.exists(journal) || FileSystem.exists(document) else {
      throw DocumentError("\(path) holds no batch; name the folder that analyze -o wrote to")
    }
    self.path = path
    var notes: [String] = []
    if FileSystem.exists(document) {
      batch = Self.decode(ReportedBatch.self, document)
      if batch == nil { notes.append("batch.json is damaged; times and parameters of the batch are not known.") }
    } else {
      batch = nil
      notes.append("The batch is not finished: batch.json is not there yet. This page shows what was done so far.")
    }
    if let bytes = try? FileSystem.read(journal) {
      var journal = Journal()
      journal.read(bytes)
      lines = journal.lines
      if journal.unread > 0 {
        notes.append(
          journal.unread == 1
            ? "A line of results.jsonl could not be read."
            : "\(journal.unread) lines of results.jsonl could not be read.")
      }
    } else {
      lines = batch?.results?.compactMap(\.line) ?? []
      notes.append("results.jsonl cannot be read; the files are those of batch.json.")
    }
    self.notes = notes
  }

  private static func decode<Document: Decodable>(_ type: Document.Type, _ path: String) -> Document? {
    guard let bytes = try? FileSystem.read(path) else { return nil }
    return try? JSONDecoder().decode(type, from: Data(bytes))
  }

  /// The lines of `results.jsonl`, the last of every path at the place of its first.
  private struct Journal {
    var lines: [ResultLine] = []
    var unread = 0
    private var places: [[UInt8]: Int] = [:]

    mutating func read(_ bytes: [UInt8]) {
      for text in bytes.split(separator: UInt8(ascii: "\n")) {
        guard let line = try? JSONDecoder().decode(ResultLine.self, from: Data(text)) else {
          unread += 1
          continue
        }
        // By bytes: two names that look the same may be two files.
        let key = Array(line.path.utf8)
        if let place = places[key] {
          lines[place] = line
        } else {
          places[key] = lines.count
          lines.append(line)
        }
      }
    }
  }
}

/// What the report shows of `batch.json`.
struct ReportedBatch: Codable {
  struct Totals: Codable {
    var resumed: Int?
    var notStarted: Int?

    enum CodingKeys: String, CodingKey {
      case resumed
      case notStarted = "not_started"
    }
  }

  struct Engine: Codable {
    var version: String
    var ffmpeg: String?
    var tesseract: String?
  }

  /// A line that may be damaged by itself.
  struct Line: Decodable {
    let line: ResultLine?

    init(from decoder: any Decoder) throws { line = try? ResultLine(from: decoder) }
  }

  var status: String
  var engine: Engine?
  var totals: Totals?
  var mediaSeconds: Double?
  var wallSeconds: Double?
  var speed: Double?
  var jobs: Int?
  var started: String?
  var finished: String?
  var results: [Line]?

  enum CodingKeys: String, CodingKey {
    case status, engine, totals
    case mediaSeconds = "media_seconds"
    case wallSeconds = "wall_seconds"
    case speed, jobs, started, finished, results
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(status, forKey: .status)
    try container.encodeIfPresent(engine, forKey: .engine)
    try container.encodeIfPresent(totals, forKey: .totals)
    try container.encodeIfPresent(mediaSeconds, forKey: .mediaSeconds)
    try container.encodeIfPresent(wallSeconds, forKey: .wallSeconds)
    try container.encodeIfPresent(speed, forKey: .speed)
    try container.encodeIfPresent(jobs, forKey: .jobs)
    try container.encodeIfPresent(started, forKey: .started)
    try container.encodeIfPresent(finished, forKey: .finished)
  }
}
