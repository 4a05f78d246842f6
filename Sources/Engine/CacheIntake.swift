import Documents
import Glibc

/// Takes what a worker wants to be kept into the cache.
///
/// A worker reads hostile input and so cannot write there: it leaves entries in its workspace, and its parent takes those that
/// speak of the very content that the parent finds in the input. So a worker that was taken over can spoil what is known of its own
/// film, and of no other.
struct CacheIntake {
  let folder: CacheFolder
  /// Bytes that the cache may hold.
  let most: Int64

  /// Takes the entries in a workspace. What goes wrong costs the entry and is told.
  func take(from workspace: Workspace, input path: String) -> ErrorRecord? {
    let names = (FileSystem.list(workspace.cache) ?? []).filter { $0.hasSuffix(CacheEntry.fileExtension) }
    guard !names.isEmpty, let fingerprint = Fingerprint.file(path) else { return nil }
    do throws(ErrorRecord) {
      try folder.prepare()
      var added: Int64 = 0
      for name in names {
        let source = Path.join(workspace.cache, name)
        guard let target = target(of: source, name: name, fingerprint: fingerprint),
          let bytes = FileSystem.status(source)?.bytes, bytes <= most
        else { continue }
        let replaced = FileSystem.status(target)?.bytes ?? 0
        if let parent = Path.parent(target) { try FileSystem.makeFolders(parent) }
        try FileSystem.place(source, at: target)
        added += bytes - replaced
      }
      folder.grown(by: added, most: most)
      return nil
    } catch {
      return error
    }
  }

  /// Where an entry belongs; nil where it is not what its name and the input say.
  private func target(of source: String, name: String, fingerprint: String) -> String? {
    guard let key = try? CacheEntry.peek(source).key, key.fingerprint == fingerprint, key.build == BuildIdentity.text,
      let target = try? folder.place(of: key), Path.name(target) == name
    else { return nil }
    return target
  }
}
