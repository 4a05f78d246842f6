import Documents
import Engine

extension Command {
  static let cache = Command(
    name: "cache", usage: "[look|prune|clear]", summary: "Look into the cache of finished stages, or clear it up.",
    details: """
      look, the default, says what is kept, and with --check whether it is whole. prune removes what this build cannot use, what
      is damaged, and what was not used for longest until the rest fits --max-cache. clear removes everything. All of it is safe while
      analyses run: they do again what is gone.
      """,
    settings: SettingTable.all.filter { ["cache_dir", "max_cache", "json"].contains($0.key) },
    extras: [Extra(flag: "--check", short: nil, placeholder: nil, help: "Read every entry and check it.")],
    arguments: 0...1, run: { try CacheCommand.run($0) })
}

/// `cutroom cache`: what is kept, and less of it.
enum CacheCommand {
  private enum Action: String, CaseIterable { case look, prune, clear }

  static func run(_ invocation: Invocation) throws -> Int32 {
    let word = invocation.arguments.first ?? Action.look.rawValue
    guard let action = Action(rawValue: word) else {
      throw UsageError(
        "cache does not know \"\(word)\"\(Spelling.hint(for: word, among: Action.allCases.map(\.rawValue)))")
    }
    let isChecking = invocation.extras["--check"] != nil
    if isChecking, action != .look { throw UsageError("--check goes with look: prune checks what it leaves, too") }
    let report = try CacheReport(invocation.settings.batch)
    let document =
      switch action {
      case .look: report.look(checking: isChecking)
      case .prune: report.prune()
      case .clear: report.clear()
      }
    try Output.write(invocation.settings.batch.json ? DocumentEncoder.pretty(document) : text(document))
    return (document.damaged ?? 0) > 0 ? 1 : 0
  }

  private static func text(_ document: CacheDocument) -> String {
    let rows = document.parts.map { [$0.part, "\($0.entries)", size($0.bytes)] }
    let all = [["all", "\(document.entries)", size(document.bytes)]]
    var text = "\(Terminal.printable(document.path)): \(document.films) films, may hold \(size(document.maxBytes)) kB\n"
    text += TextTable.text([["part", "entries", "kB"]] + rows + all, leftColumns: [0])
    if let oldest = document.oldest, let newest = document.newest { text += "used from \(oldest) to \(newest)\n" }
    if document.foreign > 0 {
      text += "\(document.foreign) entries of other builds; `cutroom cache prune` removes them\n"
    }
    if let damaged = document.damaged { text += "\(damaged) damaged entries\n" }
    if let entries = document.removedEntries, let bytes = document.removedBytes {
      text += "removed \(entries) entries, \(size(bytes)) kB\n"
    }
    return text
  }

  private static func size(_ bytes: Int64) -> String { "\((bytes + 999) / 1000)" }
}
