import Foundation
import TestSupport
import Testing

/// Texts in other languages and scripts, in films made with Debian's fonts and models.
struct TextLanguageTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    var language: String
    var font: String
    var text: String
    /// Words as a line of the document holds them, in reading order.
    var words: [String]

    var testDescription: String { language }
  }

  static let samples = [
    Sample(
      language: "deu", font: TextTests.font, text: "Schöne Grüße aus München",
      words: ["Schöne", "Grüße", "aus", "München"]),
    Sample(
      language: "rus", font: TextTests.font, text: "Спасибо за внимание", words: ["Спасибо", "за", "внимание"]),
    Sample(
      language: "ara", font: "/usr/share/fonts/truetype/noto/NotoNaskhArabic-Bold.ttf", text: "شكرا على المشاهدة",
      words: ["شكرا", "على", "المشاهدة"]),
    Sample(
      language: "chi_sim", font: "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", text: "谢谢大家观看这部电影",
      words: ["谢谢大家观看这部电影"]),
    Sample(
      language: "jpn", font: "/usr/share/fonts/truetype/vlgothic/VL-Gothic-Regular.ttf",
      text: "ご覧いただきありがとうございます", words: ["ご覧いただきありがとうございます"]),
  ]

  private static func film(_ sample: Sample) throws -> String {
    try Film.make(
      [
        "-f", "lavfi", "-i", "mandelbrot=s=640x360:r=25,lutyuv=y=val/3", "-t", "3", "-vf",
        "drawtext=fontfile=\(sample.font):text='\(sample.text)':fontsize=32:fontcolor=white:x=(w-tw)/2:y=250"
          + ":enable='gte(n,15)*lt(n,60)'", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "18",
      ], as: "mp4")
  }

  @Test(arguments: samples) func `a line is read in its language`(sample: Sample) throws {
    let document = try JSON(
      cutroom(["text", Self.film(sample), "--languages", sample.language, "--json"]).output)
    #expect(document.text_tracks.items.map { $0.text.string } == [sample.text])
    let track = document.text_tracks[0]
    #expect(track.language.string == sample.language)
    #expect(track.lines[0].words.items.map { $0.text.string } == sample.words)
    #expect((track.start.frame.int, track.end.frame.int) == (15, 60))
    // From the right where the script runs that way.
    let edges = track.lines[0].words.items.compactMap { $0.box.x.double }
    #expect(edges == (sample.language == "ara" ? edges.sorted(by: >) : edges.sorted()))
  }

  @Test func `the doctor lists every language`() throws {
    let report = try JSON(cutroom(["doctor", "--json"]).output)
    let languages = report.languages.items.compactMap { $0.string }
    #expect(Set(Self.samples.map(\.language)).union(["eng"]).isSubset(of: languages))
  }

  @Test(arguments: ["text", "analyze"]) func `a language that is not there is an error that names the package`(
    command: String
  ) throws {
    let folder = try TemporaryFolder()
    let outcome = try cutroom(
      [command, TextTests.film.get(), "--languages", "eng+tlh_piqad"]
        + (command == "text" ? [] : ["-o", folder("out")]))
    #expect(outcome.exitCode == 3)
    #expect(outcome.output.isEmpty && outcome.errors.contains("apt install tesseract-ocr-tlh-piqad"))
    #expect(!exists(folder("out")))
  }

  @Test func `the model that tells how a page is turned is no language`() throws {
    let outcome = try cutroom(["text", TextTests.film.get(), "--languages", "osd"])
    #expect(outcome.exitCode == 3 && outcome.errors.contains("\"osd\" is not installed"))
  }

  @Test(arguments: [0, 100, 1_000_000]) func `a damaged language file is told before work starts`(length: Int) throws {
    let folder = try TemporaryFolder()
    let model = try contents(of: "/usr/share/tesseract-ocr/5/tessdata/eng.traineddata")
    try folder.write(model.prefix(length), to: "eng.traineddata")
    let outcome = try cutroom(["text", TextTests.film.get()], environment: ["TESSDATA_PREFIX": folder.path])
    #expect(outcome.exitCode == 3)
    #expect(outcome.errors.contains("is damaged: \(folder.path)/eng.traineddata"))
  }
}
