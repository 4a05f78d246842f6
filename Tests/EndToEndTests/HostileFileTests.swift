import Foundation
import TestSupport
import Testing

/// Files made to harm whoever opens them: each ends in a document with a code of the list, soon, and nothing is left.
struct HostileFileTests {
  /// Writes one hostile file of each kind into the folder that is its argument.
  private static let maker = """
    import os, struct, sys, zlib
    folder = sys.argv[1]

    def write(name, data):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    def png(width, height, rows):
        head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
        deflate = zlib.compressobj(9)
        body = b"".join(deflate.compress(bytes(width + 1)) for _ in range(rows)) + deflate.flush()
        return b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")

    def element(number, data):
        size = len(data)
        return bytes.fromhex(number) + struct.pack(">Q", size | 1 << 56) + data

    def track(number):
        return element("AE", element("D7", struct.pack(">H", number)) + element("73C5", struct.pack(">H", number))
                       + element("83", b"\\x02") + element("86", b"A_PCM/INT/LIT")
                       + element("E1", element("B5", struct.pack(">d", 8000)) + element("9F", b"\\x01")))

    ebml = element("1A45DFA3", element("4286", b"\\x01") + element("4282", b"matroska") + element("4287", b"\\x04"))
    info = element("1549A966", element("2AD7B1", struct.pack(">I", 1000000)) + element("4489", struct.pack(">d", 1000.0)))
    tracks = element("1654AE6B", b"".join(track(n) for n in range(1, 10001)))

    write("vector.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>')
    write("words.srt", b"1\\n00:00:00,000 --> 99:59:59,000\\n<font face='/etc/passwd'>x</font>\\n")
    write("bomb.png", png(9000, 9000, 9000))
    write("line.png", png(1, 1000000, 1000))
    write("tall.mp4", png(1000000, 1000000, 1))
    cluster = element("1F43B675", element("E7", b"\\x00") + element("A3", b"\\x81\\x00\\x00\\x80\\x00\\x00"))
    write("streams.mkv", ebml + element("18538067", info + tracks + cluster))
    write("segments.mkv", ebml + element("18538067", element("1549A966", element("3EB923", bytes(range(16)))
          + element("3E83BB", b"/etc/passwd") + element("3C83AB", b"/etc/passwd")) + element("1654AE6B", track(1))))
    """

  private static let result = Result {
    let folder = try TemporaryFolder()
    try folder.folder("in")
    try folder.folder("work")
    try folder.write(maker, to: "make.py")
    _ = try tool("python3", [folder("make.py"), folder("in")])
    try folder.copy("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", to: "in/letters.mov")
    let long = try Film.alter(Film.plain(), "of 2^31 seconds") { data in
      // mvhd, tkhd and mdhd hold the duration as 32 bits: every one of them is the largest there is.
      for (name, offset) in [("mvhd", 20), ("tkhd", 24), ("mdhd", 20)] {
        if let found = data.range(of: Data(name.utf8)) {
          let at = found.lowerBound + offset
          data.replaceSubrange(at..<at + 4, with: [0x7f, 0xff, 0xff, 0xff])
        }
      }
    }
    try folder.copy(long, to: "in/long.mp4")
    let wide = try Film.alter(Film.make(["-i", Film.master(), "-c:v", "mpeg4"], as: "avi"), "of a negative width") {
      // The bytes of a BITMAPINFOHEADER are little endian, and its width is signed.
      if let found = $0.range(of: Data("strf".utf8)) {
        $0.replaceSubrange(found.upperBound + 8..<found.upperBound + 12, with: [0xe1, 0x8b, 0x91, 0xc8])
      }
    }
    try folder.copy(wide, to: "in/wide.avi")
    let greedy = try Film.alter(Film.plain(), "with a huge sample entry") {
      if let found = $0.range(of: Data("stsd".utf8)) { $0[found.upperBound + 8] = 8 }
    }
    try folder.copy(greedy, to: "in/greedy.mp4")
    let torn = try Film.alter(Film.make(["-i", Film.plain(), "-c", "copy"], as: "mkv"), "cut off within its header") {
      if let found = $0.range(of: Data("V_MPEG4".utf8)) { $0 = $0.prefix(found.upperBound + 33) }
    }
    try folder.copy(torn, to: "in/torn.mkv")
    try folder.copy(Film.plain(), to: "in/good.mp4")
    let inputs = everything(in: folder("in")).map { folder("in/\($0)") }
    let options = ["--stages", "scenes,frames", "--work-dir", folder("work"), "--timeout", "60s"]
    return (folder, try Batch(inputs, into: folder("out"), options, timeLimit: 170))
  }

  private static let codes: Set = [
    "not_media", "no_video", "unsupported_codec", "corrupt", "limit_exceeded", "forbidden_reference",
  ]

  @Test(
    arguments: [
      "vector.svg", "words.srt", "bomb.png", "line.png", "tall.mp4", "streams.mkv", "segments.mkv", "letters.mov",
      "long.mp4", "wide.avi", "greedy.mp4", "torn.mkv",
    ])
  func `ends in a document`(name: String) throws {
    let (folder, batch) = try Self.result.get()
    let document = try batch.document(name)
    let codes = document.errors.items.compactMap { $0.code.string }
    #expect(Set(codes).isSubset(of: Self.codes), "\(codes)")
    #expect(document.status.string == "succeeded" || !codes.isEmpty)
    #expect((document.timings.wall_seconds.double ?? .infinity) < 30)
    #expect(!(try contents(of: folder("out/\(name)/analysis.json"))).contains("root:x".utf8))
  }

  @Test func `its neighbour is analysed, and nothing is left`() throws {
    let (folder, batch) = try Self.result.get()
    #expect(try batch.document("good.mp4").status.string == "succeeded")
    #expect(everything(in: folder("work")).isEmpty)
  }

  @Test(arguments: ["wide.avi", "greedy.mp4", "torn.mkv"])
  func `a header that cannot be true is damage`(name: String) throws {
    let (folder, batch) = try Self.result.get()
    #expect(try batch.document(name).errors.items.map { $0.code.string } == ["corrupt"])
    let document = try contents(of: folder("out/\(name)/analysis.json"))
    #expect(try SchemaTests.complaints([document], schema: "analysis") == [])
  }

  @Test(arguments: ["exact", "balanced", "fast"])
  func `no workspace is left, at any speed`(speed: String) throws {
    let folder = try TemporaryFolder()
    try folder.folder("work")
    let options = ["--stages", "scenes,frames,audio", "--speed", speed, "--work-dir", folder("work")]
    let batch = try Batch([Film.withSound()], into: folder("out"), options)
    #expect(batch.outcome.exitCode == 0, "\(batch.outcome.errors)")
    #expect(everything(in: folder("work")).isEmpty)
  }

  @Test func `a film that cannot be copied does not end the batch`() throws {
    let folder = try TemporaryFolder()
    let vorbis = try ["-i", Film.plain(), "-f", "lavfi", "-i", "sine=d=3.2", "-c:v", "copy", "-c:a", "libvorbis"]
    // Without the number of its headers, which stands before the first, Vorbis cannot be put into another file.
    let film = try Film.alter(Film.make(vorbis, as: "mkv"), "without Vorbis headers") {
      if let found = $0.range(of: Data("\u{1}vorbis".utf8)) { $0[found.lowerBound - 3] = 9 }
    }
    try folder.copy(film, to: "in/a.mkv")
    try folder.copy(Film.plain(), to: "in/b.mp4")
    let batch = try Batch(
      [folder("in")], into: folder("out"), ["--stages", "scenes", "--clips", "copy", "--jobs", "1"])
    #expect(batch.outcome.exitCode == 1)
    let damaged = try batch.document("a.mkv")
    #expect(damaged.status.string == "partial")
    #expect(damaged.errors.items.map { $0.code.string } == ["corrupt"], "\(damaged.errors)")
    #expect(try batch.document("b.mp4").status.string == "succeeded")
  }

  @Test func `too many streams and too many pixels are named`() throws {
    let (_, batch) = try Self.result.get()
    #expect(try batch.document("streams.mkv").errors[0].limit.string == "streams")
    for name in ["bomb.png", "tall.mp4"] {
      #expect(try batch.document(name).errors[0].limit.string == "pixels", "\(name)")
    }
  }
}
