import Documents
import Testing

@Suite struct CSVTests {
  @Test(arguments: [
    (["a", "b"], "a,b\r\n"), ([""], "\r\n"), (["a,b", "c"], "\"a,b\",c\r\n"),
    (["say \"hi\""], "\"say \"\"hi\"\"\"\r\n"),
    (["two\nlines"], "\"two\nlines\"\r\n"), (["a\r\nb"], "\"a\r\nb\"\r\n"), (["\""], "\"\"\"\"\r\n"),
    (["\"\u{301}"], "\"\"\"\u{301}\"\r\n"),
  ])
  func fieldsAreQuotedWhereTheyMustBe(fields: [String], record: String) {
    #expect(Array(CSV.record(fields).utf8) == Array(record.utf8))
  }

  @Test(arguments: [
    (0.0, 6, "0"), (1.5, 6, "1.5"), (-0.25, 3, "-0.25"), (4.916667, 6, "4.916667"), (0.000001, 6, "0.000001"),
    (86399.999999, 6, "86399.999999"), (0.9996, 3, "1"), (-0.0001, 3, "0"), (12, 0, "12"), (1e300, 3, "1e+300"),
  ])
  func numbersHaveNoExponentAndNoIdleZeros(value: Double, places: Int, text: String) {
    #expect(CSV.decimal(value, places: places) == text)
  }

  @Test func whatIsNoNumberIsEmpty() {
    #expect([nil, .infinity, .nan].allSatisfy { CSV.decimal($0, places: 3) == "" })
  }
}
