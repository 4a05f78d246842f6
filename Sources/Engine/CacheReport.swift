package import Documents
import FoundationEssentials
import Glibc

/// Looks into the cache, and clears it up.
package struct CacheReport {
  private let folder: CacheFolder
  private let most: Int64

  /// Throws ``DocumentError`` where the settings name no cache.
  package init(_ settings: BatchSettings) throws(DocumentError) {
    guard let folder = CacheFolder(settings) else {
      throw DocumentError("there is no cache: name a folder with --cache-dir, or set HOME")
    }
    self.folder = folder
    most = settings.maxCache
  }

  /// What the cache holds. `checking` reads every entry to its end.
  package func look(checking: Bool) -> CacheDocument {
    var document = CacheDocument(path: folder.path, maxBytes: most)
    var parts: [String: CacheDocument.Part] = [:]
    var used: (first: Double, last: Double)?
    var films = Set<String>()
    if checking { document.damaged = 0 }
    for item in folder.items() {
      document.entries += 1
      document.bytes += item.bytes
      used = (min(item.used, used?.first ?? item.used), max(item.used, used?.last ?? item.used))
      films.insert(Path.parent(item.path) ?? "")
      let name = String(Path.name(item.path).prefix { $0 != "-" })
      parts[name, default: CacheDocument.Part(part: name, entries: 0, bytes: 0)].entries += 1
      parts[name]?.bytes += item.bytes
      if isForeign(item) { document.foreign += 1 }
      if checking, isDamaged(item) { document.damaged? += 1 }
    }
    document.films = films.count
    document.oldest = used.map { Self.text($0.first) }
    document.newest = used.map { Self.text($0.last) }
    document.parts = parts.values.sorted { ($1.bytes, $0.part) < ($0.bytes, $1.part) }
    return document
  }

  /// Removes entries of other builds, damaged ones, and what was not used for longest until the rest fits `--max-cache`.
  package func prune() -> CacheDocument {
    let before = folder.items()
    for item in before where isForeign(item) || isDamaged(item) { folder.remove(item) }
    folder.prune(to: most)
    return removed(since: before)
  }

  /// Removes every entry.
  package func clear() -> CacheDocument {
    let before = folder.items()
    folder.prune(to: 0)
    return removed(since: before)
  }

  private func removed(since before: [CacheFolder.Item]) -> CacheDocument {
    var document = look(checking: false)
    document.removedEntries = max(0, before.count - document.entries)
    document.removedBytes = max(0, before.reduce(0) { $0 + $1.bytes } - document.bytes)
    return document
  }

  /// Whether no analysis of this program can use the entry.
  private func isForeign(_ item: CacheFolder.Item) -> Bool {
    guard let key = try? CacheEntry.peek(item.path).key else { return false }
    return key.format != CacheKey.currentFormat || key.build != BuildIdentity.text
      || key.ffmpeg != Engine.version.ffmpeg
  }

  private func isDamaged(_ item: CacheFolder.Item) -> Bool {
    do {
      _ = try CacheEntry.read(item.path)
      return false
    } catch {
      return FileSystem.exists(item.path)
    }
  }

  private static func text(_ seconds: Double) -> String {
    Date(timeIntervalSince1970: seconds).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}
