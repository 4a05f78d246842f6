/// The pictures of a film as the ffmpeg command counts them.
package struct FrameList: Sendable {
  /// Seconds of one tick, as a fraction.
  package let timeBase: (numerator: Int, denominator: Int)
  package let timestamps: [Int]

  /// Reads `ffmpeg -i FILM -map 0:v:0 -vsync 0 -f framemd5 -`, with timestamps as they stand in the file.
  package init(of film: String) throws {
    let outcome = try run(
      "/usr/bin/ffmpeg",
      [
        "-nostdin", "-v", "quiet", "-copyts", "-i", film, "-map", "0:v:0", "-vsync", "0", "-enc_time_base", "-1", "-f",
        "framemd5", "-",
      ])
    var timeBase = (numerator: 0, denominator: 1)
    var timestamps: [Int] = []
    for line in outcome.lines {
      if line.hasPrefix("#tb 0: ") {
        let parts = line.dropFirst(7).split(separator: "/").compactMap { Int($0) }
        timeBase = (parts[0], parts[1])
      } else if !line.hasPrefix("#") {
        let columns = line.split(separator: ",").map { $0.filter { $0 != " " } }
        timestamps.append(Int(columns[2])!)
      }
    }
    self.timeBase = timeBase
    self.timestamps = timestamps
  }

  /// Whether `timestamp` in ticks of `base` ("1/25") is the very instant of the frame at `index`.
  package func frame(_ index: Int, isAt timestamp: Int?, base: String?) -> Bool {
    guard let timestamp, let base, timestamps.indices.contains(index) else { return false }
    let parts = base.split(separator: "/").compactMap { Int($0) }
    return timestamp * parts[0] * timeBase.denominator == timestamps[index] * timeBase.numerator * parts[1]
  }
}
