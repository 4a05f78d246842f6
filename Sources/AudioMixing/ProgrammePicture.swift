package import Media

/// A picture of a programme: its waveform, and a bar for every clip of each track below.
package struct ProgrammePicture {
  private static let waveHeight = 240
  private static let barHeight = 18
  private static let barGap = 4
  private static let paper = PictureCanvas.Colour(250, 250, 250)
  private static let white = PictureCanvas.Colour(255, 255, 255)

  private let frames: Int
  private var peaks: WaveformPeaks

  /// `frames` is the length of the programme.
  package init(frames: Int, channels: Int) {
    self.frames = max(1, frames)
    peaks = WaveformPeaks(channels: channels)
  }

  package mutating func add(_ samples: UnsafePointer<Float>, frames count: Int) { peaks.add(samples, frames: count) }

  /// Colours of the tracks, one after the other: Okabe and Ito's, which the colour-blind can tell apart.
  private static let colours: [PictureCanvas.Colour] = [
    .init(0, 114, 178), .init(230, 159, 0), .init(0, 158, 115), .init(204, 121, 167), .init(86, 180, 233),
    .init(213, 94, 0), .init(240, 228, 66),
  ]

  private func column(_ frame: Int) -> Int { min(WaveformPicture.width - 1, frame * WaveformPicture.width / frames) }

  package func picture(_ timeline: Timeline, tracks: Int) -> Picture {
    let height = Self.waveHeight + tracks * (Self.barHeight + Self.barGap) + Self.barGap
    var canvas = PictureCanvas(width: WaveformPicture.width, height: height, Self.paper)
    WaveformPicture(peaks, frames: frames).draw(on: &canvas, height: Self.waveHeight)
    for clip in timeline.clips {
      let x = column(clip.start)
      let y = Self.waveHeight + Self.barGap + clip.track * (Self.barHeight + Self.barGap)
      let width = max(1, column(clip.end) - x)
      canvas.fill(x: x, y: y, width: width, height: Self.barHeight, Self.colours[clip.track % Self.colours.count])
      // A lighter first column tells two neighbours apart.
      canvas.fill(x: x, y: y, width: 1, height: Self.barHeight, Self.white)
    }
    return canvas.picture
  }
}
