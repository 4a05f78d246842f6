import Foundation
import TestSupport
import Testing

/// What every analysis document must hold to, whatever the film.

/// The frame count is that of ffmpeg, and every instant in scenes and frames is that of the frame it names.
func expectFrames(of document: JSON, toBe frames: FrameList, sourceLocation: SourceLocation = #_sourceLocation) {
  let video = document.media.video
  #expect(video.frame_count.int == frames.timestamps.count, sourceLocation: sourceLocation)
  let instants = document.scenes.items.map(\.start) + document.frames.items.map(\.at)
  #expect(!instants.isEmpty, sourceLocation: sourceLocation)
  for instant in instants {
    #expect(
      frames.frame(instant.frame.int ?? -1, isAt: instant.pts.int, base: video.time_base.string),
      "\(instant) is not that of ffmpeg's frame", sourceLocation: sourceLocation)
  }
  expectSeconds(of: document, sourceLocation: sourceLocation)
  expectTiling(of: document, sourceLocation: sourceLocation)
}

/// Seconds are the timestamp times the time base minus the container's start, to the microsecond.
func expectSeconds(of document: JSON, sourceLocation: SourceLocation = #_sourceLocation) {
  let base = (document.media.video.time_base.string ?? "").split(separator: "/").compactMap { Double($0) }
  guard base.count == 2, let zero = document.media.start_seconds.double else {
    Issue.record("no time base or no start", sourceLocation: sourceLocation)
    return
  }
  let instants =
    document.scenes.items.flatMap { [$0.start, $0.end] } + document.frames.items.map(\.at)
    + document.text_tracks.items.flatMap { [$0.start, $0.end] }
  for instant in instants {
    let seconds = Double(instant.pts.int ?? .min) * base[0] / base[1] - zero
    #expect(
      abs((instant.seconds.double ?? .infinity) - seconds) <= 1.5e-6, "\(instant)", sourceLocation: sourceLocation)
  }
}

/// Scenes are numbered from 1, each ends where the next begins, and they hold every frame of the film.
func expectTiling(of document: JSON, sourceLocation: SourceLocation = #_sourceLocation) {
  let scenes = document.scenes.items
  #expect(scenes.map { $0.id.int } == Array(1...max(1, scenes.count)), sourceLocation: sourceLocation)
  #expect(scenes.first?.start.frame.int == 0, sourceLocation: sourceLocation)
  #expect(scenes.last?.end.frame == document.media.video.frame_count, sourceLocation: sourceLocation)
  for (scene, next) in zip(scenes, scenes.dropFirst()) {
    #expect(scene.end == next.start, sourceLocation: sourceLocation)
  }
  for scene in scenes {
    let length = (scene.end.seconds.double ?? 0) - (scene.start.seconds.double ?? 0)
    #expect(length > 0, sourceLocation: sourceLocation)
    #expect(abs((scene.duration_seconds.double ?? 0) - length) < 2.5e-6, sourceLocation: sourceLocation)
  }
}

/// Every scene has `count` pictures or more; each is a file of the stated size and shape, inside its scene.
func expectPictures(
  of document: JSON, in folder: String, codec: String, atLeast count: Int = 1,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let pictures = document.frames.items
  for scene in document.scenes.items {
    let mine = pictures.filter { $0.scene_id == scene.id }
    #expect(mine.count >= count, "scene \(scene.id)", sourceLocation: sourceLocation)
    for picture in mine {
      let frame = try #require(picture.at.frame.int, sourceLocation: sourceLocation)
      let span = try #require(scene.start.frame.int)..<#require(scene.end.frame.int)
      #expect(span.contains(frame), sourceLocation: sourceLocation)
    }
  }
  #expect(pictures.map { $0.file.string ?? "" }.sorted() == pictures.map { $0.file.string ?? "" })
  #expect(
    everything(in: "\(folder)/frames").count == pictures.count, "pictures nobody names", sourceLocation: sourceLocation)
  for picture in pictures {
    let file = "\(folder)/\(try #require(picture.file.string, sourceLocation: sourceLocation))"
    #expect(try size(of: file) == picture.bytes.int, sourceLocation: sourceLocation)
    let stream = try probe(file, "codec_name,width,height")
    #expect(stream.codec_name.string == codec, sourceLocation: sourceLocation)
    #expect(stream.width == picture.width, sourceLocation: sourceLocation)
    #expect(stream.height == picture.height, sourceLocation: sourceLocation)
  }
}

/// The input failed with `code`, and said so in a sentence.
func expectFailure(
  _ code: String, _ document: JSON, limit: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(document.status.string == "failed", sourceLocation: sourceLocation)
  #expect(document.errors[0].code.string == code, sourceLocation: sourceLocation)
  #expect(document.errors[0].limit.string == limit, sourceLocation: sourceLocation)
  #expect((document.errors[0].message.string ?? "").count > 5, sourceLocation: sourceLocation)
  #expect(document.errors[0].retryable.bool != nil, sourceLocation: sourceLocation)
}
