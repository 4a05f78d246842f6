import Foundation

/// Reads JSON after RFC 8259 and no more leniently: Foundation's decoder takes trailing commas and leading zeros.
struct JSONParser {
  private let bytes: [UInt8]
  private var at = 0

  /// The value that `data` holds.
  static func value(of data: Data) throws -> JSON {
    var parser = JSONParser(bytes: Array(data))
    let value = try parser.value()
    parser.skipSpace()
    guard parser.at == parser.bytes.count else { throw parser.failure("something after the value") }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func failure(_ what: String) -> CommandFailure { CommandFailure(description: "JSON, byte \(at): \(what)") }

  /// The byte at the present place; 0, which no JSON holds, at the end.
  private var next: UInt8 { at < bytes.count ? bytes[at] : 0 }

  private mutating func skipSpace() {
    while [0x20, 0x09, 0x0a, 0x0d].contains(next) { at += 1 }
  }

  private mutating func take(_ text: StaticString) -> Bool {
    let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard bytes[at...].starts(with: wanted) else { return false }
    at += wanted.count
    return true
  }

  private mutating func value() throws -> JSON {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    default:
      if take("true") { return .bool(true) }
      if take("false") { return .bool(false) }
      if take("null") { return .null }
      return .number(try number())
    }
  }

  /// Calls `member` for what stands between two marks and is parted by commas.
  private mutating func members(to end: UInt8, _ member: (inout JSONParser) throws -> Void) throws {
    at += 1
    skipSpace()
    if next == end {
      at += 1
      return
    }
    while true {
      try member(&self)
      skipSpace()
      let mark = next
      at += 1
      if mark == end { return }
      guard mark == UInt8(ascii: ",") else { throw failure("neither a comma nor the end") }
    }
  }

  private mutating func array() throws -> [JSON] {
    var items: [JSON] = []
    try members(to: UInt8(ascii: "]")) { items.append(try $0.value()) }
    return items
  }

  private mutating func object() throws -> [String: JSON] {
    var object: [String: JSON] = [:]
    try members(to: UInt8(ascii: "}")) { parser in
      parser.skipSpace()
      guard parser.next == UInt8(ascii: "\"") else { throw parser.failure("no name") }
      let name = try parser.string()
      parser.skipSpace()
      guard parser.take(":") else { throw parser.failure("no colon") }
      object[name] = try parser.value()
    }
    return object
  }

  private mutating func digits() throws {
    guard (0x30...0x39).contains(next) else { throw failure("no digit") }
    while (0x30...0x39).contains(next) { at += 1 }
  }

  private mutating func number() throws -> Double {
    let start = at
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    guard let number = Double(String(decoding: bytes[start..<at], as: UTF8.self)) else { throw failure("no number") }
    return number
  }

  private mutating func string() throws -> String {
    at += 1
    var text: [UInt8] = []
    while next != UInt8(ascii: "\"") {
      guard next >= 0x20 else { throw failure("a control character or the end in a string") }
      if take("\\") {
        text += try escaped()
      } else {
        text.append(next)
        at += 1
      }
    }
    at += 1
    guard let string = String(validating: text, as: UTF8.self) else { throw failure("not UTF-8") }
    return string
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5c, UInt8(ascii: "/"): 0x2f, UInt8(ascii: "b"): 0x08,
    UInt8(ascii: "f"): 0x0c, UInt8(ascii: "n"): 0x0a, UInt8(ascii: "r"): 0x0d, UInt8(ascii: "t"): 0x09,
  ]

  /// What follows a backslash, as UTF-8.
  private mutating func escaped() throws -> [UInt8] {
    if let byte = Self.escapes[next] {
      at += 1
      return [byte]
    }
    var units = [try unit()]
    if UTF16.isLeadSurrogate(units[0]), next == UInt8(ascii: "\\") {
      at += 1
      units.append(try unit())
    }
    guard let text = String(validating: units, as: UTF16.self) else { throw failure("half a character") }
    return Array(text.utf8)
  }

  /// A `u` and four hexadecimal digits.
  private mutating func unit() throws -> UInt16 {
    guard take("u"), at + 4 <= bytes.count, bytes[at..<at + 4].allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
    else { throw failure("no escape") }
    at += 4
    return unit
  }
}
