package import Timing

/// Where one scene gives way to the next.
package struct Boundary: Sendable, Equatable {
  package enum Kind: Sendable, Equatable { case cut, dissolve, fadeIn, fadeOut, fadeThrough, wipe }

  package var kind: Kind
  /// First frame of the new scene; the middle frame of a gradual transition.
  package var at: FrameTime
  /// First and last frame of a gradual transition; for a cut both are `at`.
  package var first: FrameTime
  package var last: FrameTime
  /// From 0 to 1.
  package var confidence: Double
  /// Whether the scene that begins here is one plain colour.
  package var beginsBlank: Bool

  package init(
    kind: Kind, at: FrameTime, first: FrameTime, last: FrameTime, confidence: Double, beginsBlank: Bool = false
  ) {
    self.kind = kind
    self.at = at
    self.first = first
    self.last = last
    self.confidence = confidence
    self.beginsBlank = beginsBlank
  }
}
