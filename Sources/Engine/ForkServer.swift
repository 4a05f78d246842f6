import CSandbox
import Documents
import Glibc
import Synchronization

/// A process that forks workers, with all libraries loaded and nothing else done.
///
/// Loading and binding the media libraries costs more processor time than analysing a short film, so nothing is loaded twice: a
/// command that needs workers begins with a copy of itself, which is the server, and each worker is a copy of that. No other thread runs while
/// anything is forked, so that the fork is whole. The server is in a process group of its own, and gone when the last descriptor of its socket
/// is closed, by ``end()`` or by the death of this process. One that was killed is replaced by a new process, this program's
/// `fork-server` command, as by then this one may have threads.
///
/// Each request is a message with five descriptors: a worker's standard input, output and errors, its lifeline, and a pipe in which
/// the server writes the worker's process number, or a negative errno, and when it has ended its wait status; each as 32 bits.
package final class ForkServer: Sendable {
  static let command = "fork-server"
  /// Where the server finds its socket.
  static let socketDescriptor: Int32 = 3

  private struct Running {
    var process: pid_t
    var socket: Int32
  }

  private let running = Mutex<Running?>(nil)

  /// The one of this process.
  package static let shared = ForkServer()

  private init() {}

  /// Forks the server from this process. To be called before anything else is done: where other threads run, a lock that one of them holds
  /// would never be opened in the copy. What goes wrong here is met again, and told, where the first worker is asked for.
  package func launch() {
    running.withLock { running in
      guard running == nil, var ends = try? Self.socketPair() else { return }
      let process = withUnsafeMutablePointer(to: &ends) { ends in
        cr_fork({ ForkServerLoop.begin($0) }, ends)
      }
      close(ends.server)
      if process > 0 { running = Running(process: process, socket: ends.own) } else { close(ends.own) }
    }
  }

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
  package func end() {
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
    let ends = try socketPair()
    defer { close(ends.server) }
    do {
      let process = try ChildProcess.spawn(
        [try executable(), command], descriptors: [(ends.server, socketDescriptor)])
      return Running(process: process, socket: ends.own)
    } catch {
      close(ends.own)
      throw error
    }
  }

  fileprivate typealias SocketPair = (own: Int32, server: Int32)

  /// Throws where there is no descriptor or memory left.
  private static func socketPair() throws(ErrorRecord) -> SocketPair {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw ChildProcess.failure(errno)
    }
    return (ends[0], ends[1])
  }

  /// This program's own file.
  private static func executable() throws(ErrorRecord) -> String {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
    guard count > 0 else { throw FileSystem.failure("find", "this program's own file") }
    return String(decoding: buffer[0..<count], as: UTF8.self)
  }
}

/// What runs in a fork server.
package enum ForkServerLoop {
  /// In a copy of the process that asked for it, with both ends of its socket. Returns the exit code.
  fileprivate static func begin(_ ends: UnsafeMutableRawPointer?) -> Int32 {
    guard let ends = ends?.assumingMemoryBound(to: ForkServer.SocketPair.self).pointee else { return 2 }
    setpgid(0, 0)
    close(ends.own)
    setTitle(ForkServer.command)
    return serve(ends.server)
  }

  /// What the command of that name does. Returns the exit code: 0, or 2 where there is no socket.
  package static func run() -> Int32 {
    let socket = ForkServer.socketDescriptor
    var status = stat()
    guard fstat(socket, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
      try? FileSystem.writeAll(
        Array("cutroom \(ForkServer.command): this is for other commands to start\n".utf8), to: STDERR_FILENO,
        path: "standard error")
      return 2
    }
    _ = Descriptor.closeOnExec(socket)
    return serve(socket)
  }

  /// Serves until the other end of the socket is closed and the last worker has ended.
  private static func serve(_ socket: Int32) -> Int32 {
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
      var order = Order(
        descriptors: Array(descriptors[..<count]), ofServer: [socket, endings] + Array(replies.values))
      let process = withUnsafeMutablePointer(to: &order) { order in cr_fork({ ForkServerLoop.work($0) }, order) }
      answer(process, order.descriptors, &replies)
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

  /// What a new worker is to know.
  private struct Order {
    /// Its input, output, errors and lifeline, and the pipe of replies.
    var descriptors: [Int32]
    /// Those that it is to have no part in.
    var ofServer: [Int32]
  }

  /// In the new process.
  private static func work(_ order: UnsafeMutableRawPointer?) -> Int32 {
    guard let order = order?.assumingMemoryBound(to: Order.self).pointee else { return 2 }
    setpgid(0, 0)
    // What the user left open stays open: an input may be named by its descriptor.
    order.ofServer.forEach { _ = close($0) }
    for (descriptor, place) in zip(order.descriptors, ChildProcess.places) { dup2(descriptor, place) }
    for descriptor in order.descriptors where !ChildProcess.places.contains(descriptor) { close(descriptor) }
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    setTitle("worker")
    return Worker.run()
  }

  /// Lists of processes name a copy as what it is, as far as the words of its command leave room.
  private static func setTitle(_ word: String) {
    cr_set_title(CommandLine.unsafeArgv, CommandLine.argc, Program.name, word)
  }
}
