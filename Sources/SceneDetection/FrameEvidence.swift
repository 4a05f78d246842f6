package import Timing

/// What the detector measured at one frame and weighed against its thresholds: why a boundary lies there, or none.
///
/// Luma and changes are in grey levels of 0 to 255. A figure that was not needed for any decision is nil.
package struct FrameEvidence: Sendable, Equatable {
  package let time: FrameTime
  /// How badly the frame is predicted from the one before (motion-compensated residual).
  package let change: Double
  package let lumaMean: Double
  /// Mean distance of the luma from its median, letterbox left out.
  package let contrast: Double
  /// Third brightest minus third darkest sample.
  package let lumaRange: Double
  /// Whether the frame is one plain colour.
  package let isBlank: Bool

  package internal(set) var cut = Cut()
  package internal(set) var window: Window?
  package internal(set) var gradual = Gradual()
  /// Where a scene begins at this frame: how the detector saw it, before short scenes are merged.
  package internal(set) var boundary: Boundary?

  /// The frame as the first of a scene after a hard cut.
  package struct Cut: Sendable, Equatable {
    /// ``FrameEvidence/change`` over that of the second largest frame nearby and a floor: a cut stands out.
    package internal(set) var ratio: Double?
    package internal(set) var isCandidate = false
    /// Likeness of the pictures before and after, from 0 to 1.
    package internal(set) var likeness: Double?
    /// Share of the live picture that changed.
    package internal(set) var cover: Double?
    /// What is left of the change where a picture from before comes back within five frames: small for a flash.
    package internal(set) var returning: Double?
    package internal(set) var logOdds: Double?
  }

  /// The window centred on the frame that looks most like a dissolve or a fade.
  package struct Window: Sendable, Equatable {
    /// Frames from its first to its last.
    package let length: Int
    /// Largest distance of a frame within from a global mix of both ends, over the distance of the ends.
    package let residual: Double
    /// Largest share of the way made in one step, above an even pace.
    package let step: Double
    /// Distance of both ends.
    package let distance: Double
    /// Log odds of a mix before the pictures of both ends are compared.
    package let logOdds: Double
    /// Roughness of the edge where a window centred here passes for a wipe.
    package internal(set) var wipeEdge: Double?
    /// How much of the times of the changes their places tell there.
    package internal(set) var wipeFit: Double?
  }

  /// A gradual transition whose middle is this frame, in its last tests.
  package struct Gradual: Sendable, Equatable {
    /// Likeness of the pictures before and after, from 0 to 1.
    package internal(set) var likeness: Double?
    /// How much of the way of the window is left where the mean of each plane is taken away, from 0 to 1: little of a change of
    /// light.
    package internal(set) var structure: Double?
    /// How much less detail the picture in the middle has than those before and after, as a share.
    package internal(set) var loss: Double?
    /// Likeness of the picture in the middle to the side that it is less like: high where only the light changes.
    package internal(set) var middle: Double?
    /// Least distance of a frame nearby from the other side's picture, over that of both sides: small where light came and
    /// went.
    package internal(set) var returning: Double?
    /// How fast the picture goes on changing beyond both sides, over how fast it changes between them: high for motion, fire and
    /// light.
    package internal(set) var pace: Double?
    package internal(set) var logOdds: Double?
  }

  init(_ frame: FrameFeatures) {
    time = frame.time
    change = frame.change
    lumaMean = frame.picture.luma.mean
    contrast = frame.contrast
    lumaRange = frame.lumaRange
    isBlank = frame.isBlank
  }

  /// Keeps the window with the highest odds of all that are centred here.
  mutating func consider(_ other: TransitionWindow, logOdds: Double) {
    guard logOdds > window?.logOdds ?? -.infinity else { return }
    window = Window(
      length: other.end - other.start, residual: other.residual, step: other.step, distance: other.distance,
      logOdds: logOdds, wipeEdge: window?.wipeEdge, wipeFit: window?.wipeFit)
  }

  mutating func consider(_ wipe: WipeTest.Evidence) {
    guard var window else { return }
    if let edge = wipe.edge { window.wipeEdge = min(edge, window.wipeEdge ?? .infinity) }
    window.wipeFit = max(wipe.fit, window.wipeFit ?? 0)
    self.window = window
  }

  /// Notes the last tests of a candidate; of several centred here the most likely stays.
  mutating func weigh(_ candidate: Gradual) {
    if candidate.logOdds ?? -.infinity > gradual.logOdds ?? -.infinity { gradual = candidate }
  }
}
