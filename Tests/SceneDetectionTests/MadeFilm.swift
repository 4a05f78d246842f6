import Glibc
import SceneDetection
import Timing

/// A film of small pictures made by formula, whose boundaries are known to the frame.
struct MadeFilm {
  private(set) var pictures: [AnalysisPicture] = []

  /// A still picture: smooth shapes and texture, different for every seed, as shots are.
  static func shot(_ seed: UInt64, brightness: Int = 0) -> AnalysisPicture {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next() -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state >> 40 & 0xffff)
    }
    func plane(low: Int, high: Int) -> Plane {
      // A coarse grid of random values, interpolated: shapes as large as those of a filmed picture.
      let (columns, rows) = (9, 7)
      let grid = (0..<columns * rows).map { _ in low + next() % (high - low) }
      var bytes: [UInt8] = []
      for y in 0..<AnalysisPicture.height {
        for x in 0..<AnalysisPicture.width {
          let (gx, gy) = (x * (columns - 1), y * (rows - 1))
          let (left, top) = (gx / AnalysisPicture.width, gy / AnalysisPicture.height)
          let (fx, fy) = (gx % AnalysisPicture.width, gy % AnalysisPicture.height)
          func at(_ column: Int, _ row: Int) -> Int { grid[row * columns + column] }
          let upper = at(left, top) * (AnalysisPicture.width - fx) + at(left + 1, top) * fx
          let lower = at(left, top + 1) * (AnalysisPicture.width - fx) + at(left + 1, top + 1) * fx
          let value =
            (upper * (AnalysisPicture.height - fy) + lower * fy) / (AnalysisPicture.width * AnalysisPicture.height)
          bytes.append(UInt8(max(0, min(255, value))))
        }
      }
      return Plane(width: AnalysisPicture.width, height: AnalysisPicture.height, bytes: bytes)
    }
    let luma = plane(low: 30 + brightness, high: 220 + brightness)
    return AnalysisPicture(luma: luma, chromaBlue: plane(low: 90, high: 166), chromaRed: plane(low: 90, high: 166))
  }

  /// A smooth picture: shades along one direction, in turns of a circle.
  static func gradient(turned turns: Double) -> AnalysisPicture {
    func plane(_ level: Double, _ depth: Double, ahead: Double) -> Plane {
      let (across, down) = (cos(2 * .pi * turns), sin(2 * .pi * turns))
      var bytes: [UInt8] = []
      for y in 0..<AnalysisPicture.height {
        for x in 0..<AnalysisPicture.width {
          let way =
            (Double(x) / Double(AnalysisPicture.width) - 0.5) * across
            + (Double(y) / Double(AnalysisPicture.height) - 0.5) * down
          bytes.append(UInt8(level + depth * sin(2 * .pi * (way + ahead))))
        }
      }
      return Plane(width: AnalysisPicture.width, height: AnalysisPicture.height, bytes: bytes)
    }
    return AnalysisPicture(
      luma: plane(120, 90, ahead: 0), chromaBlue: plane(128, 40, ahead: 0.3), chromaRed: plane(128, 40, ahead: 0.7))
  }

  static func plain(_ level: UInt8) -> AnalysisPicture {
    func plane(_ value: UInt8) -> Plane {
      Plane(width: AnalysisPicture.width, height: AnalysisPicture.height, repeating: value)
    }
    return AnalysisPicture(luma: plane(level), chromaBlue: plane(128), chromaRed: plane(128))
  }

  /// A picture whose samples lie so many times nearer to a dark grey.
  static func flat(_ picture: AnalysisPicture, over divisor: Int) -> AnalysisPicture {
    func plane(_ plane: Plane, around level: Int) -> Plane {
      Plane(
        width: plane.width, height: plane.height, bytes: plane.bytes.map { UInt8(level + (Int($0) - level) / divisor) })
    }
    return AnalysisPicture(
      luma: plane(picture.luma, around: 60), chromaBlue: plane(picture.chromaBlue, around: 128),
      chromaRed: plane(picture.chromaRed, around: 128))
  }

  static func mix(_ a: AnalysisPicture, _ b: AnalysisPicture, _ share: Double) -> AnalysisPicture {
    func plane(_ a: Plane, _ b: Plane) -> Plane {
      Plane(
        width: a.width, height: a.height,
        bytes: zip(a.bytes, b.bytes).map { UInt8((Double($0) + (Double($1) - Double($0)) * share).rounded()) })
    }
    return AnalysisPicture(
      luma: plane(a.luma, b.luma), chromaBlue: plane(a.chromaBlue, b.chromaBlue),
      chromaRed: plane(a.chromaRed, b.chromaRed))
  }

  mutating func hold(_ picture: AnalysisPicture, _ frames: Int) {
    pictures += Array(repeating: picture, count: frames)
  }

  /// `frames` mixed frames between two pictures.
  mutating func dissolve(_ a: AnalysisPicture, _ b: AnalysisPicture, _ frames: Int) {
    for step in 1...frames { pictures.append(Self.mix(a, b, Double(step) / Double(frames + 1))) }
  }

  /// `frames` frames in which the second picture comes in from the left; where it halts for some more, half way.
  mutating func wipe(_ a: AnalysisPicture, _ b: AnalysisPicture, _ frames: Int, halt: Int = 0) {
    for step in 1...frames {
      let split = Self.split(a, b, at: step * AnalysisPicture.width / (frames + 1))
      hold(split, step == (frames + 1) / 2 ? 1 + halt : 1)
    }
  }

  /// The second picture to the left of a column, the first to the right of it.
  private static func split(_ a: AnalysisPicture, _ b: AnalysisPicture, at column: Int) -> AnalysisPicture {
    func plane(_ a: Plane, _ b: Plane) -> Plane {
      Plane(
        width: a.width, height: a.height,
        bytes: a.bytes.indices.map { $0 % a.width < column ? b.bytes[$0] : a.bytes[$0] })
    }
    return AnalysisPicture(
      luma: plane(a.luma, b.luma), chromaBlue: plane(a.chromaBlue, b.chromaBlue),
      chromaRed: plane(a.chromaRed, b.chromaRed))
  }

  /// Where each place of a picture, across and down from its middle, lies on the way of an edge.
  typealias Way = (_ x: Double, _ y: Double) -> Double

  /// The second picture where the way of an edge is done, the first elsewhere. `share` of the picture's places show the second.
  static func split(
    _ a: AnalysisPicture, _ b: AnalysisPicture, along way: Way, _ share: Double
  ) -> AnalysisPicture {
    let (width, height) = (AnalysisPicture.width, AnalysisPicture.height)
    let places = (0..<width * height).map {
      way(Double($0 % width) + 0.5 - Double(width) / 2, Double($0 / width) + 0.5 - Double(height) / 2)
    }
    let edge = places.sorted()[min(places.count - 1, Int(share * Double(places.count)))]
    func plane(_ a: Plane, _ b: Plane) -> Plane {
      Plane(width: width, height: height, bytes: places.indices.map { places[$0] < edge ? b.bytes[$0] : a.bytes[$0] })
    }
    return AnalysisPicture(
      luma: plane(a.luma, b.luma), chromaBlue: plane(a.chromaBlue, b.chromaBlue),
      chromaRed: plane(a.chromaRed, b.chromaRed))
  }

  /// A picture's width out of several that stand side by side.
  static func view(of parts: [AnalysisPicture], at offset: Int) -> AnalysisPicture {
    let width = AnalysisPicture.width
    func plane(_ select: (AnalysisPicture) -> Plane) -> Plane {
      var bytes: [UInt8] = []
      for y in 0..<AnalysisPicture.height {
        for x in offset..<offset + width { bytes.append(select(parts[min(parts.count - 1, x / width)])[x % width, y]) }
      }
      return Plane(width: width, height: AnalysisPicture.height, bytes: bytes)
    }
    return AnalysisPicture(luma: plane(\.luma), chromaBlue: plane(\.chromaBlue), chromaRed: plane(\.chromaRed))
  }

  mutating func append(_ picture: AnalysisPicture) { pictures.append(picture) }

  /// What the detector says of the film, and whether it kept its promise that nothing comes before the settled frame. The frames that
  /// are not `seen` it takes for made up.
  func boundaries(
    frameRate: Double = 25, seen: (Int) -> Bool = { _ in true }
  ) -> (found: [Boundary], keptOrder: Bool) {
    var detector = SceneDetector(frameRate: frameRate)
    var found: [Boundary] = []
    var keptOrder = true
    for (index, picture) in pictures.enumerated() {
      let settled = detector.settledFrame
      let time = FrameTime(index: index, pts: Int64(index), duration: 1, seconds: Double(index) / frameRate)
      let out = detector.push(picture, at: time, isSeen: seen(index))
      keptOrder = keptOrder && out.allSatisfy { $0.first.index >= settled }
      found += out
    }
    let settled = detector.settledFrame
    let rest = detector.finish()
    keptOrder = keptOrder && rest.allSatisfy { $0.first.index >= settled }
    return (found + rest, keptOrder)
  }
}
