import Documents
import Engine

/// `cutroom report`: the page of a batch that is already there.
enum ReportCommand {
  static func run(_ invocation: Invocation) throws -> Int32 {
    try Output.write(ReportPage.write(into: invocation.arguments[0]) + "\n")
    return 0
  }
}

extension Command {
  static let report = Command(
    name: "report", usage: "DIR", summary: "Write a page that shows the results of a batch.",
    details: """
      DIR is the folder that analyze -o wrote to, finished or not. Writes DIR/report.html, which a browser opens from the disk,
      and prints its path. Films whose paths are relative are looked for from the current folder, then from DIR and the folders
      above it.
      """, settings: [], extras: [], arguments: 1...1, run: { try ReportCommand.run($0) })
}
