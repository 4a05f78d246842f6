/// What a picture shows of a template.
struct Sight {
  /// Likeness from which strokes are the template's, whatever their contrast.
  static let sameStrokes = 0.7
  /// Share of the template's steps below which likeness is that of what compression left behind, and the step of luma that
  /// is plainly more than that.
  static let faintest = 0.15
  static let leastStep = 12.0

  /// Steps in proportion to the template's: 1 where nothing changed, negative where bright became dark.
  var share: Double
  /// Cosine of the angle between the picture's steps and the template's, from −1 to 1: 1 where only the contrast changed.
  let likeness: Double
  /// Share from which what is there can be told from what compression left behind.
  private let faintest: Double

  /// `sum` of the products of steps and weights, `square` of the steps, `energy` the sum of the squared weights.
  init(sum: Int, square: Int, energy: Double, faintest: Double) {
    self.faintest = faintest
    share = Double(sum) / energy
    likeness = square == 0 ? 0 : Double(sum) / (Double(square) * energy).squareRoot()
  }

  /// Whether the same strokes stand there in another contrast, as letters do when the picture behind them changes.
  var hasSameStrokes: Bool { abs(likeness) >= Self.sameStrokes && abs(share) >= faintest }
}
