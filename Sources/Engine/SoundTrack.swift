import AudioMixing
import Documents
import Media

/// One audio stream on its way through the pass: decoded, measured, searched for silence, drawn.
final class SoundTrack {
  let streamIndex: Int
  /// Seconds of sound so far.
  private(set) var seconds = 0.0

  private let decoder: AudioDecoder
  private let options: AnalysisOptions
  private var meter: LoudnessMeter?
  private var silence: SilenceDetector?
  private var peaks: WaveformPeaks?
  private let maxDuration: Double
  /// Where the sound so far ends, gaps of less than a container's rounding left out of account.
  private var end = 0.0

  init(input: Input, streamIndex: Int, options: AnalysisOptions) throws {
    self.streamIndex = streamIndex
    self.options = options
    maxDuration = input.limits.maxDuration
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
    if meter == nil, options.stages.contains(.audio) {
      meter = try LoudnessMeter(channels: decoder.channels, sampleRate: decoder.sampleRate)
      silence = SilenceDetector(
        level: options.silenceLevel, shortest: options.silenceLength, sampleRate: decoder.sampleRate)
    }
    draw(samples, at)
    try meter?.add(samples)
    silence?.add(samples, channels: decoder.channels.count, at: at)
    let length = Double(samples.count / max(1, decoder.channels.count)) / Double(max(1, decoder.sampleRate))
    seconds = (at ?? seconds) + length
  }

  private func draw(_ samples: UnsafeBufferPointer<Float>, _ at: Double?) {
    guard options.waveform, let first = samples.baseAddress else { return }
    let frames = samples.count / decoder.channels.count
    var peaks = self.peaks ?? WaveformPeaks(channels: decoder.channels.count)
    let begin = at ?? end
    // Containers round timestamps: only a real gap moves the drawing.
    if abs(begin - end) > 0.02 || self.peaks == nil {
      end = begin
      if abs(begin) <= maxDuration { peaks.move(to: Int((begin * Double(decoder.sampleRate)).rounded())) }
    }
    // The array is not to be copied.
    self.peaks = nil
    if end <= maxDuration { peaks.add(first, frames: frames) }
    self.peaks = consume peaks
    end += Double(frames) / Double(decoder.sampleRate)
  }

  /// What was drawn, and the rate of its samples; nil where nothing was asked for or nothing could be decoded.
  var drawing: (peaks: WaveformPeaks, sampleRate: Int)? { peaks.map { ($0, decoder.sampleRate) } }

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
          "audio_decode_errors", "errors while decoding audio stream \(streamIndex): \(decoder.failedCalls)",
          stage: "audio"))
    }
    return (AudioAnalysis(streamIndex: streamIndex, loudness: loudness, silences: silence?.finish() ?? []), warnings)
  }
}
