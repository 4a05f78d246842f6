import Documents
import Media
import Timing

/// Cuts a film at key frames: its packets go over as they are, each into one clip.
struct ClipCopying {
  private let production: ClipProduction
  private let clock: MediaClock

  init(_ production: ClipProduction, clock: MediaClock) {
    self.production = production
    self.clock = clock
  }

  func make(_ scenes: [Scene]) throws -> ClipProduction.Made {
    let path = production.request.inputPath
    var packets = 0
    let cuts = try KeyFrameCuts(
      path: path, limits: production.limits, boundaries: scenes.dropFirst().map(\.start.pts), start: scenes[0].start.pts
    ) { facts in
      packets += 1
      production.report(frames: packets, at: facts.pts.map(clock.seconds) ?? 0)
    }
    guard cuts.isTimed else {
      throw MediaError(
        .unsupportedCodec,
        "frames of the film do not say when they are shown, as in many AVI files: it cannot be copied into clips; use "
          + "--clips encode")
    }
    let spans = spans(scenes, cuts)
    let copier = try ClipCopier(path: path, limits: production.limits)
    var made = ClipProduction.Made()
    made.warnings = warnings(scenes, spans, cuts, copier)
    for (index, span) in spans.enumerated() {
      let file = production.name(span, of: scenes.count, copier.container)
      let isLast = index == spans.count - 1
      try copier.write(
        production.workspace.file(file), from: index == 0 ? origin(scenes[0]) : span.start.pts,
        to: isLast ? nil : span.end.pts
      ) { pts in
        packets += 1
        production.report(frames: packets, at: clock.seconds(pts))
      }
      let (first, last) = (scenes[span.scenes.lowerBound - 1], scenes[span.scenes.upperBound - 1])
      made.clips.append(
        try production.clip(
          span, id: index + 1, file: file, frames: span.end.frame - span.start.frame,
          missed: ClipMiss(clip: (span.start, span.end), scene: (first.start, last.end))))
    }
    return made
  }

  /// Clips between the cuts; a scene without a cut of its own lies in the clip before.
  private func spans(_ scenes: [Scene], _ cuts: KeyFrameCuts) -> [ClipProduction.Span] {
    let last = scenes[scenes.count - 1]
    var spans = [ClipProduction.Span(scenes: 1...1, start: scenes[0].start, end: last.end)]
    for (index, cut) in cuts.cuts.enumerated() {
      guard let cut else {
        spans[spans.count - 1].scenes = spans[spans.count - 1].scenes.lowerBound...(index + 2)
        continue
      }
      let instant = Instant(pts: cut.pts, seconds: clock.seconds(cut.pts), frame: cut.frame + scenes[0].start.frame)
      spans[spans.count - 1].end = instant
      spans.append(ClipProduction.Span(scenes: (index + 2)...(index + 2), start: instant, end: last.end))
    }
    // Of a damaged film fewer frames were decoded than lie before the last cut.
    let open = spans.count - 1
    let start = spans[open].start
    if spans[open].end.frame <= start.frame || spans[open].end.pts < start.pts {
      let pts = max(start.pts, cuts.end ?? start.pts)
      spans[open].end = Instant(pts: pts, seconds: clock.seconds(pts), frame: scenes[0].start.frame + cuts.frames)
    }
    return spans
  }

  /// What players call 0, in ticks of the video: the first clip begins with the film, sound before the picture included.
  private func origin(_ first: Scene) -> Int64 {
    let start = clock.ticks(Double(clock.startMicroseconds) / 1e6)
    // The container's start is rounded to the microsecond.
    return abs(first.start.pts - start) <= 1 ? first.start.pts : start
  }

  private func warnings(
    _ scenes: [Scene], _ spans: [ClipProduction.Span], _ cuts: KeyFrameCuts, _ copier: ClipCopier
  ) -> [WarningRecord] {
    var warnings: [WarningRecord] = []
    let shared = scenes.count - spans.count
    if scenes.count > 1, !cuts.canBeCut {
      warnings.append(
        WarningRecord(
          "clips_not_cut",
          "the film has no key frame at which it could be cut without losing frames: it is one clip; --clips encode "
            + "cuts anywhere", stage: "clips"))
    } else if shared > 0 {
      warnings.append(
        WarningRecord(
          "scenes_share_clips",
          "\(shared) scenes have no key frame of their own and lie in the clip before; --clips encode cuts anywhere",
          stage: "clips"))
    }
    if copier.streamsLeftOut > 0 {
      warnings.append(
        WarningRecord(
          "streams_left_out",
          "\(copier.streamsLeftOut) streams are in no clip: data, covers, attachments, and what the container does not take",
          stage: "clips"))
    }
    return warnings
  }
}
