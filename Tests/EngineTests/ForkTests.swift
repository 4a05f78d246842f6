import TestSupport
import Testing

/// A fork is made and looked at by a small program of its own: one of a process with many threads, such as this one, is not whole.
struct ForkTests {
  private static let program = """
    import CSandbox
    import Glibc

    /// Takes long enough for another thread to have to wait for it.
    enum Once {
      static let value: Int32 = {
        usleep(300_000)
        return 7
      }()
    }

    let process = cr_fork(
      { _ in
        var other = pthread_t()
        pthread_create(&other, nil, { _ in usleep(100_000); _ = Once.value; return nil }, nil)
        let value = Once.value
        pthread_join(other, nil)
        return value
      }, nil)
    var status: Int32 = 0
    for _ in 0..<1000 where waitpid(process, &status, WNOHANG) == 0 { usleep(10_000) }
    if kill(process, SIGKILL) == 0 { print("it still runs after ten seconds") }
    print(status >> 8)
    """

  @Test func `threads of a forked process wait for what is made once, and go on`() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.program, to: "main.swift")
    let made = try run(
      "/usr/bin/env",
      [
        "swiftc", "-swift-version", "5", "-I", "\(packageRoot)/Sources/CSandbox", folder("main.swift"), "-o",
        folder("program"),
      ])
    try #require(made.exitCode == 0, "\(made.errors)")
    let outcome = try run(folder("program"), [])
    #expect(outcome.lines == ["7"])
  }
}
