import Documents

/// The peaks of a track as JSON that waveform widgets of web pages read: version 2 of the data format of BBC audiowaveform.
package struct WaveformData: Encodable, Sendable {
  /// Most pairs of values: four for each pixel of a wide screen would be more than anybody sees.
  private static let mostPairs = 8192

  private let sampleRate: Int
  private let samplesPerPixel: Int
  /// Lowest and highest value of each stretch in turn, from -128 to 127.
  private let data: [Int]

  /// `frames` is the length of the film, in samples a channel.
  package init(_ peaks: WaveformPeaks, sampleRate: Int, frames: Int) {
    var stretch = peaks.stretch
    while (frames + stretch - 1) / stretch > Self.mostPairs { stretch *= 2 }
    self.sampleRate = sampleRate
    samplesPerPixel = stretch
    func byte(_ value: Float) -> Int { Int(min(127, max(-128, (value * 128).rounded()))) }
    data = (0..<max(1, (frames + stretch - 1) / stretch)).flatMap { index in
      let extent = peaks.extent(index * stretch..<(index + 1) * stretch)
      return [byte(extent.low), byte(extent.high)]
    }
  }

  private enum CodingKeys: String, CodingKey {
    case version, channels
    case sampleRate = "sample_rate"
    case samplesPerPixel = "samples_per_pixel"
    case bits, length, data
  }

  package func encode(to encoder: any Encoder) throws {
    var top = encoder.container(keyedBy: CodingKeys.self)
    try top.encode(2, forKey: .version)
    // All channels of the track are drawn as one.
    try top.encode(1, forKey: .channels)
    try top.encode(sampleRate, forKey: .sampleRate)
    try top.encode(samplesPerPixel, forKey: .samplesPerPixel)
    try top.encode(8, forKey: .bits)
    try top.encode(data.count / 2, forKey: .length)
    try top.encode(data, forKey: .data)
  }
}
