/// Readers for the values of mix documents: strict about kind, unit and range, as these documents are made by programs.
extension ObjectReader {
  mutating func number(_ key: String, in range: ClosedRange<Double>) throws(DocumentError) -> Double? {
    guard let value = take(key) else { return nil }
    guard case .number(let number) = value else {
      throw DocumentError("\(path(of: key)) should be a number, not \(value.kindName)")
    }
    guard range.contains(number) else {
      let bounds = "\(JSONValue.number(range.lowerBound).asTyped) to \(JSONValue.number(range.upperBound).asTyped)"
      throw DocumentError("\(path(of: key)) should be from \(bounds), not \(value.asTyped)")
    }
    return number
  }

  mutating func whole(_ key: String, in range: ClosedRange<Int>) throws(DocumentError) -> Int? {
    let bounds = Double(range.lowerBound)...Double(range.upperBound)
    guard let number = try number(key, in: bounds) else { return nil }
    guard let whole = Int(exactly: number) else {
      throw DocumentError("\(path(of: key)) should be a whole number, not \(number)")
    }
    return whole
  }

  /// Seconds, up to 1000 hours.
  mutating func seconds(_ key: String, above zero: Bool = false) throws(DocumentError) -> Double? {
    guard let value = take(key) else { return nil }
    guard case .number(let number) = value else {
      throw DocumentError("\(path(of: key)) should be a number of seconds, not \(value.kindName)")
    }
    guard number >= 0, number <= 3_600_000, !zero || number > 0 else {
      throw DocumentError(
        "\(path(of: key)) should be seconds \(zero ? "above 0" : "from 0 on"), not \(value.asTyped)")
    }
    return number
  }

  mutating func milliseconds(_ key: String, in range: ClosedRange<Double>) throws(DocumentError) -> Double? {
    try number(key, in: range).map { $0 / 1000 }
  }

  /// A gain: nobody means more than 60 dB, and below -200 there is nothing.
  mutating func decibels(_ key: String) throws(DocumentError) -> Double? { try number(key, in: -200...60) }

  mutating func flag(_ key: String) throws(DocumentError) -> Bool? {
    guard let value = take(key) else { return nil }
    guard case .bool(let flag) = value else {
      throw DocumentError("\(path(of: key)) should be true or false, not \(value.kindName)")
    }
    return flag
  }

  mutating func nonEmptyText(_ key: String) throws(DocumentError) -> String? {
    guard let text = try text(key) else { return nil }
    guard !text.isEmpty else { throw DocumentError("\(path(of: key)) is empty") }
    return text
  }

  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String
  ) throws(DocumentError) -> Choice? {
    guard let word = try text(key) else { return nil }
    return try JSONValue.string(word).choice(word, key: path(of: key))
  }
}

extension JSONValue {
  /// The items of a list, each with its place, such as `tracks[2]`.
  func each<Item>(
    _ place: String, _ body: (JSONValue, String) throws(DocumentError) -> Item
  ) throws(DocumentError) -> [Item] {
    guard case .array(let items) = self else {
      throw DocumentError("\(place) should be a list, not \(kindName)")
    }
    var found: [Item] = []
    found.reserveCapacity(items.count)
    for (index, item) in items.enumerated() { found.append(try body(item, "\(place)[\(index)]")) }
    return found
  }
}
