import CSandbox
import Documents
import Glibc
import Synchronization

/// A process that forks workers, with all libraries loaded and nothing else done.
///
/// Loading and binding the media libraries costs more processor time than analysing a short film; done once, each worker starts with
/// a copy. The process is this program's `fork-server` command: no other thread runs while it forks, so that the fork is whole; it is in
/// a process group of its own, and gone when the last descriptor of its socket is closed, by ``end()`` or by the death of this process.
///
/// Each request is a message with five descriptors: a worker's standard input, output and errors, its lifeline, and a pipe in which
/// the server writes the worker's process number, or a negative errno, and when it has ended its wait status; each as 32 bits.
final class ForkServer: Sendable {
  static let command = "fork-server"
  /// Where the server finds its socket.
  static let socketDescriptor: Int32 = 3

  private struct Running {
    var process: pid_t
    var socket: Int32
  }

  private let running = Mutex<Running?>(nil)

  deinit { end() }

  /// Has a worker forked with these descriptors, which stay open here. Returns its process number.
  ///
  /// Throws where there is no process, memory or descriptor left. A server that is gone is replaced once.
  func fork(_ descriptors: [Int32], reply: Int32) throws(ErrorRecord) -> pid_t {
    let result = running.withLock { running in Self.send(descriptors, to: &running) }
    try result.get()
    guard let process = Self.number(from: reply), process != 0 else { throw ChildProcess.failure(ECHILD) }
    guard process > 0 else { throw ChildProcess.failure(-process) }
    return process
  }

  private static func send(_ descriptors: [Int32], to running: inout Running?) -> Result<Void, ErrorRecord> {
    do throws(ErrorRecord) {
      for _ in 0..<2 {
        let server = if let running { running } else { try start() }
        running = server
        if cr_send_descriptors(server.socket, descriptors, Int32(descriptors.count)) == 0 { return .success(()) }
        Self.end(server)
        running = nil
      }
      return .failure(ChildProcess.failure(errno))
    } catch {
      return .failure(error)
    }
  }

  /// Ends the server and waits for it, so that the time its workers used counts as that of this process's children.
  func end() {
    running.withLock { running in
      if let server = running { Self.end(server) }
      running = nil
    }
  }

  /// The next number of a reply pipe; nil when the server is gone.
  static func number(from reply: Int32) -> Int32? {
    var (number, got) = (Int32(0), 0)
    repeat { got = read(reply, &number, MemoryLayout<Int32>.size) } while got < 0 && errno == EINTR
    return got == MemoryLayout<Int32>.size ? number : nil
  }

  private static func end(_ server: Running) {
    close(server.socket)
    var status: Int32 = 0
    while waitpid(server.process, &status, 0) < 0, errno == EINTR {}
  }

  private static func start() throws(ErrorRecord) -> Running {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw ChildProcess.failure(errno)
    }
    defer { close(ends[1]) }
    do {
      let process = try ChildProcess.spawn(
        [try WorkerProcess.executable(), command], environment: WorkerProcess.environment(),
        descriptors: [(ends[1], socketDescriptor)])
      return Running(process: process, socket: ends[0])
    } catch {
      close(ends[0])
      throw error
    }
  }
}

/// What runs in a fork server.
package enum ForkServerLoop {
  /// Serves until the other end of the socket is closed and the last worker has ended. Returns the exit code: 0, or 2 where there is
  /// no socket.
  package static func run() -> Int32 {
    let socket = ForkServer.socketDescriptor
    var status = stat()
    guard fstat(socket, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
      try? FileSystem.writeAll(
        Array("cutroom \(ForkServer.command): this is for a batch to start\n".utf8), to: STDERR_FILENO,
        path: "standard error")
      return 2
    }
    setenv(Worker.lifelineVariable, String(ChildProcess.lifelineDescriptor), 1)
    var replies: [pid_t: Int32] = [:]
    let endings = cr_endings()
    var isOpen = true
    while isOpen || !replies.isEmpty {
      var polls = [pollfd(fd: endings, events: Int16(POLLIN), revents: 0)]
      if isOpen { polls.append(pollfd(fd: socket, events: Int16(POLLIN), revents: 0)) }
      guard poll(&polls, nfds_t(polls.count), -1) > 0 else { continue }
      if polls[0].revents != 0 { reap(&replies, endings) }
      guard isOpen, polls[1].revents != 0 else { continue }
      var descriptors = [Int32](repeating: -1, count: Int(CR_MOST_DESCRIPTORS))
      let count = Int(cr_receive_descriptors(socket, &descriptors))
      if count < 0, errno == EINTR { continue }
      guard count == 5 else {
        isOpen = false
        continue
      }
      let process = descriptors.withUnsafeMutableBytes { descriptors in
        cr_fork({ ForkServerLoop.work(with: $0) }, descriptors.baseAddress)
      }
      answer(process, Array(descriptors[..<5]), &replies)
    }
    return 0
  }

  private static func answer(_ process: pid_t, _ descriptors: [Int32], _ replies: inout [pid_t: Int32]) {
    let reply = descriptors[4]
    write(process < 0 ? -errno : process, to: reply)
    if process > 0 {
      // Both sides do it, so that it is done before either goes on.
      setpgid(process, process)
      replies[process] = reply
    } else {
      close(reply)
    }
    descriptors[..<4].forEach { _ = close($0) }
  }

  private static func reap(_ replies: inout [pid_t: Int32], _ endings: Int32) {
    cr_take_endings(endings)
    while true {
      var status: Int32 = 0
      let process = waitpid(-1, &status, WNOHANG)
      guard process > 0 else { return }
      guard let reply = replies.removeValue(forKey: process) else { continue }
      write(status, to: reply)
      close(reply)
    }
  }

  /// A parent that is gone reads no more.
  private static func write(_ number: Int32, to reply: Int32) {
    var number = number
    _ = Glibc.write(reply, &number, MemoryLayout<Int32>.size)
  }

  /// In the new process: a worker like one that was started by itself.
  private static func work(with descriptors: UnsafeMutableRawPointer?) -> Int32 {
    guard let descriptors = descriptors?.assumingMemoryBound(to: Int32.self) else { return 2 }
    setpgid(0, 0)
    for (index, place) in ChildProcess.places.enumerated() { dup2(descriptors[index], place) }
    let last = ChildProcess.lifelineDescriptor
    cr_close_range(UInt32(STDERR_FILENO) + 1, UInt32(last) - 1)
    cr_close_range(UInt32(last) + 1, .max)
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    // Lists of processes name it as what it is, in the place of the old word, which is longer.
    if let word = CommandLine.unsafeArgv[1] { strncpy(word, "worker", strlen(word)) }
    return Worker.run()
  }
}
