import Foundation
import TestSupport
import Testing

/// Films that were cut off or overwritten: what decoded is kept, the damage is counted, nothing crashes.
struct DamageTests {
  static let sources: [(name: String, make: @Sendable () throws -> String)] = [
    ("h264.mp4", { try Film.withSound() }),
    ("h264.mkv", { try Film.make(["-i", Film.withSound(), "-c", "copy"], as: "mkv") }),
    ("h264.ts", { try Film.make(["-i", Film.withSound(), "-c", "copy"], as: "ts") }),
    ("mpeg2.mpg", { try Film.make(["-i", Film.master(), "-c:v", "mpeg2video", "-q:v", "3"], as: "mpg") }),
    ("mpeg4.avi", { try Film.make(["-i", Film.master(), "-c:v", "mpeg4", "-q:v", "3"], as: "avi") }),
    (
      "vp9.webm",
      {
        try Film.make(
          ["-i", Film.master(), "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"], as: "webm")
      }
    ),
    ("theora.ogg", { try Film.make(["-i", Film.master(), "-c:v", "libtheora", "-q:v", "7"], as: "ogg") }),
    (
      "hevc.mp4",
      {
        try Film.make(
          ["-i", Film.master(), "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"], as: "mp4")
      }
    ),
    ("mjpeg.avi", { try Film.make(["-i", Film.master(), "-c:v", "mjpeg", "-q:v", "3"], as: "avi") }),
    ("prores.mov", { try Film.make(["-i", Film.master(), "-c:v", "prores_ks"], as: "mov") }),
  ]

  /// Overwrites bytes from 40 % of the file on, far from the headers, by a seeded pattern (xorshift64).
  static func damaged(_ source: String, seed: UInt64) throws -> String {
    try Film.alter(source, "damaged \(seed)") { data in
      var state = seed
      let start = data.count * 2 / 5
      for offset in start..<min(start + 400, data.count * 4 / 5) {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        data[offset] = UInt8(truncatingIfNeeded: state)
      }
    }
  }

  /// The first six tenths of a file.
  private static func cutOff(_ source: String) throws -> String {
    try Film.alter(source, "cut off") { $0 = $0.prefix($0.count * 6 / 10) }
  }

  private static let seeds: [UInt64] = [1, 2, 3]

  static let run = Result {
    let folder = try TemporaryFolder()
    for source in sources {
      for seed in seeds {
        try folder.copy(damaged(source.make(), seed: seed), to: "films/damaged-\(seed)-\(source.name)")
      }
      try folder.copy(cutOff(source.make()), to: "films/cut-off-\(source.name)")
    }
    try folder.copy(Film.plain(), to: "films/whole.mp4")
    let batch = try Batch([folder("films")], into: folder("out"), ["--stages", "scenes,frames,audio"])
    return (folder: folder, batch: batch)
  }

  @Test func `damage to others does not touch a whole film`() throws {
    let batch = try Self.run.get().batch
    #expect(batch.outcome.exitCode == 1)
    #expect(try batch.results.count == Self.sources.count * (Self.seeds.count + 1) + 1)
    let document = try batch.document("whole.mp4")
    #expect(document.status.string == "succeeded")
    #expect(document.media.video.decode_errors.int == 0)
    #expect(document.scenes.items.map { $0.start.frame.int } == Film.cuts)
  }

  @Test(arguments: sources.map(\.name))
  func `overwritten bytes never crash a worker or break a document`(name: String) throws {
    for seed in Self.seeds {
      let document = try Self.run.get().batch.document("damaged-\(seed)-\(name)")
      #expect(document.errors.items.allSatisfy { $0.code.string != "worker_crashed" && $0.code.string != "internal" })
      #expect((document.status.string == "succeeded") == document.errors.items.isEmpty)
      #expect(!document.holdsNull)
      if document.status.string != "failed" {
        expectSeconds(of: document)
        expectTiling(of: document)
      }
    }
  }

  // Not VP9: its decoder takes anything for a picture, and ffmpeg says nothing either.
  @Test(arguments: sources.map(\.name).filter { $0 != "vp9.webm" })
  func `damage that ffmpeg notices is counted or is an error`(name: String) throws {
    let source = try #require(Self.sources.first { $0.name == name }).make()
    var noticed = 0
    for seed in Self.seeds {
      let said = try TestSupport.run(
        "/usr/bin/ffmpeg",
        ["-nostdin", "-v", "error", "-i", Self.damaged(source, seed: seed), "-map", "0:v:0", "-f", "null", "-"])
      guard !said.errors.isEmpty else { continue }
      noticed += 1
      let document = try Self.run.get().batch.document("damaged-\(seed)-\(name)")
      let damage = document.media.video.decode_errors.int ?? 0
      // What the container's checksums say is a warning: the decoder may have got every picture.
      let warned = document.warnings.items.contains { $0.code.string == "container_errors" }
      #expect(damage > 0 || warned || !document.errors.items.isEmpty, "seed \(seed): \(said.errors)")
    }
    #expect(noticed > 0, "the films are not what this test thinks they are")
  }

  @Test(arguments: ["h264.mkv", "mpeg4.avi", "vp9.webm", "mjpeg.avi"])
  func `a film that was cut off is partial and keeps what there is`(name: String) throws {
    let batch = try Self.run.get().batch
    let document = try batch.document("cut-off-\(name)")
    let source = try #require(Self.sources.first { $0.name == name })
    let frames = try FrameList(of: Self.cutOff(source.make()))
    #expect((1..<Film.length).contains(frames.timestamps.count), "the film is not what this test thinks it is")
    #expect(document.status.string == "partial")
    #expect(document.errors[0].code.string == "corrupt")
    #expect(abs((document.media.video.frame_count.int ?? 0) - frames.timestamps.count) <= 1)
    expectTiling(of: document)
    try expectPictures(of: document, in: "\(batch.output)/cut-off-\(name)", codec: "mjpeg")
  }

  @Test(arguments: ["h264.ts", "mpeg2.mpg", "theora.ogg"])
  func `a stream that was cut off keeps what there is`(name: String) throws {
    // Nothing in these says how long they were meant to be.
    let document = try Self.run.get().batch.document("cut-off-\(name)")
    #expect(["succeeded", "partial"].contains(document.status.string))
    #expect((1..<Film.length).contains(document.media.video.frame_count.int ?? 0))
    expectTiling(of: document)
  }

  @Test(arguments: ["h264.mp4", "hevc.mp4", "prores.mov"])
  func `a film without its index fails as corrupt`(name: String) throws {
    expectFailure("corrupt", try Self.run.get().batch.document("cut-off-\(name)"))
  }

  @Test(arguments: seeds)
  func `a damaged film has the same damage whatever the threads`(seed: UInt64) throws {
    let documents = try onThreads(seed).map {
      try JSON(Data("\($0.trimmingCharacters(in: .whitespaces).dropLast(2)) }".utf8))
    }
    #expect((documents[0].media.video.decode_errors.int ?? 0) > 0)
    for other in documents.dropFirst() {
      #expect(other.media.video == documents[0].media.video)
      #expect(other.status == documents[0].status)
      #expect(other.scenes == documents[0].scenes)
      #expect(other.frames == documents[0].frames)
    }
  }

  @Test(arguments: seeds)
  func `a damaged film gives the same bytes every time`(seed: UInt64) throws {
    let documents = try onThreads(seed)
    #expect(documents[0] == documents[1])
    #expect(documents[0] == documents[2])
  }

  /// The documents of the same damaged film on one thread, two and four, up to their timings.
  private func onThreads(_ seed: UInt64) throws -> [String] {
    let folder = try TemporaryFolder()
    let film = try folder.copy(Self.damaged(Self.sources[1].make(), seed: seed), to: "film.mkv")
    return try ["1", "2", "4"].map { threads in
      let options = ["--threads", threads, "--stages", "scenes,frames,audio"]
      return try analysisWithoutTimings(in: Batch([film], into: folder("out-\(threads)"), options).output)
    }
  }
}
