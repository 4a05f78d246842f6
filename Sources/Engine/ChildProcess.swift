import Documents
import Glibc

/// A child process with its three standard streams as pipes, in a process group of its own.
///
/// The child also holds the reading end of a lifeline: a pipe nothing is written to. When this process dies, however it
/// dies, the kernel closes the other end and the child knows.
struct ChildProcess: ~Copyable {
  enum Ending: Equatable {
    case exited(Int32)
    case signaled(Int32)
  }

  let processID: pid_t
  let output: Int32
  let errors: Int32
  private var input: Int32
  private let lifeline: Int32
  /// Where the fork server tells its end.
  private let reply: Int32

  /// Has the fork server start a worker. Throws where the system has no process, memory or descriptor left.
  init() throws(ErrorRecord) {
    let pipes = try Pipes()
    defer { pipes.closeChildEnds() }
    do throws(ErrorRecord) {
      (processID, reply) = try Self.fork(with: pipes)
    } catch {
      pipes.closeParentEnds()
      throw error
    }
    input = pipes.input.write
    output = pipes.output.read
    errors = pipes.errors.read
    lifeline = pipes.lifeline.write
  }

  deinit {
    for descriptor in [input, output, errors, lifeline, reply] where descriptor >= 0 { close(descriptor) }
  }

  private static func fork(with pipes: Pipes) throws(ErrorRecord) -> (pid_t, reply: Int32) {
    let told = try Pipes.pair()
    defer { close(told.write) }
    do throws(ErrorRecord) {
      let ends = [pipes.input.read, pipes.output.write, pipes.errors.write, pipes.lifeline.read, told.write]
      return (try ForkServer.shared.fork(ends, reply: told.read), told.read)
    } catch {
      close(told.read)
      throw error
    }
  }

  /// Starts `arguments[0]` (a path) in a process group of its own, with descriptors of this process in the places named.
  static func spawn(
    _ arguments: [String], descriptors: [(Int32, Int32)]
  ) throws(ErrorRecord) -> pid_t {
    // One child at a time: another one started between making a pipe and marking it would hold its end open.
    pthread_mutex_lock(starting)
    defer { pthread_mutex_unlock(starting) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, place) in descriptors { posix_spawn_file_actions_adddup2(&actions, descriptor, place) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))

    let argumentPointers = arguments.map { strdup($0) } + [nil]
    defer { argumentPointers.forEach { free($0) } }
    var process = pid_t()
    let code = posix_spawn(&process, arguments[0], &actions, &attributes, argumentPointers, environ)
    guard code == 0 else { throw failure(code) }
    return process
  }

  static func failure(_ code: Int32) -> ErrorRecord {
    ErrorRecord(
      .internal, "a worker could not be started: \(String(cString: strerror(code)))", stage: "open", retryable: true)
  }

  nonisolated(unsafe) fileprivate static let starting: UnsafeMutablePointer<pthread_mutex_t> = {
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    return mutex
  }()

  /// Above the standard three and whatever a parent usually has open low.
  static let lifelineDescriptor: Int32 = 9
  /// Where a worker finds its input, output, errors and lifeline.
  static let places = [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, lifelineDescriptor]

  /// Writes all of standard input and closes it. A child that is gone already is found out by waiting.
  mutating func feed(_ bytes: [UInt8]) {
    try? FileSystem.writeAll(bytes, to: input, path: "a worker")
    close(input)
    input = -1
  }

  /// Sends a signal to the child and everything it started.
  func signal(_ number: Int32) { kill(-processID, number) }

  /// Waits for the end. Call once.
  func wait() -> Ending {
    // A server that is gone cannot tell; it was killed, and this one as far as is known too.
    let status = ForkServer.number(from: reply) ?? SIGKILL
    let signal = status & 0x7f
    return signal == 0 ? .exited(status >> 8 & 0xff) : .signaled(signal)
  }
}

/// Four pipes, made together or not at all.
private struct Pipes {
  typealias Pair = (read: Int32, write: Int32)
  let input: Pair
  let output: Pair
  let errors: Pair
  let lifeline: Pair

  init() throws(ErrorRecord) {
    var pairs: [Pair] = []
    for _ in 0..<4 {
      do throws(ErrorRecord) {
        pairs.append(try Self.pair())
      } catch {
        pairs.forEach {
          close($0.read); close($0.write)
        }
        throw error
      }
    }
    (input, output, errors, lifeline) = (pairs[0], pairs[1], pairs[2], pairs[3])
  }

  /// A pipe that no child holds open unless it is given to it.
  static func pair() throws(ErrorRecord) -> Pair {
    pthread_mutex_lock(ChildProcess.starting)
    defer { pthread_mutex_unlock(ChildProcess.starting) }
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw ChildProcess.failure(errno) }
    ends.forEach { _ = Descriptor.closeOnExec($0) }
    return (ends[0], ends[1])
  }

  func closeChildEnds() { [input.read, output.write, errors.write, lifeline.read].forEach { _ = close($0) } }
  func closeParentEnds() { [input.write, output.read, errors.read, lifeline.write].forEach { _ = close($0) } }
}

enum Descriptor {
  static func closeOnExec(_ descriptor: Int32) -> Int32 { fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
}
