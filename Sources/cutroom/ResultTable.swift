import Documents
import Engine

/// The table at the end of a batch: a line an input, so that a person sees what was found.
enum ResultTable {
  /// Rows shown before the rest is summed up.
  private static let longest = 40

  static func text(_ batch: BatchDocument, output: String) -> String {
    guard !batch.results.isEmpty else { return "" }
    var rows = [["file", "status", "length", "scenes", "pictures", "texts", "loudness"]]
    let shown = batch.results.count > longest ? batch.results.filter { $0.status != .succeeded } : batch.results
    rows += shown.prefix(longest).map(row)
    var text = TextTable.text(rows, leftColumns: [0, 1])
    let rest = batch.results.count - min(shown.count, longest)
    if rest > 0 { text += "… and \(rest) more\n" }
    return text + "\n" + totals(batch) + "\nresults: \(output)\n"
  }

  private static func row(_ line: ResultLine) -> [String] {
    let summary = line.summary
    let status = line.errors.first.map { "\(line.status.rawValue) (\($0.code.rawValue))" } ?? line.status.rawValue
    func number(_ value: Int?) -> String { value.map(String.init) ?? "-" }
    return [
      Terminal.printable(line.path), status, summary?.mediaSeconds.map(clock) ?? "-", number(summary?.scenes),
      number(summary?.pictures), number(summary?.textTracks),
      summary?.integratedLUFS.map { "\(($0 * 10).rounded() / 10) LUFS" } ?? "-",
    ]
  }

  private static func totals(_ batch: BatchDocument) -> String {
    let totals = batch.totals
    var parts = ["\(totals.succeeded) succeeded"]
    if totals.partial > 0 { parts.append("\(totals.partial) partial") }
    if totals.failed > 0 { parts.append("\(totals.failed) failed") }
    if totals.canceled > 0 { parts.append("\(totals.canceled) canceled") }
    if totals.notStarted > 0 { parts.append("\(totals.notStarted) not started") }
    if totals.resumed > 0 { parts.append("\(totals.resumed) of them finished before") }
    let speed = batch.speed.map { " (\($0)× speed)" } ?? ""
    return parts.joined(separator: ", ")
      + "; \(clock(batch.mediaSeconds)) of media in \(clock(batch.wallSeconds))\(speed)"
  }

  private static func clock(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return whole < 3600
      ? "\(whole / 60):\(two(whole % 60))" : "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))"
  }
}

/// Rows as columns that line up.
enum TextTable {
  /// Each row on a line of its own; columns are aligned to the right but for `leftColumns`. All rows have as many cells.
  static func text(_ rows: [[String]], leftColumns: Set<Int>) -> String {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return leftColumns.contains(column) ? cell + space : space + cell
      }.joined(separator: "  ") + "\n"
    }.joined()
  }
}
