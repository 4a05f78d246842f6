import AudioMixing
import Documents
import Timing

/// Writes the report of a mix. Lists that grow with the mix are written an item a line, so that a report of a hundred
/// thousand clips needs no more memory than one of ten.
struct MixReportFile {
  let document: MixDocument
  let timeline: Timeline
  let ducking: [Ducking]

  /// The corners of a track's gain, by the track's place in the document.
  typealias Ducking = (track: Int, points: [DuckEnvelope.Point])

  func write(_ head: MixReportHead, _ tail: MixReportTail, to path: String) throws {
    let file = try GrowingFile(path)
    // The halves are objects of their own: the first loses its end, the second its beginning.
    var top = try DocumentEncoder.pretty(head)
    top.removeLast(3)
    try file.add(top + ",\n")
    try list("clips", timeline.clips, file) { try DocumentEncoder.line(describe($0)) }
    try list("unused_clips", timeline.unused, file) { try DocumentEncoder.line(describe($0)) }
    try file.add("  \"ducking\": [")
    for (index, duck) in ducking.enumerated() {
      let id = try DocumentEncoder.line([document.tracks[duck.track].id])
      try file.add("\(index == 0 ? "" : ",")\n    {\"track\": \(id.dropFirst().dropLast()), \"points\": [")
      for (number, point) in duck.points.enumerated() {
        let text = "[\(point.seconds.roundedToMicrosecond), \(point.gainDB.rounded(places: 3))]"
        try file.add("\(number == 0 ? "" : ",")\(number % 4 == 0 ? "\n      " : " ")\(text)")
      }
      try file.add("]}")
    }
    try file.add(ducking.isEmpty ? "],\n" : "\n  ],\n")
    try file.add(String(try DocumentEncoder.pretty(tail).dropFirst(2)))
    try file.finish()
  }

  private func list<Item>(
    _ name: String, _ items: [Item], _ file: GrowingFile, _ text: (Item) throws -> String
  ) throws {
    try file.add("  \"\(name)\": [")
    for (index, item) in items.enumerated() {
      try file.add((index == 0 ? "\n    " : ",\n    ") + (try text(item)))
    }
    try file.add(items.isEmpty ? "],\n" : "\n  ],\n")
  }

  private func seconds(_ samples: Int) -> Double {
    (Double(samples) / Double(timeline.sampleRate)).roundedToMicrosecond
  }

  private func optional(_ samples: Int) -> Double? { samples > 0 ? seconds(samples) : nil }

  private func describe(_ placed: PlacedClip) -> MixClipReport {
    let track = document.tracks[placed.track]
    let clip = track.clips[placed.clip]
    var report = MixClipReport(
      track: track.id, clip: placed.clip, source: clip.source, title: clip.title, startSeconds: seconds(placed.start),
      endSeconds: seconds(placed.end), startSample: placed.start, endSample: placed.end,
      sourceSeconds: seconds(placed.sourceStart), gainDB: placed.gainDB.rounded(places: 4))
    report.pan = placed.pan == 0 ? nil : placed.pan
    report.fadeInSeconds = optional(placed.fadeIn)
    report.fadeOutSeconds = optional(placed.fadeOut)
    report.crossfadeSeconds = optional(placed.crossfadeIn)
    report.loops = placed.loops ? true : nil
    report.cut = placed.isCut ? true : nil
    return report
  }

  private func describe(_ unused: UnusedClip) -> UnusedClipReport {
    let track = document.tracks[unused.track]
    return UnusedClipReport(
      track: track.id, clip: unused.clip, source: track.clips[unused.clip].source, reason: unused.reason.rawValue)
  }
}
