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
      let attributes = try FileManager.default.attributesOfItem(atPath: workspace.path)
      #expect(attributes[.posixPermissions] as? Int == 0o700)
      try FileSystem.makeFolders(workspace.file("deep/er"))
      try FileSystem.write([1, 2, 3], to: workspace.file("deep/er/file"))
      #expect(try names().count == 1)
    }
    #expect(try names().isEmpty)
  }

  @Test func whatDeadProcessesLeftIsRemovedAndNothingElse() throws {
    let living = try Workspace(in: folder)
    try age(living.path)
    for name in ["cutroom-4194000-abcdef", "cutroom-notes-abcdef", "other"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
      try Data([1]).write(to: URL(fileURLWithPath: "\(folder)/\(name)/file"))
      try age("\(folder)/\(name)")
    }
    try FileManager.default.createDirectory(
      atPath: "\(folder)/cutroom-4194001-abcdef", withIntermediateDirectories: true)
    Workspace.removeLeftovers(in: folder)
    let expected = [Path.name(living.path), "cutroom-4194001-abcdef", "cutroom-notes-abcdef", "other"].sorted()
    #expect(try names() == expected, "a young folder may belong to a process that has not locked it yet")
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
