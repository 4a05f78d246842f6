import CFFmpeg
import CKernels
package import Timing

extension VideoFrame {
  /// Most pixels across one sample of ``luma(dividedBy:rows:reusing:)``: 257 samples of 255 still fit 16 bits.
  private static let mostShrunk = 16

  /// The stored luma averaged over squares of `factor` pixels, from 0 for black to 255 for white whatever the range of
  /// the samples; what is left over at the right and lower edges is dropped.
  ///
  /// Of each square `rows` rows are read, all where it is nil: reading is most of the cost. `spare` is storage that is
  /// used again where it has the right size.
  package func luma(
    dividedBy factor: Int, rows: Int? = nil, reusing spare: consuming [UInt8] = []
  ) throws(MediaError) -> Plane {
    let (width, height) = (max(1, width / factor), max(1, height / factor))
    guard let source = SampledFrame(handle.pointer)?.component(0), self.width >= factor, self.height >= factor,
      factor <= Self.mostShrunk
    else { return try luma(width: width, height: height) }
    let rows = min(factor, rows ?? factor)
    let levels = ck_levels(samples: factor * rows, isFullRange: isFullRange)
    func fill(_ small: UnsafeMutablePointer<UInt8>) {
      withUnsafeTemporaryAllocation(of: UInt16.self, capacity: ck_shrink_scratch(width, factor)) { sums in
        let sums = sums.baseAddress
        let apart = factor / rows
        let first = (factor - (rows - 1) * apart - 1) / 2
        if let plain = source.plainBytes {
          let boxes = ck_boxes(
            width: factor, rows: rows, stride: apart * source.lineSize, step: factor * source.lineSize)
          ck_shrink(plain + first * source.lineSize, boxes, levels, small, width, height, sums)
        } else {
          let boxes = ck_boxes(width: factor, rows: rows, stride: source.width, step: 0)
          for y in 0..<height {
            source.withBytes(from: y * factor + first, rows: rows, apart: apart) {
              ck_shrink($0, boxes, levels, small + y * width, width, 1, sums)
            }
          }
        }
      }
    }
    var bytes = spare
    if bytes.count == width * height {
      bytes.withUnsafeMutableBufferPointer { fill($0.baseAddress!) }
    } else {
      bytes = [UInt8](unsafeUninitializedCapacity: width * height) { bytes, filled in
        fill(bytes.baseAddress!)
        filled = width * height
      }
    }
    return Plane(width: width, height: height, bytes: bytes)
  }
}

extension ck_levels {
  /// For sums of so many samples of 0 to 255. Limited range spans 219 steps from 16 (ITU-R BT.601 and BT.709).
  init(samples: Int, isFullRange: Bool) {
    // Brings the largest sum near 65535, so that the high half of a product keeps its precision.
    var shift = 0
    while 255 * samples << (shift + 1) <= 65535 { shift += 1 }
    let stretch = isFullRange ? 1 : 255.0 / 219
    self.init(
      shift: UInt16(shift), gain: UInt16((stretch * 64 * 65536 / Double(samples << shift)).rounded()),
      black: isFullRange ? 0 : UInt16((16 * stretch * 64).rounded()))
  }
}

extension SampledFrame.Component {
  /// The samples where they are bytes side by side.
  fileprivate var plainBytes: UnsafePointer<UInt8>? { wide || step != 1 ? nil : base }

  /// Hands over some rows, `apart` from each other, each sample as a byte.
  fileprivate func withBytes(from first: Int, rows: Int, apart: Int, _ body: (UnsafePointer<UInt8>) -> Void) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: rows * width) { bytes in
      guard let start = bytes.baseAddress else { return }
      var out = start
      for index in 0..<rows {
        let row = base + (first + index * apart) * lineSize
        if wide, step == 2 {
          row.withMemoryRebound(to: UInt16.self, capacity: width) { samples in
            for x in 0..<width {
              out[x] = UInt8(truncatingIfNeeded: min(255, UInt16(littleEndian: samples[x]) &>> shift))
            }
          }
        } else {
          for x in 0..<width { out[x] = UInt8(truncatingIfNeeded: value(row, x)) }
        }
        out += width
      }
      body(start)
    }
  }
}
