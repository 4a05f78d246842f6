/// What the text stage read and is not sure of, for a person to look at: `text-review.json`.
package struct TextReviewDocument: Codable, Sendable, Equatable {
  package enum Verdict: String, Codable, Sendable, CaseIterable {
    /// In a track.
    case kept
    /// Left out.
    case refused
  }

  package struct Item: Codable, Sendable, Equatable {
    package var id: Int
    package var verdict: Verdict
    /// The track of the analysis that holds it; absent where it was refused.
    package var trackID: Int?
    package var text: String
    package var confidence: Double
    package var start: Instant
    package var end: Instant
    package var box: Box
    /// A picture of it, relative to the document; absent where there were too many.
    package var file: String?

    package init(
      id: Int, verdict: Verdict, trackID: Int?, text: String, confidence: Double, start: Instant, end: Instant,
      box: Box, file: String?
    ) {
      self.id = id
      self.verdict = verdict
      self.trackID = trackID
      self.text = text
      self.confidence = confidence
      self.start = start
      self.end = end
      self.box = box
      self.file = file
    }

    enum CodingKeys: String, CodingKey {
      case id, verdict
      case trackID = "track_id"
      case text, confidence, start, end, box, file
    }
  }

  package var schemaVersion = 1
  package var kind = "text-review"
  package var input: InputDescription
  /// In order of time.
  package var items: [Item]

  package init(input: InputDescription, items: [Item]) {
    self.input = input
    self.items = items
  }

  enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case kind, input, items
  }
}
