/// Reads mix documents. Unknown keys, wrong kinds of value and figures out of range are errors that name the place, as in
/// `tracks[1].clips[0].gain_db`; so are contradictions that can be seen without opening a source.
package enum MixDocumentReader {
  static let name = "the mix document"

  package static func read(_ bytes: [UInt8]) throws(DocumentError) -> MixDocument {
    var top = try ObjectReader(
      JSONValue.parse(bytes, name: name), place: "", documentName: name,
      known: ["schema_version", "kind", "output", "tracks"])
    if let version = top.take("schema_version"), version != .number(1) {
      throw DocumentError("schema_version should be the number 1, not \(version.kindName) \(version.asTyped)")
    }
    if let kind = try top.text("kind"), kind != "mix" {
      throw DocumentError("kind should be \"mix\", not \"\(kind)\"")
    }
    let output = try top.take("output").map { value throws(DocumentError) in try self.output(value) } ?? MixOutput()
    guard let list = top.take("tracks") else { throw DocumentError("tracks is missing") }
    let document = MixDocument(
      output: output, tracks: try list.each("tracks") { value, place throws(DocumentError) in try track(value, place) })
    try check(document)
    return document
  }

  // MARK: Output

  private static func output(_ value: JSONValue) throws(DocumentError) -> MixOutput {
    var reader = try ObjectReader(
      value, place: "output", documentName: name,
      known: [
        "codec", "bit_rate", "quality", "sample_rate", "channels", "duration", "gain_db", "loudness", "metadata",
        "cover",
        "chapters", "also",
      ])
    var output = MixOutput()
    output.encoding = try encoding(&reader)
    output.sampleRate = Int(try reader.whole("sample_rate", in: 8000...192_000) ?? 48_000)
    if let channels = try reader.whole("channels", in: 1...6) {
      guard [1, 2, 6].contains(channels) else {
        throw DocumentError("output.channels should be 1, 2 or 6 (5.1), not \(channels)")
      }
      output.channels = channels
    }
    output.duration = try reader.seconds("duration", above: true)
    output.gainDB = try reader.decibels("gain_db") ?? 0
    output.loudness = try reader.take("loudness").flatMap { value throws(DocumentError) in try loudness(value) }
    output.metadata = try metadata(reader.take("metadata"))
    output.cover = try reader.nonEmptyText("cover")
    if let value = reader.take("chapters") { output.chapters = try chapters(value) }
    if let value = reader.take("also") {
      output.further = try value.each("output.also") { value, place throws(DocumentError) in
        try further(value, place)
      }
    }
    return output
  }

  private static func encoding(_ reader: inout ObjectReader) throws(DocumentError) -> MixEncoding {
    MixEncoding(
      codec: try reader.choice("codec"), bitRate: try reader.whole("bit_rate", in: 6000...1_024_000),
      quality: try reader.number("quality", in: 0...10))
  }

  private static func further(_ value: JSONValue, _ place: String) throws(DocumentError) -> MixFurtherOutput {
    var reader = try ObjectReader(
      value, place: place, documentName: name, known: ["file", "codec", "bit_rate", "quality"])
    guard let file = try reader.nonEmptyText("file") else { throw DocumentError("\(place).file is missing") }
    return MixFurtherOutput(file: file, encoding: try encoding(&reader))
  }

  /// A preset's name, or the figures themselves.
  package static func loudness(
    _ value: JSONValue, place: String = "output.loudness"
  ) throws(DocumentError) -> LoudnessTarget? {
    if case .string(let word) = value {
      if word == "none" { return nil }
      guard let preset = LoudnessTarget.presets[word] else {
        let known = LoudnessTarget.presets.keys.sorted() + ["none"]
        throw DocumentError("\(place): \"\(word)\" is not a preset\(Spelling.hint(for: word, among: known))")
      }
      return preset
    }
    var reader = try ObjectReader(
      value, place: place, documentName: name, known: ["integrated_lufs", "true_peak_dbtp"])
    guard let integrated = try reader.number("integrated_lufs", in: -60 ... -5) else {
      throw DocumentError("\(place).integrated_lufs is missing")
    }
    return LoudnessTarget(
      integratedLUFS: integrated, truePeakDBTP: try reader.number("true_peak_dbtp", in: -20...0) ?? -1)
  }

  private static func metadata(_ value: JSONValue?) throws(DocumentError) -> [String: String] {
    guard let value else { return [:] }
    var reader = try ObjectReader(value, place: "output.metadata", documentName: name, known: nil)
    var tags: [String: String] = [:]
    for (key, value) in reader.takeRest() {
      guard case .string(let text) = value else {
        throw DocumentError("output.metadata.\(key) should be text, not \(value.kindName)")
      }
      let isTag = key.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "=") }
      guard !key.isEmpty, isTag else {
        throw DocumentError("output.metadata: \"\(key)\" cannot be the name of a tag; use ASCII without spaces")
      }
      tags[key] = text
    }
    return tags
  }

  private static func chapters(_ value: JSONValue) throws(DocumentError) -> MixChapters {
    if case .object = value {
      var reader = try ObjectReader(
        value, place: "output.chapters", documentName: name, known: ["from_track"])
      guard let track = try reader.nonEmptyText("from_track") else {
        throw DocumentError("output.chapters.from_track is missing")
      }
      return .fromTrack(track)
    }
    let chapters = try value.each("output.chapters") { value, place throws(DocumentError) in
      var reader = try ObjectReader(value, place: place, documentName: name, known: ["title", "start"])
      guard let start = try reader.seconds("start") else { throw DocumentError("\(place).start is missing") }
      return MixChapter(title: try reader.required(text: "title"), start: start)
    }
    for (index, (first, second)) in zip(chapters, chapters.dropFirst()).enumerated() where second.start <= first.start {
      throw DocumentError("output.chapters[\(index + 1)].start should be later than the chapter before")
    }
    return .given(chapters)
  }

  // MARK: Tracks

  private static func track(_ value: JSONValue, _ place: String) throws(DocumentError) -> MixTrack {
    var reader = try ObjectReader(
      value, place: place, documentName: name,
      known: ["id", "role", "gap", "gain_db", "pan", "mute", "solo", "duck", "trim_silence", "clips"])
    guard let id = try reader.nonEmptyText("id") else { throw DocumentError("\(place).id is missing") }
    var track = MixTrack(id: id)
    track.role = try reader.choice("role") ?? .effects
    track.gap = try reader.seconds("gap") ?? 0
    track.gainDB = try reader.decibels("gain_db") ?? 0
    track.pan = try reader.number("pan", in: -1...1) ?? 0
    track.mute = try reader.flag("mute") ?? false
    track.solo = try reader.flag("solo") ?? false
    track.duck = try reader.take("duck").map { value throws(DocumentError) in try duck(value, "\(place).duck") }
    let silence = try reader.take("trim_silence").flatMap { value throws(DocumentError) in
      try silenceTrim(value, "\(place).trim_silence")
    }
    guard let clips = reader.take("clips") else { throw DocumentError("\(place).clips is missing") }
    track.clips = try clips.each("\(place).clips") { value, place throws(DocumentError) in
      try clip(value, place, silence: silence)
    }
    return track
  }

  private static func duck(_ value: JSONValue, _ place: String) throws(DocumentError) -> MixDuck {
    var reader = try ObjectReader(
      value, place: place, documentName: name,
      known: ["under", "amount_db", "threshold_db", "attack_ms", "hold_ms", "release_ms", "look_ahead_ms"])
    guard let list = reader.take("under") else { throw DocumentError("\(place).under is missing") }
    let under = try list.each("\(place).under") { value, place throws(DocumentError) in
      guard case .string(let id) = value else {
        throw DocumentError("\(place) should be the id of a track, not \(value.kindName)")
      }
      return id
    }
    guard !under.isEmpty else { throw DocumentError("\(place).under names no track") }
    var duck = MixDuck(under: under)
    duck.amountDB = try reader.number("amount_db", in: 0...100) ?? duck.amountDB
    duck.thresholdDB = try reader.number("threshold_db", in: -100...0) ?? duck.thresholdDB
    duck.attack = try reader.milliseconds("attack_ms", in: 0...2000) ?? duck.attack
    duck.hold = try reader.milliseconds("hold_ms", in: 0...5000) ?? duck.hold
    duck.release = try reader.milliseconds("release_ms", in: 0...5000) ?? duck.release
    duck.lookAhead = try reader.milliseconds("look_ahead_ms", in: 0...2000) ?? duck.attack
    return duck
  }

  private static func silenceTrim(_ value: JSONValue, _ place: String) throws(DocumentError) -> MixSilenceTrim? {
    if case .bool(let wanted) = value { return wanted ? MixSilenceTrim() : nil }
    var reader = try ObjectReader(value, place: place, documentName: name, known: ["threshold_db", "padding"])
    var trim = MixSilenceTrim()
    trim.thresholdDB = try reader.number("threshold_db", in: -120...0) ?? trim.thresholdDB
    trim.padding = try reader.seconds("padding") ?? trim.padding
    return trim
  }

  private static let clipKeys = [
    "source", "stream", "title", "start", "gap_before", "gain_db", "pan", "trim_start", "trim_end", "duration",
    "fade_in",
    "fade_out", "fade_curve", "crossfade", "crossfade_curve", "loop", "loop_crossfade", "trim_silence",
  ]

  private static func clip(
    _ value: JSONValue, _ place: String, silence: MixSilenceTrim?
  ) throws(DocumentError) -> MixClip {
    var reader = try ObjectReader(value, place: place, documentName: name, known: clipKeys)
    guard let source = try reader.nonEmptyText("source") else { throw DocumentError("\(place).source is missing") }
    var clip = MixClip(source: source)
    clip.stream = try reader.whole("stream", in: 0...1000)
    clip.title = try reader.text("title")
    clip.start = try reader.seconds("start")
    clip.gapBefore = try reader.seconds("gap_before")
    clip.gainDB = try reader.decibels("gain_db") ?? 0
    clip.pan = try reader.number("pan", in: -1...1) ?? 0
    clip.trimStart = try reader.seconds("trim_start") ?? 0
    clip.trimEnd = try reader.seconds("trim_end", above: true)
    clip.duration = try reader.seconds("duration", above: true)
    clip.fadeIn = try reader.seconds("fade_in") ?? 0
    clip.fadeOut = try reader.seconds("fade_out") ?? 0
    clip.fadeCurve = try reader.choice("fade_curve") ?? .linear
    clip.crossfade = try reader.seconds("crossfade") ?? 0
    clip.crossfadeCurve = try reader.choice("crossfade_curve") ?? .equalPower
    clip.loop = try reader.flag("loop") ?? false
    clip.loopCrossfade = try reader.seconds("loop_crossfade") ?? clip.loopCrossfade
    clip.trimSilence = silence
    if let value = reader.take("trim_silence") { clip.trimSilence = try silenceTrim(value, "\(place).trim_silence") }
    if let end = clip.trimEnd, end <= clip.trimStart {
      throw DocumentError("\(place).trim_end should be later in the source than trim_start")
    }
    if clip.gapBefore != nil, clip.start != nil || clip.crossfade > 0 {
      throw DocumentError("\(place).gap_before does not go with \(clip.start != nil ? "start" : "crossfade")")
    }
    return clip
  }

  // MARK: The whole

  private static func check(_ document: MixDocument) throws(DocumentError) {
    var seen = Set<String>()
    for (index, track) in document.tracks.enumerated() where !seen.insert(track.id).inserted {
      throw DocumentError("tracks[\(index)].id: another track is called \"\(track.id)\" too")
    }
    for (index, track) in document.tracks.enumerated() {
      for (number, id) in (track.duck?.under ?? []).enumerated() {
        let place = "tracks[\(index)].duck.under[\(number)]"
        guard seen.contains(id) else {
          throw DocumentError("\(place): there is no track \"\(id)\"\(Spelling.hint(for: id, among: seen.sorted()))")
        }
        if id == track.id { throw DocumentError("\(place): a track cannot give way to itself") }
      }
    }
    if case .fromTrack(let id) = document.output.chapters, !seen.contains(id) {
      throw DocumentError(
        "output.chapters.from_track: there is no track \"\(id)\"\(Spelling.hint(for: id, among: seen.sorted()))")
    }
    guard document.tracks.contains(where: { !$0.clips.isEmpty }) else {
      throw DocumentError("tracks hold no clip: there is nothing to mix")
    }
    let ends = document.tracks.flatMap(\.clips).contains { !$0.loop || $0.duration != nil }
    if !ends, document.output.duration == nil {
      throw DocumentError("every clip loops, so the programme has no end: give output.duration")
    }
  }
}
