import CFFmpeg
import Documents

/// Containers of single pictures, made in memory.
enum StillContainer {
  /// An AVIF file of one AV1 picture.
  static func avif(
    _ packet: Packet, _ encoder: UnsafeMutablePointer<AVCodecContext>
  ) throws(MediaError) -> [UInt8] {
    guard let format = av_guess_format("avif", nil, nil) else {
      throw MediaError(.unsupportedCodec, "this FFmpeg cannot write AVIF pictures")
    }
    var made: UnsafeMutablePointer<AVFormatContext>?
    try Status.check(avformat_alloc_output_context2(&made, format, nil, nil), "write an AVIF picture")
    let context = try Owned(made, "a picture") { avformat_free_context($0) }
    try Status.check(avio_open_dyn_buf(&context.pointer.pointee.pb), "write an AVIF picture")
    let written = write(packet, encoder, to: context.pointer)
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = avio_close_dyn_buf(context.pointer.pointee.pb, &bytes)
    context.pointer.pointee.pb = nil
    defer { av_free(bytes) }
    try Status.check(written, "write an AVIF picture")
    return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
  }

  private static func write(
    _ packet: Packet, _ encoder: UnsafeMutablePointer<AVCodecContext>, to context: UnsafeMutablePointer<AVFormatContext>
  ) -> Int32 {
    guard let stream = avformat_new_stream(context, nil) else { return CR_ENOMEM }
    let copied = avcodec_parameters_from_context(stream.pointee.codecpar, encoder)
    guard copied >= 0 else { return copied }
    stream.pointee.time_base = encoder.pointee.time_base
    context.pointee.flags |= AVFMT_FLAG_BITEXACT
    let begun = avformat_write_header(context, nil)
    guard begun >= 0 else { return begun }
    packet.handle.pointer.pointee.stream_index = 0
    let added = av_write_frame(context, packet.handle.pointer)
    guard added >= 0 else { return added }
    return av_write_trailer(context)
  }
}
