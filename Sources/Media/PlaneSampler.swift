import CFFmpeg
import CKernels
import Documents
import Timing

/// Takes small planes straight from a decoder's own planes, without converting the whole picture.
///
/// Works on every format whose components lie in 8- or 16-bit little-endian samples at a fixed step (planar,
/// semi-planar and packed YUV, grey). RGB, palettes and the rest go through swscale first.
struct PlaneSampler {
  private var columns: [UInt16] = []
  private var fallback: FormatConverter?

  mutating func analysisPicture(_ frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) -> AnalysisPicture {
    let (width, height) = (AnalysisPicture.width, AnalysisPicture.height)
    let source = try readable(frame)
    let luma = average(source, component: 0, width: width, height: height)
    guard source.componentCount >= 3 else {
      let neutral = Plane(width: width, height: height, repeating: 128)
      return AnalysisPicture(luma: luma, chromaBlue: neutral, chromaRed: neutral)
    }
    return AnalysisPicture(
      luma: luma, chromaBlue: average(source, component: 1, width: width, height: height),
      chromaRed: average(source, component: 2, width: width, height: height))
  }

  mutating func luma(
    _ frame: UnsafeMutablePointer<AVFrame>, width: Int, height: Int
  ) throws(MediaError) -> Plane {
    average(try readable(frame), component: 0, width: width, height: height)
  }

  mutating func detail(_ frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) -> Double {
    let source = try readable(frame)
    let plane = source.component(0)
    guard plane.width > 2, plane.height > 0 else { return 0 }
    var sum = 0
    var count = 0
    for y in stride(from: min(8, plane.height / 2), to: plane.height, by: 16) {
      let row = plane.base + y * plane.lineSize
      if plane.step == 1 {
        var rowSum: UInt32 = 0
        for x in 0..<plane.width - 2 {
          rowSum &+= UInt32(abs(Int16(row[x + 2]) &- Int16(row[x])))
        }
        sum += Int(rowSum)
      } else {
        for x in 0..<plane.width - 2 { sum += abs(plane.value(row, x + 2) - plane.value(row, x)) }
      }
      count += plane.width - 2
    }
    return count == 0 ? 0 : Double(sum) * 8 / Double(count)
  }

  /// The frame itself where its samples can be read as they lie, else a converted copy.
  private mutating func readable(_ frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) -> SampledFrame {
    if let source = SampledFrame(frame) { return source }
    if fallback == nil { fallback = try FormatConverter(to: AV_PIX_FMT_YUV444P) }
    guard let converted = try fallback?.convert(frame), let source = SampledFrame(converted) else {
      throw MediaError(.internal, "a picture format could not be converted")
    }
    return source
  }

  /// Rows that one sample averages at most: the others of a tall picture are passed over. Four rows of the thirty of a
  /// 1080-line picture give the same boundaries as all and cost an eighth.
  private static let rowsPerSample = 4

  /// Box average.
  private mutating func average(_ source: SampledFrame, component: Int, width: Int, height: Int) -> Plane {
    let plane = source.component(component)
    if let plain = Self.plainAverage(plane, width: width, height: height) { return plain }
    if columns.count < plane.width { columns = Array(repeating: 0, count: plane.width) }
    let bytes = [UInt8](unsafeUninitializedCapacity: width * height) { out, filled in
      columns.withUnsafeMutableBufferPointer { columns in
        let steps = Boxes(samples: plane.width, boxes: width)
        for y in 0..<height {
          let rows = Self.rows(y * plane.height / height, (y + 1) * plane.height / height, of: plane.height)
          plane.sum(rows: rows, into: columns.baseAddress!)
          steps.average(columns.baseAddress!, rows: rows.count, into: out.baseAddress! + y * width)
        }
      }
      filled = width * height
    }
    return Plane(width: width, height: height, bytes: bytes)
  }

  /// The same of samples that lie side by side in bytes, no fewer in a row than boxes; nil of others.
  private static func plainAverage(_ plane: SampledFrame.Component, width: Int, height: Int) -> Plane? {
    guard !plane.wide, plane.step == 1, plane.width >= max(width, Int(CK_LEAST_BOXED)) else { return nil }
    let edges = (0...width).map { UInt32($0 * plane.width / width) }
    let bytes = [UInt8](unsafeUninitializedCapacity: width * height) { out, filled in
      withUnsafeTemporaryAllocation(of: UnsafePointer<UInt8>?.self, capacity: rowsPerSample) { rows in
        for y in 0..<height {
          let chosen = Self.rows(y * plane.height / height, (y + 1) * plane.height / height, of: plane.height)
          for (index, row) in chosen.enumerated() { rows[index] = plane.base + row * plane.lineSize }
          ck_box_means(rows.baseAddress, chosen.count, plane.width, edges, width, out.baseAddress! + y * width)
        }
      }
      filled = width * height
    }
    return Plane(width: width, height: height, bytes: bytes)
  }

  /// The rows from `top` up to `bottom`, or ``rowsPerSample`` of them spread evenly.
  private static func rows(_ top: Int, _ bottom: Int, of height: Int) -> [Int] {
    let first = min(top, height - 1)
    let count = max(1, bottom - first)
    guard count > rowsPerSample else { return Array(first..<first + count) }
    return (0..<rowsPerSample).map { first + (2 * $0 + 1) * count / (2 * rowsPerSample) }
  }
}

/// A row of samples divided into boxes of nearly the same width.
private struct Boxes {
  /// Where each box begins, and after them where the last ends; a box of a row shorter than the boxes are many is one
  /// sample.
  private let edges: [(left: Int, right: Int)]

  init(samples: Int, boxes: Int) {
    edges = (0..<boxes).map { x in
      let left = min(x * samples / boxes, samples - 1)
      return (left, max(left + 1, (x + 1) * samples / boxes))
    }
  }

  /// The mean of each box of column sums over `rows` rows.
  func average(_ sums: UnsafePointer<UInt16>, rows: Int, into means: UnsafeMutablePointer<UInt8>) {
    for (x, edge) in edges.enumerated() {
      let width = edge.right - edge.left
      let count = UInt32(truncatingIfNeeded: rows &* width)
      // 257 samples of 255 are the most that 16 bits hold; sums that narrow add eight columns in one step.
      let sum = count <= 257 ? UInt32(Self.narrowSum(sums + edge.left, width)) : Self.sum(sums + edge.left, width)
      means[x] = UInt8(truncatingIfNeeded: (sum &+ count / 2) / count)
    }
  }

  @inline(__always)
  private static func narrowSum(_ sums: UnsafePointer<UInt16>, _ count: Int) -> UInt16 {
    var sum: UInt16 = 0
    for column in 0..<count { sum &+= sums[column] }
    return sum
  }

  private static func sum(_ sums: UnsafePointer<UInt16>, _ count: Int) -> UInt32 {
    var sum: UInt32 = 0
    for column in 0..<count { sum &+= UInt32(sums[column]) }
    return sum
  }
}

/// A frame whose components can be read as they lie in memory.
struct SampledFrame {
  struct Component {
    let base: UnsafePointer<UInt8>
    let lineSize: Int
    let width: Int
    let height: Int
    /// Bytes from one sample to the next.
    let step: Int
    let wide: Bool
    /// Brings a wide sample down to 8 bits.
    let shift: UInt16

    @inline(__always)
    func value(_ row: UnsafePointer<UInt8>, _ x: Int) -> Int {
      guard wide else { return Int(row[x * step]) }
      let sample = UInt16(row[x * step]) | UInt16(row[x * step + 1]) << 8
      return Int(min(255, sample >> shift))
    }

    /// Sums of one to four rows of samples, each from 0 to 255, column by column.
    func sum(rows: [Int], into sums: UnsafeMutablePointer<UInt16>) {
      func row(_ index: Int) -> UnsafePointer<UInt8> { base + rows[index] * lineSize }
      // Four rows at once: the sums stay in registers.
      if !wide, step == 1, rows.count == 4 {
        let (first, second, third, fourth) = (row(0), row(1), row(2), row(3))
        for x in 0..<width {
          sums[x] = (UInt16(first[x]) &+ UInt16(second[x])) &+ (UInt16(third[x]) &+ UInt16(fourth[x]))
        }
        return
      }
      for x in 0..<width { sums[x] = 0 }
      for index in rows.indices { add(row(index), to: sums) }
    }

    private func add(_ row: UnsafePointer<UInt8>, to sums: UnsafeMutablePointer<UInt16>) {
      if !wide, step == 1 {
        for x in 0..<width { sums[x] &+= UInt16(row[x]) }
      } else if wide, step == 2 {
        row.withMemoryRebound(to: UInt16.self, capacity: width) { samples in
          for x in 0..<width { sums[x] &+= min(255, UInt16(littleEndian: samples[x]) &>> shift) }
        }
      } else {
        for x in 0..<width { sums[x] &+= UInt16(value(row, x)) }
      }
    }
  }

  private let frame: UnsafeMutablePointer<AVFrame>
  private let descriptor: UnsafePointer<AVPixFmtDescriptor>

  /// Nil where the format's samples cannot be read as they lie.
  init?(_ frame: UnsafeMutablePointer<AVFrame>) {
    guard let descriptor = av_pix_fmt_desc_get(AVPixelFormat(frame.pointee.format)) else { return nil }
    let refused =
      AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL
      | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BAYER
    let first = descriptor.pointee.comp.0
    let bigEndian = descriptor.pointee.flags & UInt64(AV_PIX_FMT_FLAG_BE) != 0 && first.depth > 8
    guard descriptor.pointee.flags & UInt64(refused) == 0, !bigEndian, first.depth >= 8, first.depth <= 16,
      frame.pointee.data.0 != nil, frame.pointee.linesize.0 > 0
    else { return nil }
    self.frame = frame
    self.descriptor = descriptor
  }

  var componentCount: Int {
    let count = Int(descriptor.pointee.nb_components)
    let hasAlpha = descriptor.pointee.flags & UInt64(AV_PIX_FMT_FLAG_ALPHA) != 0
    return hasAlpha ? count - 1 : count
  }

  func component(_ index: Int) -> Component {
    let components = descriptor.pointee.comp
    let component = [components.0, components.1, components.2][index]
    let raw = frame.pointee
    let planes = [raw.data.0, raw.data.1, raw.data.2, raw.data.3]
    let lineSizes = [raw.linesize.0, raw.linesize.1, raw.linesize.2, raw.linesize.3]
    let plane = Int(component.plane)
    let subsampled = index > 0
    let widthShift = subsampled ? Int32(descriptor.pointee.log2_chroma_w) : 0
    let heightShift = subsampled ? Int32(descriptor.pointee.log2_chroma_h) : 0
    // -((-a) >> b) rounds up, as libavutil's AV_CEIL_RSHIFT does.
    return Component(
      base: UnsafePointer(planes[plane] ?? planes[0]!) + Int(component.offset), lineSize: Int(lineSizes[plane]),
      width: Int(-((-raw.width) >> widthShift)), height: Int(-((-raw.height) >> heightShift)),
      step: Int(component.step), wide: component.depth > 8,
      shift: UInt16(max(0, Int(component.shift) + Int(component.depth) - 8)))
  }
}
