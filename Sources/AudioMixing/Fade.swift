import Documents
import Glibc

/// The curves that fades follow, from 0 to 1.
extension FadeCurve {
  /// The gain at a position from 0 to 1 of a fade in; a fade out runs it backwards.
  ///
  /// Of two equal-power curves, one up and one down, the squares add up to 1; of two linear ones and of two S-curves
  /// (raised cosines) the gains themselves do.
  func gain(_ position: Double) -> Double {
    switch self {
    case .linear: position
    case .equalPower: sin(.pi / 2 * position)
    case .sCurve: 0.5 - 0.5 * cos(.pi * position)
    }
  }
}

extension PlacedClip {
  /// The gain of fades and crossfades for `count` samples from `offset` on within the clip; nil where it is 1 throughout.
  func envelope(_ offset: Int, _ count: Int, _ clip: MixClip, into gains: inout [Float]) -> Bool {
    let inUntil = max(fadeIn, crossfadeIn)
    let outFrom = length - max(fadeOut, crossfadeOut)
    if offset >= inUntil, offset + count <= outFrom { return false }
    for index in 0..<count {
      let at = offset + index
      var gain = 1.0
      if at < fadeIn { gain *= clip.fadeCurve.gain(Double(at) / Double(fadeIn)) }
      if at < crossfadeIn { gain *= clip.crossfadeCurve.gain(Double(at) / Double(crossfadeIn)) }
      let left = length - at
      if left < fadeOut + 1, fadeOut > 0 { gain *= clip.fadeCurve.gain(Double(left) / Double(fadeOut)) }
      if left < crossfadeOut + 1, crossfadeOut > 0 {
        gain *= crossfadeOutCurve.gain(Double(left) / Double(crossfadeOut))
      }
      gains[index] = Float(gain)
    }
    return true
  }
}
