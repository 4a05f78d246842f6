/// Durations, sizes and pixel counts as people type them.
package enum Quantity {
  /// `90`, `60s`, `1.5m`, `2h`, `250ms`, `1h30m` or `00:01:02.250`, in seconds; nil where it is none of these.
  package static func seconds(_ text: String) -> Double? {
    if let number = decimal(text) { return number }
    if text.contains(":") { return clock(text) }
    var rest = Substring(text)
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let number = decimal(String(digits)), let factor = ["ms": 0.001, "s": 1, "m": 60, "h": 3600][String(unit)]
      else { return nil }
      total += number * factor
    }
    return text.isEmpty ? nil : total
  }

  /// Seconds as they can be typed, such as `0.6s`: to the microsecond, without an exponent.
  package static func text(seconds: Double) -> String {
    let micros = Int64(min(9e17, (seconds * 1_000_000).rounded()))
    var fraction = String(micros % 1_000_000)
    fraction = String(repeating: "0", count: 6 - fraction.count) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    return "\(micros / 1_000_000)" + (fraction.isEmpty ? "" : "." + fraction) + "s"
  }

  private static func clock(_ text: String) -> Double? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { decimal(String($0)) }
    guard (2...3).contains(parts.count), !parts.contains(where: { $0 == nil }) else { return nil }
    let numbers = parts.compactMap { $0 }
    guard numbers.dropFirst().allSatisfy({ $0 < 60 }) else { return nil }
    return numbers.reduce(0) { $0 * 60 + $1 }
  }

  /// `2g`, `512m`, `64k` or a number of bytes; powers of 1024.
  package static func bytes(_ text: String) -> Int64? {
    let lower = text.lowercased()
    let units: [(String, Double)] = [
      ("gib", 1_073_741_824), ("mib", 1_048_576), ("kib", 1024), ("gb", 1_073_741_824), ("mb", 1_048_576), ("kb", 1024),
      ("g", 1_073_741_824), ("m", 1_048_576), ("k", 1024), ("b", 1), ("", 1),
    ]
    guard let unit = units.first(where: { lower.hasSuffix($0.0) }),
      let number = decimal(String(lower.dropLast(unit.0.count)))
    else { return nil }
    let bytes = number * unit.1
    return bytes < 9e18 ? Int64(bytes) : nil
  }

  /// `8192x8192` or a number of pixels.
  package static func pixels(_ text: String) -> Int64? {
    let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int64($0) }
    switch parts.count {
    case 1: return parts[0].flatMap { $0 > 0 ? $0 : nil }
    case 2:
      guard let width = parts[0], let height = parts[1], width > 0, height > 0 else { return nil }
      let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
      return overflow ? nil : pixels
    default: return nil
    }
  }

  /// A plain non-negative decimal number: no sign, no exponent, no `inf` or `nan`.
  private static func decimal(_ text: String) -> Double? {
    guard !text.isEmpty, text.allSatisfy({ ($0.isASCII && $0.isNumber) || $0 == "." }) else { return nil }
    return Double(text).flatMap { $0 < 1e15 ? $0 : nil }
  }
}
