@testable import Engine
import Documents
import Foundation
import Glibc
import Media
import Synchronization
import Testing

/// What a thread in the room can and cannot do, asked of the kernel. The room binds one thread and those it starts, so that the
/// test goes on outside.
@Suite(.enabled(if: Sandbox.available == .full, "this system cannot lock a worker in"))
struct SandboxTests {
  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("room-\(UUID().uuidString)").path
    for name in ["in", "work", "results", "elsewhere"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    for name in ["in/film.mp4", "in/neighbour.mp4", "elsewhere/secret"] {
      try Data("words".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
  }

  /// Calls `body` on a thread that is locked in, and returns what it returns: 0, or the error of the system.
  private func inside(_ body: @escaping @Sendable () -> Int32) throws -> Int32 {
    let room = Sandbox.Room(
      readable: ["\(folder)/in/film.mp4"], writable: ["\(folder)/work", "\(folder)/results"], removable: [folder])
    let result = Mutex<(SandboxLevel, Int32)?>(nil)
    let shared = Shared(result: result)
    let thread = try #require(
      PlainThread {
        let level = Sandbox.enter(room)
        let code = body()
        shared.result.withLock { $0 = (level, code) }
      })
    thread.join()
    let (level, code) = try #require(shared.result.withLock { $0 })
    #expect(level == .full)
    return code
  }

  private final class Shared: Sendable {
    let result: Mutex<(SandboxLevel, Int32)?>
    init(result: consuming Mutex<(SandboxLevel, Int32)?>) { self.result = result }
  }

  private static func opening(_ path: String, _ flags: Int32) -> Int32 {
    let descriptor = open(path, flags, 0o600)
    if descriptor < 0 { return errno }
    close(descriptor)
    return 0
  }

  @Test func theInputAndTheWorkspaceAreReached() throws {
    let folder = folder
    #expect(try inside { Self.opening("\(folder)/in/film.mp4", O_RDONLY) } == 0)
    #expect(try inside { Self.opening("\(folder)/work/made", O_RDWR | O_CREAT) } == 0)
    #expect(try inside { rename("\(folder)/work/made", "\(folder)/results/made") == 0 ? 0 : errno } == 0)
    #expect(try inside { Self.opening("/dev/null", O_WRONLY) } == 0)
    #expect(try inside { Self.opening("/proc/self/statm", O_RDONLY) } == 0)
  }

  @Test(arguments: ["in/neighbour.mp4", "elsewhere/secret", "/etc/passwd", "/etc/hostname"])
  func noOtherFileIsRead(name: String) throws {
    let path = name.hasPrefix("/") ? name : "\(folder)/\(name)"
    #expect(access(path, R_OK) == 0)
    #expect(try inside { Self.opening(path, O_RDONLY) } == EACCES)
  }

  @Test func nothingElseIsWrittenOrRemoved() throws {
    let folder = folder
    #expect(try inside { Self.opening("\(folder)/in/film.mp4", O_WRONLY) } == EACCES)
    #expect(try inside { Self.opening("\(folder)/elsewhere/new", O_WRONLY | O_CREAT) } == EACCES)
    #expect(try inside { unlink("\(folder)/elsewhere/secret") == 0 ? 0 : errno } == EACCES)
    #expect(try inside { truncate("\(folder)/in/film.mp4", 0) == 0 ? 0 : errno } == EACCES)
    #expect(FileManager.default.contents(atPath: "\(folder)/in/film.mp4") == Data("words".utf8))
  }

  @Test func thereIsNoNetwork() throws {
    #expect(try inside { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) >= 0 ? 0 : errno } == EPERM)
    #expect(try inside { socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) >= 0 ? 0 : errno } == EPERM)
  }

  @Test func noProgramIsStartedAndNoOtherProcessTouched() throws {
    #expect(
      try inside {
        var process = pid_t()
        let path = strdup("/bin/true")
        defer { free(path) }
        return posix_spawn(&process, "/bin/true", nil, nil, [path, nil], nil)
      } != 0)
    #expect(try inside { kill(getppid(), 0) == 0 ? 0 : errno } == EPERM)
    #expect(try inside { kill(getpid(), 0) == 0 ? 0 : errno } == 0)
  }

  @Test func threadsStillStart() throws {
    #expect(
      try inside {
        guard let thread = PlainThread({}) else { return 1 }
        thread.join()
        return 0
      } == 0)
  }

  @Test func whatAThreadStartsIsLockedInToo() throws {
    let shared = Shared(result: Mutex(nil))
    #expect(
      try inside {
        let thread = PlainThread { shared.result.withLock { $0 = (.full, Self.opening("/etc/passwd", O_RDONLY)) } }
        thread?.join()
        return shared.result.withLock { $0?.1 } ?? 0
      } == EACCES)
  }
}
