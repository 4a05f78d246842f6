package import Documents

/// Divides the inputs of a batch among machines so that each has about the same to do.
package struct Shards {
  /// The inputs of one machine, by path, and their size, which stands for the work.
  package struct Shard: Sendable, Equatable {
    package var paths: [String] = []
    package var bytes: Int64 = 0
  }

  package let shards: [Shard]
  /// Inputs that no list can hold, and why.
  package let unlisted: [(path: String, reason: String)]

  /// Finds the inputs as a batch does. Throws for wrong usage.
  package init(inputs: [String], count: Int, settings: Settings) throws(DocumentError) {
    let found = try InputDiscovery.find(inputs, extensions: settings.batch.extensions, output: "")
    let reasons = found.map { $0.problem?.message ?? Self.reason($0.path) }
    let listed = zip(found, reasons).filter { $1 == nil }.map { $0.0.path }
    self.init(
      listed.map { ($0, FileSystem.status($0)?.bytes ?? 0) }, count: count,
      unlisted: zip(found, reasons).compactMap { input, reason in reason.map { (input.path, $0) } })
  }

  /// Why a path cannot stand on a line of its own.
  private static func reason(_ path: String) -> String? {
    path.utf8.contains(UInt8(ascii: "\n")) || path.utf8.last == UInt8(ascii: "\r")
      ? "the name holds a line break, which no list can; rename it" : nil
  }

  /// The largest first, each to whoever has least so far (Graham, 1969: at most a third over the best division).
  init(_ inputs: [(path: String, bytes: Int64)], count: Int, unlisted: [(path: String, reason: String)] = []) {
    self.unlisted = unlisted
    var shards = Array(repeating: Shard(), count: count)
    for input in inputs.sorted(by: { ($1.bytes, $0.path) < ($0.bytes, $1.path) }) {
      let least = shards.indices.min {
        (shards[$0].bytes, shards[$0].paths.count) < (shards[$1].bytes, shards[$1].paths.count)
      }
      guard let least else { continue }
      shards[least].paths.append(input.path)
      shards[least].bytes += input.bytes
    }
    for index in shards.indices { shards[index].paths.sort() }
    self.shards = shards
  }

  /// Writes a list a shard into `folder`, as `analyze @LIST` reads it: shard-0.txt and so on, as array jobs count. Lists of an
  /// earlier plan are removed, lest they be worked off too. Returns the paths.
  package func write(to folder: String) throws(ErrorRecord) -> [String] {
    try FileSystem.makeFolders(folder)
    for name in FileSystem.list(folder) ?? [] where Self.isList(name) { FileSystem.remove(Path.join(folder, name)) }
    let digits = String(max(0, shards.count - 1)).count
    var written: [String] = []
    for (index, shard) in shards.enumerated() {
      let number = String(index)
      let name = "shard-" + String(repeating: "0", count: digits - number.count) + number + ".txt"
      // An absolute path means the same wherever the list is read.
      let text = shard.paths.map { Path.absolute($0) + "\n" }.joined()
      try FileSystem.replace(Path.join(folder, name), with: Array(text.utf8))
      written.append(Path.join(folder, name))
    }
    return written
  }

  private static func isList(_ name: String) -> Bool {
    guard name.hasPrefix("shard-"), name.hasSuffix(".txt") else { return false }
    let number = name.dropFirst(6).dropLast(4)
    return !number.isEmpty && number.allSatisfy { $0.isASCII && $0.isNumber }
  }
}
