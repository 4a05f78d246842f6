import Documents

/// Documents of films that were never made.
enum MadeDocument {
  /// A film of constant rate whose scenes begin at `starts`, in frames; a tick is a frame unless `ticks` says how many are.
  static func film(
    rate: (Int64, Int64), starts: [Int], frames: Int, ticksPerFrame: Int64 = 1, firstPTS: Int64 = 0,
    timecode: String? = nil,
    sound: Bool = true, change: (inout AnalysisDocument) -> Void = { _ in }
  ) -> AnalysisDocument {
    document(
      rate: "\(rate.0)/\(rate.1)", timeBase: "\(rate.1)/\(rate.0 * ticksPerFrame)",
      bounds: (starts + [frames]).map { (frame: $0, pts: firstPTS + Int64($0) * ticksPerFrame) },
      tick: Double(rate.1) / Double(rate.0 * ticksPerFrame), timecode: timecode, sound: sound, change: change)
  }

  /// A film whose scenes begin at these frames and milliseconds; the last pair is its end.
  static func variable(
    rate: String, bounds: [(frame: Int, milliseconds: Int64)], change: (inout AnalysisDocument) -> Void = { _ in }
  ) -> AnalysisDocument {
    document(
      rate: rate, timeBase: "1/1000", bounds: bounds.map { (frame: $0.frame, pts: $0.milliseconds) }, tick: 0.001,
      timecode: nil, sound: false
    ) {
      $0.media?.video?.variableFrameRate = true
      change(&$0)
    }
  }

  private static func document(
    rate: String, timeBase: String, bounds: [(frame: Int, pts: Int64)], tick: Double, timecode: String?, sound: Bool,
    change: (inout AnalysisDocument) -> Void
  ) -> AnalysisDocument {
    func instant(_ index: Int) -> Instant {
      let seconds = (Double(bounds[index].pts) * tick * 1e6).rounded() / 1e6
      return Instant(pts: bounds[index].pts, seconds: seconds, frame: bounds[index].frame)
    }
    var document = AnalysisDocument(
      status: .succeeded, engine: EngineVersion(version: "1", ffmpeg: "1", tesseract: "1"),
      input: InputDescription(path: "film.mp4"), params: AnalysisOptions())
    var media = MediaDescription(container: "mov", startSeconds: 0, durationSeconds: 1, bitRate: nil)
    media.video = VideoDescription(
      streamIndex: 0, codec: "h264", profile: nil, width: 1920, height: 1080, displayWidth: 1920, displayHeight: 1080,
      rotationDegrees: 0, mirrored: nil, sampleAspectRatio: "1:1", pixelFormat: nil,
      color: ColorDescription(range: nil, matrix: nil, primaries: nil, transfer: nil), timeBase: timeBase,
      frameRate: rate, language: nil)
    media.video?.variableFrameRate = false
    media.video?.timecode = timecode
    if sound {
      media.audio = [
        AudioDescription(
          streamIndex: 1, codec: "aac", sampleRate: 48_000, channels: 2, channelLayout: "stereo", language: nil,
          title: nil)
      ]
    }
    document.media = media
    document.scenes = bounds.indices.dropLast().map { index in
      let (start, end) = (instant(index), instant(index + 1))
      return Scene(
        id: index + 1, start: start, end: end, durationSeconds: end.seconds - start.seconds, blank: nil,
        transitionIn: Transition(kind: index == 0 ? .start : .cut, confidence: 1))
    }
    change(&document)
    return document
  }
}
