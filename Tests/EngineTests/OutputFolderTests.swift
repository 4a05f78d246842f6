import Documents
@testable import Engine
import Foundation
import Testing

@Suite struct OutputFolderTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("output-\(UUID().uuidString)").path

  private func line(_ path: String, _ status: Status) -> ResultLine {
    ResultLine(path: path, status: status, paramsDigest: "d", engine: "e")
  }

  @Test func theLastLineOfAPathCountsAndATornOneIsPassedOver() throws {
    let text = try [line("a", .failed), line("b", .succeeded), line("a", .succeeded)].map {
      try DocumentEncoder.line($0) + "\n"
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data((text.joined() + #"{"path": "c", "stat"#).utf8).write(to: URL(fileURLWithPath: "\(folder)/results.jsonl"))
    let output = try OutputFolder(folder)
    #expect(
      OutputFolder.earlierResults(folder).mapValues(\.status) == [
        Array("a".utf8): .succeeded, Array("b".utf8): .succeeded,
      ])
    try output.openJournal(keeping: true)
    try output.append(line("d", .succeeded))
    #expect(
      OutputFolder.earlierResults(folder).values.map(\.path).sorted() == ["a", "b", "d"],
      "the torn line swallowed the next one")
  }

  @Test func aSecondBatchIsKeptOut() throws {
    let first = try OutputFolder(folder)
    #expect(throws: ErrorRecord.self) { try OutputFolder(folder) }
    withExtendedLifetime(first) {}
  }
}
