import Foundation
import TestSupport
import Testing

/// Colours are those of zimg (ffmpeg's zscale), and of the published curves for HDR; sizes are those asked for.
struct PictureColorTests {
  /// A field of colours without sharp edges, with or without tags.
  private static func field(_ matrix: String, _ range: String, _ format: String, tagged: Bool = true, height: Int = 360)
    throws
    -> String
  {
    let names = ["bt601": "smpte170m", "bt709": "bt709"]
    let tags = tagged ? ["-colorspace", names[matrix] ?? "", "-color_range", range] : []
    return try Film.make(
      ["-f", "lavfi", "-i", "gradients=s=640x\(height):c0=red:c1=lime:c2=blue:c3=white:nb_colors=4:seed=3:d=0.2:r=25"]
        + [
          "-vf", "scale=out_color_matrix=\(matrix):out_range=\(range),format=\(format)", "-c:v",
          tagged ? "ffv1" : "rawvideo",
        ]
        + tags, as: tagged ? "mkv" : "nut")
  }

  private func picture(_ film: String, _ more: [String] = []) throws -> (path: String, taken: FramesCommandTests.Taken)
  {
    let taken = try FramesCommandTests.take(
      film, ["--at", "0", "--frame-format", "png", "--frame-width", "0"] + more)
    #expect(taken.outcome.exitCode == 0, "\(taken.outcome.errors)")
    return ("\(taken.output)/\(taken.files.first ?? "")", taken)
  }

  @Test(
    arguments: [("bt601", "tv"), ("bt601", "pc"), ("bt709", "tv"), ("bt709", "pc")], [("yuv444p", 1), ("yuv420p", 3)])
  func `tagged colours are within a level of zimg's, within three where chroma is halved`(
    tag: (String, String), format: (String, Int)
  ) throws {
    let film = try Self.field(tag.0, tag.1, format.0)
    let (path, taken) = try picture(film)
    let zscale =
      "zscale=matrixin=\(tag.0 == "bt601" ? "170m" : "709"):rangein=\(tag.1 == "pc" ? "full" : "limited"):matrix=gbr:range=full,format=gbrp"
    let difference = RawFrames.difference(try RawFrames(path)[0], try RawFrames(film, filter: zscale, frames: 1)[0])
    #expect(difference.most <= format.1 && difference.mean < 0.5, "\(difference)")
    withExtendedLifetime(taken) {}
  }

  @Test(arguments: [(720, "bt709", "709"), (576, "bt601", "170m")])
  func `untagged colours are BT 709 from 720 lines up and BT 601 below`(height: Int, matrix: String, zimg: String)
    throws
  {
    let film = try Self.field(matrix, "tv", "yuv444p", tagged: false, height: height)
    let (path, taken) = try picture(film)
    let zscale = "zscale=matrixin=\(zimg):rangein=limited:matrix=gbr:range=full,format=gbrp"
    let difference = RawFrames.difference(try RawFrames(path)[0], try RawFrames(film, filter: zscale, frames: 1)[0])
    #expect(difference.most <= 1, "\(difference)")
    withExtendedLifetime(taken) {}
  }

  // MARK: - HDR

  /// A grey field of one 10-bit code, tagged as HDR.
  private func grey(_ code: Int, _ transfer: String) throws -> Double {
    let film = try Film.make(
      [
        "-f", "lavfi", "-i", "nullsrc=s=64x64:d=0.08:r=25,format=yuv444p10le,geq=lum=\(code):cb=512:cr=512", "-c:v",
        "ffv1",
        "-colorspace", "bt2020nc", "-color_range", "tv", "-color_primaries", "bt2020", "-color_trc", transfer,
      ], as: "mkv")
    let (path, taken) = try picture(film)
    defer { withExtendedLifetime(taken) {} }
    let bytes = try RawFrames(path)[0]
    #expect(Set(bytes).count == 1)
    return Double(bytes[0])
  }

  /// BT.2390: from 1000 cd/m² to 203, then BT.1886's inverse. Written down from the report, in units of its own.
  private func shown(_ nits: Double) -> Double {
    func pq(_ light: Double) -> Double {
      let y = pow(light / 10000, 0.1593017578125)
      return pow((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y), 78.84375)
    }
    func nitsOf(_ code: Double) -> Double {
      let y = pow(code, 1 / 78.84375)
      return 10000 * pow(max(y - 0.8359375, 0) / (18.8515625 - 18.6875 * y), 1 / 0.1593017578125)
    }
    let (e, most) = (min(1, pq(nits) / pq(1000)), pq(203) / pq(1000))
    let knee = 1.5 * most - 0.5
    let t = (e - knee) / (1 - knee)
    let bent =
      e < knee
      ? e : (1 + 2 * t) * (1 - t) * (1 - t) * knee + t * (1 - t) * (1 - t) * (1 - knee) + t * t * (3 - 2 * t) * most
    return 255 * pow(min(1, nitsOf(bent * pq(1000)) / 203), 1 / 2.4)
  }

  @Test(arguments: [64, 150, 250, 350, 450, 550, 620, 700, 760, 850, 940])
  func `PQ greys follow the curve`(code: Int) throws {
    let sample = Double(code - 64) / 876
    let y = pow(sample, 1 / 78.84375)
    let nits = 10000 * pow(max(y - 0.8359375, 0) / (18.8515625 - 18.6875 * y), 1 / 0.1593017578125)
    #expect(abs(try grey(code, "smpte2084") - shown(nits)) <= 1.5, "\(nits)")
  }

  @Test(arguments: [64, 200, 400, 502, 650, 721, 800, 900, 940])
  func `HLG greys follow the curve at 1000 candela`(code: Int) throws {
    let sample = Double(code - 64) / 876
    let scene = sample <= 0.5 ? sample * sample / 3 : (exp((sample - 0.55991073) / 0.17883277) + 0.28466892) / 12
    #expect(abs(try grey(code, "arib-std-b67") - shown(1000 * pow(scene, 1.2))) <= 1.5)
  }

  @Test func `BT 2020 without HDR is brought to BT 709 as zimg does`() throws {
    let film = try Film.make(
      [
        "-i", Self.field("bt709", "tv", "yuv444p"), "-vf",
        "zscale=matrixin=709:primariesin=709:transferin=709:rangein=limited:primaries=2020:transfer=2020_10:matrix=2020_ncl:range=limited,format=yuv444p10le",
        "-c:v", "ffv1", "-colorspace", "bt2020nc", "-color_primaries", "bt2020", "-color_trc", "bt2020-10",
        "-color_range", "tv",
      ], as: "mkv")
    let (path, taken) = try picture(film)
    let zscale =
      "zscale=matrixin=2020_ncl:rangein=limited:primariesin=2020:transferin=2020_10:primaries=709:transfer=709:matrix=gbr:range=full,format=gbrp"
    let difference = RawFrames.difference(try RawFrames(path)[0], try RawFrames(film, filter: zscale, frames: 1)[0])
    #expect(difference.most <= 4 && difference.mean < 0.1, "\(difference)")
    withExtendedLifetime(taken) {}
  }

  // MARK: - Depth, format, size

  @Test func `ten bits are kept in PNG on request`() throws {
    let film = try Film.make(
      [
        "-f", "lavfi", "-i", "nullsrc=s=876x16:d=0.08:r=25,format=yuv444p10le,geq=lum='64+X':cb=512:cr=512", "-c:v",
        "ffv1",
        "-colorspace", "bt709", "-color_range", "tv",
      ], as: "mkv")
    let (path, taken) = try picture(film, ["--frame-depth", "16"])
    #expect(try probe(path, "pix_fmt").pix_fmt.string == "rgb48be")
    let raw = try tool("ffmpeg", ["-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb48le", "-"]).output
    let row = (0..<876).map { Int(raw[$0 * 6]) | Int(raw[$0 * 6 + 1]) << 8 }
    #expect(Set(row).count == 876)
    #expect(row.enumerated().allSatisfy { abs(Double($1) - Double($0) / 876 * 65535) < 40 })
    withExtendedLifetime(taken) {}
  }

  @Test func `AVIF holds the picture`() throws {
    let film = try Self.field("bt709", "tv", "yuv420p")
    let taken = try FramesCommandTests.take(
      film, ["--at", "0", "--frame-format", "avif", "--frame-width", "0", "--frame-quality", "95"])
    #expect(taken.outcome.exitCode == 0, "\(taken.outcome.errors)")
    let path = "\(taken.output)/\(try #require(taken.files.first))"
    #expect(try contents(of: path)[4..<12] == Data("ftypavif".utf8))
    let reference = try picture(film)
    let (avif, png) = (try Picture(path), try Picture(reference.path))
    withExtendedLifetime(reference.taken) {}
    for (a, b) in zip(avif.corners, png.corners) { #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 8 }, "\(a) \(b)") }
  }

  @Test(arguments: [
    (["--frame-width", "0", "--frame-height", "60"], 80, 60),
    (["--frame-width", "100", "--frame-height", "30"], 40, 30),
    (["--frame-width", "40", "--frame-height", "300"], 40, 30), (["--frame-width", "640"], 160, 120),
    (["--frame-width", "640", "--frame-enlarge"], 640, 480),
    (["--frame-width", "0", "--frame-height", "240", "--frame-enlarge"], 320, 240),
    (["--frame-width", "0", "--frame-enlarge"], 160, 120),
  ])
  func `sizes are bounds, and enlarge only when asked`(options: [String], width: Int, height: Int) throws {
    let taken = try FramesCommandTests.take(Film.plain(), ["--at", "0"] + options)
    let picture = taken.document.frames[0]
    #expect([picture.width.int, picture.height.int] == [width, height])
    let stream = try probe("\(taken.output)/\(#require(picture.file.string))", "width,height")
    #expect(stream.width == picture.width && stream.height == picture.height)
  }
}
