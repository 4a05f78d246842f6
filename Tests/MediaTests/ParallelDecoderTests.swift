import Documents
import Foundation
@testable import Media
import TestSupport
import Testing

/// Groups of pictures decoded side by side.
@Suite struct ParallelDecoderTests {
  /// The times of all pictures, with how they were come by.
  private func pictures(_ film: String, threads: Int, mostBytes: Int) throws -> [Int64?] {
    let input = try Input(path: film, limits: Limits())
    var times: [Int64?] = []
    let decoder = try ParallelDecoder(
      input, threads: threads, oneKeyEach: false, lean: false, mostBytes: mostBytes,
      plan: { _ in ParallelDecoder.Plan(effort: .whole) }, quietTest: { { _, _ in false } },
      deliver: { times.append($0.pts) })
    let packet = try Packet()
    while try input.read(packet) { if packet.streamIndex == input.videoStreamIndex { try decoder.send(packet) } }
    try decoder.finish()
    return times
  }

  /// Of films of 8K a single key frame has more bytes than may wait. Where it waits behind a group that is still open, waiting for it
  /// would never end.
  @Test(.timeLimit(.minutes(1)), arguments: [1, 2]) func framesLargerThanWhatMayWaitDoNotStall(threads: Int) throws {
    // Open groups: frames shown before a key frame follow it.
    let film = try Film.make(
      [
        "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=6", "-c:v", "libx264", "-g", "20", "-bf", "2", "-x264-params",
        "open-gop=1", "-pix_fmt", "yuv420p",
      ], as: "mkv")
    let all = try pictures(film, threads: threads, mostBytes: ParallelDecoder.mostBytes)
    #expect(all.count == 150)
    #expect(try pictures(film, threads: threads, mostBytes: 1) == all)
  }
}
