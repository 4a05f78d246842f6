import Foundation

/// Sounds as interleaved floats, read and written by the ffmpeg command.
package enum Sound {
  /// Samples of a file as ffmpeg decodes them, at its own rate, in `channels` channels.
  package static func samples(_ path: String, channels: Int? = nil) throws -> [Float] {
    let data = try tool(
      "ffmpeg",
      ["-nostdin", "-v", "error", "-i", path] + (channels.map { ["-ac", "\($0)"] } ?? []) + ["-f", "f32le", "-"]
    ).output
    return data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  }

  /// Writes samples as a WAV of 32-bit floats and returns its path.
  @discardableResult
  package static func write(
    _ samples: [Float], to path: String, rate: Int = 48_000, channels: Int = 1
  ) throws -> String {
    let raw = path + ".raw"
    try samples.withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: raw)) }
    defer { try? FileManager.default.removeItem(atPath: raw) }
    _ = try tool(
      "ffmpeg",
      [
        "-nostdin", "-v", "error", "-y", "-f", "f32le", "-ar", "\(rate)", "-ac", "\(channels)", "-i", raw, "-c:a",
        "pcm_f32le", path,
      ])
    return path
  }

  package static func sine(_ frequency: Double, _ seconds: Double, amplitude: Double = 0.25, rate: Int = 48_000)
    -> [Float]
  {
    (0..<Int(seconds * Double(rate))).map { Float(amplitude * sin(2 * .pi * frequency * Double($0) / Double(rate))) }
  }

  /// The largest difference of two sounds in decibels under full scale; the shorter one is followed by silence.
  package static func difference(_ first: [Float], _ second: [Float]) -> Double {
    var most: Float = 0
    for index in 0..<max(first.count, second.count) {
      let a = index < first.count ? first[index] : 0
      let b = index < second.count ? second[index] : 0
      most = max(most, abs(a - b))
    }
    return 20 * log10(Double(max(most, 1e-9)))
  }

  /// By how many samples, at most 40 either way, `heard` is later than `sound` is from `start` on, going by the samples of
  /// `range` of it.
  package static func shift(of heard: [Float], in sound: [Float], from start: Int, over range: Range<Int>) -> Int? {
    func error(_ shift: Int) -> Double {
      range.reduce(0.0) { $0 + pow(Double(heard[$1 + shift] - sound[start + $1]), 2) }
    }
    return (-40...40).min { error($0) < error($1) }
  }
}

/// One run of `cutroom mix`.
package struct Mix: Sendable {
  package let outcome: Outcome
  package let output: String

  /// Mixes `document` (JSON text), which is written beside the sources in `folder`.
  package init(
    _ document: String, in folder: TemporaryFolder, to name: String = "out.wav", _ options: [String] = [],
    timeLimit: Double = 240
  ) throws {
    let path = try folder.write(document, to: "mix-\(UUID().uuidString).json")
    output = folder(name)
    outcome = try cutroom(["mix", path, "-o", output] + options, timeLimit: timeLimit)
  }

  package var report: JSON {
    get throws { try JSON(contents(of: output + ".mix-report.json")) }
  }

  /// What it says on standard error, where it ended with `code`; else what it did instead.
  package func complaint(_ code: Int32) -> String {
    outcome.exitCode == code ? outcome.errors : "exit \(outcome.exitCode): \(outcome.errors)"
  }
}
