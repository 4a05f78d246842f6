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

  /// Starts `arguments[0]` (a path). Throws where the system has no process, memory or descriptor left.
  init(_ arguments: [String], environment: [String: String]) throws(ErrorRecord) {
    // One child at a time: another one started between making a pipe and marking it would hold its end open.
    pthread_mutex_lock(Self.starting)
    defer { pthread_mutex_unlock(Self.starting) }
    let pipes = try Pipes()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipes.input.read, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, pipes.output.write, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, pipes.errors.write, STDERR_FILENO)
    posix_spawn_file_actions_adddup2(&actions, pipes.lifeline.read, Self.lifelineDescriptor)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))

    var variables = environment
    variables[Worker.lifelineVariable] = String(Self.lifelineDescriptor)
    let argumentPointers = arguments.map { strdup($0) } + [nil]
    let variablePointers = variables.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (argumentPointers + variablePointers).forEach { free($0) } }
    var process = pid_t()
    let code = posix_spawn(&process, arguments[0], &actions, &attributes, argumentPointers, variablePointers)
    pipes.closeChildEnds()
    guard code == 0 else {
      pipes.closeParentEnds()
      throw ErrorRecord(
        .internal, "a worker could not be started: \(String(cString: strerror(code)))", stage: "open", retryable: true)
    }
    processID = process
    input = pipes.input.write
    output = pipes.output.read
    errors = pipes.errors.read
    lifeline = pipes.lifeline.write
  }

  deinit {
    for descriptor in [input, output, errors, lifeline] where descriptor >= 0 { close(descriptor) }
  }

  nonisolated(unsafe) private static let starting: UnsafeMutablePointer<pthread_mutex_t> = {
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    return mutex
  }()

  /// Above the standard three and whatever a parent usually has open low.
  private static let lifelineDescriptor: Int32 = 9

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
    var status: Int32 = 0
    while waitpid(processID, &status, 0) < 0, errno == EINTR {}
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
      var ends: [Int32] = [0, 0]
      guard pipe(&ends) == 0 else {
        let reason = String(cString: strerror(errno))
        pairs.forEach {
          close($0.read); close($0.write)
        }
        throw ErrorRecord(.internal, "a worker could not be started: \(reason)", stage: "open", retryable: true)
      }
      // Other children must not hold these open.
      ends.forEach { _ = Descriptor.closeOnExec($0) }
      pairs.append((ends[0], ends[1]))
    }
    (input, output, errors, lifeline) = (pairs[0], pairs[1], pairs[2], pairs[3])
  }

  func closeChildEnds() { [input.read, output.write, errors.write, lifeline.read].forEach { _ = close($0) } }
  func closeParentEnds() { [input.write, output.read, errors.read, lifeline.write].forEach { _ = close($0) } }
}

enum Descriptor {
  static func closeOnExec(_ descriptor: Int32) -> Int32 { fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
}
