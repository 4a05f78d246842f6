import Documents
import Engine
import Glibc
import Schemas

/// `cutroom probe`: what a file holds. The file is opened in a worker process, like everywhere.
enum ProbeCommand {
  static func run(_ invocation: Invocation) throws -> Int32 {
    let path = invocation.arguments[0]
    let request = Request(
      id: "probe", operation: .probe, inputPath: path, inputName: nil, output: nil, settings: invocation.settings)
    let outcome = WorkerProcess(request, onEvent: { _, _ in }, isCanceled: { false }).run()
    let probe =
      outcome.probe
      ?? ProbeDocument(
        status: .failed, engine: Engine.version, input: InputDescription(path: path), media: nil, errors: outcome.errors
      )
    try Output.write(DocumentEncoder.pretty(probe))
    let terminal = Terminal(level: .error, format: .text, quiet: true)
    for error in probe.errors { terminal.log(.error, error.message, path: path) }
    return probe.status == .succeeded ? 0 : 1
  }
}

/// `cutroom schema`: a JSON Schema from inside the program.
enum SchemaCommand {
  static func run(_ invocation: Invocation) throws -> Int32 {
    let name = invocation.arguments[0]
    guard let text = SchemaText.named(name) else {
      throw UsageError("there is no schema \"\(name)\"\(Spelling.hint(for: name, among: SchemaText.names))")
    }
    try Output.write(text)
    return 0
  }
}

/// `cutroom doctor`: what this installation can do.
enum DoctorCommand {
  static func run(_ invocation: Invocation) -> Int32 {
    let report = Doctor.examine(workDir: invocation.settings.batch.workDir)
    let text = invocation.settings.batch.json ? (try? DocumentEncoder.pretty(report)) ?? "" : report.text
    try? Output.write(text)
    return report.problems.isEmpty ? 0 : 3
  }
}

enum WorkerCommand {
  static func run() -> Int32 { Worker.run() }
}
