import Documents
import FrameExtraction
import SceneDetection
import Timing

/// Turns boundaries into scenes that tile the film, merging those that are too short.
struct SceneAssembler {
  /// A scene before merging, with the pictures that were written for it.
  struct Shot {
    var transitionIn: Boundary?
    var start: FrameTime
    var pictures: [FrameCollector.Kept]
    /// Frames chosen for it that were not seen at full size yet.
    var wanted: [FrameTime] = []
  }

  let minLength: SceneLength
  let framesPerScene: Int
  let clock: MediaClock

  /// Merges short scenes into the one before, the first one into the one after: boundaries go, none moves.
  func merged(_ shots: [Shot], end: Instant) -> [Shot] {
    guard minLength != .none else { return shots }
    var kept: [Shot] = []
    for (index, shot) in shots.enumerated() {
      guard var last = kept.last else {
        kept.append(shot)
        continue
      }
      let next = index + 1 < shots.count ? instant(shots[index + 1].start) : end
      let firstIsShort = kept.count == 1 && isShort(instant(last.start), instant(shot.start))
      if firstIsShort || isShort(instant(shot.start), next) {
        last.pictures += shot.pictures
        kept[kept.count - 1] = last
      } else {
        kept.append(shot)
      }
    }
    return kept
  }

  private func isShort(_ start: Instant, _ end: Instant) -> Bool {
    switch minLength {
    case .none: false
    case .frames(let count): end.frame - start.frame < count
    case .seconds(let seconds): end.seconds - start.seconds < seconds - 1e-6
    }
  }

  func instant(_ time: FrameTime) -> Instant { Instant(pts: time.pts, seconds: time.seconds, frame: time.index) }

  /// The scenes of the document, numbered from 1.
  func scenes(_ shots: [Shot], end: Instant) -> [Scene] {
    shots.enumerated().map { index, shot in
      let start = instant(shot.start)
      let stop = index + 1 < shots.count ? instant(shots[index + 1].start) : end
      return Scene(
        id: index + 1, start: start, end: stop,
        durationSeconds: (stop.seconds - start.seconds).roundedToMicrosecond,
        blank: shot.transitionIn?.beginsBlank == true ? true : nil, transitionIn: transition(shot.transitionIn))
    }
  }

  private func transition(_ boundary: Boundary?) -> Transition {
    guard let boundary else { return Transition(kind: .start, confidence: 1) }
    let gradual = boundary.kind != .cut
    return Transition(
      kind: Self.kind(boundary.kind), confidence: boundary.confidence.rounded(places: 3),
      start: gradual ? instant(boundary.first) : nil, end: gradual ? instant(boundary.last) : nil)
  }

  static func kind(_ kind: Boundary.Kind) -> Transition.Kind {
    switch kind {
    case .cut: .cut
    case .dissolve: .dissolve
    case .fadeIn: .fadeIn
    case .fadeOut: .fadeOut
    case .fadeThrough: .fadeThrough
    case .wipe: .wipe
    }
  }

  /// The pictures of a merged scene: the best of each of N equal parts, as within one shot.
  func pictures(of shot: Shot, until end: Int) -> [FrameCollector.Kept] {
    guard shot.pictures.count > framesPerScene else { return shot.pictures }
    let start = shot.start.index
    var chosen: [FrameCollector.Kept] = []
    for part in 0..<framesPerScene {
      let from = start + (end - start) * part / framesPerScene
      let to = start + (end - start) * (part + 1) / framesPerScene
      let own = shot.pictures.filter { (from..<to).contains($0.time.index) }
      if let best = own.max(by: { $0.score < $1.score }) { chosen.append(best) }
    }
    return chosen
  }
}
