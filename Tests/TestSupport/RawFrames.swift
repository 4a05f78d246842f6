package import Foundation

/// Every frame of a film as red, green and blue bytes, decoded from its start with the ffmpeg command.
package struct RawFrames: Sendable {
  package let width: Int
  package let height: Int
  private let data: Data

  /// libswscale's flags with which pictures are made, so that equal frames have equal bytes.
  private static let flags = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"

  /// `filter` comes before the conversion, such as a colour space's; the size is that of the file `like`.
  package init(
    _ film: String, like other: String? = nil, filter: String = "null", frames: Int? = nil,
    decoding options: [String] = []
  ) throws {
    let size = try probe(other ?? film, "width,height")
    (width, height) = (size.width.int ?? 0, size.height.int ?? 0)
    let limit = frames.map { ["-frames:v", "\($0)"] } ?? []
    data = try run(
      "/usr/bin/ffmpeg",
      ["-nostdin", "-v", "quiet"] + options + ["-i", film, "-map", "0:v:0", "-vsync", "0"] + limit + [
        "-vf", "\(filter),scale=flags=\(Self.flags),format=rgb24", "-f", "rawvideo", "-",
      ]
    ).output
  }

  /// The PNG files of a folder, which are of one size, in the order of their names, by one call of the command: starting it costs
  /// more than a small picture.
  package init(picturesIn folder: String) throws {
    let names = everything(in: folder).filter { $0.hasSuffix(".png") }.sorted()
    guard let first = names.first else { throw CommandFailure(description: "no PNG files in \(folder)") }
    try self.init("\(folder)/*.png", like: "\(folder)/\(first)", decoding: ["-pattern_type", "glob"])
    guard count == names.count else {
      throw CommandFailure(description: "\(names.count) PNG files in \(folder), \(count) decoded")
    }
  }

  package var count: Int { width * height == 0 ? 0 : data.count / (width * height * 3) }

  package subscript(index: Int) -> Data {
    let size = width * height * 3
    return data.subdata(in: index * size..<(index + 1) * size)
  }

  /// The largest and the mean difference between two pictures, in levels of 255.
  package static func difference(_ a: Data, _ b: Data) -> (most: Int, mean: Double) {
    guard a.count == b.count, !a.isEmpty else { return (255, 255) }
    var (most, sum) = (0, 0)
    for (x, y) in zip(a, b) {
      let step = abs(Int(x) - Int(y))
      most = max(most, step)
      sum += step
    }
    return (most, Double(sum) / Double(a.count))
  }
}
