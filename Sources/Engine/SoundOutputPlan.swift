package import Documents
import Media

/// A sound file to be written, with everything decided that its name, codec and document leave open.
package struct SoundOutputPlan: Sendable {
  package let path: String
  let file: SoundFile
  /// What the document could not have in this container.
  let warnings: [WarningRecord]

  /// The files of a mix: the one named on the command line, then the document's further ones, in the same folder. Throws
  /// where a name's ending says no container, or the container does not take the codec.
  package static func all(_ document: MixDocument, output: String) throws(DocumentError) -> [SoundOutputPlan] {
    let settings = document.output
    var plans = [try SoundOutputPlan(output, settings.encoding, place: "output", settings)]
    for (index, further) in settings.further.enumerated() {
      let place = "output.also[\(index)]"
      if further.file.contains("/") || further.file == ".." {
        throw DocumentError("\(place).file is the name of a file beside the first output, not a path")
      }
      let folder = output.contains("/") ? Path.parent(output) ?? "." : ""
      let path = Path.join(folder, further.file)
      if plans.contains(where: { Path.tidied($0.path) == Path.tidied(path) }) {
        throw DocumentError("\(place).file: two outputs are called \(further.file)")
      }
      plans.append(try SoundOutputPlan(path, further.encoding, place: place, settings))
    }
    return plans
  }

  private init(
    _ path: String, _ encoding: MixEncoding, place: String, _ settings: MixOutput
  ) throws(DocumentError) {
    var file = try Self.file(
      path, encoding, place: place, sampleRate: settings.sampleRate, channels: settings.channels)
    file.tags = settings.metadata
    self.path = path
    self.file = file
    var warnings: [WarningRecord] = []
    let name = Path.name(path)
    if settings.chapters != .none, !file.container.holdsChapters {
      warnings.append(WarningRecord("chapters_left_out", "\(name): this container holds no chapters", stage: "output"))
    }
    if settings.cover != nil, !file.container.holdsCover {
      warnings.append(
        WarningRecord("cover_left_out", "\(name): this container holds no cover picture", stage: "output"))
    }
    self.warnings = warnings
  }

  /// What is to be written to a path: container by its ending, codec as wanted or the container's first.
  static func file(
    _ path: String, _ encoding: MixEncoding, place: String, sampleRate: Int, channels: Int
  ) throws(DocumentError) -> SoundFile {
    let ending = Path.fileExtension(Path.name(path))
    guard let container = SoundContainer.endings[ending] else {
      let known = SoundContainer.endings.keys.sorted().joined(separator: ", ")
      throw DocumentError("\(place): the name \(Path.name(path)) does not end in one of \(known)")
    }
    let codec = encoding.codec ?? container.codecs[0]
    guard container.codecs.contains(codec) else {
      let fitting = container.codecs.map(\.rawValue).joined(separator: ", ")
      throw DocumentError("\(place).codec: a .\(ending) file holds \(fitting), not \(codec.rawValue)")
    }
    try check(encoding, codec, place: place, channels: channels)
    var file = SoundFile(container: container, codec: codec, sampleRate: sampleRate, channels: channels)
    file.bitRate = encoding.bitRate
    file.quality = encoding.quality
    return file
  }

  private static func check(
    _ encoding: MixEncoding, _ codec: SoundCodec, place: String, channels: Int
  ) throws(DocumentError) {
    if encoding.bitRate != nil, !codec.isLossy {
      throw DocumentError("\(place).bit_rate: \(codec.rawValue) has no bit rate to choose")
    }
    let takesQuality: [SoundCodec] = [.mp3, .vorbis, .opus, .flac]
    if encoding.quality != nil, !takesQuality.contains(codec) {
      throw DocumentError("\(place).quality: \(codec.rawValue) has no quality to choose; give a bit_rate")
    }
    if encoding.quality != nil, encoding.bitRate != nil, codec != .opus {
      throw DocumentError("\(place): bit_rate and quality exclude each other; give one of them")
    }
    if codec == .mp3, channels > 2 {
      throw DocumentError("\(place).codec: MP3 holds one or two channels, not \(channels)")
    }
  }
}
