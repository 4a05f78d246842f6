package import Documents

/// Divides the inputs of a batch among machines so that each has about the same to do.
package struct Shards {
  /// The inputs of one machine, by path, and their size, which stands for the work.
  package struct Shard: Sendable, Equatable {
    package var paths: [String] = []
    package var bytes: Int64 = 0
  }

  package let shards: [Shard]

  /// Finds the inputs as a batch does. Throws for wrong usage.
  package init(inputs: [String], count: Int, settings: Settings) throws(DocumentError) {
    let found = try InputDiscovery.find(inputs, extensions: settings.batch.extensions, output: "")
    self.init(found.map { ($0.path, FileSystem.status($0.path)?.bytes ?? 0) }, count: count)
  }

  /// The largest first, each to whoever has least so far (Graham, 1969: at most a third over the best division).
  init(_ inputs: [(path: String, bytes: Int64)], count: Int) {
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

  /// Writes a list a shard into `folder`, as `analyze @LIST` reads it: shard-0.txt and so on, as array jobs count. Returns the paths.
  package func write(to folder: String) throws(ErrorRecord) -> [String] {
    try FileSystem.makeFolders(folder)
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
}
