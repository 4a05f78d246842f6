@testable import TextRecognition
import Timing

/// Planes drawn by hand.
enum MadePlanes {
  /// A frame of a film of 25 frames a second.
  static func time(_ frame: Int) -> FrameTime {
    FrameTime(index: frame, pts: Int64(frame), duration: 1, seconds: Double(frame) / 25)
  }

  static func fill(_ plane: inout Plane, _ box: PixelBox, _ value: UInt8) {
    for y in box.top..<box.bottom { for x in box.left..<box.right { plane.bytes[y * plane.width + x] = value } }
  }

  /// Letters H side by side: two uprights and a bar.
  static func drawLetters(
    _ plane: inout Plane, count: Int, left: Int, top: Int, width: Int, height: Int, stroke: Int, gap: Int,
    value: UInt8 = 255
  ) {
    for letter in 0..<count {
      let x = left + letter * (width + gap)
      let middle = top + (height - stroke) / 2
      fill(&plane, PixelBox(left: x, top: top, right: x + stroke, bottom: top + height), value)
      fill(&plane, PixelBox(left: x + width - stroke, top: top, right: x + width, bottom: top + height), value)
      fill(&plane, PixelBox(left: x, top: middle, right: x + width, bottom: middle + stroke), value)
    }
  }

  /// The same numbers on every run (a linear congruential generator; Knuth's MMIX constants).
  struct Random {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt8 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(state >> 56)
    }
  }

  static func noise(width: Int, height: Int, seed: UInt64) -> Plane {
    var random = Random(seed)
    return Plane(width: width, height: height, bytes: (0..<width * height).map { _ in random.next() })
  }

  private static let grain: [UInt8] = {
    var random = Random(7)
    return (0..<4096).map { _ in random.next() % 6 }
  }()

  /// A picture with soft slopes that moves five pixels a frame, with some grain.
  static func pan(width: Int, height: Int, frame: Int) -> Plane {
    let slope = (0..<width).map { UInt8(80 + abs(($0 + 5 * frame) % 64 - 32)) }
    return Plane(
      width: width, height: height,
      bytes: (0..<width * height).map { slope[$0 % width] &+ grain[($0 &+ frame &* 997) & 4095] })
  }
}
