import TestSupport
import Testing

/// Files that name other files: nothing beyond the input itself is opened.
struct PlaylistTests {
  /// Each names `OTHER`, which stands for the path of another file.
  static let playlists: [(name: String, text: String)] = [
    ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:3.2,\nOTHER\n#EXT-X-ENDLIST\n"),
    ("hidden.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:3.2,\nOTHER\n#EXT-X-ENDLIST\n"),
    (
      "key.m3u8",
      "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:METHOD=AES-128,URI=\"OTHER\"\n#EXTINF:3.2,\nOTHER\n#EXT-X-ENDLIST\n"
    ),
    ("list.ffconcat", "ffconcat version 1.0\nfile 'OTHER'\n"),
    ("concat.mkv", "ffconcat version 1.0\nfile OTHER\n"),
    ("description.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"),
    (
      "list.mpd",
      """
      <?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT3S"
       minBufferTime="PT1S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="video/mp4">
       <Representation id="1" bandwidth="1"><BaseURL>OTHER</BaseURL></Representation></AdaptationSet></Period></MPD>
      """
    ),
  ]

  @Test(
    arguments: playlists.map(\.name), ["film.ts", "file:/FOLDER/film.ts", "/etc/passwd", "http://127.0.0.1:9/film.ts"])
  func `a playlist is refused and what it names is never opened`(name: String, other: String) throws {
    let folder = try TemporaryFolder()
    let film = try Film.make(["-i", Film.plain(), "-c", "copy"], as: "ts")
    try folder.copy(film, to: "film.ts")
    let text = try #require(Self.playlists.first { $0.name == name }).text
    let target = other.replacing("/FOLDER", with: folder.path)
    try folder.write(text.replacing("OTHER", with: target), to: name)
    let watch = try OpenWatch(folder("film.ts"))
    let batch = try Batch([folder(name)], into: folder("out"), ["--stages", "scenes"], timeLimit: 30)
    #expect(!watch.wasOpened)
    #expect(batch.outcome.exitCode == 1)
    let document = try batch.document(name)
    #expect(document.status.string == "failed")
    #expect(["forbidden_reference", "not_media"].contains(document.errors[0].code.string))
    #expect(!(try contents(of: folder("out/\(name)/analysis.json"))).contains("root:".utf8))
  }

  @Test func `the watch sees a file that is opened`() throws {
    let folder = try TemporaryFolder()
    let film = try folder.copy(Film.make(["-i", Film.plain(), "-c", "copy"], as: "ts"), to: "film.ts")
    let watch = try OpenWatch(film)
    _ = try Batch([film], into: folder("out"), ["--stages", "scenes"])
    #expect(watch.wasOpened)
  }

  @Test func `an address and a protocol are not inputs`() throws {
    let folder = try TemporaryFolder()
    try folder.copy(Film.plain(), to: "film.mp4")
    for address in [
      "http://127.0.0.1:9/film.mp4", "file:\(folder("film.mp4"))", "concat:\(folder("film.mp4"))", "pipe:0",
    ] {
      let outcome = try cutroom(["probe", address], timeLimit: 20)
      #expect(outcome.exitCode == 1, "\(address)")
      #expect(try JSON(outcome.output).errors[0].code.string == "not_found", "\(address)")
    }
  }
}
