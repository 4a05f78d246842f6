package import Media

/// A picture of a programme: its highest and lowest sample in each column, and a bar for every clip of each track below.
package struct WaveformPicture {
  private static let width = 1600
  private static let waveHeight = 240
  private static let barHeight = 18
  private static let barGap = 4

  private let frames: Int
  private let channels: Int
  private var lows: [Float]
  private var highs: [Float]
  private var position = 0

  /// `frames` is the length of the programme.
  package init(frames: Int, channels: Int) {
    self.frames = max(1, frames)
    self.channels = channels
    lows = Array(repeating: 0, count: Self.width)
    highs = Array(repeating: 0, count: Self.width)
  }

  private func column(_ frame: Int) -> Int { min(Self.width - 1, frame * Self.width / frames) }

  package mutating func add(_ samples: UnsafePointer<Float>, frames count: Int) {
    for frame in 0..<count {
      let at = column(position + frame)
      for channel in 0..<channels {
        let value = samples[frame * channels + channel]
        if value < lows[at] { lows[at] = value }
        if value > highs[at] { highs[at] = value }
      }
    }
    position += count
  }

  /// Colours of the tracks, one after the other: Okabe and Ito's, which the colour-blind can tell apart.
  private static let colours: [(UInt8, UInt8, UInt8)] = [
    (0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167), (86, 180, 233), (213, 94, 0), (240, 228, 66),
  ]

  package func picture(_ timeline: Timeline, tracks: Int) -> Picture {
    let height = Self.waveHeight + tracks * (Self.barHeight + Self.barGap) + Self.barGap
    var canvas = Canvas(width: Self.width, height: height)
    let middle = Self.waveHeight / 2
    for x in 0..<Self.width {
      let top = middle - Int((min(1, highs[x]) * Float(middle - 2)).rounded())
      let bottom = middle - Int((max(-1, lows[x]) * Float(middle - 2)).rounded())
      canvas.fill(x: x, y: top, width: 1, height: bottom - top + 1, (52, 73, 94))
    }
    for clip in timeline.clips {
      let x = column(clip.start)
      let y = Self.waveHeight + Self.barGap + clip.track * (Self.barHeight + Self.barGap)
      let width = max(1, column(clip.end) - x)
      let colour = Self.colours[clip.track % Self.colours.count]
      canvas.fill(x: x, y: y, width: width, height: Self.barHeight, colour)
      // A lighter first column tells two neighbours apart.
      canvas.fill(x: x, y: y, width: 1, height: Self.barHeight, (255, 255, 255))
    }
    return Picture(width: Self.width, height: height, bytes: canvas.bytes)
  }
}

private struct Canvas {
  let width: Int
  let height: Int
  var bytes: [UInt8]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    bytes = Array(repeating: 250, count: width * height * 3)
  }

  mutating func fill(x: Int, y: Int, width: Int, height: Int, _ colour: (UInt8, UInt8, UInt8)) {
    for row in max(0, y)..<min(self.height, y + height) {
      for column in max(0, x)..<min(self.width, x + width) {
        let at = (row * self.width + column) * 3
        (bytes[at], bytes[at + 1], bytes[at + 2]) = colour
      }
    }
  }
}
