package import Foundation

/// A JSON value whose members are read by name; what is not there reads as `missing`.
@dynamicMemberLookup
package enum JSON: Sendable, Equatable, Decodable {
  case missing
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  package init(_ data: Data) throws {
    self = try JSONDecoder().decode(JSON.self, from: data)
  }

  /// What there is most of is tried first, as a type that does not fit costs an error that is thrown.
  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let string = try? value.decode(String.self) {
      self = .string(string)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let members = try? value.decode([String: JSON].self) {
      self = .object(members)
    } else if let items = try? value.decode([JSON].self) {
      self = .array(items)
    } else {
      self = .bool(try value.decode(Bool.self))
    }
  }

  package subscript(dynamicMember key: String) -> JSON { self[key] }

  package subscript(key: String) -> JSON {
    if case .object(let members) = self { members[key] ?? .missing } else { .missing }
  }

  package subscript(index: Int) -> JSON {
    if case .array(let items) = self, items.indices.contains(index) { items[index] } else { .missing }
  }

  package var int: Int? { double.flatMap { Int(exactly: $0) } }
  package var double: Double? { if case .number(let number) = self { number } else { nil } }
  package var string: String? { if case .string(let string) = self { string } else { nil } }
  package var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
  package var items: [JSON] { if case .array(let items) = self { items } else { [] } }
  package var keys: [String] { if case .object(let members) = self { members.keys.sorted() } else { [] } }
  package var isArray: Bool { if case .array = self { true } else { false } }
  package var isMissing: Bool { self == .missing }

  /// True where a null stands anywhere inside: documents leave absent values out.
  package var holdsNull: Bool {
    switch self {
    case .null: true
    case .array(let items): items.contains(where: \.holdsNull)
    case .object(let members): members.values.contains(where: \.holdsNull)
    default: false
    }
  }
}
