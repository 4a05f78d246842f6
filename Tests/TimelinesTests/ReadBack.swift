import Documents
import TestSupport
import Testing
import Timelines

/// A timeline as an independent reader understood it.
struct ReadBack {
  let json: JSON

  /// Writes the timeline of a document and has Python read it; `rate` as a fraction is what an EDL does not say itself.
  init(_ document: AnalysisDocument, as format: TimelineFormat, rate: String? = nil, path: String = "/films/film.mp4")
    throws
  {
    let folder = try TemporaryFolder()
    let timeline = try #require(FilmTimeline(document, path: path))
    try folder.write(timeline.text(as: format).text, to: format.fileName)
    let kinds: [TimelineFormat: String] = [.edl: "edl", .otio: "otio", .fcp7: "fcp7", .fcpxml: "fcpxml"]
    let words = [try #require(kinds[format]), folder(format.fileName)] + (rate.map { [$0] } ?? [])
    json = try JSON(reader("timelines.py", words).output)
  }

  /// First frame and number of frames of every clip, in the film and on the timeline.
  var source: [[Int]] { json.clips.items.map { $0.source.items.compactMap(\.int) } }
  var place: [[Int]] { json.clips.items.map { $0.place.items.compactMap(\.int) } }
}

/// What ``ReadBack`` should find: each scene with its length.
func spans(_ starts: [Int], _ end: Int, from first: Int = 0) -> [[Int]] {
  zip(starts, starts.dropFirst() + [end]).map { [$0 + first, $1 - $0] }
}
