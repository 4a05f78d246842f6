import AudioMixing
import Documents
import Glibc

/// Finds the files that a mix document names.
struct MixSources {
  private let document: MixDocument
  private let folder: String
  private let roots: [String]

  /// `folder` is the document's own; sources must lie in one of `roots`, where there are any.
  init(_ document: MixDocument, folder: String, roots: [String]) {
    self.document = document
    self.folder = folder
    self.roots = roots
  }

  /// The path of every source and of the cover, by the name in the document. Throws, naming the place, where a file does not
  /// exist or lies outside the roots.
  func resolve() throws(ErrorRecord) -> [String: String] {
    let roots = try self.roots.map { root throws(ErrorRecord) in
      guard let real = Self.real(root) else {
        throw ErrorRecord(.notFound, "--source-root \(root) does not exist", stage: "open")
      }
      return real
    }
    var paths: [String: String] = [:]
    for (trackIndex, track) in document.tracks.enumerated() {
      for (clipIndex, clip) in track.clips.enumerated() where paths[clip.source] == nil {
        paths[clip.source] = try resolve(clip.source, "tracks[\(trackIndex)].clips[\(clipIndex)].source", roots)
      }
    }
    if let cover = document.output.cover { paths[cover] = try resolve(cover, "output.cover", roots) }
    return paths
  }

  private func resolve(_ name: String, _ place: String, _ roots: [String]) throws(ErrorRecord) -> String {
    let path = name.hasPrefix("/") ? name : Path.join(folder, name)
    guard let real = Self.real(path) else {
      let reason = errno == ENOENT || errno == ENOTDIR ? "does not exist" : String(cString: strerror(errno))
      throw ErrorRecord(.notFound, "\(place): \(name) \(reason)", stage: "open")
    }
    guard roots.isEmpty || roots.contains(where: { real == $0 || real.hasPrefix($0 == "/" ? "/" : $0 + "/") }) else {
      throw ErrorRecord(.forbiddenReference, "\(place): \(name) lies outside --source-root", stage: "open")
    }
    return path
  }

  /// The path with every link followed; nil where there is nothing.
  private static func real(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }
}

/// The chapters of a mix: as given, or made from the clips of a track.
struct MixChapterList {
  let chapters: [Chapter]

  init(_ document: MixDocument, _ timeline: Timeline) {
    var starts: [(title: String, start: Double)] = []
    switch document.output.chapters {
    case .none: break
    case .given(let given): starts = given.filter { $0.start < timeline.seconds }.map { ($0.title, $0.start) }
    case .fromTrack(let id):
      for placed in timeline.clips where document.tracks[placed.track].id == id {
        let clip = document.tracks[placed.track].clips[placed.clip]
        starts.append((clip.title ?? Path.name(clip.source), Double(placed.start) / Double(timeline.sampleRate)))
      }
      // A player begins in a chapter.
      if !starts.isEmpty { starts[0].start = 0 }
    }
    let ends = starts.dropFirst().map(\.start) + [timeline.seconds]
    chapters = zip(starts, ends).map { Chapter(title: $0.title, startSeconds: $0.start, endSeconds: $1) }
  }
}
