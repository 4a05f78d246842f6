package import Documents
package import Media

/// What was found out about a source before it is mixed.
package struct SourceFacts: Sendable {
  package var sampleRate: Int
  package var channels: [SoundReader.Channel]
  /// Samples a channel, at the source's own rate.
  package var frames: Int
  /// The part that is louder than a clip's silence threshold; nil where nothing is, or nobody asked.
  package var audible: Range<Int>?

  package init(sampleRate: Int, channels: [SoundReader.Channel], frames: Int, audible: Range<Int>? = nil) {
    self.sampleRate = sampleRate
    self.channels = channels
    self.frames = frames
    self.audible = audible
  }

  /// A position in the source as a number of samples at another rate, rounded to the nearest.
  func position(_ frame: Int, at rate: Int) -> Int {
    let (whole, rest) = frame.quotientAndRemainder(dividingBy: sampleRate)
    return whole * rate + (rest * rate + sampleRate / 2) / sampleRate
  }
}

/// A clip with its place in the programme. Positions and lengths are in samples at the programme's rate.
package struct PlacedClip: Sendable {
  package var track: Int
  package var clip: Int
  package var start: Int
  /// How long it sounds.
  package var length: Int
  /// The part of the resampled source that is used.
  package var sourceStart: Int
  package var sourceLength: Int
  package var loops = false
  /// Overlap of each turn of a loop with the next.
  package var seam = 0
  package var fadeIn = 0
  package var fadeOut = 0
  /// Overlap with the clip before and the clip after.
  package var crossfadeIn = 0
  package var crossfadeOut = 0
  package var crossfadeOutCurve = FadeCurve.equalPower
  package var isCut = false
  /// Of the track and the clip together.
  package var gainDB: Double
  package var pan: Double

  package var end: Int { start + length }
}

/// A clip that is not heard.
package struct UnusedClip: Sendable {
  package enum Reason: String, Sendable {
    case muted
    case notSoloed = "not_soloed"
    case startsAfterEnd = "starts_after_end"
    case empty
    case silent
  }

  package var track: Int
  package var clip: Int
  package var reason: Reason
}

/// Where every clip of a mix lands.
package struct Timeline: Sendable {
  package let sampleRate: Int
  /// Length of the programme in samples.
  package let length: Int
  /// By start; those that start together in the document's order.
  package let clips: [PlacedClip]
  package let unused: [UnusedClip]
  package let warnings: [WarningRecord]

  package var seconds: Double { Double(length) / Double(sampleRate) }

  /// Lays out a document. `facts` tells what is known of the source of a clip. Throws where clips of a speech track
  /// overlap, or a clip has no place.
  package init(_ document: MixDocument, facts: (MixClip) -> SourceFacts) throws(DocumentError) {
    var layout = Layout(document: document)
    for index in document.tracks.indices { try layout.place(track: index, facts) }
    self = try layout.finish()
  }

  fileprivate init(
    sampleRate: Int, length: Int, clips: [PlacedClip], unused: [UnusedClip], warnings: [WarningRecord]
  ) {
    self.sampleRate = sampleRate
    self.length = length
    self.clips = clips
    self.unused = unused
    self.warnings = warnings
  }
}

/// A timeline in the making.
private struct Layout {
  let document: MixDocument
  var placed: [PlacedClip] = []
  var unused: [UnusedClip] = []
  var warnings: [WarningRecord] = []

  /// Stands for the end of the programme, before that is known.
  private static let endless = Int.max / 4

  private var rate: Int { document.output.sampleRate }
  private func frames(_ seconds: Double) -> Int { Int((seconds * Double(rate)).rounded()) }
  private static func place(_ track: Int, _ clip: Int) -> String { "tracks[\(track)].clips[\(clip)]" }

  init(document: MixDocument) { self.document = document }

  mutating func place(track index: Int, _ facts: (MixClip) -> SourceFacts) throws(DocumentError) {
    let track = document.tracks[index]
    var last: Int?
    for (number, clip) in track.clips.enumerated() {
      guard let body = body(of: clip, facts(clip)) else {
        unused.append(UnusedClip(track: index, clip: number, reason: clip.trimSilence == nil ? .empty : .silent))
        continue
      }
      var new = PlacedClip(
        track: index, clip: number, start: 0, length: body.count, sourceStart: body.lowerBound,
        sourceLength: body.count,
        gainDB: track.gainDB + clip.gainDB, pan: min(1, max(-1, track.pan + clip.pan)))
      setLength(&new, clip)
      try setStart(&new, clip, after: last)
      new.fadeIn = min(frames(clip.fadeIn), new.length)
      new.fadeOut = frames(clip.fadeOut)
      placed.append(new)
      last = placed.count - 1
    }
    if track.role == .speech { try checkOverlaps(index) }
  }

  /// The part of the resampled source that a clip uses; nil where it is empty.
  private func body(of clip: MixClip, _ facts: SourceFacts) -> Range<Int>? {
    var from = frames(clip.trimStart)
    var to = facts.position(facts.frames, at: rate)
    if let end = clip.trimEnd { to = min(to, frames(end)) }
    if let trim = clip.trimSilence {
      guard let audible = facts.audible else { return nil }
      from = max(from, facts.position(audible.lowerBound, at: rate) - frames(trim.padding))
      to = min(to, facts.position(audible.upperBound, at: rate) + frames(trim.padding))
    }
    return from < to ? from..<to : nil
  }

  private func setLength(_ new: inout PlacedClip, _ clip: MixClip) {
    let most = clip.duration.map(frames)
    guard clip.loop else {
      new.length = min(new.length, most ?? .max)
      return
    }
    new.loops = true
    new.seam = min(frames(clip.loopCrossfade), new.sourceLength / 2)
    new.length = most ?? Self.endless
  }

  private mutating func setStart(_ new: inout PlacedClip, _ clip: MixClip, after last: Int?) throws(DocumentError) {
    let here = Self.place(new.track, new.clip)
    if let last, clip.start == nil, placed[last].length >= Self.endless {
      throw DocumentError(
        "\(here) follows \(Self.place(new.track, placed[last].clip)), which loops to the end; give it a start, or that "
          + "one a duration")
    }
    let gap = frames(clip.gapBefore ?? (last == nil || clip.crossfade > 0 ? 0 : document.tracks[new.track].gap))
    let overlap = frames(clip.crossfade)
    guard let last else {
      new.start = clip.start.map(frames) ?? gap
      if overlap > 0 { warnUnused(here, "no clip stands before it on its track") }
      return
    }
    guard overlap > 0 else {
      new.start = clip.start.map(frames) ?? placed[last].end + gap
      return
    }
    if let start = clip.start {
      new.start = frames(start)
      if new.start >= placed[last].end || new.start <= placed[last].start {
        warnUnused(here, "it does not begin while the clip before it sounds")
        return
      }
      placed[last].length = min(placed[last].length, new.start + overlap - placed[last].start)
      cross(last, &new, min(placed[last].end - new.start, new.length), clip.crossfadeCurve)
    } else {
      let possible = min(overlap, placed[last].length - placed[last].crossfadeIn, new.length)
      if possible < overlap {
        warnings.append(
          WarningRecord("crossfade_shortened", "\(here): the crossfade is longer than a clip it joins", stage: "audio"))
      }
      new.start = placed[last].end - possible
      cross(last, &new, possible, clip.crossfadeCurve)
    }
  }

  private mutating func cross(_ last: Int, _ new: inout PlacedClip, _ overlap: Int, _ curve: FadeCurve) {
    placed[last].crossfadeOut = overlap
    placed[last].crossfadeOutCurve = curve
    new.crossfadeIn = overlap
  }

  private mutating func warnUnused(_ place: String, _ why: String) {
    warnings.append(WarningRecord("crossfade_unused", "\(place): its crossfade has no effect: \(why)", stage: "audio"))
  }

  private func checkOverlaps(_ track: Int) throws(DocumentError) {
    let own = placed.filter { $0.track == track }.sorted { ($0.start, $0.clip) < ($1.start, $1.clip) }
    for (first, second) in zip(own, own.dropFirst()) where second.start < first.end {
      if second.crossfadeIn > 0, first.end - second.start <= second.crossfadeIn { continue }
      let begin = Double(second.start) / Double(rate)
      let end = first.length >= Self.endless ? "ends" : "ends at \(Double(first.end) / Double(rate)) s"
      throw DocumentError(
        "\(Self.place(track, second.clip)) begins at \(begin) s, before \(Self.place(track, first.clip)) \(end): clips "
          + "of a speech track do not overlap, except in a crossfade")
    }
  }

  /// Ends the programme and everything that would go on past its end.
  mutating func finish() throws(DocumentError) -> Timeline {
    let natural = placed.filter { $0.length < Self.endless }.map(\.end).max()
    let given = document.output.duration.map(frames)
    guard let end = given ?? natural, end > 0 else {
      throw DocumentError(
        "nothing gives the programme an end: every clip that is left loops or is empty; give output.duration")
    }
    let soloed = document.tracks.contains(where: \.solo)
    var heard: [PlacedClip] = []
    heard.reserveCapacity(placed.count)
    for var clip in placed {
      let track = document.tracks[clip.track]
      if let reason = Self.reason(clip, track, soloed: soloed, end: end) {
        unused.append(UnusedClip(track: clip.track, clip: clip.clip, reason: reason))
        continue
      }
      if clip.end > end {
        clip.isCut = clip.length < Self.endless
        clip.crossfadeOut = 0
        clip.length = end - clip.start
      }
      clip.fadeOut = min(clip.fadeOut, clip.length)
      heard.append(clip)
    }
    heard.sort { ($0.start, $0.track, $0.clip) < ($1.start, $1.track, $1.clip) }
    unused.sort { ($0.track, $0.clip) < ($1.track, $1.clip) }
    return Timeline(sampleRate: rate, length: end, clips: heard, unused: unused, warnings: warnings)
  }

  private static func reason(
    _ clip: PlacedClip, _ track: MixTrack, soloed: Bool, end: Int
  ) -> UnusedClip.Reason? {
    if track.mute { return .muted }
    if soloed, !track.solo { return .notSoloed }
    return clip.start >= end ? .startsAfterEnd : nil
  }
}
