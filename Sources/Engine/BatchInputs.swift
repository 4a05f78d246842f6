package import Documents

/// The inputs of a batch: where each one's results go, and which an earlier run has finished. Finding them writes nothing.
package struct BatchInputs {
  /// An input with all that is decided about it beforehand.
  struct Item: Sendable {
    let input: FoundInput
    /// The folder of its results below the output folder.
    let folder: String
    let index: Int
  }

  let items: [Item]
  /// Those that are left to be done, in the order of the inputs.
  let pending: [Item]
  /// Lines of an earlier run, by the bytes of the path.
  let earlier: [[UInt8]: ResultLine]
  /// Lines of the finished inputs, by index.
  let resumed: [Int: ResultLine]
  /// Stands for the parameters in every line.
  let paramsDigest: String
  /// How many results of an earlier run are made again.
  let replaced: Int

  /// Throws ``DocumentError`` for wrong usage, such as an output folder that holds results where nothing says what becomes
  /// of them.
  package init(_ inputs: [String], output path: String, settings: Settings) throws {
    let batch = settings.batch
    if OutputFolder.holdsResults(path), !batch.resume, !batch.force {
      throw DocumentError(
        "\(path) already holds results; add --resume to go on with it, or --force to replace them")
    }
    paramsDigest = Fingerprint.bytes(Array(try DocumentEncoder.line(settings.options).utf8))
    let earlier = batch.resume ? OutputFolder.earlierResults(path) : [:]
    // What an earlier run put somewhere stays there, whoever comes now.
    let places = earlier.compactMapValues { $0.document.flatMap(Path.parent) }
    var layout = OutputLayout()
    places.values.sorted().forEach { layout.reserve($0) }
    items = try InputDiscovery.find(inputs, extensions: batch.extensions, output: path, root: batch.root).enumerated()
      .map { index, input in
        Item(input: input, folder: places[Array(input.path.utf8)] ?? layout.place(input.relative), index: index)
      }
    try Batch.checkStatistics(settings, inputs: items.count)
    try settings.checkScenes()
    try Batch.checkBudget(batch)
    // What is to be written of every frame needs them all seen again.
    let isResuming = batch.resume && batch.sceneStats == nil
    let resumed =
      isResuming
      ? Resumption(folder: path, settings: settings, digest: paramsDigest, lines: earlier).finished(items) : [:]
    pending = items.filter { resumed[$0.index] == nil }
    replaced = pending.count { item in
      earlier[Array(item.input.path.utf8)].map { [.succeeded, .partial].contains($0.status) } ?? false
    }
    self.resumed = resumed
    self.earlier = earlier
  }

  /// What is left to be done: paths, with their folders below the output folder.
  package var plan: [(path: String, folder: String)] { pending.map { ($0.input.path, $0.folder) } }
}
