import Documents
import Foundation
@testable import Media
import TestSupport
import Testing
import Timing

/// A film opened a second time, by way of what the first opening found.
@Suite struct SecondOpeningTests {
  /// What a packet of the video says.
  private struct Facts: Equatable {
    var pts: Int64?
    var bytes: Int
    var isKey: Bool
  }

  private static let kinds: [(name: String, arguments: [String], container: String)] = [
    ("mp4", [], "mp4"), ("mov", [], "mov"), ("mkv", [], "mkv"),
    ("variable rate", ["-vf", "select='mod(n,5)+1-eq(mod(n,7),3)'", "-vsync", "vfr"], "mkv"),
    ("late start", ["-output_ts_offset", "7.5"], "mkv"),
    ("edit list", ["-ss", "0.5", "-c", "copy"], "mp4"),
    ("webm", ["-c:v", "libvpx", "-c:a", "libvorbis"], "webm"),
    ("avi", ["-c:v", "mpeg4", "-c:a", "libmp3lame"], "avi"),
    ("transport stream", [], "ts"), ("program stream", ["-c:v", "mpeg2video"], "mpg"),
  ]

  private static func film(_ index: Int) throws -> String {
    let kind = kinds[index]
    return try Film.make(["-i", Film.withSound()] + kind.arguments, as: kind.container)
  }

  private func packets(_ input: Input) throws -> [Facts] {
    let packet = try Packet()
    var all: [Facts] = []
    while try input.read(packet) {
      guard packet.streamIndex == input.videoStreamIndex else { continue }
      let facts = input.facts(of: packet)
      all.append(Facts(pts: facts.pts, bytes: facts.bytes, isKey: facts.isKey))
    }
    return all
  }

  private func packetsByFFprobe(_ film: String) throws -> [Facts] {
    let lines = try tool(
      "ffprobe",
      [
        "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts,size,flags", "-of",
        "compact=print_section=0", film,
      ]
    ).lines
    return lines.map { line in
      let values = Dictionary(
        uniqueKeysWithValues: line.split(separator: "|").map { $0.split(separator: "=") }.filter { $0.count == 2 }
          .map { ($0[0], String($0[1])) })
      return Facts(
        pts: values["pts"].flatMap { Int64($0) }, bytes: values["size"].flatMap { Int($0) } ?? -1,
        isKey: values["flags"]?.hasPrefix("K") ?? false)
    }
  }

  @Test(arguments: kinds.indices) func `packets and times are those of the first opening`(index: Int) throws {
    let film = try Self.film(index)
    let first = try Input(path: film, limits: Limits())
    // What the first one has read by then does not matter.
    let packet = try Packet()
    for _ in 0..<10 { #expect(try first.read(packet)) }
    let second = try Input(again: first)
    #expect(second.description == first.description)
    #expect(second.startMicroseconds == first.startMicroseconds)
    #expect(second.bytes == first.bytes)
    #expect(second.streamCount == first.streamCount)
    let video = try #require(first.videoStreamIndex)
    #expect(second.videoStreamIndex == video)
    #expect(second.clock(stream: video) == first.clock(stream: video))
    #expect(second.videoArea == first.videoArea && second.videoArea > 0)
    #expect(second.videoCodec == first.videoCodec)
    let found = try packets(second)
    #expect(!found.isEmpty)
    #expect(try found == packetsByFFprobe(film), "\(Self.kinds[index].name)")
  }

  @Test(arguments: kinds.indices) func `decodes to the same frames at the same times`(index: Int) throws {
    let film = try Self.film(index)
    func frames(_ input: Input) throws -> [(pts: Int64, luma: [UInt8])] {
      let decoder = try VideoDecoder(input, threads: 1)
      let (packet, frame) = (try Packet(), try VideoFrame())
      var all: [(Int64, [UInt8])] = []
      func drain() throws {
        while let time = try decoder.receive(frame) { all.append((time.pts, try frame.analysisPicture().luma.bytes)) }
      }
      while try input.read(packet) {
        guard packet.streamIndex == input.videoStreamIndex else { continue }
        try decoder.send(packet)
        try drain()
      }
      try decoder.send(nil)
      try drain()
      return all
    }
    let first = try Input(path: film, limits: Limits())
    let second = try frames(Input(again: first))
    let expected = try frames(first)
    #expect(second.count > 40)
    #expect(second.map(\.pts) == expected.map(\.pts))
    #expect(second.map(\.luma) == expected.map(\.luma))
  }

  @Test func `a film that was replaced meanwhile is looked into anew`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.withSound(), to: "film.mp4")
    let first = try Input(path: folder("film.mp4"), limits: Limits())
    let other = try Film.make(Film.segments("320x240") + ["-c:v", "mpeg4"], as: "mp4")
    try folder.write(contents(of: other), to: "film.mp4")
    let second = try Input(again: first)
    #expect(second.videoArea == 320 * 240)
    #expect(try packets(second) == packetsByFFprobe(other))
  }

  @Test func `fails as the first opening does`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.withSound(), to: "film.mp4")
    var limits = Limits()
    limits.maxPixels = 160 * 120
    let first = try Input(path: folder("film.mp4"), limits: limits)
    func code() -> ErrorCode? {
      do { _ = try Input(again: first) } catch { return error.code }
      return nil
    }
    #expect(code() == nil)
    try folder.write(
      contents(of: Film.make(Film.segments("320x240") + ["-c:v", "libx264"], as: "mp4")), to: "film.mp4")
    #expect(code() == .limitExceeded)
    try folder.write(
      Data("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nother.ts\n#EXT-X-ENDLIST\n".utf8), to: "film.mp4")
    #expect(code() == .forbiddenReference)
    try folder.write(Data("nothing".utf8), to: "film.mp4")
    #expect(code() == .notMedia)
    try FileManager.default.removeItem(atPath: folder("film.mp4"))
    #expect(code() == .notFound)
  }
}
