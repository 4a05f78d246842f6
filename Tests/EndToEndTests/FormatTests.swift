import TestSupport
import Testing

/// Scenes and frame numbers over codecs and containers, from one batch over a folder of films with known cuts.
struct FormatTests {
  /// A film's file name and the arguments that encode the master into it.
  struct Format: Sendable, CustomTestStringConvertible {
    let name: String
    let arguments: [String]
    var testDescription: String { name }
    var fileExtension: String { String(name.split(separator: ".").last!) }

    init(_ name: String, _ arguments: String) {
      self.name = name
      self.arguments = arguments.split(separator: " ").map(String.init)
    }
  }

  static let formats = [
    Format("h264.mp4", "-c:v libx264 -preset veryfast -bf 3"),
    Format("h264.mkv", "-c:v libx264 -preset veryfast -bf 3 -refs 4"),
    Format("h264.mov", "-c:v libx264 -preset ultrafast"),
    Format("h264.ts", "-c:v libx264 -preset veryfast -bf 2"),
    Format("h264.flv", "-c:v libx264 -preset veryfast -bf 2"),
    Format("h264.avi", "-c:v libx264 -preset ultrafast -bf 0"),
    Format("h264-fragmented.mp4", "-c:v libx264 -preset veryfast -g 20 -movflags frag_keyframe+empty_moov"),
    Format("h264-10-bit.mkv", "-c:v libx264 -preset veryfast -pix_fmt yuv420p10le"),
    Format("h264-interlaced.ts", "-c:v libx264 -preset veryfast -flags +ilme+ildct -x264opts tff=1"),
    Format("hevc.mp4", "-c:v libx265 -preset ultrafast -x265-params log-level=none -bf 3"),
    Format("hevc.mkv", "-c:v libx265 -preset ultrafast -x265-params log-level=none"),
    Format("hevc.ts", "-c:v libx265 -preset ultrafast -x265-params log-level=none"),
    Format("hevc-10-bit.mp4", "-c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p10le"),
    Format("vp8.webm", "-c:v libvpx -deadline realtime -cpu-used 8 -auto-alt-ref 0"),
    Format("vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8"),
    Format("vp9.mkv", "-c:v libvpx-vp9 -deadline good -cpu-used 5 -lag-in-frames 16 -auto-alt-ref 1"),
    Format("vp9.mp4", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8"),
    Format("av1.mp4", "-c:v libsvtav1 -preset 12"),
    Format("av1.webm", "-c:v libaom-av1 -usage realtime -cpu-used 8"),
    Format("mpeg2.ts", "-c:v mpeg2video -q:v 3 -bf 2"),
    Format("mpeg2.mpg", "-c:v mpeg2video -q:v 3 -bf 2"),
    Format("mpeg2.mkv", "-c:v mpeg2video -q:v 3"),
    Format("mpeg2-interlaced.ts", "-c:v mpeg2video -q:v 3 -flags +ilme+ildct -top 1"),
    Format("mpeg4.avi", "-c:v mpeg4 -q:v 3"),
    Format("mpeg4.mp4", "-c:v mpeg4 -q:v 3 -bf 2"),
    Format("theora.ogg", "-c:v libtheora -q:v 7"),
    Format("mjpeg.avi", "-c:v mjpeg -q:v 3 -pix_fmt yuvj420p"),
    Format("mjpeg.mov", "-c:v mjpeg -q:v 3 -pix_fmt yuvj420p"),
    Format("ffv1.mkv", "-c:v ffv1"),
    Format("ffv1.avi", "-c:v ffv1"),
    Format("prores.mov", "-c:v prores_ks -profile:v 0 -pix_fmt yuv422p10le"),
    Format("rawvideo.avi", "-c:v rawvideo"),
    Format("rawvideo.mov", "-c:v rawvideo -pix_fmt uyvy422"),
    Format("sorenson.flv", "-c:v flv -q:v 3"),
  ]

  struct Run: Sendable {
    let folder: TemporaryFolder
    let batch: Batch
  }

  static let run = Result {
    let folder = try TemporaryFolder()
    for format in formats {
      try folder.copy(film(format), to: "films/\(format.name)")
    }
    return Run(
      folder: folder,
      batch: try Batch([folder("films")], into: folder("out"), ["--stages", "scenes,frames", "--frame-width", "0"]))
  }

  static func film(_ format: Format) throws -> String {
    try Film.make(["-i", Film.master()] + format.arguments, as: format.fileExtension)
  }

  @Test func `a batch over every format succeeds`() throws {
    let batch = try Self.run.get().batch
    #expect(batch.outcome.exitCode == 0)
    #expect(try batch.summary.totals.succeeded.int == Self.formats.count)
    #expect(try batch.results.count == Self.formats.count)
  }

  @Test(arguments: formats)
  func `frames are those of ffmpeg, in number and instant`(format: Format) throws {
    let document = try Self.run.get().batch.document(format.name)
    let frames = try FrameList(of: Self.film(format))
    #expect(frames.timestamps.count == Film.length, "the film is not what this test thinks it is")
    expectFrames(of: document, toBe: frames)
    #expect(document.status.string == "succeeded")
    #expect(document.media.video.decode_errors.int == 0)
    #expect(document.media.video.variable_frame_rate.bool == false)
  }

  @Test(arguments: formats)
  func `scenes start at the known cuts`(format: Format) throws {
    let document = try Self.run.get().batch.document(format.name)
    #expect(document.scenes.items.map { $0.start.frame.int } == Film.cuts)
    #expect(document.scenes.items.map { $0.transition_in.kind.string } == ["start", "cut", "cut"])
    #expect(document.scenes.items.last?.end.frame.int == Film.length)
  }

  @Test(arguments: formats)
  func `codec and picture format are those ffprobe names`(format: Format) throws {
    let video = try Self.run.get().batch.document(format.name).media.video
    let stream = try probe(Self.film(format), "codec_name,width,height,pix_fmt")
    #expect(video.codec == stream.codec_name)
    #expect(video.width == stream.width)
    #expect(video.height == stream.height)
    #expect(video.pixel_format == stream.pix_fmt)
  }

  @Test(arguments: formats)
  func `every scene has its picture, in place and whole`(format: Format) throws {
    let batch = try Self.run.get().batch
    try expectPictures(of: batch.document(format.name), in: "\(batch.output)/\(format.name)", codec: "mjpeg")
  }
}
