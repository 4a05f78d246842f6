import CKernels
import Testing
@testable import TextRecognition
import Timing

/// The vector kernels against the plain meaning of what they do, on widths that no vector divides.
@Suite struct StrokeKernelTests {
  private static let sizes = [(34, 5), (61, 17), (97, 12), (160, 9)]

  private func value(_ plane: [UInt8], _ x: Int, _ y: Int, _ size: (width: Int, height: Int)) -> UInt8 {
    x < 0 || y < 0 || x >= size.width || y >= size.height ? 0 : plane[y * size.width + x]
  }

  private func widened(_ plane: [UInt8], _ size: (width: Int, height: Int)) -> [UInt8] {
    (0..<size.width * size.height).map { i in
      var most: UInt8 = 0
      for dy in -1...1 {
        for dx in -1...1 { most = max(most, value(plane, i % size.width + dx, i / size.width + dy, size)) }
      }
      return most
    }
  }

  @Test(arguments: sizes) func edgesAreStepsOverTwoPixels(size: (width: Int, height: Int)) {
    let (width, height) = size
    let plane = MadePlanes.noise(width: width, height: height, seed: 5)
    var made = (
      rising: [UInt8](repeating: 0, count: width * height), falling: [UInt8](repeating: 0, count: width * height)
    )
    for y in 1..<height - 1 {
      for x in 1..<width - 1 {
        let step = Int(plane[x + 1, y]) - Int(plane[x - 1, y])
        made.rising[y * width + x] = UInt8(max(0, step))
        made.falling[y * width + x] = UInt8(max(0, -step))
      }
    }
    let blank = [UInt8](repeating: 0, count: width * height)
    var (rising, falling, wideRising, wideFalling) = (blank, blank, blank, blank)
    var scratch = [UInt8](repeating: 9, count: 6 * width)
    ck_stroke_edges(plane.bytes, width, height, &rising, &falling, &wideRising, &wideFalling, &scratch)
    #expect(rising == made.rising && falling == made.falling)
    #expect(wideRising == widened(made.rising, size) && wideFalling == widened(made.falling, size))
    var wide = blank
    ck_widen(made.rising, width, height, &wide, &scratch)
    #expect(wide == widened(made.rising, size))
  }

  @Test(arguments: [0, 8, 90] as [UInt8]) func theLeastOfPlanesSparesWhatIsKnown(edge: UInt8) {
    let planes = (0..<4).map { MadePlanes.noise(width: 61, height: 17, seed: UInt64($0 + 1)).bytes }
    let known = MadePlanes.noise(width: 61, height: 17, seed: 9).bytes.map { $0 > 128 ? UInt8(255) : 0 }
    var found = [UInt8](repeating: 7, count: 61 * 17)
    planes[0].withUnsafeBufferPointer { a in
      planes[1].withUnsafeBufferPointer { b in
        planes[2].withUnsafeBufferPointer { c in
          planes[3].withUnsafeBufferPointer { d in
            ck_least([a.baseAddress, b.baseAddress, c.baseAddress, d.baseAddress], 4, known, edge, &found, found.count)
          }
        }
      }
    }
    #expect(
      found
        == found.indices.map { i in
          let least = planes.map { $0[i] }.min() ?? 0
          return known[i] == 0 && least > edge ? least : 0
        })
  }

  @Test(arguments: sizes) func denseIsWhatTheWindowHolds(size: (width: Int, height: Int)) {
    let (width, height) = size
    let planes = [3, 4].map { MadePlanes.noise(width: width, height: height, seed: $0).bytes.map { $0 > 216 ? $0 : 0 } }
    let (needed, edge): (UInt8, UInt8) = (12, 8)
    var (mask, rows) = ([UInt8](repeating: 0, count: width * height), [UInt8](repeating: 9, count: height))
    var scratch = [UInt8](repeating: 9, count: 9 * (width + Int(CK_DENSE_WIDTH)))
    ck_dense(planes[0], planes[1], width, height, edge, needed, &mask, &rows, &scratch)
    var some = false
    for y in 0..<height {
      for x in 0..<width {
        let counts = planes.map { plane in
          (y - 2...y + 2).reduce(0) { sum, row in
            sum + (x - 12...x + 12).filter { value(plane, $0, row, size) > edge }.count
          }
        }
        let dense = counts.allSatisfy { $0 >= needed }
        some = some || dense
        #expect((rows[y] != 0 && mask[y * width + x] == 255) == dense, "\(x), \(y)")
      }
    }
    #expect(some || height == 5, "nothing was dense: the test shows nothing")
  }

  @Test(arguments: [1, 3, 31, 40]) func valuesAheadAreReadBeforeTheyAreOverwritten(distance: Int) {
    let bytes = MadePlanes.noise(width: 211, height: 1, seed: 11).bytes
    let count = bytes.count - distance
    var (least, largest) = (bytes, bytes)
    least.withUnsafeMutableBufferPointer { ck_keep_least($0.baseAddress, $0.baseAddress! + distance, count) }
    largest.withUnsafeMutableBufferPointer { ck_keep_largest($0.baseAddress, $0.baseAddress! + distance, count) }
    let tail = bytes.suffix(distance)
    #expect(least == (0..<count).map { min(bytes[$0], bytes[$0 + distance]) } + tail)
    #expect(largest == (0..<count).map { max(bytes[$0], bytes[$0 + distance]) } + tail)
  }
}
