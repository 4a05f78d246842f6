@testable import Engine
import Foundation
import Testing

@Suite struct WorkspaceTests {
  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("workspaces-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }

  /// Makes a folder look as if it had been made an hour ago.
  private func age(_ path: String) throws {
    try FileManager.default.setAttributes([.modificationDate: Date.now - 3600], ofItemAtPath: path)
  }

  @Test func aWorkspaceIsPrivateAndGoesWithItsOwner() throws {
    do {
      let workspace = try Workspace(in: folder)
      let attributes = try FileManager.default.attributesOfItem(atPath: workspace.root)
      #expect(attributes[.posixPermissions] as? Int == 0o700)
      try FileSystem.makeFolders(workspace.file("deep/er"))
      try FileSystem.write([1, 2, 3], to: workspace.file("deep/er/file"))
      #expect(try names().count == 1)
    }
    #expect(try names().isEmpty)
  }

  @Test func whatDeadProcessesLeftIsRemovedAndNothingElse() throws {
    let living = try Workspace(in: folder)
    // The number of a living process is that of another one in another container: the lock alone counts.
    let left = ["cutroom-4194000-abcdefabcdef", "cutroom-\(getpid())-abcdefabcdef", "cutroom-1-abcdefabcdef.new"]
    for name in left + ["cutroom-notes-abcdef", "other", "cutroom-4194001-abcdefabcdef.new"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
      try Data([1]).write(to: URL(fileURLWithPath: "\(folder)/\(name)/file"))
    }
    try age("\(folder)/cutroom-1-abcdefabcdef.new")
    Workspace.removeLeftovers(in: folder)
    let expected = [living.name, "cutroom-4194001-abcdefabcdef.new", "cutroom-notes-abcdef", "other"].sorted()
    #expect(try names() == expected, "a young folder may belong to a process that has not locked it yet")
  }

  @Test func resultsGiveWayAtOnce() throws {
    try place("old", in: "film")
    let staging = try StagingFolder("\(folder)/.cutroom-1-aaaaaaaaaaaa")
    try FileSystem.write(Array("new".utf8), to: "\(staging.path)/analysis.json")
    try staging.replace("\(folder)/film")
    #expect(try String(contentsOfFile: "\(folder)/film/analysis.json", encoding: .utf8) == "new")
  }

  @Test func whereTheFileSystemCannotExchangeResultsStillGiveWay() throws {
    try place("old", in: "film")
    do {
      let staging = try StagingFolder("\(folder)/.cutroom-1-aaaaaaaaaaaa") { _, _ in
        errno = EINVAL
        return -1
      }
      try FileSystem.write(Array("new".utf8), to: "\(staging.path)/analysis.json")
      try staging.replace("\(folder)/film")
    }
    #expect(try String(contentsOfFile: "\(folder)/film/analysis.json", encoding: .utf8) == "new")
    #expect(try names() == ["film"])
  }

  /// As a kill between the two renames leaves it.
  @Test func whatWasMovedAsideComesBack() throws {
    try place("old", in: ".cutroom-1-aaaaaaaaaaaa.old/results")
    try FileSystem.write(Array("film".utf8), to: "\(folder)/.cutroom-1-aaaaaaaaaaaa.old/name")
    try place("new", in: ".cutroom-1-aaaaaaaaaaaa")
    Publisher.removeLeftovers(in: folder)
    #expect(try names() == ["film"])
    #expect(try String(contentsOfFile: "\(folder)/film/analysis.json", encoding: .utf8) == "old")
  }

  @Test func whatWasReplacedDoesNotComeBack() throws {
    try place("old", in: ".cutroom-1-aaaaaaaaaaaa.old/results")
    try FileSystem.write(Array("film".utf8), to: "\(folder)/.cutroom-1-aaaaaaaaaaaa.old/name")
    try place("new", in: "film")
    Publisher.removeLeftovers(in: folder)
    #expect(try names() == ["film"])
    #expect(try String(contentsOfFile: "\(folder)/film/analysis.json", encoding: .utf8) == "new")
  }

  private func place(_ text: String, in name: String) throws {
    try FileSystem.makeFolders("\(folder)/\(name)")
    try FileSystem.write(Array(text.utf8), to: "\(folder)/\(name)/analysis.json")
  }

  @Test func aLinkIsRemovedAndNotFollowed() throws {
    let outside = "\(folder)/outside"
    try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
    try Data([1]).write(to: URL(fileURLWithPath: "\(outside)/kept"))
    try FileManager.default.createDirectory(atPath: "\(folder)/doomed", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: "\(folder)/doomed/link", withDestinationPath: outside)
    FileSystem.remove("\(folder)/doomed")
    #expect(try names() == ["outside"])
    #expect(FileManager.default.fileExists(atPath: "\(outside)/kept"))
  }
}
