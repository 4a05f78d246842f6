import Documents
import Foundation
import Testing

@Suite struct DocumentEncoderTests {
  private struct Sample: Codable, Equatable {
    var zebra: String
    var apple: Double
    var list: [Int]
    var inner: [String: String]
    var missing: Int?
    var flag: Bool
  }

  private let sample = Sample(
    zebra: "tab\t quote\" back\\ bell\u{7} smile😀 slash/", apple: 4.916667, list: [1, 2], inner: ["b": "2", "a": "1"],
    missing: nil, flag: true)

  @Test func keysComeInTheOrderOfTheTypeAndMapsByName() throws {
    let line = try DocumentEncoder.line(sample)
    #expect(
      line
        == #"{"zebra": "tab\t quote\" back\\ bell\u0007 smile😀 slash/", "apple": 4.916667, "list": [1, 2], "inner": {"a": "1", "b": "2"}, "flag": true}"#
    )
  }

  @Test func foundationReadsBackWhatWasWritten() throws {
    for text in [try DocumentEncoder.line(sample), try DocumentEncoder.pretty(sample)] {
      #expect(try JSONDecoder().decode(Sample.self, from: Data(text.utf8)) == sample)
    }
  }

  @Test func aFigureThatIsNotFiniteIsAnError() {
    #expect(throws: EncodingError.self) { try DocumentEncoder.line(["a": Double.infinity]) }
    #expect(throws: EncodingError.self) { try DocumentEncoder.pretty([Double.nan]) }
  }

  @Test func smallObjectsStandOnOneLineAndLongListsDoNot() throws {
    let instant = Instant(pts: 118, seconds: 4.916667, frame: 118)
    #expect(try DocumentEncoder.pretty(instant) == "{\"pts\": 118, \"seconds\": 4.916667, \"frame\": 118}\n")
    #expect(try DocumentEncoder.pretty([instant, instant]).split(separator: "\n").count == 4)
  }
}
