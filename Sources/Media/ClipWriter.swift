import CFFmpeg
import Documents

/// Writes one encoded clip: a picture and any number of sounds.
package final class ClipWriter {
  /// A sound of the clip.
  package struct Sound {
    package let reader: SoundReader
    package let file: SoundFile
    /// Timestamp of the first sample, in samples.
    package let firstSample: Int

    package init(_ reader: SoundReader, file: SoundFile, firstSample: Int) {
      self.reader = reader
      self.file = file
      self.firstSample = firstSample
    }
  }

  /// Frames that were handed over, and packets of the picture that came of them.
  package private(set) var frames = 0
  package private(set) var packets = 0
  /// Whether odd sides of the picture were made even.
  package var isPadded: Bool { video.adapter.isPadded }

  private let file: ClipFile
  private let video: VideoEncoder
  private let sounds: [SoundPacketEncoder]

  /// Opens `path` and writes the header. `first` is the clip's first frame; `isSteady` tells that the film's frame rate does not change.
  package init(
    path: String, container: ClipContainer, film: Input, first: VideoFrame, encoding: PictureEncoding, sounds: [Sound],
    isSteady: Bool
  ) throws(MediaError) {
    guard let index = film.videoStreamIndex, let stream = film.context.pointer.stream(index) else {
      throw MediaError(.noVideo, "the file has no video stream")
    }
    let file = try ClipFile(path: path, container: container)
    let video = try VideoEncoder(
      encoding, first: first.handle.pointer, film: film, stream: stream, container: file.format)
    let place = try file.addStream(like: stream, encodedBy: video.context.pointer)
    if isSteady { file[place]?.pointee.avg_frame_rate = video.context.pointer.pointee.framerate }
    file[place]?.pointee.sample_aspect_ratio = video.context.pointer.pointee.sample_aspect_ratio
    if encoding.codec == .hevc, container.keepsOrientation {
      // Parameter sets stand in the header: the tag that every player knows.
      file[place]?.pointee.codecpar.pointee.codec_tag = 0x3163_7668  // "hvc1", first letter lowest
    }
    var encoders: [SoundPacketEncoder] = []
    for sound in sounds {
      guard let source = film.context.pointer.stream(sound.reader.streamIndex) else { continue }
      let encoder = try SoundPacketEncoder(
        sound.file, layout: sound.reader.layout, firstSample: Int64(sound.firstSample), container: file.format)
      _ = try file.addStream(like: source, encodedBy: encoder.encoder.pointer)
      encoders.append(encoder)
    }
    file.describe(like: film.context.pointer)
    try file.start()
    self.file = file
    self.video = video
    self.sounds = encoders
  }

  /// Adds a frame that is shown at `pts` for `duration` ticks of the film's video.
  package func write(_ frame: VideoFrame, pts: Int64, duration: Int64) throws(MediaError) {
    frames += 1
    try video.encode(frame.handle.pointer, pts: pts, duration: duration, putPicture)
  }

  /// Adds samples to a sound.
  package func write(sound: Int, _ samples: UnsafePointer<Float>, frames: Int) throws(MediaError) {
    let encoder = sounds[sound]
    try encoder.write(samples, frames: frames) { packet throws(MediaError) in try put(packet, sound, encoder) }
  }

  /// Encodes what is left and writes the end of the file; `progress` is told of every packet.
  package func finish(_ progress: () -> Void) throws(MediaError) {
    try video.finish { packet throws(MediaError) in
      try putPicture(packet)
      progress()
    }
    for (index, encoder) in sounds.enumerated() {
      try encoder.finish { packet throws(MediaError) in try put(packet, index, encoder) }
    }
    try file.finish()
  }

  private func putPicture(_ packet: Packet) throws(MediaError) {
    packets += 1
    try file.write(packet, to: 0, timeBase: video.timeBase)
  }

  private func put(_ packet: Packet, _ sound: Int, _ encoder: SoundPacketEncoder) throws(MediaError) {
    try file.write(packet, to: sound + 1, timeBase: encoder.timeBase)
  }
}
