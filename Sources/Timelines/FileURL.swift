/// The URL of a file (RFC 8089) by its absolute path: every byte that is not plain in a URL is written in hexadecimal.
package struct FileURL: Sendable {
  private let escaped: String

  package init(path: String) {
    var escaped = ""
    for byte in path.utf8 {
      if Self.plain.contains(byte) {
        escaped.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let hex = String(byte, radix: 16, uppercase: true)
        escaped += "%" + (byte < 16 ? "0" : "") + hex
      }
    }
    self.escaped = escaped
  }

  /// `file:///a/b.mp4`.
  package var text: String { "file://" + escaped }

  /// `file://localhost/a/b.mp4`, as Final Cut Pro 7 writes it.
  package var withHost: String { "file://localhost" + escaped }

  /// Unreserved characters (RFC 3986, 2.3) and the slash.
  private static let plain = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
}
