import Documents
import Media

/// What a worker knows of its film from earlier, and what it leaves for later.
final class AnalysisCache {
  private let request: Request
  private let workspace: Workspace
  private let events: EventWriter
  private let folder: CacheFolder
  private let hash: BackgroundHash
  private let input: (bytes: Int64, container: String, status: FileSystem.Status)
  private let hasPictures: Bool
  private(set) var restored: [CachePart: CachedPart] = [:]
  /// Whether what is found by now may be kept: nothing went wrong that another way through the film would not have met.
  var isClean = true

  /// Nil where nothing is to be kept.
  init?(_ request: Request, _ workspace: Workspace, _ input: Input, _ events: EventWriter, hash: BackgroundHash) {
    let batch = request.settings.batch
    guard batch.cacheDir != nil, batch.sceneStats == nil, let folder = CacheFolder(batch),
      let status = FileSystem.status(request.inputPath), status.isRegular
    else { return nil }
    self.request = request
    self.workspace = workspace
    self.events = events
    self.folder = folder
    self.hash = hash
    self.input = (input.bytes, input.description.container, status)
    hasPictures = input.videoStreamIndex != nil
  }

  private var options: AnalysisOptions { request.settings.options }

  /// The film's, where it is known by now.
  var fingerprint: String? { hash.known }

  /// Brings back what is kept of this film and fits the request. Files go to the workspace.
  func restore() {
    guard folder.mayKnow(bytes: input.bytes), let fingerprint = hash.wait() else { return }
    func read(_ parts: [CachePart]) { for part in parts { restored[part] = self.read(part, fingerprint) } }
    read(wanted.filter { [.plan, .sprites].contains($0) })
    read(wanted.filter { ![.plan, .sprites].contains($0) && mayStand($0) })
    let most = request.settings.limits.maxDuration
    if restored.values.contains(where: { $0.picture?.end.seconds ?? 0 > most }) { forget() }
  }

  /// Whether a part can be brought back beside what has to be done anew.
  private func mayStand(_ part: CachePart) -> Bool {
    // What keeps a film from being decoded as asked is found only by decoding it.
    if options.speed != .exact, restored[.plan] == nil, part == .scenes || part == .frames { return false }
    // Sprites are taken while every frame is decoded for the stages.
    let needsPass = options.sprites && restored[.sprites] == nil
    return !needsPass || ![.scenes, .frames, .text].contains(part)
  }

  /// Lets go of everything that was brought back.
  func forget() {
    restored = [:]
    workspace.empty()
  }

  /// The parts that the request is made of. What a file without pictures lacks is found out each time: it depends on whether
  /// its sound is wanted.
  private var wanted: [CachePart] {
    let stages = hasPictures ? options.stages : options.stages.filter { !$0.needsPictures }
    var parts = stages.compactMap { CachePart(rawValue: $0.rawValue) }
    if stages.contains(where: \.needsPictures) { parts.append(.plan) }
    if options.clips != .off { parts.append(.clips) }
    if options.sprites { parts.append(.sprites) }
    if options.waveform { parts.append(.waveform) }
    return parts
  }

  private func read(_ part: CachePart, _ fingerprint: String) -> CachedPart? {
    do {
      let key = try key(part, fingerprint)
      let path = try folder.place(of: key)
      guard FileSystem.exists(path) else { return nil }
      let entry = try CacheEntry.read(path, filesInto: workspace.path)
      guard entry.key == key else { throw CacheEntry.Damage(reason: "it is another one's") }
      CacheFolder.touch(path)
      return entry.content
    } catch {
      let reason = (error as? CacheEntry.Damage)?.reason ?? ErrorRecord(describing: error, stage: "cache").message
      events.warning(
        WarningRecord(
          "cache_entry_unusable", "what was kept of \(part.rawValue) cannot be used and is done again: \(reason)",
          stage: "cache"))
      return nil
    }
  }

  private func key(_ part: CachePart, _ fingerprint: String) throws -> CacheKey {
    try CacheKey(
      part, fingerprint: fingerprint, bytes: input.bytes, container: input.container, options: options)
  }

  // MARK: - Keeping

  /// Leaves a part for the cache, with the files that its outputs name.
  func keep(_ part: CachePart, _ content: CachedPart, name: String) {
    guard isClean, restored[part] == nil, wanted.contains(part), let fingerprint = hash.wait(), isUnchanged else {
      return
    }
    do {
      let key = try key(part, fingerprint)
      let files = try content.outputs.flatMap { try self.files($0.path) }
      try FileSystem.makeFolders(workspace.cache)
      // It is a part only once it has its name: the worker may be ended at any moment.
      let target = Path.join(workspace.cache, try key.name() + CacheEntry.fileExtension)
      try CacheEntry(key: key, name: name, content: content, files: files)
        .write(to: target + ".unfinished", filesIn: workspace.path)
      try FileSystem.place(target + ".unfinished", at: target)
    } catch {
      let reason = ErrorRecord(describing: error, stage: "cache").message
      events.warning(WarningRecord("not_cached", "\(part.rawValue) is not kept: \(reason)", stage: "cache"))
    }
  }

  /// Whether the film is still the file that was opened.
  private var isUnchanged: Bool {
    guard let now = FileSystem.status(request.inputPath) else { return false }
    return now.identity == input.status.identity && now.bytes == input.status.bytes
      && now.modified == input.status.modified
  }

  private func files(_ path: String) throws(ErrorRecord) -> [CacheEntry.File] {
    let full = workspace.file(path)
    guard let status = FileSystem.status(full) else { throw FileSystem.failure("read", full) }
    guard status.isFolder else { return [CacheEntry.File(path: path, bytes: status.bytes)] }
    var files: [CacheEntry.File] = []
    for name in FileSystem.list(full) ?? [] { files += try self.files(Path.join(path, name)) }
    return files
  }
}
