/// A small XML document, built from the leaves up and written with an element a line.
struct XMLElement {
  private let name: String
  private let attributes: [(String, String)]
  private let text: String?
  private let children: [XMLElement]

  init(_ name: String, _ attributes: [(String, String)] = [], _ children: [XMLElement] = []) {
    (self.name, self.attributes, self.children) = (name, attributes, children)
    text = nil
  }

  init(_ name: String, _ text: String) {
    (self.name, self.text) = (name, text)
    (attributes, children) = ([], [])
  }

  init(_ name: String, _ number: Int64) { self.init(name, String(number)) }

  /// The whole document; `doctype` is what follows `<!DOCTYPE `.
  func document(doctype: String) -> String {
    var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE \(doctype)>\n"
    write(to: &out, depth: 0)
    return out
  }

  private func write(to out: inout String, depth: Int) {
    let indent = String(repeating: "  ", count: depth)
    out += indent + "<" + name
    for (key, value) in attributes { out += " \(key)=\"\(Self.escaped(value))\"" }
    if let text {
      out += ">" + Self.escaped(text) + "</" + name + ">\n"
    } else if children.isEmpty {
      out += "/>\n"
    } else {
      out += ">\n"
      for child in children { child.write(to: &out, depth: depth + 1) }
      out += indent + "</" + name + ">\n"
    }
  }

  /// Text without what XML 1.0 gives a meaning, and without what it cannot hold (2.2, Characters).
  static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      // As they are, a reader of attributes makes blanks of them.
      case "\t", "\n", "\r": out += "&#\(scalar.value);"
      case let other where other.value < 0x20 || other.value == 0xfffe || other.value == 0xffff: out += "\u{fffd}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
