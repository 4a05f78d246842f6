import CKernels
import Documents
import Foundation
@testable import Media
import TestSupport
import Testing
import Timing

/// Luma averaged over squares, against the samples that the ffmpeg command gives and their plain means.
@Suite struct ShrunkLumaTests {
  private static let (width, height) = (334, 182)
  /// Format, range, bytes from one luma sample to the next, their first, and bits.
  private static let kinds: [(format: String, range: String, step: Int, first: Int, bits: Int)] = [
    ("yuv420p", "tv", 1, 0, 8), ("yuv420p", "pc", 1, 0, 8), ("yuv420p10le", "tv", 2, 0, 10),
    ("uyvy422", "tv", 2, 1, 8), ("gray", "pc", 1, 0, 8),
  ]

  private static func film(_ kind: Int) throws -> String {
    let (format, range, _, _, _) = kinds[kind]
    return try Film.make(
      [
        "-f", "lavfi", "-i", "testsrc2=s=\(width)x\(height):r=1:d=1,noise=alls=30:all_seed=3", "-vf",
        "format=\(format)", "-color_range", range, "-c:v", format == "uyvy422" ? "rawvideo" : "ffv1",
      ], as: format == "uyvy422" ? "nut" : "mkv")
  }

  /// The film's one frame.
  private func frame(_ film: String) throws -> VideoFrame {
    let input = try Input(path: film, limits: Limits())
    let decoder = try VideoDecoder(input, threads: 1)
    let (packet, frame) = (try Packet(), try VideoFrame())
    #expect(try input.read(packet))
    try decoder.send(packet)
    try decoder.send(nil)
    #expect(try decoder.receive(frame) != nil)
    return frame
  }

  /// Luma as it is stored, brought to 8 bits.
  private func luma(_ film: String, _ kind: Int) throws -> [Double] {
    let (format, _, step, first, bits) = Self.kinds[kind]
    let folder = try TemporaryFolder()
    _ = try tool("ffmpeg", ["-v", "error", "-i", film, "-f", "rawvideo", "-pix_fmt", format, folder("raw")])
    let raw = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder("raw"))))
    return (0..<Self.width * Self.height).map { i in
      bits > 8 ? Double((Int(raw[2 * i]) | Int(raw[2 * i + 1]) << 8) >> (bits - 8)) : Double(raw[first + i * step])
    }
  }

  @Test(arguments: kinds.indices, [1, 2, 3, 4, 7]) func `a sample is the mean of its square`(
    kind: Int, factor: Int
  ) throws {
    let film = try Self.film(kind)
    let (frame, stored) = (try frame(film), try luma(film, kind))
    #expect(frame.isFullRange == (Self.kinds[kind].range == "pc"))
    for rows in [factor, max(1, factor / 2)] {
      let plane = try frame.luma(dividedBy: factor, rows: rows)
      #expect(plane.width == Self.width / factor && plane.height == Self.height / factor)
      let apart = factor / rows
      let chosen = (0..<rows).map { (factor - (rows - 1) * apart - 1) / 2 + $0 * apart }
      var most = 0.0
      for y in 0..<plane.height {
        for x in 0..<plane.width {
          var sum = 0.0
          for row in chosen {
            for column in 0..<factor { sum += stored[(y * factor + row) * Self.width + x * factor + column] }
          }
          let mean = sum / Double(rows * factor)
          let level = frame.isFullRange ? mean : min(255, max(0, (mean - 16) * 255 / 219))
          most = max(most, abs(level - Double(plane[x, y])))
        }
      }
      #expect(most < 0.6, "\(Self.kinds[kind].format) by \(factor), \(rows) rows: off by \(most)")
    }
  }

  @Test func `storage that has the right size is used again, other storage is not`() throws {
    let frame = try frame(Self.film(0))
    let fresh = try frame.luma(dividedBy: 3)
    let old = [UInt8](repeating: 7, count: fresh.bytes.count)
    let place = old.withUnsafeBufferPointer { $0.baseAddress }
    let again = try frame.luma(dividedBy: 3, reusing: old)
    #expect(again == fresh)
    #expect(old.allSatisfy { $0 == 7 } && place != again.bytes.withUnsafeBufferPointer { $0.baseAddress })
    #expect(try frame.luma(dividedBy: 3, reusing: [1, 2, 3]) == fresh)
  }

  @Test func `every width ends where it should`() {
    for factor in 1...5 {
      for width in [1, 7, 15, 16, 17, 31, 33, 50] {
        let luma = (0..<width * factor * factor * 2).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        var small = [UInt8](repeating: 9, count: 2 * width + 1)
        var scratch = [UInt16](repeating: 9, count: ck_shrink_scratch(width, factor))
        let row = width * factor
        ck_shrink(
          luma, ck_boxes(width: factor, rows: factor, stride: row, step: factor * row),
          ck_levels(samples: factor * factor, isFullRange: true), &small, width, 2, &scratch)
        for i in 0..<2 * width {
          var sum = 0
          for y in 0..<factor {
            for x in 0..<factor { sum += Int(luma[(i / width * factor + y) * row + i % width * factor + x]) }
          }
          #expect(abs(Double(small[i]) - Double(sum) / Double(factor * factor)) < 0.6)
        }
        #expect(small[2 * width] == 9)
      }
    }
  }
}
