/// What the sound operations of a worker (mix, loudness, normalize) need beside input, output and limits.
package struct SoundOptions: Sendable, Equatable {
  /// Folders that sources of a mix must lie in; none: anywhere.
  package var sourceRoots: [String] = []
  /// Where a mix's report goes; nil: beside the output.
  package var report: String?
  /// Where a picture of the programme goes.
  package var waveform: String?
  /// Lays out and reports, renders nothing.
  package var dryRun = false
  /// What normalize brings its input to.
  package var target: LoudnessTarget?
  /// A gain decided beforehand, for the inputs of one album.
  package var gainDB: Double?
  /// How normalize encodes; what is nil is kept from the input.
  package var encoding = MixEncoding()

  package init() {}

  init(_ value: JSONValue) throws(DocumentError) {
    var reader = try ObjectReader(
      value, place: "sound", documentName: "the request",
      known: [
        "source_roots", "report", "waveform", "dry_run", "loudness", "gain_db", "codec", "bit_rate", "quality",
      ])
    if let roots = reader.take("source_roots") {
      sourceRoots = try roots.each("sound.source_roots") { value, place throws(DocumentError) in
        guard case .string(let path) = value, !path.isEmpty else {
          throw DocumentError("\(place) should be the path of a folder")
        }
        return path
      }
    }
    report = try reader.nonEmptyText("report")
    waveform = try reader.nonEmptyText("waveform")
    dryRun = try reader.flag("dry_run") ?? false
    target = try reader.take("loudness").flatMap { value throws(DocumentError) in
      try MixDocumentReader.loudness(value, place: "sound.loudness")
    }
    gainDB = try reader.decibels("gain_db")
    encoding = MixEncoding(
      codec: try reader.choice("codec"), bitRate: try reader.whole("bit_rate", in: 6000...1_024_000),
      quality: try reader.number("quality", in: 0...10))
  }
}

extension SoundOptions: Encodable {
  private enum CodingKeys: String, CodingKey {
    case sourceRoots = "source_roots"
    case report, waveform
    case dryRun = "dry_run"
    case loudness
    case gainDB = "gain_db"
    case codec
    case bitRate = "bit_rate"
    case quality
  }

  package func encode(to encoder: any Encoder) throws {
    var top = encoder.container(keyedBy: CodingKeys.self)
    if !sourceRoots.isEmpty { try top.encode(sourceRoots, forKey: .sourceRoots) }
    try top.encodeIfPresent(report, forKey: .report)
    try top.encodeIfPresent(waveform, forKey: .waveform)
    if dryRun { try top.encode(true, forKey: .dryRun) }
    try top.encodeIfPresent(target, forKey: .loudness)
    try top.encodeIfPresent(gainDB, forKey: .gainDB)
    try top.encodeIfPresent(encoding.codec?.rawValue, forKey: .codec)
    try top.encodeIfPresent(encoding.bitRate, forKey: .bitRate)
    try top.encodeIfPresent(encoding.quality, forKey: .quality)
  }
}
