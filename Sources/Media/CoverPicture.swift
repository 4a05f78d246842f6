import CFFmpeg
package import Documents
import FoundationEssentials

/// A JPEG or PNG picture, as it was compressed, to go into a sound file.
package struct CoverPicture: Sendable {
  package let bytes: [UInt8]
  package let width: Int
  package let height: Int
  package let isPNG: Bool

  /// Reads a picture file. Throws what ``Input`` throws, and `unsupported_codec` where it is neither JPEG nor PNG.
  package init(path: String, limits: Limits) throws(MediaError) {
    let input = try Input(path: path, limits: limits)
    guard let video = input.description.video, ["mjpeg", "png"].contains(video.codec) else {
      throw MediaError(.unsupportedCodec, "a cover has to be a JPEG or PNG picture")
    }
    let packet = try Packet()
    guard try input.read(packet) else { throw MediaError(.corrupt, "the picture is empty") }
    let raw = packet.handle.pointer.pointee
    bytes = Array(UnsafeBufferPointer(start: raw.data, count: Int(raw.size)))
    width = video.width
    height = video.height
    isPNG = video.codec == "png"
  }

  /// The cover inside a sound file; nil where there is none.
  package static func attached(in path: String, limits: Limits) throws(MediaError) -> CoverPicture? {
    let input = try Input(path: path, limits: limits)
    for index in 0..<input.context.pointer.streamCount {
      guard let stream = input.context.pointer.stream(index)?.pointee,
        stream.disposition & AV_DISPOSITION_ATTACHED_PIC != 0, let data = stream.attached_pic.data,
        [AV_CODEC_ID_MJPEG, AV_CODEC_ID_PNG].contains(stream.codecpar.pointee.codec_id)
      else { continue }
      let bytes = Array(UnsafeBufferPointer(start: data, count: Int(stream.attached_pic.size)))
      let (width, height) = (Int(stream.codecpar.pointee.width), Int(stream.codecpar.pointee.height))
      let isPNG = stream.codecpar.pointee.codec_id == AV_CODEC_ID_PNG
      return CoverPicture(bytes: bytes, width: width, height: height, isPNG: isPNG)
    }
    return nil
  }

  private init(bytes: [UInt8], width: Int, height: Int, isPNG: Bool) {
    self.bytes = bytes
    self.width = width
    self.height = height
    self.isPNG = isPNG
  }

  func describe(_ stream: UnsafeMutablePointer<AVStream>) throws(MediaError) {
    let parameters = stream.pointee.codecpar
    parameters?.pointee.codec_type = AVMEDIA_TYPE_VIDEO
    parameters?.pointee.codec_id = isPNG ? AV_CODEC_ID_PNG : AV_CODEC_ID_MJPEG
    parameters?.pointee.width = Int32(width)
    parameters?.pointee.height = Int32(height)
    parameters?.pointee.format = isPNG ? AV_PIX_FMT_RGB24.rawValue : AV_PIX_FMT_YUVJ420P.rawValue
    stream.pointee.disposition |= AV_DISPOSITION_ATTACHED_PIC
    stream.pointee.time_base = AVRational(num: 1, den: 90_000)
    av_dict_set(&stream.pointee.metadata, "comment", "Cover (front)", 0)
  }

  func packet() throws(MediaError) -> Packet {
    let packet = try Packet()
    try Status.check(av_new_packet(packet.handle.pointer, Int32(bytes.count)), "hold the cover")
    bytes.withUnsafeBufferPointer { bytes in
      guard let source = bytes.baseAddress else { return }
      packet.handle.pointer.pointee.data.update(from: source, count: bytes.count)
    }
    packet.handle.pointer.pointee.flags |= AV_PKT_FLAG_KEY
    packet.handle.pointer.pointee.pts = 0
    packet.handle.pointer.pointee.dts = 0
    return packet
  }

  /// The picture block of FLAC (RFC 9639, 8.8) in base 64, which is how Ogg's comments carry pictures.
  var pictureBlock: String {
    func number(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
    let kind = Array((isPNG ? "image/png" : "image/jpeg").utf8)
    let frontCover = 3
    var block = number(frontCover) + number(kind.count) + kind + number(0)
    block += number(width) + number(height) + number(24) + number(0) + number(bytes.count) + bytes
    return Data(block).base64EncodedString()
  }
}
