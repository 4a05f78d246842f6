import Documents
import Glibc

/// Tells one build of this program from another: results that were kept are good for the build that made them.
enum BuildIdentity {
  /// The linker's build identifier in hexadecimal (a hash of the program), else size and time of the program's file.
  ///
  /// Ask once before a worker locks itself in: afterwards it cannot read its own file.
  static let text: String = {
    let path = "/proc/self/exe"
    if let note = buildNote(path) {
      return note.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
    return FileSystem.status(path).map { "\($0.bytes)-\($0.modified)" } ?? ""
  }()

  /// The GNU build identifier of an ELF file of 64 bits in this machine's byte order; nil where it has none.
  /// Offsets after the System V ABI, chapter 4 (ELF header) and 5 (program header, note section).
  private static func buildNote(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard let header = bytes(descriptor, at: 0, count: 64), Array(header[0..<5]) == [0x7f, 0x45, 0x4c, 0x46, 2] else {
      return nil
    }
    let (table, entry, count) = (number(header, 32, 8), number(header, 54, 2), number(header, 56, 2))
    for index in 0..<count {
      guard let segment = bytes(descriptor, at: table + index * entry, count: 56) else { return nil }
      let isNote = number(segment, 0, 4) == 4
      guard isNote,
        let notes = bytes(descriptor, at: number(segment, 8, 8), count: min(1 << 16, number(segment, 32, 8)))
      else { continue }
      if let found = identifier(in: notes) { return found }
    }
    return nil
  }

  private static func identifier(in notes: [UInt8]) -> [UInt8]? {
    var place = 0
    while place + 12 <= notes.count {
      let (nameSize, size, kind) = (number(notes, place, 4), number(notes, place + 4, 4), number(notes, place + 8, 4))
      let name = place + 12
      let content = name + (nameSize + 3) / 4 * 4
      guard content + size <= notes.count else { return nil }
      if kind == 3, Array(notes[name..<name + nameSize]) == Array("GNU\0".utf8) {
        return Array(notes[content..<content + size])
      }
      place = content + (size + 3) / 4 * 4
    }
    return nil
  }

  private static func bytes(_ descriptor: Int32, at offset: Int, count: Int) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: count)
    return pread(descriptor, &buffer, count, off_t(offset)) == count ? buffer : nil
  }

  private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
    Int(truncatingIfNeeded: (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) })
  }
}
