import AudioMixing
import Documents
import Media

/// One audio stream on its way through the pass: decoded, measured, searched for silence.
final class SoundTrack {
  let streamIndex: Int
  /// Seconds of sound so far.
  private(set) var seconds = 0.0

  private let decoder: AudioDecoder
  private let options: AnalysisOptions
  private var meter: LoudnessMeter?
  private var silence: SilenceDetector?

  init(input: Input, streamIndex: Int, options: AnalysisOptions) throws {
    self.streamIndex = streamIndex
    self.options = options
    decoder = try AudioDecoder(input, streamIndex: streamIndex)
  }

  func add(_ packet: Packet) throws {
    try decoder.send(packet)
    try drain()
  }

  func finish() throws {
    try decoder.send(nil)
    try drain()
  }

  private func drain() throws {
    while try decoder.receive({ samples, at in try take(samples, at) }) {}
  }

  private func take(_ samples: UnsafeBufferPointer<Float>, _ at: Double?) throws {
    if meter == nil {
      meter = try LoudnessMeter(channels: decoder.channels, sampleRate: decoder.sampleRate)
      silence = SilenceDetector(
        level: options.silenceLevel, shortest: options.silenceLength, sampleRate: decoder.sampleRate)
    }
    try meter?.add(samples)
    silence?.add(samples, channels: decoder.channels.count, at: at)
    let length = Double(samples.count / max(1, decoder.channels.count)) / Double(max(1, decoder.sampleRate))
    seconds = (at ?? seconds) + length
  }

  /// What was measured, and what could not be.
  func result() -> (AudioAnalysis, [WarningRecord]) {
    var warnings: [WarningRecord] = []
    let loudness = meter?.result() ?? Loudness()
    if meter == nil {
      warnings.append(
        WarningRecord("no_samples", "audio stream \(streamIndex) holds no sound that could be decoded", stage: "audio"))
    } else if loudness.integratedLUFS == nil {
      warnings.append(
        WarningRecord(
          "loudness_not_measurable",
          "audio stream \(streamIndex) is silent or shorter than 0.4 s: its loudness is not finite and left out",
          stage: "audio"))
    }
    if decoder.failedCalls > 0 {
      warnings.append(
        WarningRecord(
          "audio_decode_errors", "\(decoder.failedCalls) errors while decoding audio stream \(streamIndex)",
          stage: "audio"))
    }
    return (AudioAnalysis(streamIndex: streamIndex, loudness: loudness, silences: silence?.finish() ?? []), warnings)
  }
}
