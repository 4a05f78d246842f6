/// A small picture of one component, row after row without padding.
package struct Plane: Sendable, Equatable {
  package let width: Int
  package let height: Int
  package var bytes: [UInt8]

  package init(width: Int, height: Int, bytes: [UInt8]) {
    precondition(bytes.count == width * height, "a plane of \(width)×\(height) holds \(bytes.count) bytes")
    self.width = width
    self.height = height
    self.bytes = bytes
  }

  package init(width: Int, height: Int, repeating value: UInt8) {
    self.init(width: width, height: height, bytes: Array(repeating: value, count: width * height))
  }

  package subscript(x: Int, y: Int) -> UInt8 { bytes[y * width + x] }

  /// From 0 to 255.
  package var mean: Double {
    var sum = 0
    for value in bytes { sum += Int(value) }
    return bytes.isEmpty ? 0 : Double(sum) / Double(bytes.count)
  }
}

/// What the detectors see of a frame: luma and chroma averaged down to a fixed size, whatever the film's.
package struct AnalysisPicture: Sendable, Equatable {
  /// Both planes have this size; each sample is the mean of its rectangle of the stored frame.
  package static let width = 64
  package static let height = 36

  package let luma: Plane
  package let chromaBlue: Plane
  package let chromaRed: Plane

  package init(luma: Plane, chromaBlue: Plane, chromaRed: Plane) {
    self.luma = luma
    self.chromaBlue = chromaBlue
    self.chromaRed = chromaRed
  }
}
