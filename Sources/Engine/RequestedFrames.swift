import Documents
import FrameExtraction
import Media
import Synchronization
import Timing

/// The pictures of frames that a rule names, beside or after the pass: fetched, written and described.
struct RequestedFrames {
  let request: Request
  let threads: Int
  let folder: String
  let events: EventWriter

  private var options: AnalysisOptions { request.settings.options }

  /// Writes the pictures and adds them to the document with what there is to say about them. `shots` are the scenes, where
  /// they are known; `end` is where the film ends.
  func take(into document: inout AnalysisDocument, shots: [SceneAssembler.Shot], end: Instant?) {
    guard document.media?.video != nil else { return noVideo(&document) }
    do {
      let plan = try Plan(options, shots: shots, end: end)
      try FileSystem.makeFolders(folder)
      let (outcome, entries) = try fetch(plan)
      report(outcome, in: &document)
      guard !entries.isEmpty || outcome.past.isEmpty else { return }
      document.frames = pictures(entries, shots)
      if document.timings?.decoding == nil {
        document.timings?.decoding = outcome.wasSought ? .sought : .sequential
      }
      if !entries.isEmpty { document.outputs.append(OutputFile(kind: .frames, path: "frames")) }
    } catch {
      document.errors.append(ErrorRecord(describing: error, stage: "frames"))
    }
  }

  private func noVideo(_ document: inout AnalysisDocument) {
    if options.stages.contains(.audio), document.media?.audio.isEmpty == false {
      document.frames = []
      if !document.warnings.contains(where: { $0.code == "no_video_stream" }) {
        document.warnings.append(
          WarningRecord("no_video_stream", "there is no picture in this file: only its sound was analysed"))
      }
    } else if !document.errors.contains(where: { $0.code == .noVideo }) {
      document.errors.append(ErrorRecord(.noVideo, "there is no picture in this file", stage: "frames"))
    }
  }

  // MARK: - Which frames, and their names

  /// The frames as a rule without scenes, and what their files are called.
  private struct Plan: Sendable {
    let rule: FrameRule
    /// Names by frame number, where scenes name the files.
    let names: [Int: String]

    init(_ options: AnalysisOptions, shots: [SceneAssembler.Shot], end: Instant?) throws(ErrorRecord) {
      guard options.frameRule.needsScenes else {
        rule = options.frameRule
        names = [:]
        return
      }
      guard let end, !shots.isEmpty else {
        throw ErrorRecord(.corrupt, "no scenes were found, so that there are no frames of scenes", stage: "frames")
      }
      var names: [Int: String] = [:]
      let digits = max(4, String(shots.count).count)
      for (index, shot) in shots.enumerated() {
        let stop = index + 1 < shots.count ? shots[index + 1].start.index : end.frame
        let frames = Self.frames(options, of: shot.start.index..<max(shot.start.index + 1, stop))
        for (number, frame) in frames.enumerated() {
          let part =
            options.frameRule == .spread && options.framesPerScene > 1
            ? "-" + Gallery.padded(number + 1, String(options.framesPerScene).count) : ""
          names[frame] = "scene-" + Gallery.padded(index + 1, digits) + part
        }
      }
      rule = .moments(names.keys.sorted().map { .frame($0) })
      self.names = names
    }

    private static func frames(_ options: AnalysisOptions, of scene: Range<Int>) -> [Int] {
      switch options.frameRule {
      case .first: return [scene.lowerBound]
      case .last: return [scene.upperBound - 1]
      case .spread:
        let count = min(options.framesPerScene, scene.count)
        // The middle of each of so many equal parts.
        return (0..<count).map { scene.lowerBound + (2 * $0 + 1) * scene.count / (2 * count) }
      default: return [scene.lowerBound + scene.count / 2]
      }
    }

    func name(_ time: FrameTime) -> String { names[time.index] ?? "frame-" + Gallery.padded(time.index, 8) }
  }

  // MARK: - Fetching

  private func fetch(_ plan: Plan) throws -> (FrameFetch.Outcome, [KeptPicture]) {
    let relay = ProgressRelay(events)
    let (folder, options) = (folder, options)
    let fetch = FrameFetch(
      path: request.inputPath, limits: request.settings.limits, threads: threads, rule: plan.rule,
      progress: { relay.report($0) })
    let keeper = PictureKeeper()
    let outcome = try fetch.run(
      reset: {
        keeper.removeAll()
        FileSystem.remove(folder)
        try FileSystem.makeFolders(folder)
      },
      makeReceiver: {
        let writer = try PictureWriter(options: options) { name, bytes in
          try FileSystem.write(bytes, to: Path.join(folder, name))
        }
        return { frame, found in
          let name = plan.name(found.standsFor ?? found.time)
          let written = try writer.write(frame, as: name)
          keeper.add(found, "\(name).\(writer.fileExtension)", written)
        }
      })
    return (outcome, keeper.sorted)
  }

  private func pictures(_ entries: [KeptPicture], _ shots: [SceneAssembler.Shot]) -> [FramePicture] {
    var scene = 0
    return entries.enumerated().map { index, entry in
      let time = entry.found.time
      while scene + 1 < shots.count, shots[scene + 1].start.index <= time.index { scene += 1 }
      var picture = FramePicture(
        id: index + 1, sceneID: shots.isEmpty ? nil : scene + 1,
        at: Instant(pts: time.pts, seconds: time.seconds, frame: time.index), file: "frames/" + entry.file,
        width: entry.written.width, height: entry.written.height, bytes: entry.written.bytes,
        sharpness: entry.written.sharpness, luma: entry.written.luma)
      if case .moments = options.frameRule { picture.requested = entry.found.requested.map(\.typed) }
      return picture
    }
  }

  // MARK: - What there is to say

  private func report(_ outcome: FrameFetch.Outcome, in document: inout AnalysisDocument) {
    for found in outcome.found {
      guard let missed = found.standsFor else { continue }
      document.warnings.append(
        WarningRecord(
          "frame_replaced",
          "the frame at \(missed.seconds) s is damaged; the last good one before it, at \(found.time.seconds) s, stands for it",
          stage: "frames"))
    }
    if outcome.decodeErrors > 0, !document.warnings.contains(where: { $0.code == "decode_errors" }) {
      document.warnings.append(
        WarningRecord(
          "decode_errors",
          "errors while decoding: \(outcome.decodeErrors)\(LibraryLog.errorLines.first.map { "; the first: \($0)" } ?? "")",
          stage: "decode"))
    }
    reportPast(outcome, in: &document)
  }

  private func reportPast(_ outcome: FrameFetch.Outcome, in document: inout AnalysisDocument) {
    guard !outcome.past.isEmpty else { return }
    let shown = outcome.past.prefix(5).map(\.typed).joined(separator: ", ") + (outcome.past.count > 5 ? ", …" : "")
    let film =
      outcome.end.map { "; the film has \($0.frames) frames, the last at \($0.seconds) s" } ?? ""
    let verb = outcome.past.count == 1 ? "lies" : "lie"
    let message = "\(shown) \(verb) past the end of the film\(film)"
    if outcome.found.isEmpty {
      document.errors.append(ErrorRecord(.outOfRange, message, stage: "frames"))
    } else {
      document.warnings.append(WarningRecord("past_the_end", message, stage: "frames"))
    }
  }
}

/// A picture that was written, by whichever thread.
private struct KeptPicture: Sendable {
  var found: FrameFetch.Found
  var file: String
  var written: PictureWriter.Written
}

/// Collects what threads write.
private final class PictureKeeper: Sendable {
  private let kept = Mutex<[KeptPicture]>([])

  func add(_ found: FrameFetch.Found, _ file: String, _ written: PictureWriter.Written) {
    kept.withLock { $0.append(KeptPicture(found: found, file: file, written: written)) }
  }

  func removeAll() { kept.withLock { $0 = [] } }

  var sorted: [KeptPicture] {
    kept.withLock { $0.sorted { ($0.found.time.index, $0.file) < ($1.found.time.index, $1.file) } }
  }
}

/// Passes progress on from any thread.
private final class ProgressRelay: @unchecked Sendable {
  private let monitor = Monitor()
  private let events: EventWriter

  init(_ events: EventWriter) { self.events = events }

  func report(_ packets: Int) {
    monitor.change { events.progress(PassProgress(frames: packets, seconds: 0, fraction: 0)) }
  }
}
