package import Timing

/// A picture to draw on: RGB, 8 bits a component. What falls outside of it is left out.
package struct PictureCanvas: Sendable {
  package struct Colour: Sendable, Equatable {
    package let red: UInt8
    package let green: UInt8
    package let blue: UInt8

    package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
      self.red = red
      self.green = green
      self.blue = blue
    }
  }

  package let width: Int
  package let height: Int
  private var bytes: [UInt8]

  /// A canvas of one colour.
  package init(width: Int, height: Int, _ colour: Colour) {
    self.width = width
    self.height = height
    bytes = [UInt8](unsafeUninitializedCapacity: width * height * 3) { out, filled in
      for pixel in 0..<width * height {
        out[3 * pixel] = colour.red
        out[3 * pixel + 1] = colour.green
        out[3 * pixel + 2] = colour.blue
      }
      filled = width * height * 3
    }
  }

  /// What was drawn so far.
  package var picture: Picture { Picture(width: width, height: height, bytes: bytes) }

  /// The upper left part of it.
  package func picture(width: Int, height: Int) -> Picture {
    let (width, height) = (min(width, self.width), min(height, self.height))
    if width == self.width {
      return Picture(width: width, height: height, bytes: Array(bytes[..<(width * height * 3)]))
    }
    var part: [UInt8] = []
    part.reserveCapacity(width * height * 3)
    for y in 0..<height { part += bytes[y * self.width * 3..<(y * self.width + width) * 3] }
    return Picture(width: width, height: height, bytes: part)
  }

  package mutating func fill(x: Int, y: Int, width: Int, height: Int, _ colour: Colour) {
    for row in max(0, y)..<max(0, y, min(self.height, y + height)) {
      for column in max(0, x)..<max(0, x, min(self.width, x + width)) {
        let at = (row * self.width + column) * 3
        bytes[at] = colour.red
        bytes[at + 1] = colour.green
        bytes[at + 2] = colour.blue
      }
    }
  }

  /// Copies a picture to a place.
  package mutating func draw(_ picture: Picture, x: Int, y: Int) {
    let left = max(0, x)
    let count = min(width, x + picture.width) - left
    guard count > 0 else { return }
    let (canvasWidth, canvasHeight) = (width, height)
    bytes.withUnsafeMutableBufferPointer { out in
      picture.bytes.withUnsafeBufferPointer { source in
        for row in max(0, -y)..<max(0, -y, min(picture.height, canvasHeight - y)) {
          let to = ((y + row) * canvasWidth + left) * 3
          let from = (row * picture.width + left - x) * 3
          (out.baseAddress! + to).update(from: source.baseAddress! + from, count: count * 3)
        }
      }
    }
  }

  /// Lays a colour over the canvas as far as `coverage` says: 0 leaves what is there, 255 hides it.
  package mutating func blend(_ coverage: Plane, x: Int, y: Int, _ colour: Colour) {
    for row in max(0, -y)..<max(0, -y, min(coverage.height, height - y)) {
      for column in max(0, -x)..<max(0, -x, min(coverage.width, width - x)) {
        let share = Int(coverage[column, row])
        let at = ((y + row) * width + x + column) * 3
        func mixed(_ old: UInt8, _ new: UInt8) -> UInt8 {
          UInt8((Int(old) * (255 - share) + Int(new) * share + 127) / 255)
        }
        bytes[at] = mixed(bytes[at], colour.red)
        bytes[at + 1] = mixed(bytes[at + 1], colour.green)
        bytes[at + 2] = mixed(bytes[at + 2], colour.blue)
      }
    }
  }
}

extension Picture {
  /// The middle rows, where there are more than `height`.
  package func cropped(height wanted: Int) -> Picture {
    guard height > wanted else { return self }
    let first = (height - wanted) / 2 * width * 3
    return Picture(width: width, height: wanted, bytes: Array(bytes[first..<first + wanted * width * 3]))
  }
}
