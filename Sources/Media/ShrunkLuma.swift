import CFFmpeg
import CKernels
package import Timing

extension VideoFrame {
  /// Most pixels across one sample of ``luma(dividedBy:reusing:)``: 255 times as many squares still fit 16 bits.
  private static let mostShrunk = 16

  /// The stored luma averaged over squares of `factor` pixels, from 0 for black to 255 for white whatever the range of
  /// the samples; what is left over at the right and lower edges is dropped.
  ///
  /// `spare` is storage that is used again where it has the right size.
  package func luma(dividedBy factor: Int, reusing spare: consuming [UInt8] = []) throws(MediaError) -> Plane {
    let (width, height) = (max(1, width / factor), max(1, height / factor))
    guard let source = SampledFrame(handle.pointer)?.component(0), self.width >= factor, self.height >= factor,
      factor <= Self.mostShrunk
    else { return try luma(width: width, height: height) }
    var bytes = spare.count == width * height ? spare : [UInt8](repeating: 0, count: width * height)
    let levels = ck_levels(samples: factor * factor, isFullRange: isFullRange)
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: (factor + 1) * width) { sums in
      bytes.withUnsafeMutableBufferPointer { bytes in
        guard let sums = sums.baseAddress, let small = bytes.baseAddress else { return }
        if let plain = source.plainBytes {
          ck_shrink(plain, source.lineSize, factor, levels, small, width, height, sums)
        } else {
          source.eachRows(factor) { y, rows in
            ck_shrink(rows, source.width, factor, levels, small + y * width, width, 1, sums)
          }
        }
      }
    }
    return Plane(width: width, height: height, bytes: bytes)
  }
}

extension ck_levels {
  /// For sums of so many samples of 0 to 255. Limited range spans 219 steps from 16 (ITU-R BT.601 and BT.709).
  fileprivate init(samples: Int, isFullRange: Bool) {
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

  /// Hands over as many rows at a time as they are whole, each sample as a byte, with the number of those before.
  fileprivate func eachRows(_ count: Int, _ body: (Int, UnsafePointer<UInt8>) -> Void) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count * width) { bytes in
      guard let rows = bytes.baseAddress else { return }
      for y in 0..<height / count {
        for line in 0..<count {
          let row = base + (y * count + line) * lineSize
          if wide, step == 2 {
            row.withMemoryRebound(to: UInt16.self, capacity: width) { samples in
              let out = rows + line * width
              for x in 0..<width {
                out[x] = UInt8(truncatingIfNeeded: min(255, UInt16(littleEndian: samples[x]) &>> shift))
              }
            }
          } else {
            for x in 0..<width { rows[line * width + x] = UInt8(truncatingIfNeeded: value(row, x)) }
          }
        }
        body(y, rows)
      }
    }
  }
}
