import CFFmpeg
package import Documents

/// Everything about a sound file to be written but its samples.
package struct SoundFile: Sendable {
  package var container: SoundContainer
  package var codec: SoundCodec
  package var bitRate: Int?
  package var quality: Double?
  /// Of the samples handed over; the file's own may differ where the codec does not take it.
  package var sampleRate: Int
  package var channels: Int
  /// Whether a codec without loss keeps 24 bits a sample, and not 16.
  package var isDeep = false
  /// Whether the first packets can be left out: MP3's frames otherwise lend each other room.
  package var framesStandAlone = false
  package var tags: [String: String] = [:]
  package var chapters: [Chapter] = []
  package var cover: CoverPicture?

  package init(container: SoundContainer, codec: SoundCodec, sampleRate: Int, channels: Int) {
    self.container = container
    self.codec = codec
    self.sampleRate = sampleRate
    self.channels = channels
  }
}

/// Encodes interleaved 32-bit floats into a file. The same samples give the same bytes.
package final class SoundWriter {
  /// Samples a second of the file.
  package let fileRate: Int

  private let path: String
  private let format: Owned<UnsafeMutablePointer<AVFormatContext>>
  private let encoder: SoundPacketEncoder
  private let stream: UnsafeMutablePointer<AVStream>

  /// Opens `path` for writing and writes the header. Throws `output_failed` where that cannot be done.
  package init(path: String, file: SoundFile) throws(MediaError) {
    _ = try SoundEncoder.find(file.codec)
    let format = try Muxer.open(path: path, container: file.container)
    let encoder = try SoundPacketEncoder(file, container: format.pointer.pointee.oformat)
    let stream = try Muxer.addStream(format.pointer)
    try Status.check(
      avcodec_parameters_from_context(stream.pointee.codecpar, encoder.encoder.pointer), "set up the file",
      as: .outputFailed)
    stream.pointee.time_base = encoder.timeBase
    try Muxer.describe(format.pointer, stream, file)
    try Muxer.start(format.pointer, container: file.container, path: path)
    try Muxer.attach(file.cover, to: format.pointer)
    self.path = path
    self.stream = stream
    self.encoder = encoder
    fileRate = Int(encoder.encoder.pointer.pointee.sample_rate)
    self.format = consume format
  }

  /// Adds interleaved samples; full scale is ±1.
  package func write(_ samples: UnsafePointer<Float>, frames: Int) throws(MediaError) {
    try encoder.write(samples, frames: frames, put)
  }

  /// Encodes what is left and writes the end of the file.
  package func finish() throws(MediaError) {
    try encoder.finish(put)
    try Muxer.finish(format.pointer, path: path)
  }

  private func put(_ packet: Packet) throws(MediaError) {
    packet.handle.pointer.pointee.stream_index = stream.pointee.index
    av_packet_rescale_ts(packet.handle.pointer, encoder.timeBase, stream.pointee.time_base)
    try Muxer.write(packet.handle.pointer, to: format.pointer, path: path)
  }
}
