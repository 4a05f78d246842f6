import FoundationEssentials

/// Any JSON value, read before it is known what it should be, so that an error can name the place.
package enum JSONValue: Codable, Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Reads JSON text; `name` is what an error calls it.
  package static func parse(_ bytes: [UInt8], name: String) throws(DocumentError) -> JSONValue {
    do {
      return try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    } catch {
      throw DocumentError("\(name) is not valid JSON: \(Self.reason(error))")
    }
  }

  private static func reason(_ error: any Error) -> String {
    guard case DecodingError.dataCorrupted(let context) = error else { return "\(error)" }
    if let inner = context.underlyingError { return "\(inner)".split(separator: "\n").first.map(String.init) ?? "" }
    return context.debugDescription
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .bool(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let items = try? container.decode([JSONValue].self) {
      self = .array(items)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let flag): try container.encode(flag)
    case .number(let number):
      if let whole = Int64(exactly: number) { try container.encode(whole) } else { try container.encode(number) }
    case .string(let text): try container.encode(text)
    case .array(let items): try container.encode(items)
    case .object(let members): try container.encode(members)
    }
  }

  /// What an error message calls this kind of value.
  package var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "text"
    case .array: "a list"
    case .object: "an object"
    }
  }

  /// The value as a person would type it on the command line.
  package var asTyped: String {
    switch self {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .number(let number): Int64(exactly: number).map(String.init) ?? "\(number)"
    case .string(let text): text
    case .array(let items): items.map(\.asTyped).joined(separator: ",")
    case .object: "{…}"
    }
  }
}

/// A request, a configuration or an option that is not as it should be.
package struct DocumentError: Error, Equatable, CustomStringConvertible {
  /// A sentence that names the place and, where there is one, the closest right word.
  package let message: String

  package init(_ message: String) { self.message = message }
  package var description: String { message }
}

/// Reads the members of an object one by one, after those that nobody knows were refused.
package struct ObjectReader {
  let place: String
  private var members: [String: JSONValue]

  /// `place` is the path of the object within its document, `""` at the top. Throws where the value is no object, and
  /// for the first key that is not among `known`, naming the closest one; nil leaves that to the caller.
  package init(
    _ value: JSONValue, place: String, documentName: String, known: [String]?
  ) throws(DocumentError) {
    guard case .object(let members) = value else {
      throw DocumentError("\(place.isEmpty ? documentName : place) should be an object, not \(value.kindName)")
    }
    self.place = place
    self.members = members
    guard let known, let key = members.keys.filter({ !known.contains($0) }).min() else { return }
    throw DocumentError("\(path(of: key)) is not a known key\(Spelling.hint(for: key, among: known))")
  }

  package func path(of key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

  /// Takes a member out, or nil where it is absent.
  package mutating func take(_ key: String) -> JSONValue? {
    members.removeValue(forKey: key)
  }

  package mutating func text(_ key: String) throws(DocumentError) -> String? {
    guard let value = take(key) else { return nil }
    guard case .string(let text) = value else {
      throw DocumentError("\(path(of: key)) should be text, not \(value.kindName)")
    }
    return text
  }

  package mutating func required(text key: String) throws(DocumentError) -> String {
    guard let text = try text(key) else { throw DocumentError("\(path(of: key)) is missing") }
    return text
  }

  /// The members that were not taken, for an object whose keys come from a table.
  package mutating func takeRest() -> [(key: String, value: JSONValue)] {
    defer { members = [:] }
    return members.sorted { $0.key < $1.key }
  }
}
