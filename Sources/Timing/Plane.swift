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

  /// Sample by sample between this plane and another of the same size: `share` of 256 parts of the other.
  package func mixed(with other: Plane, share: Int) -> Plane {
    precondition(other.bytes.count == bytes.count && (0...256).contains(share), "planes of one size, a share of 256")
    let (own, theirs) = (UInt32(256 - share), UInt32(share))
    let mix = [UInt8](unsafeUninitializedCapacity: bytes.count) { out, filled in
      bytes.withUnsafeBufferPointer { a in
        other.bytes.withUnsafeBufferPointer { b in
          for index in 0..<a.count {
            out[index] = UInt8(truncatingIfNeeded: (UInt32(a[index]) &* own &+ UInt32(b[index]) &* theirs &+ 128) &>> 8)
          }
        }
      }
      filled = bytes.count
    }
    return Plane(width: width, height: height, bytes: mix)
  }

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
    for plane in [luma, chromaBlue, chromaRed] {
      precondition(plane.width == Self.width && plane.height == Self.height, "analysis pictures have one size")
    }
    self.luma = luma
    self.chromaBlue = chromaBlue
    self.chromaRed = chromaRed
  }

  /// The picture `share` of the way, from 0 to 1, from this one to another.
  package func mixed(with other: AnalysisPicture, share: Double) -> AnalysisPicture {
    let parts = Int((min(1, max(0, share)) * 256).rounded())
    return AnalysisPicture(
      luma: luma.mixed(with: other.luma, share: parts),
      chromaBlue: chromaBlue.mixed(with: other.chromaBlue, share: parts),
      chromaRed: chromaRed.mixed(with: other.chromaRed, share: parts))
  }
}
