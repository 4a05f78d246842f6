package import Timing

/// Tells whether frames between two others can be left out of decoding: nothing that is a boundary lies between two
/// pictures of which one predicts the other well.
package struct QuietTest: Sendable {
  /// Residuals of the latest pairs, of which the median stands for ordinary motion.
  private var recent: [Double] = []
  /// Pairs that are remembered: about a second of film with every other frame left out.
  private static let remembered = 9
  /// How far a pair stands above the ordinary before it is looked into, and from which residual on, in grey levels: less than
  /// a cut must (1.3 and 4 in ``CutFinder``).
  private static let ratio = 1.2
  private static let smallest = 2.4
  /// Added to the ordinary, as ``CutFinder/floor`` is, but less where hardly anything moves: there the frames of a pair may lie on
  /// both sides of a cut between dark or nearly empty pictures.
  private static func floor(_ ordinary: Double) -> Double { min(CutFinder.floor, 1.5 + ordinary / 2) }

  package init() {}

  /// Whether nothing happens from one picture to a later one a few frames on.
  package mutating func isQuiet(_ from: AnalysisPicture, _ to: AnalysisPicture) -> Bool {
    let change = MotionResidual.between(from, to)
    let ordinary = recent.isEmpty ? 0 : recent.sorted()[recent.count / 2]
    recent.append(change)
    if recent.count > Self.remembered { recent.removeFirst() }
    guard change < max(Self.smallest, Self.ratio * (ordinary + Self.floor(ordinary))) else { return false }
    // A title that comes on a plain ground, or goes, changes little of the picture, and is a cut.
    return Self.isPlain(from) == Self.isPlain(to)
  }

  private static func isPlain(_ picture: AnalysisPicture) -> Bool {
    HalfPicture(picture).range(component: 0, rows: 0..<HalfPicture.height) <= FrameFeatures.blankLumaRange
  }
}
