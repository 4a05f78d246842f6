import Documents
import FoundationEssentials
import Media
import TextRecognition
import Timing

/// Writes what the text stage found: tracks into the document, subtitles and the review beside it.
struct TextResults {
  static let reviewFolder = "text-review"

  let workspace: Workspace
  let clock: MediaClock
  /// Where the film ends.
  let end: Instant

  func write(_ found: TextFindings, into document: inout AnalysisDocument) throws {
    let tracks = found.tracks.enumerated().map { index, text in
      TextTrack(
        id: index + 1, text: text.text, language: text.language, confidence: text.confidence,
        start: instant(text.start), end: instant(after: text.last), box: text.box, lines: text.lines)
    }
    document.textTracks = tracks
    document.warnings += Self.warnings(found.notes)
    if !tracks.isEmpty {
      try FileSystem.write(Array(Subtitles.subRip(tracks).utf8), to: workspace.file("text.srt"))
      try FileSystem.write(Array(Subtitles.webVTT(tracks).utf8), to: workspace.file("text.vtt"))
      document.outputs.append(OutputFile(kind: .subtitles, path: "text.srt"))
      document.outputs.append(OutputFile(kind: .subtitles, path: "text.vtt"))
    }
    if !found.reviews.isEmpty { try writeReview(found.reviews, &document) }
  }

  /// Gives the review that was kept of a film under another name the name that it has now.
  static func rename(in workspace: Workspace, to input: InputDescription) throws {
    let path = workspace.file(reviewFolder + ".json")
    guard FileSystem.exists(path) else { return }
    var review = try JSONDecoder().decode(TextReviewDocument.self, from: Data(try FileSystem.read(path)))
    review.input = InputDescription(path: input.path, bytes: input.bytes)
    try FileSystem.write(Array(try DocumentEncoder.pretty(review).utf8), to: path)
  }

  private func writeReview(_ reviews: [TextReview], _ document: inout AnalysisDocument) throws {
    let encoder = try PictureEncoder(format: .png, quality: 100)
    try FileSystem.makeFolders(workspace.file(Self.reviewFolder))
    var items: [TextReviewDocument.Item] = []
    for review in reviews {
      let id = items.count + 1
      var file: String?
      if let picture = review.picture {
        let digits = String(id)
        let name = Self.reviewFolder + "/" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ".png"
        try FileSystem.write(try encoder.encode(Picture(grey: picture)), to: workspace.file(name))
        file = name
      }
      items.append(
        TextReviewDocument.Item(
          id: id, verdict: review.track == nil ? .refused : .kept, trackID: review.track.map { $0 + 1 },
          text: review.text, confidence: review.confidence, start: instant(review.start),
          end: instant(after: review.last), box: review.box, file: file))
    }
    let path = Self.reviewFolder + ".json"
    let input = InputDescription(path: document.input.path, bytes: document.input.bytes)
    let text = try DocumentEncoder.pretty(TextReviewDocument(input: input, items: items))
    try FileSystem.write(Array(text.utf8), to: workspace.file(path))
    document.outputs.append(OutputFile(kind: .textReview, path: path))
    if items.contains(where: { $0.file != nil }) {
      document.outputs.append(OutputFile(kind: .textReview, path: Self.reviewFolder))
    }
  }

  private func instant(_ time: FrameTime) -> Instant {
    Instant(pts: time.pts, seconds: time.seconds, frame: time.index)
  }

  private func instant(after last: FrameTime) -> Instant {
    let pts = last.pts + last.duration
    return last.index + 1 >= end.frame ? end : Instant(pts: pts, seconds: clock.seconds(pts), frame: last.index + 1)
  }

  private static func warnings(_ notes: TextNotes) -> [WarningRecord] {
    func warning(_ count: Int, _ code: String, _ sentence: (Int) -> String) -> WarningRecord? {
      count == 0 ? nil : WarningRecord(code, sentence(count), stage: "text")
    }
    return [
      warning(notes.regionsLeftOut, "text_regions_left_out") {
        "regions that might be text, not followed, as too many stood at once: \($0); --text-region limits where to look"
      },
      warning(notes.blocksLeftOut, "text_not_read") {
        "blocks that might be text, not read, as the film is full of them: \($0); --text-region limits where to look"
      },
      warning(notes.pagesGivenUp, "text_given_up") {
        "pictures given up, as they were too large for text recognition or took it too long: \($0); --text-time-limit allows more"
      },
      warning(notes.hasSmallPictures ? 1 : 0, "text_picture_too_small") { _ in
        "the pictures are too small for letters that could be read, so no text was looked for"
      },
      warning(notes.refusedLeftOut, "text_review_cut") {
        "refused readings that the review does not list, as there are too many: \($0)"
      },
    ].compactMap { $0 }
  }
}
