package import Media
package import Timing

/// Chooses the pictures of scenes by small pictures alone, for when frames are not seen at full size: a key frame from the
/// inside of the scene, as it costs one frame to decode again, and of these the best exposed with the most detail.
package struct PictureChoice {
  /// Frames remembered of the running scene; past that every other goes.
  private static let most = 256

  private var seen: [(time: FrameTime, isKey: Bool, quality: PictureQuality, plane: Plane)] = []
  private var neighbours = NeighbourPictures()
  private var stride = 1
  private var count = 0
  private var sceneStart = 0
  private var interiorStart = 0

  package init() {}

  /// Looks at the next frame.
  package mutating func consider(_ picture: GroupPicture, _ time: FrameTime) {
    guard picture.isDecoded else { return }
    count += 1
    guard picture.isKey || count % stride == 0 else { return }
    let plane = picture.picture.luma
    let quality = PictureQuality(detail: Self.detail(plane), meanLuma: plane.mean, fullRange: false)
    seen.append((time, picture.isKey, quality, plane))
    guard seen.count > Self.most else { return }
    stride *= 2
    seen = seen.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
  }

  /// Mean absolute difference of neighbours, in eighths of a grey level as ``VideoFrame/detail()``.
  private static func detail(_ plane: Plane) -> Double {
    var sum = 0
    for y in 0..<plane.height {
      for x in 1..<plane.width {
        sum += abs(Int(plane.bytes[y * plane.width + x]) - Int(plane.bytes[y * plane.width + x - 1]))
      }
    }
    return Double(sum) * 8 / Double(plane.height * (plane.width - 1))
  }

  /// Ends the current scene: `boundary` is the first frame of the next one, `transition` the frames of the way over.
  /// Returns up to `count` frames of it, one from each of as many equal parts.
  package mutating func endScene(at boundary: Int, transition: ClosedRange<Int>, count wanted: Int) -> [FrameTime] {
    defer {
      seen.removeAll { $0.time.index < boundary }
      (stride, count, sceneStart) = (1, 0, boundary)
      interiorStart =
        transition.upperBound == boundary && transition.lowerBound == boundary
        ? boundary : transition.upperBound + 1
    }
    let own = seen.filter { $0.time.index < boundary }
    let clear = own.filter { $0.time.index >= interiorStart && $0.time.index < transition.lowerBound }
    var chosen: [FrameTime] = []
    var beside: [Plane] = []
    for part in 0..<wanted {
      let start = sceneStart + (boundary - sceneStart) * part / wanted
      let end = sceneStart + (boundary - sceneStart) * (part + 1) / wanted
      let within = (clear.isEmpty ? own : clear).filter { (start..<end).contains($0.time.index) }
      let keys = within.filter(\.isKey)
      let best = (keys.isEmpty ? within : keys).map {
        ($0.time, $0.plane, $0.quality.total(difference: neighbours.difference($0.plane, beside: beside)))
      }.max { $0.2 < $1.2 }
      guard let best else { continue }
      chosen.append(best.0)
      beside.append(best.1)
    }
    neighbours.add(beside)
    return chosen
  }
}
