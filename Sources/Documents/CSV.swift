/// Comma-separated values after RFC 4180: records end in CR LF, fields are quoted where they must be.
package enum CSV {
  /// One record with its line end.
  package static func record(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\r\n" }

  private static func quoted(_ field: String) -> String {
    // By bytes: to Swift a carriage return and a line feed are one character, and so are a quote and an accent after it.
    let quote = UInt8(ascii: "\"")
    let special: Set<UInt8> = [UInt8(ascii: ","), quote, 13, 10]
    guard field.utf8.contains(where: special.contains) else { return field }
    let doubled = field.utf8.flatMap { $0 == quote ? [quote, quote] : [$0] }
    return "\"" + String(decoding: doubled, as: UTF8.self) + "\""
  }

  /// A number with at most `places` digits after the point, never with an exponent; empty where it is nil or not finite.
  package static func decimal(_ value: Double?, places: Int) -> String {
    guard let value, value.isFinite else { return "" }
    var factor: Int64 = 1
    for _ in 0..<places { factor *= 10 }
    guard let scaled = Int64(exactly: (value * Double(factor)).rounded()) else { return "\(value)" }
    let fraction = String(scaled.magnitude % UInt64(factor))
    var digits = String(repeating: "0", count: max(0, places - fraction.count)) + fraction
    while digits.hasSuffix("0") { digits.removeLast() }
    let whole = "\(scaled < 0 ? "-" : "")\(scaled.magnitude / UInt64(factor))"
    return digits.isEmpty ? whole : "\(whole).\(digits)"
  }
}
