import Documents
import Engine
import Glibc

/// `cutroom mix`: a mix document into finished sound files.
enum MixCommand {
  static func run(_ invocation: Invocation) throws -> Int32 {
    let batch = invocation.settings.batch
    var sound = SoundOptions()
    sound.dryRun = batch.dryRun
    sound.sourceRoots = invocation.lists["--source-root"] ?? []
    sound.waveform = invocation.extras["--waveform"]
    sound.report = invocation.extras["--report"]
    if sound.dryRun { return try dryRun(invocation, sound) }
    guard let output = invocation.extras["--output"], !output.isEmpty else {
      throw UsageError("mix needs -o FILE: the sound file to write")
    }
    let terminal = Terminal(level: batch.logLevel, format: batch.logFormat, quiet: batch.quiet)
    let run = try MixRun(
      document: invocation.arguments[0], output: output, sound: sound, settings: invocation.settings, terminal: terminal
    )
    let outcome = run.run()
    for warning in outcome.warnings { terminal.log(.warning, warning.message) }
    if let report = outcome.report {
      if batch.json {
        try Output.write(String(decoding: Environment.read(report), as: UTF8.self))
      } else if !batch.quiet {
        try Output.write("mixed: \(Terminal.printable(output))\nreport: \(Terminal.printable(report))\n")
      }
    }
    return outcome.exitCode
  }

  /// Prints the laid-out timeline; nothing is left on the disk.
  private static func dryRun(_ invocation: Invocation, _ sound: SoundOptions) throws -> Int32 {
    let scratch = try ScratchFile(in: invocation.settings.batch.workDir)
    var sound = sound
    sound.report = scratch.path
    let batch = invocation.settings.batch
    let terminal = Terminal(level: batch.logLevel, format: batch.logFormat, quiet: batch.quiet)
    let run = try MixRun(
      document: invocation.arguments[0], output: scratch.path, sound: sound, settings: invocation.settings,
      terminal: terminal)
    let outcome = run.run()
    if outcome.status == .succeeded {
      try Output.write(String(decoding: Environment.read(scratch.path), as: UTF8.self))
    }
    return outcome.exitCode
  }
}
