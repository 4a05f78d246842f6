import Documents
import Glibc

/// One file to analyse, or a place that could not be looked into.
struct FoundInput: Sendable, Equatable {
  /// As documents call it: the argument as typed, and the path below it.
  var path: String
  /// Where its results go below the output folder, before clashes are settled.
  var relative: String
  /// Set where the input cannot be analysed at all.
  var problem: ErrorRecord?
}

/// Finds the inputs of a batch: files as named, folders searched for media.
struct InputDiscovery {
  /// Lower-case endings that count as media in a folder.
  let extensions: Set<String>
  /// The output folder, which is never searched.
  let output: FileSystem.Identity?

  private var seenFolders: Set<FileSystem.Identity> = []
  /// By bytes: two spellings of one accented name are two files, and equal as Swift strings.
  private var seenPaths: Set<[UInt8]> = []
  private var found: [FoundInput] = []
  private var root: String?

  init(extensions: [String], output: String) {
    self.extensions = Set(extensions)
    self.output = FileSystem.status(output)?.identity
  }

  /// Inputs in the order of the arguments, those of a folder by path. `@LIST` names a file with one path a line.
  /// Files named below `root` are placed by their path below it.
  static func find(
    _ arguments: [String], extensions: [String], output: String, root: String? = nil
  ) throws(DocumentError) -> [FoundInput] {
    var discovery = InputDiscovery(extensions: extensions, output: output)
    discovery.root = root.map { Path.absolute(Path.tidied($0)) }
    for argument in arguments {
      if argument.hasPrefix("@"), argument.count > 1 {
        for path in try discovery.list(String(argument.dropFirst())) { try discovery.add(path) }
      } else {
        try discovery.add(argument)
      }
    }
    return discovery.found
  }

  private func list(_ file: String) throws(DocumentError) -> [String] {
    do {
      // By bytes: a carriage return and a line feed are one character to Swift. Some editors begin a file with a byte order mark.
      let bytes = try FileSystem.read(file)
      let mark: [UInt8] = [0xef, 0xbb, 0xbf]
      return bytes.dropFirst(bytes.starts(with: mark) ? mark.count : 0).split(separator: UInt8(ascii: "\n"))
        .map { String(decoding: $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0, as: UTF8.self) }
        .filter { line in line.contains { $0 != " " && $0 != "\t" } }
    } catch {
      throw DocumentError("the list \(file) cannot be read: \(String(cString: strerror(errno)))")
    }
  }

  private mutating func add(_ argument: String) throws(DocumentError) {
    let path = Path.tidied(argument)
    if let status = FileSystem.status(path), status.isFolder {
      guard status.identity != output else {
        throw DocumentError(
          "\(argument) is the folder for the results too, which is not searched; name another with -o")
      }
      search(path, below: "")
    } else {
      append(FoundInput(path: path, relative: belowRoot(path) ?? Path.name(path)))
    }
  }

  private func belowRoot(_ path: String) -> String? {
    guard let root else { return nil }
    let absolute = Path.absolute(path)
    let folder = root == "/" ? root : root + "/"
    return absolute.hasPrefix(folder) ? String(absolute.dropFirst(folder.count)) : nil
  }

  private mutating func append(_ input: FoundInput) {
    if seenPaths.insert(Array(input.path.utf8)).inserted { found.append(input) }
  }

  private mutating func search(_ folder: String, below relative: String) {
    guard let status = FileSystem.status(folder), status.identity != output,
      seenFolders.insert(status.identity).inserted
    else { return }
    guard let names = FileSystem.list(folder) else {
      let reason = String(cString: strerror(errno))
      append(
        FoundInput(
          path: folder, relative: relative.isEmpty ? Path.name(folder) : relative,
          problem: ErrorRecord(.unreadable, "the folder cannot be read: \(reason)", stage: "open")))
      return
    }
    for name in names {
      let path = folder == "." ? name : Path.join(folder, name)
      let below = Path.join(relative, name)
      let status = FileSystem.status(path)
      if status?.isFolder == true {
        search(path, below: below)
      } else if status?.isRegular ?? true, extensions.contains(Path.fileExtension(name)) {
        // A link that leads nowhere has no status; it is an input that will be reported as not found.
        // A decoded name that does not encode to itself was not UTF-8, and no document could spell it.
        let problem =
          name.contains("\u{FFFD}")
          ? ErrorRecord(.unreadable, "the file's name is not valid UTF-8; rename it", stage: "open") : nil
        append(FoundInput(path: path, relative: below, problem: problem))
      }
    }
  }
}

/// Gives every input a folder of its own below the output folder.
struct OutputLayout {
  /// Names at the top that the batch itself needs.
  private static let reserved: Set<String> = ["results.jsonl", "batch.json", "report.html", "dataset.jsonl"]

  /// Whether a result is a file, whose ending says what it holds: the number then stands before it.
  private let keepsEndings: Bool
  private var taken: Set<[UInt8]> = []
  private var ancestors: Set<[UInt8]> = []

  init(keepsEndings: Bool = false) { self.keepsEndings = keepsEndings }

  /// Keeps a folder that holds a result already.
  mutating func reserve(_ path: String) {
    taken.insert(Array(path.utf8))
    ancestors.formUnion(Self.ancestors(of: path))
  }

  /// The input's own relative path; where another result has a name on the way, or the whole, that name gets `~2`, `~3`
  /// and so on, so that no result lies inside another.
  mutating func place(_ relative: String) -> String {
    let parts = relative.split(separator: "/").map { $0 == ".." ? "__" : String($0) }
    var path = ""
    for (depth, part) in parts.enumerated() {
      let isLast = depth == parts.count - 1
      var candidate = Path.join(path, part)
      var number = 2
      while isLast ? !isFree(candidate) : taken.contains(Array(candidate.utf8)) {
        candidate = Path.join(path, isLast && keepsEndings ? numbered(part, number) : "\(part)~\(number)")
        number += 1
      }
      path = candidate
    }
    reserve(path)
    return path
  }

  private func numbered(_ name: String, _ number: Int) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "\(name)~\(number)" }
    return "\(name[..<dot])~\(number)\(name[dot...])"
  }

  private func isFree(_ path: String) -> Bool {
    let bytes = Array(path.utf8)
    return !taken.contains(bytes) && !ancestors.contains(bytes) && !Self.reserved.contains(path)
  }

  private static func ancestors(of path: String) -> [[UInt8]] {
    let parts = path.split(separator: "/")
    return (1..<max(1, parts.count)).map { Array(parts[0..<$0].joined(separator: "/").utf8) }
  }
}
