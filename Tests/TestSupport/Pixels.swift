import Foundation

/// Pictures of one size as rows of red, green and blue bytes, decoded with the ffmpeg command.
package struct Pixels: Sendable {
  package let width: Int
  package let height: Int
  package let bytes: [UInt8]

  package init(width: Int, height: Int, bytes: [UInt8]) {
    self.width = width
    self.height = height
    self.bytes = bytes
  }

  /// Decodes a picture file at its own size.
  package init(_ file: String) throws {
    let stream = try probe(file, "width,height")
    let (width, height) = (stream.width.int ?? 0, stream.height.int ?? 0)
    let raw = try tool("ffmpeg", ["-nostdin", "-v", "error", "-i", file, "-pix_fmt", "rgb24", "-f", "rawvideo", "-"])
    self.init(width: width, height: height, bytes: Array(raw.output.prefix(width * height * 3)))
  }

  /// Every picture of a film, scaled to a size.
  package static func frames(of film: String, width: Int, height: Int) throws -> [Pixels] {
    let raw = Array(
      try tool(
        "ffmpeg",
        [
          "-nostdin", "-v", "error", "-i", film, "-map", "0:v:0", "-vsync", "0", "-vf",
          "scale=\(width):\(height):flags=area", "-pix_fmt", "rgb24", "-f", "rawvideo", "-",
        ]
      ).output)
    let size = width * height * 3
    return (0..<raw.count / size).map {
      Pixels(width: width, height: height, bytes: Array(raw[$0 * size..<($0 + 1) * size]))
    }
  }

  /// A part of the picture.
  package func part(x: Int, y: Int, width: Int, height: Int) -> Pixels {
    var part: [UInt8] = []
    for row in y..<min(y + height, self.height) {
      part += bytes[(row * self.width + x) * 3..<(row * self.width + x + width) * 3]
    }
    return Pixels(width: width, height: height, bytes: part)
  }

  package subscript(x: Int, y: Int) -> [Int] {
    let at = (y * width + x) * 3
    return bytes[at..<at + 3].map(Int.init)
  }

  /// Peak signal to noise ratio against a picture of the same size, in decibels.
  package func ratio(to other: Pixels) -> Double {
    guard bytes.count == other.bytes.count, !bytes.isEmpty else { return -.infinity }
    var sum = 0
    bytes.withUnsafeBufferPointer { a in
      other.bytes.withUnsafeBufferPointer { b in
        for index in 0..<a.count {
          let difference = Int(a[index]) - Int(b[index])
          sum += difference * difference
        }
      }
    }
    return 10 * log10(255 * 255 * Double(bytes.count) / Double(max(1, sum)))
  }
}
