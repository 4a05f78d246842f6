import Documents
import Engine

/// `cutroom loudness`: how loud sounds are.
enum LoudnessCommand {
  static func run(_ invocation: Invocation) throws -> Int32 {
    let batch = invocation.settings.batch
    let terminal = Terminal(level: batch.logLevel, format: batch.logFormat, quiet: batch.quiet)
    let run = try SoundRun(
      inputs: invocation.arguments, mode: .measure, sound: SoundOptions(), settings: invocation.settings,
      terminal: terminal)
    let outcome = try run.run()
    try SoundTable.write(outcome.document, batch)
    return outcome.exitCode
  }
}

/// `cutroom normalize`: sounds brought to a loudness.
enum NormalizeCommand {
  static func run(_ invocation: Invocation) throws -> Int32 {
    guard let folder = invocation.extras["--output"], !folder.isEmpty else {
      throw UsageError("normalize needs -o DIR: the folder for the results")
    }
    let batch = invocation.settings.batch
    var sound = SoundOptions()
    sound.target = try target(invocation)
    if let word = invocation.extras["--codec"] {
      guard let codec = SoundCodec(rawValue: word) else {
        throw UsageError("--codec: \"\(word)\"\(Spelling.hint(for: word, among: SoundCodec.allCases.map(\.rawValue)))")
      }
      sound.encoding.codec = codec
    }
    if let word = invocation.extras["--bit-rate"] {
      guard let rate = Int(word), (6000...1_024_000).contains(rate) else {
        throw UsageError("--bit-rate should be bits a second from 6000 to 1024000, not \"\(word)\"")
      }
      sound.encoding.bitRate = rate
    }
    let isAlbum = try choice(invocation.extras["--as"])
    let terminal = Terminal(level: batch.logLevel, format: batch.logFormat, quiet: batch.quiet)
    let run = try SoundRun(
      inputs: invocation.arguments, mode: isAlbum ? .normalizeAlbum(output: folder) : .normalize(output: folder),
      sound: sound, settings: invocation.settings, terminal: terminal)
    let outcome = try run.run()
    if outcome.document.results.isEmpty {
      terminal.log(.warning, "no media files found in \(invocation.arguments.joined(separator: ", "))")
    } else {
      try Environment.write(
        DocumentEncoder.pretty(outcome.document), to: Path.join(folder, SoundRun.documentName))
    }
    try SoundTable.write(outcome.document, batch)
    return outcome.exitCode
  }

  private static func choice(_ word: String?) throws -> Bool {
    switch word {
    case nil, "each": return false
    case "album": return true
    case let word?: throw UsageError("--as should be each or album, not \"\(word)\"")
    }
  }

  private static func target(_ invocation: Invocation) throws -> LoudnessTarget {
    let word = invocation.extras["--target"] ?? "ebu-r128"
    var target: LoudnessTarget
    if let preset = LoudnessTarget.presets[word] {
      target = preset
    } else if let level = Double(word), (-60 ... -5).contains(level) {
      target = LoudnessTarget(integratedLUFS: level, truePeakDBTP: -1)
    } else {
      let known = LoudnessTarget.presets.keys.sorted().joined(separator: ", ")
      throw UsageError("--target should be LUFS from -60 to -5, or one of \(known), not \"\(word)\"")
    }
    if let word = invocation.extras["--true-peak"] {
      guard let peak = Double(word), (-20...0).contains(peak) else {
        throw UsageError("--true-peak should be dBTP from -20 to 0, not \"\(word)\"")
      }
      target.truePeakDBTP = peak
    }
    return target
  }
}

/// A line an input, so that a person sees what was measured.
enum SoundTable {
  /// The document where JSON is wanted, else the table, unless there is nothing to be said.
  static func write(_ document: SoundDocument, _ batch: BatchSettings) throws {
    if batch.json {
      try Output.write(DocumentEncoder.pretty(document))
    } else if !batch.quiet, !document.results.isEmpty {
      try Output.write(text(document))
    }
  }

  static func text(_ document: SoundDocument) -> String {
    var rows = [["file", "status", "length", "LUFS", "LU", "dBTP"]]
    if document.kind == .normalize { rows[0] += ["now LUFS", "now dBTP", "how", "gain dB"] }
    rows += document.results.map { row($0, document.kind) }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var text = rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column < 2 ? cell + space : space + cell
      }.joined(separator: "  ") + "\n"
    }.joined()
    if let album = document.album {
      text += "together: \(number(album.integratedLUFS)) LUFS, \(number(album.truePeakDBTP)) dBTP"
      text += album.gainDB.map { ", changed by \(number($0)) dB\n" } ?? "\n"
    }
    return text
  }

  private static func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "-" }

  private static func row(_ result: SoundResult, _ kind: SoundDocument.Kind) -> [String] {
    let status = result.errors.first.map { "\(result.status.rawValue) (\($0.code.rawValue))" } ?? result.status.rawValue
    var row = [
      Terminal.printable(result.path), status, result.durationSeconds.map { "\(($0 * 10).rounded() / 10) s" } ?? "-",
      number(result.loudness?.integratedLUFS), number(result.loudness?.rangeLU), number(result.loudness?.truePeakDBTP),
    ]
    if kind == .normalize {
      let output = result.output
      row += [
        number(output?.loudness?.integratedLUFS), number(output?.loudness?.truePeakDBTP),
        output?.mastering?.mode.rawValue ?? "-", number(output?.mastering?.gainDB),
      ]
    }
    return row
  }
}
