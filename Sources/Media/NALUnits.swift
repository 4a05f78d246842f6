import CFFmpeg

/// The units that a packet of H.264 or HEVC is made of (ITU-T H.264 and H.265, 7.3.1 and annex B; ISO/IEC 14496-15, 5.3).
struct NALUnits {
  /// Bytes of the length before each unit; nil where start codes stand between them.
  private let lengthSize: Int?
  private let isHEVC: Bool

  /// Nil for other codecs.
  init?(_ parameters: AVCodecParameters) {
    guard parameters.codec_id == AV_CODEC_ID_H264 || parameters.codec_id == AV_CODEC_ID_HEVC else { return nil }
    isHEVC = parameters.codec_id == AV_CODEC_ID_HEVC
    // A decoder configuration record begins with its version, 1; start codes with 0.
    let place = isHEVC ? 21 : 4
    let count = Int(parameters.extradata_size)
    if let data = parameters.extradata, count > place, data[0] == 1 {
      lengthSize = Int(data[place] & 3) + 1
    } else {
      lengthSize = nil
    }
  }

  var hasStartCodes: Bool { lengthSize == nil }

  /// The types of the units, in order.
  func types(in packet: UnsafeMutablePointer<AVPacket>) -> [UInt8] {
    guard let data = packet.pointee.data else { return [] }
    let bytes = UnsafeBufferPointer(start: data, count: Int(packet.pointee.size))
    return (lengthSize.map { starts(bytes, lengthSize: $0) } ?? startCodes(bytes)).map { type(bytes[$0]) }
  }

  private func type(_ byte: UInt8) -> UInt8 { isHEVC ? (byte >> 1) & 0x3f : byte & 0x1f }

  private func starts(_ bytes: UnsafeBufferPointer<UInt8>, lengthSize: Int) -> [Int] {
    var found: [Int] = []
    var offset = 0
    while offset + lengthSize < bytes.count {
      let length = bytes[offset..<offset + lengthSize].reduce(0) { $0 << 8 | Int($1) }
      found.append(offset + lengthSize)
      offset += lengthSize + length
    }
    return found
  }

  private func startCodes(_ bytes: UnsafeBufferPointer<UInt8>) -> [Int] {
    var found: [Int] = []
    var zeros = 0
    for index in 0..<max(0, bytes.count - 1) {
      if zeros >= 2, bytes[index] == 1 { found.append(index + 1) }
      zeros = bytes[index] == 0 ? zeros + 1 : 0
    }
    return found
  }

  /// Whether decoding can begin with this picture and everything after it comes out whole: an instantaneous refresh in
  /// H.264 (other I pictures may be looked past by what follows them), any random access point in HEVC, whose leading
  /// pictures give themselves away by their timestamps.
  func isEntry(_ packet: UnsafeMutablePointer<AVPacket>) -> Bool {
    types(in: packet).contains { isHEVC ? (16...21).contains($0) : $0 == 5 }
  }

  /// Whether a sequence parameter set is among the units.
  func holdsParameterSets(_ packet: UnsafeMutablePointer<AVPacket>) -> Bool {
    types(in: packet).contains(isHEVC ? 33 : 7)
  }
}
