import Foundation

/// The pixels of one picture, decoded with the ffmpeg command.
package struct Picture: Sendable {
  package let width: Int
  package let height: Int
  private let bytes: [UInt8]

  /// Decodes the first picture of `file`, or the first one after `seconds`.
  package init(_ file: String, at seconds: Double = 0) throws {
    let pixmap = try tool(
      "ffmpeg",
      [
        "-nostdin", "-v", "error", "-ss", "\(seconds)", "-i", file, "-map", "0:v:0", "-frames:v", "1", "-pix_fmt",
        "rgb24",
      ]
        + ["-f", "image2pipe", "-c:v", "ppm", "-"])
    // P6, then width and height, then 255, each ended by white space; then the pixels.
    let file = Array(pixmap.output)
    var header: [Int] = []
    var position = 3
    while header.count < 3 {
      var number = 0
      while (48...57).contains(file[position]) {
        number = number * 10 + Int(file[position] - 48)
        position += 1
      }
      header.append(number)
      position += 1
    }
    (width, height) = (header[0], header[1])
    bytes = Array(file[position...])
  }

  /// Red, green and blue at fractions of the picture.
  package func color(_ x: Double, _ y: Double) -> [Int] {
    let offset = (Int(y * Double(height)) * width + Int(x * Double(width))) * 3
    return bytes[offset..<offset + 3].map(Int.init)
  }

  /// The colours near the corners: top left, top right, bottom left, bottom right.
  package var corners: [[Int]] {
    [color(0.15, 0.15), color(0.85, 0.15), color(0.15, 0.85), color(0.85, 0.85)]
  }

  /// The smallest box, in fractions of the picture, that holds every pixel brighter than the middle grey.
  package var brightBox: (x: Double, y: Double, width: Double, height: Double) {
    let bright = (0..<width * height).filter { bytes[$0 * 3] > 128 }
    let columns = bright.map { $0 % width }
    let rows = bright.map { $0 / width }
    guard let left = columns.min(), let right = columns.max(), let top = rows.min(), let bottom = rows.max() else {
      return (0, 0, 0, 0)
    }
    return (
      Double(left) / Double(width), Double(top) / Double(height), Double(right + 1 - left) / Double(width),
      Double(bottom + 1 - top) / Double(height)
    )
  }
}

/// What ffprobe says of the first picture stream of a file, such as `probe(file, "codec_name,width")`.
package func probe(_ file: String, _ entries: String) throws -> JSON {
  let outcome = try tool(
    "ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_entries", "stream=\(entries)", "-of", "json", file])
  return try JSON(outcome.output).streams[0]
}
