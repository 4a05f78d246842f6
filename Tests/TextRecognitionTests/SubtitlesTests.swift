import Documents
import Testing
import TextRecognition

@Suite struct SubtitlesTests {
  private func track(_ text: String, _ start: Double, _ end: Double) -> TextTrack {
    func instant(_ seconds: Double) -> Instant {
      Instant(pts: Int64(seconds * 25), seconds: seconds, frame: Int(seconds * 25))
    }
    return TextTrack(
      id: 1, text: text, language: "eng", confidence: 0.9, start: instant(start), end: instant(end),
      box: Box(x: 0, y: 0, width: 1, height: 1), lines: [])
  }

  @Test func subRipNumbersItsCues() {
    #expect(
      Subtitles.subRip([track("ONE\ntwo", 1.5, 2), track("three", 3661.001, 3662)])
        == "1\n00:00:01,500 --> 00:00:02,000\nONE\ntwo\n\n2\n01:01:01,001 --> 01:01:02,000\nthree\n")
  }

  @Test func webVTTEscapesWhatItReadsAsMarkup() {
    #expect(
      Subtitles.webVTT([track("a < b & c", 0, 0.04)])
        == "WEBVTT\n\n00:00:00.000 --> 00:00:00.040\na &lt; b &amp; c\n")
  }

  @Test func `a line without words does not end its cue`() {
    let text = Subtitles.subRip([track("one\r\n \t\r\ntwo\n\n", 0, 1)])
    #expect(Array(text.utf8) == Array("1\n00:00:00,000 --> 00:00:01,000\none\ntwo\n".utf8))
  }

  @Test func `what looks like times does not begin a cue`() {
    #expect(Subtitles.subRip([track("go --> there", 0, 1)]).hasSuffix("\ngo → there\n"))
    #expect(Subtitles.webVTT([track("go --> there", 0, 1)]).hasSuffix("\ngo --&gt; there\n"))
  }

  @Test func `a sign with an accent after it is still that sign`() {
    #expect(
      Subtitles.webVTT([track("<\u{338}i", 0, 1)]).unicodeScalars.suffix(7).elementsEqual(
        "&lt;\u{338}i\n".unicodeScalars))
  }
}
