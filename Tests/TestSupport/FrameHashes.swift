import Foundation

/// What the ffmpeg command makes of the streams of a file: hashes of frames and packets, and when frames are shown.
package struct FrameHashes: Sendable {
  package let hashes: [String]
  /// Seconds on the file's own clock.
  package let seconds: [Double]

  /// Decodes the picture of `film`, as stored: not turned.
  package static func frames(_ film: String) throws -> FrameHashes {
    try FrameHashes(film, ["-map", "0:v:0", "-vsync", "0", "-enc_time_base", "-1"])
  }

  /// Reads packets of one stream, such as `v:0`.
  package static func packets(_ film: String, _ stream: String) throws -> FrameHashes {
    try FrameHashes(film, ["-map", "0:\(stream)", "-c", "copy"])
  }

  private init(_ film: String, _ arguments: [String]) throws {
    let outcome = try tool(
      "ffmpeg",
      ["-nostdin", "-v", "error", "-noautorotate", "-copyts", "-i", film] + arguments + ["-f", "framemd5", "-"])
    var tick = 0.0
    var hashes: [String] = []
    var seconds: [Double] = []
    for line in outcome.lines {
      if line.hasPrefix("#tb 0: ") {
        let parts = line.dropFirst(7).split(separator: "/").compactMap { Double($0) }
        tick = parts[0] / parts[1]
      } else if !line.hasPrefix("#") {
        let columns = line.split(separator: ",").map { $0.filter { $0 != " " } }
        seconds.append((Double(columns[2]) ?? .nan) * tick)
        hashes.append(columns[5])
      }
    }
    self.hashes = hashes
    self.seconds = seconds
  }
}
