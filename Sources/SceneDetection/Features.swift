import Timing

/// What is kept of a frame while boundaries near it are undecided.
struct FrameFeatures {
  let time: FrameTime
  let picture: AnalysisPicture
  let mean: Double
  /// Standard deviation of the luma samples: near 0 for a plain colour.
  let deviation: Double
  /// Difference to the frame before, in grey levels a sample.
  let change: Double

  init(_ picture: AnalysisPicture, time: FrameTime, before: AnalysisPicture?) {
    self.time = time
    self.picture = picture
    var sum = 0
    var squares = 0
    for value in picture.luma.bytes {
      sum += Int(value)
      squares += Int(value) * Int(value)
    }
    let count = Double(picture.luma.bytes.count)
    mean = Double(sum) / count
    deviation = max(0, Double(squares) / count - mean * mean).squareRoot()
    change = before.map { FrameFeatures.distance($0, picture) } ?? 0
  }

  /// Mean absolute difference of two pictures: luma, and chroma at half weight.
  static func distance(_ a: AnalysisPicture, _ b: AnalysisPicture) -> Double {
    let luma = absoluteDifference(a.luma.bytes, b.luma.bytes)
    let chroma =
      absoluteDifference(a.chromaBlue.bytes, b.chromaBlue.bytes)
      + absoluteDifference(a.chromaRed.bytes, b.chromaRed.bytes)
    return (Double(luma) + Double(chroma) / 2) / Double(a.luma.bytes.count)
  }

  private static func absoluteDifference(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var sum: UInt32 = 0
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        for index in 0..<min(a.count, b.count) { sum &+= UInt32(abs(Int16(a[index]) &- Int16(b[index]))) }
      }
    }
    return Int(sum)
  }
}
