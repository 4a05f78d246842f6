import TestSupport
import Testing

/// What changes the picture and is no boundary, made on stretches of a real film in which none lies.
@Suite(.enabled("the sample films can be fetched") { Samples.areThere })
struct RealNoBoundaryTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let shots: [Shot]
    /// Over the clip, or over the still pictures where `stills` is set.
    let filter: String
    var others: [String] = []
    var stills = false
    var encoding = "-c:v libx264 -preset veryfast -crf 23"
    var testDescription: String { name }
    var file: String { name.split(separator: " ").joined(separator: "-") + ".mkv" }

    init(
      _ name: String, _ shots: Shot..., filter: String, others: [String] = [], stills: Bool = false,
      encoding: String? = nil
    ) {
      (self.name, self.shots, self.filter, self.others, self.stills) = (name, shots, filter, others, stills)
      if let encoding { self.encoding = encoding }
    }

    func film() throws -> String {
      let inputs = try shots.flatMap { try stills ? ["-loop", "1", "-i", $0.still()] : ["-i", $0.clip()] }
      return try Film.make(
        inputs + others + ["-filter_complex", "\(filter),format=yuv420p[v]", "-map", "[v]", "-vsync", "0", "-t", "4"]
          + encoding.split(separator: " ").map(String.init), as: "mkv")
    }
  }

  private static func text(_ words: String, _ more: String) -> String {
    "drawtext=fontfile=/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf:text='\(words)':fontsize=34:fontcolor=white:"
      + "x=10:y=60:\(more)"
  }

  private static func bar(_ place: String) -> String { "drawbox=\(place):c=black:t=fill:enable='gte(n,50)'" }

  /// A plain thing of this width that crosses the picture at 60 pixels a frame.
  private static func passing(_ width: Int) -> (input: [String], filter: String) {
    (
      ["-f", "lavfi", "-i", "color=0x302010:s=\(width)x180:r=25:d=4"],
      "[0:v][1:v]overlay=x='-\(width)+(n-45)*60':y=0"
    )
  }

  /// A fireball that covers the picture within three frames, up to `alpha`, and is gone after a second.
  private static func fireball(_ alpha: Double) -> (input: [String], filter: String) {
    let light = "color=0xffe0a0@\(alpha):s=320x180:r=25:d=4,format=yuva420p"
    return (
      ["-f", "lavfi", "-i", "\(light),fade=in:50:3:alpha=1,fade=out:55:24:alpha=1"], "[0:v][1:v]overlay"
    )
  }

  /// Warm light that comes up over the picture within `frames`, up to `alpha`, and goes down after a second.
  private static func veil(_ alpha: Double, within frames: Int) -> (input: [String], filter: String) {
    let light = "color=0xffe0a0@\(alpha):s=320x180:r=25:d=4,format=yuva420p"
    return (
      ["-f", "lavfi", "-i", "\(light),fade=in:45:\(frames):alpha=1,fade=out:70:24:alpha=1"], "[0:v][1:v]overlay"
    )
  }

  /// A picture that a formula paints over the film, and how much of it is seen, from 0 to 1.
  private static func painted(_ luma: String, _ alpha: String) -> (input: [String], filter: String) {
    let formulas = "r='\(luma)':g='0.85*(\(luma))':b='0.6*(\(luma))':a='255*clip(\(alpha),0,1)'"
    return (
      ["-f", "lavfi", "-i", "color=white:s=160x90:r=25:d=4,format=rgba,geq=\(formulas),scale=320:180"],
      "[0:v][1:v]overlay"
    )
  }

  /// A fireball that grows from the middle over eight frames, stays for six and burns out over sixteen.
  private static let growing = painted(
    "190+60*sin(X/9+N/3)*sin(Y/7-N/2)", "min((min(N-39,8)*14-hypot(X-80,Y-50))/12,1-(N-54)/16)")
  /// A headlight that crosses the picture within sixteen frames.
  private static let headlight = painted(
    "250", "between(N,40,56)*exp(-(pow((X+40-(N-40)*15)/56,2)+pow((Y-45)/63,2)))")
  /// Smoke that comes within ten frames, hides most, and goes.
  private static let smoke = painted(
    "150+50*sin(X/13+N/6)*sin(Y/9-N/5)", "0.9*min((N-39)/10,1-(N-58)/20)")

  static let cases: [Case] = [
    Case("photographic flash", .sea, filter: "lutyuv=y=val*0.25+180:enable='between(n,50,51)'"),
    Case(
      "lightning", .room,
      filter: "lutyuv=y=min(235\\,val*1.6+60):enable='between(n,40,42)+between(n,45,45)+between(n,48,51)'"),
    Case(
      "whip pan", .sea, .house, .table,
      filter: "[0:v][1:v][2:v]hstack=inputs=3,fps=100,trim=end_frame=400,"
        + "crop=320:180:x='min(640,max(0,(n-200)*26))':y=0,tmix=frames=4,select='eq(mod(n,4),3)',setpts=N/(25*TB)",
      stills: true),
    Case(
      "shaking camera", .house,
      filter: "scale=380:214,"
        + "crop=320:180:x='30+26*sin(n*2.1)*between(n,40,60)':y='17+15*cos(n*2.9)*between(n,40,60)'"),
    Case("object passing close", .sea, filter: passing(220).filter, others: passing(220).input),
    Case(
      "fast zoom", .table,
      filter: "scale=960:540,zoompan=z='if(lt(in,40),1,min(3,1+(in-40)*0.12))'"
        + ":x='iw/2-iw/zoom/2':y='ih/2-ih/zoom/2':d=1:s=320x180:fps=25"),
    Case("light that dims", .room, filter: "eq=brightness='-0.3*min(1,max(0,(n-30)/40))':eval=frame"),
    Case("light switched off", .sea, filter: "lutyuv=y=16+(val-16)*0.45:enable='gte(n,50)'"),
    Case("text appearing", .sea, filter: text("Scene boundaries", "enable='gte(n,50)'")),
    Case(
      "text on a card", .room,
      filter: text("Once upon a time", "box=1:boxcolor=black@0.6:boxborderw=20:enable='between(n,30,70)'")),
    Case("pulsing mpeg4", .seabed, filter: "null", encoding: "-c:v mpeg4 -q:v 31 -g 12"),
    Case(
      "pulsing h264", .room, filter: "null",
      encoding: "-c:v libx264 -preset ultrafast -crf 45 -g 12 -bf 0 -x264-params scenecut=0"),
    Case("dropped frames", .house, filter: "select='not(between(n,40,44)+between(n,70,75))',setpts=N/(25*TB)"),
    Case("repeated frames", .house, filter: "loop=loop=9:size=1:start=40,setpts=N/(25*TB)"),
    Case(
      "letterbox appearing", .sea,
      filter: [bar("x=0:y=0:w=320:h=24"), bar("x=0:y=156:w=320:h=24")].joined(separator: ",")),
    Case(
      "pillars appearing", .table,
      filter: [bar("x=0:y=0:w=40:h=180"), bar("x=280:y=0:w=40:h=180")].joined(separator: ",")),
    Case("animation on twos", .house, filter: "fps=25/2,fps=25,setpts=N/(25*TB)"),
    Case("animation on threes", .seabed, filter: "fps=25/3,fps=25,setpts=N/(25*TB)"),
    Case("animation on fours", .room, filter: "fps=25/4,fps=25,setpts=N/(25*TB)"),
    Case("explosion to plain light", .table, filter: fireball(1).filter, others: fireball(1).input),
    Case("object that fills the picture", .sea, filter: passing(400).filter, others: passing(400).input),
    Case("explosion", .table, filter: fireball(0.8).filter, others: fireball(0.8).input),
    Case("veil of light", .sea, filter: veil(0.65, within: 3).filter, others: veil(0.65, within: 3).input),
    Case(
      "light that comes and goes", .table, filter: veil(0.5, within: 20).filter, others: veil(0.5, within: 20).input),
    Case(
      "light that goes down over a moving camera", .seabed,
      filter: "eq=brightness='-0.35*min(1,max(0,(n-45)/20))':contrast='1-0.5*min(1,max(0,(n-45)/20))':eval=frame"),
    Case("fireball that grows", .table, filter: growing.filter, others: growing.input),
    Case("headlight that passes", .sea, filter: headlight.filter, others: headlight.input),
    Case("smoke that comes and goes", .house, filter: smoke.filter, others: smoke.input),
    Case("loss of focus", .table, filter: "gblur=sigma=6:enable='between(n,30,60)'"),
    Case("light switched off over a moving camera", .seabed, filter: "lutyuv=y=16+(val-16)*0.45:enable='gte(n,50)'"),
  ]

  static let run = Result {
    let folder = try TemporaryFolder()
    for film in cases { try folder.copy(film.film(), to: "in/\(film.file)") }
    return try Batch([folder("in")], into: folder("out"), ["--stages", "scenes"], keeping: folder)
  }

  @Test(arguments: cases) func `no boundary`(film: Case) throws {
    let document = try Self.run.get().document(film.file)
    #expect((80...100).contains(document.media.video.frame_count.int ?? 0))
    #expect(document.scenes.items.count == 1, "\(document.scenes)")
  }
}
