@testable import Engine
import Testing

@Suite struct LayoutTests {
  @Test func whereTwoMeetTheSecondGetsANumber() {
    var layout = OutputLayout()
    #expect(layout.place("a.mp4") == "a.mp4")
    #expect(layout.place("a.mp4") == "a.mp4~2")
    #expect(layout.place("a.mp4") == "a.mp4~3")
    #expect(layout.place("b/a.mp4") == "b/a.mp4")
  }

  @Test func noResultLiesInsideAnother() {
    var layout = OutputLayout()
    #expect(layout.place("a") == "a")
    #expect(layout.place("a/b") == "a~2/b")
    #expect(layout.place("a/c") == "a~2/c")
  }

  @Test func aFolderOfResultsIsNotTakenByAFile() {
    var layout = OutputLayout()
    #expect(layout.place("x.mp4/y.mp4") == "x.mp4/y.mp4")
    #expect(layout.place("x.mp4") == "x.mp4~2")
  }

  @Test func theBatchKeepsItsOwnNames() {
    var layout = OutputLayout()
    #expect(layout.place("batch.json") == "batch.json~2")
    #expect(layout.place("results.jsonl") == "results.jsonl~2")
  }

  @Test func nothingEscapesTheOutputFolder() {
    var layout = OutputLayout()
    #expect(layout.place("../../etc/passwd") == "__/__/etc/passwd")
  }

  @Test func whatAnEarlierRunTookIsNotGivenAway() {
    var layout = OutputLayout()
    layout.reserve("x.mp4")
    #expect(layout.place("x.mp4") == "x.mp4~2")
  }

  @Test func twoSpellingsOfAnAccentAreTwoNames() {
    var layout = OutputLayout()
    #expect(Array(layout.place("caf\u{E9}.mp4").utf8) == Array("caf\u{E9}.mp4".utf8))
    #expect(Array(layout.place("cafe\u{301}.mp4").utf8) == Array("cafe\u{301}.mp4".utf8))
  }

  @Test func pathsAreTidiedWithoutTheDisk() {
    #expect(Path.tidied("./a//b/./c/") == "a/b/c")
    #expect(Path.tidied("/") == "/")
    #expect(Path.tidied(".") == ".")
    #expect(Path.parent("/a/b") == "/a")
    #expect(Path.parent("a") == ".")
    #expect(Path.fileExtension("Film.MP4") == "mp4")
    #expect(Path.fileExtension(".hidden") == "")
  }

  @Test func aFileKeepsItsEnding() {
    var layout = OutputLayout(keepsEndings: true)
    #expect(layout.place("b/s.mp3") == "b/s.mp3")
    #expect(layout.place("b/s.mp3") == "b/s~2.mp3")
    #expect(layout.place(".s") == ".s")
    #expect(layout.place(".s") == ".s~2")
  }
}
