import Documents
import Engine
import Glibc

/// `cutroom run-one`: one request document, for schedulers of clusters.
enum RunOneCommand {
  static func run(_ invocation: Invocation) throws -> Int32 {
    guard let source = invocation.extras["--request"], !source.isEmpty else {
      throw UsageError("run-one needs --request FILE, or - for standard input")
    }
    let bytes: [UInt8]
    do {
      bytes = try Environment.read(source == "-" ? "/dev/stdin" : source)
    } catch {
      throw UsageError("the request \(source) cannot be read")
    }
    var request = try Request(json: bytes)
    let batch = invocation.settings.batch
    request.settings.batch.usesCache = batch.usesCache
    request.settings.batch.maxCache = batch.maxCache
    if !request.id.isEmpty { request.settings.batch.requestID = request.settings.batch.requestID ?? request.id }
    request.settings.batch.cacheDir = request.settings.batch.cacheDir ?? batch.cacheDir
    let terminal = Terminal(level: batch.logLevel, format: batch.logFormat, quiet: true)
    if request.operation == .analyze, request.settings.options.stages.contains(.text),
      let missing = Doctor.missingLanguage(request.settings.options.languages)
    {
      terminal.log(.error, missing.message)
      return 3
    }
    let outcome = SingleRun(
      request, retries: batch.retries, terminal: terminal,
      events: try batch.events.map { try EventStream($0) }
    ).run()
    if batch.events != "-", !batch.quiet {
      if let document = outcome.document { try Output.write(document + "\n") }
      if let text = outcome.text { try Output.write(text) }
    }
    return outcome.exitCode
  }
}

/// `cutroom plan`: lists of inputs for many machines.
enum PlanCommand {
  static func run(_ invocation: Invocation) throws -> Int32 {
    guard let typed = invocation.extras["--shards"], let count = Int(typed), (1...100_000).contains(count) else {
      throw UsageError("plan needs --shards N, a whole number from 1 to 100000")
    }
    guard let folder = invocation.extras["--output"], !folder.isEmpty else {
      throw UsageError("plan needs -o DIR: the folder for the lists")
    }
    let plan = try Shards(inputs: invocation.arguments, count: count, settings: invocation.settings)
    let lists = try plan.write(to: folder)
    let terminal = Terminal(level: .warning, format: .text, quiet: true)
    for input in plan.unlisted { terminal.log(.error, "\(input.reason): it is in no list", path: input.path) }
    if plan.shards.allSatisfy(\.paths.isEmpty), plan.unlisted.isEmpty {
      terminal.log(.warning, "no media files found in \(invocation.arguments.joined(separator: ", "))")
    }
    let exitCode: Int32 = plan.unlisted.isEmpty ? 0 : 1
    guard !invocation.settings.batch.quiet else { return exitCode }
    try Output.write(
      zip(lists, plan.shards).map { list, shard in
        "\(Terminal.printable(list))  \(shard.paths.count) files  \(shard.bytes >> 20) MiB\n"
      }.joined())
    return exitCode
  }
}

/// `cutroom merge`: the results of many machines as one batch.
enum MergeCommand {
  static func run(_ invocation: Invocation) throws -> Int32 {
    guard let target = invocation.extras["--output"], !target.isEmpty else {
      throw UsageError("merge needs -o DIR: the folder for the joined results")
    }
    let batch = invocation.settings.batch
    let outcome = try BatchMerge(invocation.arguments).write(to: target, force: batch.force)
    if outcome.superseded > 0 {
      Terminal(level: .warning, format: .text, quiet: true)
        .log(.warning, "\(outcome.superseded) results gave way to better or later ones of the same input")
    }
    if batch.json {
      try Output.write(DocumentEncoder.pretty(outcome.document))
    } else if !batch.quiet {
      try Output.write(ResultTable.text(outcome.document, output: target))
    }
    return outcome.document.status == .succeeded ? 0 : 1
  }
}
