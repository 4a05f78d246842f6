/// What the cache holds: the answer of `cutroom cache`.
package struct CacheDocument: Codable, Sendable, Equatable {
  /// The entries of one part of the analysis.
  package struct Part: Codable, Sendable, Equatable {
    package var part: String
    package var entries: Int
    package var bytes: Int64

    package init(part: String, entries: Int, bytes: Int64) {
      self.part = part
      self.entries = entries
      self.bytes = bytes
    }
  }

  package var schemaVersion = 1
  package var kind = "cache"
  /// The folder.
  package var path: String
  package var entries = 0
  package var bytes: Int64 = 0
  /// Films that something is kept of, by content.
  package var films = 0
  /// What it may hold.
  package var maxBytes: Int64
  /// When the entry that goes first, and the one that goes last, were of use; ISO 8601, UTC.
  package var oldest: String?
  package var newest: String?
  package var parts: [Part] = []
  /// Entries made by another build or another version of the libraries, which are of no use any more.
  package var foreign = 0
  /// Entries whose checksum is wrong; nil where nobody looked.
  package var damaged: Int?
  /// What this run removed; nil where it was only to look.
  package var removedEntries: Int?
  package var removedBytes: Int64?

  package init(path: String, maxBytes: Int64) {
    self.path = path
    self.maxBytes = maxBytes
  }

  enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case kind, path, entries, bytes, films
    case maxBytes = "max_bytes"
    case oldest, newest, parts, foreign, damaged
    case removedEntries = "removed_entries"
    case removedBytes = "removed_bytes"
  }
}
