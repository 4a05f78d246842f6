import CFFmpeg

/// A packed or grey picture in a library's memory, about to be copied out upright.
struct RawPicture {
  let base: UnsafePointer<UInt8>
  let lineSize: Int
  let width: Int
  let height: Int

  /// The first plane of a frame.
  init(_ frame: UnsafeMutablePointer<AVFrame>) {
    base = UnsafePointer(frame.pointee.data.0!)
    lineSize = Int(frame.pointee.linesize.0)
    width = Int(frame.pointee.width)
    height = Int(frame.pointee.height)
  }

  /// Copies the picture, mirrored and turned; `samples` bytes a pixel. `width` and `height` are the result's.
  func upright(_ orientation: Orientation, width: Int, height: Int, samples: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: width * height * samples) { out, filled in
      if orientation == .upright {
        for y in 0..<height {
          for x in 0..<width * samples { out[y * width * samples + x] = base[y * lineSize + x] }
        }
      } else {
        for y in 0..<height {
          for x in 0..<width {
            let (sourceX, sourceY) = storedPosition(x, y, orientation)
            for sample in 0..<samples {
              out[(y * width + x) * samples + sample] = base[sourceY * lineSize + sourceX * samples + sample]
            }
          }
        }
      }
      filled = width * height * samples
    }
  }

  /// Where the upright pixel (x, y) lies in the stored picture.
  private func storedPosition(_ x: Int, _ y: Int, _ orientation: Orientation) -> (Int, Int) {
    var position: (x: Int, y: Int)
    switch orientation.clockwiseDegrees {
    case 90: position = (y, height - 1 - x)
    case 180: position = (width - 1 - x, height - 1 - y)
    case 270: position = (width - 1 - y, x)
    default: position = (x, y)
    }
    if orientation.mirrored { position.x = width - 1 - position.x }
    return position
  }
}
