import TestSupport
import Testing

/// The options that choose how many pictures there are, their format and their size.
struct FrameOptionTests {
  private func pictures(_ options: [String]) throws -> (batch: Batch, path: String, document: JSON) {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "film.mp4")
    let batch = try Batch(
      [folder("film.mp4")], into: folder("out"), ["--stages", "scenes,frames"] + options, keeping: folder)
    #expect(batch.outcome.exitCode == 0)
    return (batch, "\(batch.output)/film.mp4", try batch.document("film.mp4"))
  }

  @Test func `three pictures a scene are three, in the order of time`() throws {
    let (batch, path, document) = try pictures(["--frames-per-scene", "3"])
    try expectPictures(of: document, in: path, codec: "mjpeg", atLeast: 3)
    #expect(document.frames.items.count == 9)
    let frames = document.frames.items.compactMap { $0.at.frame.int }
    #expect(Set(frames).count == 9 && frames == frames.sorted())
    #expect(document.params.frames_per_scene.int == 3)
    #expect(batch.outcome.errors.isEmpty)
  }

  @Test(arguments: [("png", "png", ".png"), ("webp", "webp", ".webp"), ("jpeg", "mjpeg", ".jpg")])
  func `pictures are of the format that was asked for`(format: String, codec: String, suffix: String) throws {
    let (batch, path, document) = try pictures(["--frame-format", format])
    try expectPictures(of: document, in: path, codec: codec)
    #expect(document.frames.items.allSatisfy { $0.file.string?.hasSuffix(suffix) == true })
    #expect(batch.outcome.errors.isEmpty)
  }

  @Test func `a narrower picture keeps its shape`() throws {
    let (batch, path, document) = try pictures(["--frame-width", "80"])
    try expectPictures(of: document, in: path, codec: "mjpeg")
    #expect(document.frames.items.allSatisfy { $0.width.int == 80 && $0.height.int == 60 })
    #expect(batch.outcome.errors.isEmpty)
  }

  @Test func `lower quality makes smaller files`() throws {
    let bytes = try ["10", "95"].map { quality in
      try pictures(["--frame-quality", quality]).document.frames.items.compactMap { $0.bytes.int }.reduce(0, +)
    }
    #expect(bytes[0] * 2 < bytes[1])
  }

  @Test func `a picture shows the frame it names`() throws {
    // Grey that rises by 2 of 219 steps a frame, so that the grey tells the frame.
    let ramp = "geq=lum='if(lt(X,80),40+2*N,128)':cb=128:cr=128"
    let film = try Film.make(
      [
        "-f", "lavfi", "-i", "nullsrc=s=160x120:r=25:d=3.2,format=yuv420p,\(ramp)", "-c:v", "libx264", "-qp", "1",
        "-bf", "3",
      ],
      as: "mp4")
    let folder = try TemporaryFolder()
    try folder.copy(film, to: "ramp.mp4")
    let options = ["--stages", "scenes,frames", "--frames-per-scene", "9", "--frame-format", "png"]
    let batch = try Batch([folder("ramp.mp4")], into: folder("out"), options)
    let frames = try batch.document("ramp.mp4").frames.items
    #expect(frames.count >= 9)
    for frame in frames {
      let grey = try Picture("\(batch.output)/ramp.mp4/\(#require(frame.file.string))").color(0.2, 0.5)[1]
      let expected = Double(40 + 2 * (try #require(frame.at.frame.int)) - 16) * 255 / 219
      #expect(abs(Double(grey) - expected) <= 1.1, "\(frame.at)")
    }
  }
}
