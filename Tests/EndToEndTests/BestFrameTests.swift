import TestSupport
import Testing

/// The picture of a scene is one that a person would take: sharp and well lit, where the scene has such a frame.
struct BestFrameTests {
  private func best(_ filter: String) throws -> JSON {
    let film = try Film.make(["-f", "lavfi", "-i", "testsrc=s=320x240:r=25:d=6", "-vf", filter], as: "mp4")
    let folder = try TemporaryFolder()
    try folder.copy(film, to: "film.mp4")
    let batch = try Batch([folder("film.mp4")], into: folder("out"), ["--stages", "scenes,frames"])
    let document = try batch.document("film.mp4")
    #expect(document.scenes.items.count == 1)
    #expect(document.frames.items.count == 1)
    #expect((document.frames[0].scores.total.double ?? 0) > 0)
    return document.frames[0]
  }

  @Test func `the second that is sharp`() throws {
    let seconds = try #require(try best("boxblur=6:1:enable='not(between(t,2,3))'").at.seconds.double)
    #expect((2.0...3.0).contains(seconds))
  }

  @Test func `the part that is not dark`() throws {
    let seconds = try #require(try best("eq=brightness=-0.45:enable='lt(t,4)'").at.seconds.double)
    #expect(seconds >= 4)
  }

  @Test func `a film that is black has a picture all the same`() throws {
    let film = try Film.make(["-f", "lavfi", "-i", "color=black:s=320x240:r=25:d=2"], as: "mp4")
    let folder = try TemporaryFolder()
    try folder.copy(film, to: "film.mp4")
    let batch = try Batch([folder("film.mp4")], into: folder("out"), ["--stages", "scenes,frames"])
    #expect(try batch.document("film.mp4").frames.items.count == 1)
  }
}
