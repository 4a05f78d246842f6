/// What `probe` prints: what a file holds, without decoding it.
package struct ProbeDocument: Codable, Sendable {
  package var schemaVersion = 1
  package var kind = "probe"
  package var status: Status
  package var engine: EngineVersion
  package var input: InputDescription
  package var media: MediaDescription?
  package var errors: [ErrorRecord]

  package init(
    status: Status, engine: EngineVersion, input: InputDescription, media: MediaDescription?, errors: [ErrorRecord]
  ) {
    self.status = status
    self.engine = engine
    self.input = input
    self.media = media
    self.errors = errors
  }

  enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case kind, status, engine, input, media, errors
  }
}
