import Documents
import Foundation
@testable import Media
import TestSupport
import Testing
import Timing

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

  /// While one thread decodes a long group the other goes on with the short ones behind it, as far as groups may be under way.
  @Test func shortGroupsDoNotWaitForALongOne() throws {
    let film = try Film.make(
      [
        "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=25:d=24", "-c:v", "libx264", "-preset", "ultrafast", "-g", "1000",
        "-sc_threshold", "0", "-forced-idr", "1", "-force_key_frames", "expr:gte(n,400)*not(mod(n,16))",
      ], as: "mkv")
    let input = try Input(path: film, limits: Limits())
    var (asked, delivered, underWay) = (0, 0, 0)
    let decoder = try ParallelDecoder(
      input, threads: 2, oneKeyEach: true, lean: false,
      plan: { group in
        (asked, underWay) = (group + 1, max(underWay, group - delivered))
        return ParallelDecoder.Plan(effort: .whole)
      }, delivered: { group, _ in delivered = group + 1 }, quietTest: { { _, _ in false } }, deliver: { _ in })
    let packet = try Packet()
    while try input.read(packet) { if packet.streamIndex == input.videoStreamIndex { try decoder.send(packet) } }
    try decoder.finish()
    #expect(asked == 14 && delivered == 14)
    // One less where the long group happens to be done early.
    #expect(underWay >= ParallelDecoder.planDistance - 2 && underWay < ParallelDecoder.planDistance)
  }

  /// A film that grows brighter by a level a frame: what leads over from one picture to a later one is what was left out.
  @Test(arguments: [1, 2]) func theRestOfAGroupLeadsOverToTheNextKeyFrame(threads: Int) throws {
    let film = try Film.make(
      [
        "-f", "lavfi", "-i", "nullsrc=s=160x90:r=25:d=8", "-vf", "geq=lum='20+N':cb=128:cr=128", "-c:v", "libx264",
        "-preset", "veryfast", "-qp", "4", "-g", "50", "-sc_threshold", "0", "-bf", "2", "-pix_fmt", "yuv420p",
      ], as: "mkv")
    let input = try Input(path: film, limits: Limits())
    let afterTwenty: RestTestMaker = { { _, packets in packets > 20 } }
    var lumas: [Double] = []
    var decoded: [Int] = []
    var left: [Int] = []
    let decoder = try ParallelDecoder(
      input, threads: threads, oneKeyEach: true, lean: true,
      plan: { ParallelDecoder.Plan(effort: .sparse, restTest: $0 % 2 == 1 ? afterTwenty : nil) },
      delivered: { _, frames in left.append(frames) }, quietTest: { { _, _ in false } },
      deliver: { (picture: GroupPicture) in
        if picture.isDecoded { decoded.append(lumas.count) }
        lumas.append(picture.picture.luma.mean)
      })
    let packet = try Packet()
    while try input.read(packet) { if packet.streamIndex == input.videoStreamIndex { try decoder.send(packet) } }
    try decoder.finish()
    try #require(lumas.count == 200 && left.count == 4)
    #expect(left[0] == 0 && left[2] == 0 && (25...30).contains(left[1]) && (25...30).contains(left[3]), "\(left)")
    // No frame of the rest was decoded, and none before it left out for it.
    #expect(!decoded.contains { (100 - left[1]..<100).contains($0) } && decoded.contains(100 - left[1] - 1))
    for frame in 0..<200 - left[3] { #expect(abs(lumas[frame] - Double(20 + frame)) < 2, "frame \(frame)") }
    // After the last group nothing comes that it could lead over to.
    #expect(lumas.suffix(left[3]).allSatisfy { abs($0 - Double(20 + 199 - left[3])) < 2 })
  }

  /// Groups may have thousands of frames, of which packets are small and come faster than they are decoded.
  @Test func framesThatWaitAreBounded() throws {
    let film = try Film.make(
      [
        "-f", "lavfi", "-i", "color=gray:s=64x64:r=100:d=60", "-c:v", "libx264", "-preset", "ultrafast", "-g", "5000",
        "-sc_threshold", "0",
      ], as: "mkv")
    let input = try Input(path: film, limits: Limits())
    var (sent, delivered, waiting) = (0, 0, 0)
    let decoder = try ParallelDecoder(
      input, threads: 2, oneKeyEach: true, lean: false, plan: { _ in ParallelDecoder.Plan(effort: .whole) },
      quietTest: { { _, _ in false } }, deliver: { _ in delivered += 1 })
    let packet = try Packet()
    while try input.read(packet) {
      guard packet.streamIndex == input.videoStreamIndex else { continue }
      try decoder.send(packet)
      sent += 1
      waiting = max(waiting, sent - delivered)
    }
    try decoder.finish()
    #expect(delivered == 6000)
    // The decoder itself may hold back some.
    #expect(waiting <= ParallelDecoder.mostFrames + 64)
  }
}
