import Claims
import Documents

/// Fields out of any bytes come back, byte for byte, from a reader of RFC 4180; figures have no exponent.
@c public func LLVMFuzzerTestOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = UnsafeBufferPointer(start: start, count: count)
  // Zero bytes divide the fields.
  let fields = bytes.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
  let read = records(in: Array(CSV.record(fields).utf8))
  claim(read == [fields.map { Array($0.utf8) }], "\(fields) became \(read)")

  if count >= 9 {
    let bits = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let value = Double(bitPattern: bits)
    let text = CSV.decimal(value, places: Int(bytes[8] % 7))
    claim(value.isFinite != text.isEmpty)
    if abs(value) < 1e12 {
      claim(!text.contains("e"), text)
      let difference = abs((Double(text) ?? .infinity) - value)
      let places = (0..<bytes[8] % 7).reduce(1.0) { factor, _ in factor / 10 }
      claim(difference <= places * 0.5001 + abs(value) * 1e-15, "\(value) became \(text)")
    }
  }
  return 0
}

/// The records of a table, as RFC 4180 has it: fields in quotes may hold anything, with quotes doubled.
private func records(in text: [UInt8]) -> [[[UInt8]]] {
  let (quote, comma, carriageReturn, lineFeed) = (UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(13), UInt8(10))
  var records: [[[UInt8]]] = []
  var record: [[UInt8]] = []
  var field: [UInt8] = []
  var isQuoted = false
  var index = 0
  while index < text.count {
    let byte = text[index]
    let next = index + 1 < text.count ? text[index + 1] : 0
    if isQuoted {
      if byte == quote, next == quote {
        field.append(quote)
        index += 1
      } else if byte == quote {
        isQuoted = false
      } else {
        field.append(byte)
      }
    } else if byte == quote {
      claim(field.isEmpty, "a quote within a field that is not quoted")
      isQuoted = true
    } else if byte == comma {
      record.append(field)
      field = []
    } else if byte == carriageReturn, next == lineFeed {
      records.append(record + [field])
      (record, field) = ([], [])
      index += 1
    } else {
      claim(byte != lineFeed && byte != carriageReturn, "a line end within a field that is not quoted")
      field.append(byte)
    }
    index += 1
  }
  claim(!isQuoted && record.isEmpty && field.isEmpty, "the last record has no end")
  return records
}
