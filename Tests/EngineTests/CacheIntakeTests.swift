import Documents
@testable import Engine
import Foundation
import Testing

/// A worker that was taken over leaves what it likes; its parent takes what speaks of the worker's own film alone.
@Suite struct CacheIntakeTests {
  private let folder: String
  private let workspace: Workspace
  private let cache: CacheFolder

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("intake-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    workspace = try Workspace(in: folder)
    cache = CacheFolder(path: folder + "/cache")
    try FileSystem.makeFolders(workspace.cache)
    try FileSystem.write(Array("a film".utf8), to: film)
  }

  private var film: String { folder + "/film.mp4" }

  private func entry(of content: String, files: [CacheEntry.File] = []) throws -> CacheEntry {
    let key = try CacheKey(
      .scenes, fingerprint: Fingerprint.bytes(Array(content.utf8)), bytes: Int64(content.utf8.count), container: "mov",
      options: AnalysisOptions())
    return CacheEntry(key: key, name: "film.mp4", content: CachedPart(), files: files)
  }

  private func leave(_ entry: CacheEntry, as name: String? = nil) throws {
    let name = try name ?? entry.key.name() + CacheEntry.fileExtension
    try entry.write(to: Path.join(workspace.cache, name), filesIn: workspace.path)
  }

  private func taken(most: Int64 = 1 << 20) -> Int {
    #expect(CacheIntake(folder: cache, most: most).take(from: workspace, input: film) == nil)
    return cache.items().count
  }

  @Test func whatSpeaksOfTheFilmIsTaken() throws {
    try leave(entry(of: "a film"))
    #expect(taken() == 1)
    #expect(try CacheEntry.read(cache.items()[0].path).name == "film.mp4")
  }

  @Test func whatSpeaksOfAnotherFilmIsNot() throws {
    try leave(entry(of: "b film"))
    #expect(taken() == 0)
  }

  @Test func whatHasAnotherNameThanItSaysIsNot() throws {
    let other = try CacheKey(
      .audio, fingerprint: Fingerprint.bytes(Array("a film".utf8)), bytes: 6, container: "mov",
      options: AnalysisOptions())
    try leave(entry(of: "a film"), as: other.name() + CacheEntry.fileExtension)
    try FileSystem.write(Array("no entry".utf8), to: Path.join(workspace.cache, "scenes-00.part"))
    #expect(taken() == 0)
  }

  @Test func whatIsLargerThanTheCacheIsNot() throws {
    try leave(entry(of: "a film"))
    #expect(taken(most: 100) == 0)
  }

  @Test func anEntryThatNamesAFileOutsideOfItsFolderIsDamage() throws {
    // The bytes come from where the path leads, as a worker could have written them.
    try FileSystem.write([1, 2, 3], to: workspace.root + "/three")
    for name in ["a", "etc"] { try FileSystem.makeFolders(workspace.file(name)) }
    try FileSystem.write([1, 2, 3], to: workspace.file("etc/three"))
    for (number, path) in ["../three", "/etc/three", "a/../../three"].enumerated() {
      let place = "\(folder)/entry-\(number).part"
      let made = try entry(of: "a film", files: [CacheEntry.File(path: path, bytes: 3)])
      try made.write(to: place, filesIn: workspace.path)
      #expect(throws: CacheEntry.Damage.self) { try CacheEntry.read(place, filesInto: folder + "/into") }
    }
    var empty = try entry(of: "a film", files: [CacheEntry.File(path: "three", bytes: 3)])
    try FileSystem.write([1, 2, 3], to: workspace.file("three"))
    try empty.write(to: folder + "/whole.part", filesIn: workspace.path)
    #expect(try CacheEntry.read(folder + "/whole.part", filesInto: folder + "/into").files.count == 1)
    #expect(try FileSystem.read(folder + "/into/three") == [1, 2, 3])
    empty.files[0].bytes = 4
    try empty.write(to: folder + "/short.part", filesIn: workspace.path)
    #expect(throws: CacheEntry.Damage.self) { try CacheEntry.read(folder + "/short.part", filesInto: folder + "/into") }
  }

  @Test func whatWasUsedLastStays() throws {
    for (number, content) in ["1", "22", "333", "4444"].enumerated() {
      let entry = try entry(of: content)
      let place = try cache.place(of: entry.key)
      try FileSystem.makeFolders(Path.parent(place) ?? "")
      try entry.write(to: place, filesIn: workspace.path)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1e9 + Double(number))], ofItemAtPath: place)
    }
    let items = cache.items().sorted { $0.used < $1.used }
    CacheFolder.touch(items[0].path)
    cache.grown(by: 0, most: items[0].bytes + items[3].bytes + 10)
    #expect(Set(cache.items().map(\.path)).isSubset(of: [items[0].path, items[3].path]))
    #expect(cache.items().map(\.path).contains(items[0].path))
    #expect(cache.films().count == cache.items().count, "folders of films that are gone go, too")
  }
}
