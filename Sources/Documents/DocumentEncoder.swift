/// Writes documents as JSON with the keys in the order in which a type encodes them.
///
/// Foundation's encoder sorts keys by name or not at all; people read these documents from the top, so `status` comes
/// before `audio` here. Small objects and arrays stand on one line.
package enum DocumentEncoder {
  /// Indented, ending in a line feed: for files and the terminal.
  package static func pretty(_ value: some Encodable) throws -> String {
    var text = ""
    try tree(value).write(pretty: 0, to: &text)
    text += "\n"
    return text
  }

  /// On one line, without a line feed: for JSON lines.
  package static func line(_ value: some Encodable) throws -> String {
    try tree(value).compact()
  }

  /// An item of a long array, as it stands in a file of JSON lines and in the document that ``open(_:)`` began.
  package static func item(_ value: some Encodable) throws -> (line: String, indented: String) {
    let tree = try tree(value)
    var indented = ""
    tree.write(pretty: 2, to: &indented)
    return (tree.compact(), "    " + indented)
  }

  /// The text of a document up to and after the brackets' inside of its last member, an empty array: for arrays that are too long to
  /// be made whole. Each item stands on lines of its own.
  package static func open(_ value: some Encodable) throws -> (head: String, tail: String) {
    let text = try pretty(value)
    let end = "[]\n}\n"
    guard text.hasSuffix(end) else {
      throw EncodingError.invalidValue(
        value, .init(codingPath: [], debugDescription: "the last member is no empty array"))
    }
    return (text.dropLast(end.count) + "[", "]\n}\n")
  }

  static func tree(_ value: some Encodable) throws -> JSONTree {
    let slot = Slot()
    try slot.encode(value, path: [])
    return slot.tree()
  }
}

/// A finished JSON value that remembers the order of its members.
indirect enum JSONTree {
  case literal(String)
  case string(String)
  case array([JSONTree])
  case object([(key: String, value: JSONTree)])

  /// Widest object or array that is kept on one line.
  static let lineWidth = 110

  func compact() -> String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .literal(let literal): text += literal
    case .string(let string): Self.quote(string, to: &text)
    case .array(let items):
      text += "["
      for (index, item) in items.enumerated() {
        if index > 0 { text += ", " }
        item.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        text += index > 0 ? ", \"" : "\""
        Self.escape(member.key, to: &text)
        text += "\": "
        member.value.write(to: &text)
      }
      text += "}"
    }
  }

  /// Whether a value is small and flat enough to be read on one line.
  private var isFlat: Bool {
    switch self {
    case .literal, .string: return true
    case .array(let items): return items.count <= 16 && items.allSatisfy { $0.isFlat && !$0.holdsObjects }
    case .object(let members): return members.count <= 8 && members.allSatisfy { $0.value.isFlat }
    }
  }

  private var holdsObjects: Bool {
    switch self {
    case .literal, .string: return false
    case .array(let items): return items.contains { $0.holdsObjects }
    case .object: return true
    }
  }

  func write(pretty depth: Int, to text: inout String) {
    if isFlat {
      let line = compact()
      if line.utf8.count + 2 * depth <= Self.lineWidth {
        text += line
        return
      }
    }
    let inner = String(repeating: "  ", count: depth + 1)
    let outer = String(repeating: "  ", count: depth)
    switch self {
    case .literal, .string: write(to: &text)
    case .array(let items):
      text += "[\n"
      for (index, item) in items.enumerated() {
        text += inner
        item.write(pretty: depth + 1, to: &text)
        text += index + 1 < items.count ? ",\n" : "\n"
      }
      text += outer + "]"
    case .object(let members):
      text += "{\n"
      for (index, member) in members.enumerated() {
        text += inner
        Self.quote(member.key, to: &text)
        text += ": "
        member.value.write(pretty: depth + 1, to: &text)
        text += index + 1 < members.count ? ",\n" : "\n"
      }
      text += outer + "}"
    }
  }

  /// Quotes after RFC 8259: only what must be escaped is.
  private static func quote(_ string: String, to text: inout String) {
    text += "\""
    escape(string, to: &text)
    text += "\""
  }

  private static func escape(_ string: String, to text: inout String) {
    // As nearly every text is: a batch of ten thousand files has half a million of them.
    if isPlain(string) {
      text += string
      return
    }
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case let control where control.value < 0x20 || control.value == 0x7f:
        let hex = String(control.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: text.unicodeScalars.append(scalar)
      }
    }
  }

  private static func isPlain(_ string: String) -> Bool {
    func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
      for byte in bytes where byte < 0x20 || byte == 0x7f || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        return false
      }
      return true
    }
    return string.utf8.withContiguousStorageIfAvailable(isPlain) ?? false
  }
}

/// A place that one value is encoded into.
private final class Slot {
  var value: JSONTree?
  var members: [(key: String, slot: Slot)]?
  var items: [Slot]?

  func tree() -> JSONTree {
    if let members { return .object(members.map { ($0.key, $0.slot.tree()) }) }
    if let items { return .array(items.map { $0.tree() }) }
    return value ?? .object([])
  }

  func encode<T: Encodable>(_ encodable: T, path: [any CodingKey]) throws {
    switch encodable {
    case let text as String: value = .string(text)
    case let number as Double: try set(number, path: path)
    case let number as Int: value = .literal(String(number))
    case let number as Int64: value = .literal(String(number))
    case let flag as Bool: value = .literal(flag ? "true" : "false")
    case let map as [String: String]:
      value = .object(map.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    case let map as [String: Bool]:
      value = .object(map.sorted { $0.key < $1.key }.map { ($0.key, .literal($0.value ? "true" : "false")) })
    case let map as [String: Double]:
      value = .object(
        try map.sorted { $0.key < $1.key }.map { pair in
          let slot = Slot()
          try slot.set(pair.value, path: path)
          return (pair.key, slot.tree())
        })
    default: try encodable.encode(to: TreeEncoder(slot: self, codingPath: path))
    }
  }

  func set(_ number: Double, path: [any CodingKey]) throws {
    guard number.isFinite else {
      throw EncodingError.invalidValue(
        number, .init(codingPath: path, debugDescription: "a document cannot hold \(number)"))
    }
    value = .literal("\(number)")
  }
}

private struct TreeEncoder: Encoder {
  let slot: Slot
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    slot.members = slot.members ?? []
    return KeyedEncodingContainer(Members<Key>(slot: slot, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    slot.items = slot.items ?? []
    return Items(slot: slot, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Single(slot: slot, codingPath: codingPath) }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let slot: Slot
  let codingPath: [any CodingKey]

  private func member(_ key: Key) -> Slot {
    let child = Slot()
    slot.members?.append((key.stringValue, child))
    return child
  }

  func encodeNil(forKey key: Key) { member(key).value = .literal("null") }
  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    try member(key).encode(value, path: codingPath + [key])
  }
  func nestedContainer<Inner: CodingKey>(
    keyedBy type: Inner.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Inner> {
    TreeEncoder(slot: member(key), codingPath: codingPath + [key]).container(keyedBy: type)
  }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    TreeEncoder(slot: member(key), codingPath: codingPath + [key]).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { TreeEncoder(slot: slot, codingPath: codingPath) }
  func superEncoder(forKey key: Key) -> any Encoder {
    TreeEncoder(slot: member(key), codingPath: codingPath + [key])
  }
}

private struct Items: UnkeyedEncodingContainer {
  let slot: Slot
  let codingPath: [any CodingKey]
  var count: Int { slot.items?.count ?? 0 }

  private func item() -> Slot {
    let child = Slot()
    slot.items?.append(child)
    return child
  }

  func encodeNil() { item().value = .literal("null") }
  func encode<T: Encodable>(_ value: T) throws { try item().encode(value, path: codingPath) }
  func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) -> KeyedEncodingContainer<Inner> {
    TreeEncoder(slot: item(), codingPath: codingPath).container(keyedBy: type)
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    TreeEncoder(slot: item(), codingPath: codingPath).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { TreeEncoder(slot: item(), codingPath: codingPath) }
}

private struct Single: SingleValueEncodingContainer {
  let slot: Slot
  let codingPath: [any CodingKey]

  func encodeNil() { slot.value = .literal("null") }
  func encode<T: Encodable>(_ value: T) throws { try slot.encode(value, path: codingPath) }
  func encode(_ value: String) { slot.value = .string(value) }
  func encode(_ value: Bool) { slot.value = .literal(value ? "true" : "false") }
  func encode(_ value: Double) throws { try slot.set(value, path: codingPath) }
  func encode(_ value: Float) throws { try slot.set(Double(value), path: codingPath) }
  func encode(_ value: Int) { slot.value = .literal(String(value)) }
  func encode(_ value: Int8) { slot.value = .literal(String(value)) }
  func encode(_ value: Int16) { slot.value = .literal(String(value)) }
  func encode(_ value: Int32) { slot.value = .literal(String(value)) }
  func encode(_ value: Int64) { slot.value = .literal(String(value)) }
  func encode(_ value: UInt) { slot.value = .literal(String(value)) }
  func encode(_ value: UInt8) { slot.value = .literal(String(value)) }
  func encode(_ value: UInt16) { slot.value = .literal(String(value)) }
  func encode(_ value: UInt32) { slot.value = .literal(String(value)) }
  func encode(_ value: UInt64) { slot.value = .literal(String(value)) }
}
